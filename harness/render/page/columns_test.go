package page

import (
	"testing"

	"ckptbench/harness/result"
	"ckptbench/harness/result/paired"
)

// Every column of CSV has the figure of its name. All figures of the row differ.
func TestCSVByValue(t *testing.T) {
	n := 0.0
	want := map[string]float64{}
	next := func(name string) float64 {
		n++
		want[name] = n
		return n
	}
	stat := func(name string) result.Stat { return result.Stat{N: 1, Median: next(name)} }
	interval := func(name string) paired.Interval { return paired.Interval{Mid: next(name)} }
	r := &result.Row{
		Throughput: stat("throughput_txn_s"), Relative: stat("relative_to_none"), Lost: stat("lost_txn"),
		P50: stat("p50_ns"), P99: stat("p99_ns"), P999: stat("p999_ns"), Max: stat("max_ns"),
		P99Between: stat("p99_between_ns"), P999Between: stat("p999_between_ns"),
		P99Capturing: stat("p99_capturing_ns"), P999Capturing: stat("p999_capturing_ns"), P99Back: stat("p99_back_s"),
		Durability: result.Durability{
			DurableP50: stat("durable_p50_ns"), DurableP99: stat("durable_p99_ns"), DurableP999: stat("durable_p999_ns"),
			DurableMax: stat("durable_max_ns"), DurableWait: stat("durable_wait_s"), DurableCount: stat("durable_count"),
			NeverDurable: stat("never_durable"), NeverOldest: stat("never_durable_oldest_s"),
		},
		Pause: stat("pause_s"), Total: stat("checkpoint_s"), Wait: stat("wait_s"), Capture: stat("capture_s"),
		Write: stat("write_s"), Sync: stat("sync_s"), Stalled: stat("stalled_s"), MeanPause: stat(""),
		Capturing: stat("capturing_txn_s"), Between: stat("between_txn_s"), Kept: stat("capturing_of_between"),
		Copies: stat("copies"), Copied: stat("copied_of_data"),
		LogCost: result.LogCost{Lag: stat("log_lag_bytes"), ReadPer: stat("read_per_logged_byte"),
			WrittenPer: stat("written_per_logged_byte")},
		Rest: stat("memory_rest_of_data"), Peak: stat("memory_peak_of_data"), Heap: stat("heap_growth_of_data"),
		GC: stat("gc_share"), GCs: stat("gc_cycles"),
		Recovery: stat("recovery_s"), Load: stat(""), Merge: stat(""), Replay: stat(""),
		Parts: &result.Parts{
			HasCapture: true, Openings: 3,
			Rest: interval("rest_of_none"), Capture: interval("capturing_of_none"), Share: interval("machine_left"),
			RestLoss: interval("loss_at_rest"), CaptureLoss: interval("loss_capturing"),
			MachineLoss: interval("loss_to_checkpointer"), PauseLoss: interval("loss_paused"),
		},
	}
	delete(want, "")
	for _, f := range figures {
		if got := f.get(r).Median; got != want[f.name] {
			t.Errorf("%s is %v, want %v", f.name, got, want[f.name])
		}
		delete(want, f.name)
	}
	if len(want) > 0 {
		t.Errorf("no column has %v", want)
	}
	r.Parts.HasCapture = false
	for _, f := range figures {
		if f.name == "capturing_of_none" && f.get(r).N != 0 || f.name == "rest_of_none" && f.get(r).N == 0 {
			t.Errorf("where no transaction ran beside a capture, %s has %d openings", f.name, f.get(r).N)
		}
	}
}

// The column of images is a number only where each was looked at and right.
func TestImagesOfARow(t *testing.T) {
	for _, c := range []struct {
		judged, mode string
		images       int
		want         string
	}{
		{result.Right, result.ModeTrial, 3, "3"}, {result.Wrong, result.ModeTrial, 3, "NO"},
		{result.Wrong, result.ModeTrial, 0, "NO"},
		{result.NotChecked, result.ModeOff, 0, "off"}, {result.NotChecked, result.ModeTrial, 3, result.NotChecked},
		{result.NoImages, result.ModeTrial, 0, none},
	} {
		if got := images(&result.Row{Judged: c.judged, Mode: c.mode, Images: c.images}); got != c.want {
			t.Errorf("%s of %d images, verified %s: %q, want %q", c.judged, c.images, c.mode, got, c.want)
		}
	}
}
