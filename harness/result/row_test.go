package result

import "testing"

// A row of an open loop has response times, though service times are there as well;
// that of a closed loop has service times.
func TestLatenciesOfARow(t *testing.T) {
	service := &Quantiles{Count: 9, P50: 1, P99: 2, P999: 3, Max: 4}
	response := &Quantiles{Count: 9, P50: 10, P99: 20, P999: 30, Max: 40}
	row := func(x Trial) [4]float64 {
		x.Schema, x.Algorithm, x.Trial, x.Status = Schema, "calc", 1, OK
		r := (&Experiment{Trials: []Trial{x}}).Aggregate(nil)[0]
		return [4]float64{r.P50.Median, r.P99.Median, r.P999.Median, r.Max.Median}
	}
	for _, c := range []struct {
		what string
		t    Trial
		want [4]float64
	}{
		{"closed", Trial{Service: service}, [4]float64{1, 2, 3, 4}},
		{"open", Trial{Service: service, Response: response, Rate: 5}, [4]float64{10, 20, 30, 40}},
		{"open, from before the rate was noted", Trial{Service: service, Response: response}, [4]float64{10, 20, 30, 40}},
		{"open, nothing was due", Trial{Service: service, Rate: 5}, [4]float64{}},
		{"open, nothing was counted", Trial{Response: &Quantiles{}, Rate: 5}, [4]float64{}},
	} {
		if got := row(c.t); got != c.want {
			t.Errorf("%s: p50, p99, p99.9 and max are %v, want %v", c.what, got, c.want)
		}
	}
}

// Figures of a row by value: the longest pause of all checkpoints, means without the
// cold one, memory over the data's, recovery.
func TestRowByValue(t *testing.T) {
	cold := Checkpoint{N: 1, Cold: true, Pause: 100, Wait: 100, Capture: 100, Write: 100, Sync: 100, Total: 400,
		Stalled: 100, Copies: 1000, Copied: 4000, LogLag: 7000, LogSince: 1000}
	one := Checkpoint{N: 2, Pause: 1, Wait: 2, Capture: 3, Write: 4, Sync: 5, Total: 14, Stalled: 6, Copies: 10,
		Copied: 200, LogLag: 100, LogSince: 50, LogRead: 10, OwnRead: 20, OwnWritten: 30, Bytes: 40}
	two := Checkpoint{N: 3, Pause: 3, Wait: 12, Capture: 13, Write: 14, Sync: 15, Total: 54, Stalled: 16, Copies: 30,
		Copied: 600, LogLag: 300, LogSince: 50, LogRead: 1, OwnRead: 2, OwnWritten: 3, Bytes: 7}
	broken := Checkpoint{N: 4, Pause: 500, Wait: 500, Total: 500, Error: "not finished"}
	x := Trial{
		Schema: Schema, Algorithm: "calc", Trial: 1, Status: OK, GCShare: 0.25, GCCycles: 7,
		Checkpoints: []Checkpoint{cold, one, two, broken},
		Memory:      Memory{Data: 1000, Store: 5000, Rest: 200, Peak: 300, After: 400, HeapRest: 100, HeapPeak: 600},
		Recovery:    &Recovery{Load: 1, Merge: 2, Replay: 3, FirstTxn: 7},
	}
	r := (&Experiment{Trials: []Trial{x}}).Aggregate(nil)[0]
	for _, c := range []struct {
		name string
		got  Stat
		want float64
	}{
		{"pause", r.Pause, 100}, {"mean pause", r.MeanPause, 2}, {"wait", r.Wait, 7}, {"capture", r.Capture, 8},
		{"write", r.Write, 9},
		{"sync", r.Sync, 10}, {"total", r.Total, 34}, {"stalled", r.Stalled, 11}, {"copies", r.Copies, 20},
		{"copied", r.Copied, 0.4},
		{"rest", r.Rest, 0.2}, {"peak", r.Peak, 0.3}, {"heap", r.Heap, 0.5}, {"collector", r.GC, 0.25}, {"cycles", r.GCs, 7},
		{"load", r.Load, 1}, {"merge", r.Merge, 2}, {"replay", r.Replay, 3}, {"recovery", r.Recovery, 7},
		{"behind the log", r.Lag, 200}, {"read", r.ReadPer, 0.33}, {"written", r.WrittenPer, 0.8},
	} {
		if c.got.N != 1 || c.got.Median < c.want-1e-9 || c.got.Median > c.want+1e-9 {
			t.Errorf("%s is %v of %d trials, want %v", c.name, c.got.Median, c.got.N, c.want)
		}
	}
	if r.Checkpoints != 3 {
		t.Errorf("%d checkpoints, want the complete ones", r.Checkpoints)
	}
}
