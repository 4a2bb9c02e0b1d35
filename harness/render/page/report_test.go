package page

import (
	"bytes"
	"encoding/csv"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckptbench/harness/result"
)

var update = flag.Bool("update", false, "write the golden files anew")

// trial is one whose figures follow from its throughput.
func trial(algorithm string, n int, tput float64, point ...result.Param) result.Trial {
	rel, lost := tput/2e6, (2e6-tput)*12
	t := result.Trial{
		Schema: result.Schema, Algorithm: algorithm, Params: point, Trial: n, Status: result.OK,
		Verdict: result.Verdict{Mode: "trial", OK: true}, Throughput: &tput, Relative: &rel, Lost: &lost,
		Service: &result.Quantiles{Count: 9, P50: 912, P99: 4000, P999: 41234, Max: uint64(1e15 / tput)},
		Memory:  result.Memory{Data: 1 << 30},
	}
	if algorithm != "none" {
		t.Verdict.Images = 3
		t.Memory.Peak = 1 << 29
		t.Checkpoints = []result.Checkpoint{{N: 1, Cold: true, Pause: 0.9, Total: 2}, {N: 2, Pause: 0.0123, Total: 1.25}}
		t.Recovery = &result.Recovery{FirstTxn: 0.4567}
	}
	return t
}

func fail(t result.Trial, why string) result.Trial {
	t.Status, t.Error, t.Verdict.OK = result.Failed, why, false
	t.Throughput, t.Relative, t.Lost = nil, nil, nil
	return t
}

func sample() *result.Experiment {
	e := &result.Experiment{Name: "default",
		Machine: result.Machine{Warnings: []string{"CPU governor is not 'performance'"}}}
	for n, noise := range []float64{1, 0.98, 1.01} {
		e.Trials = append(e.Trials,
			trial("none", n+1, 2e6*noise), trial("calc", n+1, 1921345*noise), trial("naive", n+1, 1.6e6*noise),
			trial("pipe|_50%", n+1, 2.1e6*noise))
	}
	e.Trials[6] = fail(e.Trials[6], "image 2 is wrong: transaction 17 is half in & half out,\nby 50%")
	half := trial("cou", 1, 1.7e6)
	half.Status, half.Error, half.Warnings = result.Partial, "interrupted", []string{"load is 3.1"}
	e.Trials = append(e.Trials, half)
	return e
}

func heap() *result.Experiment {
	e := &result.Experiment{Name: "heap"}
	f := trial("flink", 1, 1.5e6)
	f.GCShare, f.Memory.HeapRest, f.Memory.HeapPeak = 0.0812, 1<<30, 3<<30
	f.GCCycles = 3
	f.Checkpoints[1].Copies, f.Checkpoints[1].Copied = 1e6, 3<<28
	f.LatencyBetween = &result.Quantiles{Count: 9, P99: 2100, P999: 3200}
	f.LatencyCapturing = &result.Quantiles{Count: 9, P99: 21e3, P999: 32e3}
	back := 0.3
	f.Checkpoints[1].Settled = &back
	f.Events = []result.Event{{At: 1, Checkpoint: 1, Name: "trigger"}, {At: 1, Checkpoint: 1, Name: "point"},
		{At: 2, Checkpoint: 1, Name: "capture end"}, {At: 2, Checkpoint: 1, Name: "durable"}}
	f.Buckets = []result.Bucket{{Start: 0, Elapsed: 1, Commits: 1.8e6}, {Start: 1, Elapsed: 1, Commits: 1.2e6}}
	n := trial("none", 1, 2e6)
	n.Memory.HeapRest, n.Memory.HeapPeak = 1<<20, 1<<20
	e.Trials = append(e.Trials, n, f)
	return e
}

// logged is a run with a log, in which one algorithm's clients had to wait for it
// and its checkpoints read it.
func logged() *result.Experiment {
	e := &result.Experiment{Name: "logged"}
	for i, a := range []string{"none", "calc"} {
		x := trial(a, 1, 1.8e6)
		x.Log, x.DurableWait = "sync", 1.25*float64(i)
		x.Durable = &result.Quantiles{Count: 9, P50: 8.5e6, P99: 19e6, P999: 23.4e6, Max: 31e6}
		for k := range x.Checkpoints {
			c := &x.Checkpoints[k]
			c.LogSince, c.LogLag, c.LogRead, c.OwnRead, c.OwnWritten = 200e6, 12.5e6, 210e6, 30e6, 25e6
		}
		e.Trials = append(e.Trials, x)
	}
	return e
}

// committed is a run in which images make transactions durable, beside none with a log.
func committed() *result.Experiment {
	e := &result.Experiment{Name: "committed"}
	for _, a := range []string{"none", "calc", "naive"} {
		x := trial(a, 1, 1.8e6)
		x.Log = "sync"
		x.Durable = &result.Quantiles{Count: 9, P50: 8.5e6, P99: 19e6, P999: 23.4e6, Max: 31e6}
		if a != "none" {
			x.Log, x.NeverDurable, x.NeverOldest = "checkpoint", 1234567, 0.875
			x.Durable = &result.Quantiles{Count: 7, P50: 812e6, P99: 1190e6, P999: 1234e6, Max: 1240e6}
		}
		if a == "naive" { // no image was published
			x.Durable = nil
		}
		e.Trials = append(e.Trials, x)
	}
	return e
}

func matrix() *result.Experiment {
	e := &result.Experiment{Name: "skew"}
	for _, z := range []string{"0.99", "0.5"} {
		p := result.Param{Key: "zipf", Value: z}
		e.Trials = append(e.Trials, trial("none", 1, 2e6, p), trial("calc", 1, 1.8e6, p))
	}
	return e
}

// growing is a sweep of the number of records: a pause of every kind of growth,
// and one that failed.
func growing() *result.Experiment {
	e := &result.Experiment{Name: "pause-size"}
	for i, n := range []int{1e5, 316e3, 1e6, 3.16e6, 1e7} {
		p := result.Param{Key: "records", Value: []string{"100k", "316k", "1M", "3160k", "10M"}[i]}
		for _, a := range []struct {
			name  string
			pause float64
		}{{"none", 0}, {"naive", 15e-9 * float64(n)}, {"zigzag", 2e-6 + 3e-10*float64(n)}, {"pingpong", 3e-6}, {"calc", 0},
			{"unheard_of", 2e-3}, {"cou", 1}} {
			x := trial(a.name, 1, 1.8e6, p)
			x.Records = n
			for k := range x.Checkpoints {
				x.Checkpoints[k].Pause = a.pause * float64(1+k)
			}
			if a.name == "cou" && i == 2 {
				x = fail(x, "image 1 is wrong")
			}
			e.Trials = append(e.Trials, x)
		}
	}
	return e
}

var order = []string{"none", "naive", "cou", "calc"}

func TestGolden(t *testing.T) {
	for name, e := range map[string]*result.Experiment{"default": sample(), "skew": matrix(), "growth": growing(),
		"heap": heap(), "logged": logged(), "committed": committed()} {
		for _, format := range Formats {
			var got bytes.Buffer
			if err := Write(&got, e, format, Options{Order: order}); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+"."+format)
			if *update {
				os.MkdirAll("testdata", 0o755)
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); d != "" {
				t.Errorf("%s (-update if it should change):\n%s", golden, d)
			}
		}
	}
}

// Waits inside writes are told where there were any, and of whom.
func TestStalls(t *testing.T) {
	e := sample()
	for _, want := range []bool{false, true} {
		var got bytes.Buffer
		if err := Write(&got, e, "table", Options{Order: order}); err != nil {
			t.Fatal(err)
		}
		if has := strings.Contains(got.String(), "inside writes, added up, a checkpoint: calc 0.750 s."); has != want {
			t.Errorf("it tells of waits: %v, want %v\n%s", has, want, got.String())
		}
		for i := range e.Trials {
			if t := &e.Trials[i]; t.Algorithm == "calc" {
				t.Checkpoints[1].Stalls, t.Checkpoints[1].Stalled = 3, 0.75
			}
		}
	}
}

func TestFailedHasNoFigures(t *testing.T) {
	for _, format := range Formats {
		var b bytes.Buffer
		if err := Write(&b, sample(), format, Options{Order: order}); err != nil {
			t.Fatal(err)
		}
		seen := false
		for l := range strings.Lines(b.String()) {
			if !strings.Contains(l, "naive") {
				continue
			}
			seen = true
			if strings.Contains(l, "1,600,000") || strings.Contains(l, "41.2") || strings.Contains(l, "41234") {
				t.Errorf("%s: figures of a failed algorithm: %s", format, l)
			}
		}
		if !seen || !strings.Contains(b.String(), "image 2 is wrong") {
			t.Errorf("%s: the failed algorithm or its reason is not there", format)
		}
	}
}

func TestColour(t *testing.T) {
	var with, without bytes.Buffer
	for w, colour := range map[*bytes.Buffer]bool{&with: true, &without: false} {
		if err := Write(w, sample(), "table", Options{Order: order, Colour: colour}); err != nil {
			t.Fatal(err)
		}
	}
	const red, reset = "\x1b[31m", "\x1b[0m"
	if n := strings.Count(with.String(), red); n != 1 || strings.Count(with.String(), reset) != 1 {
		t.Errorf("%d red rows, want 1", n)
	}
	if plain := strings.NewReplacer(red, "", reset, "").Replace(with.String()); plain != without.String() {
		t.Error("colour changes more than the colour")
	}
}

// TestAwkward writes what a hostile or empty result holds: no line may break, no
// escape sequence come through, and CSV must keep its columns.
func TestAwkward(t *testing.T) {
	odd := trial("a\x1b[31m\n\\end{tabular}|`<b>", 1, 5, result.Param{Key: "k\n&", Value: "v|\x00"})
	cases := map[string]*result.Experiment{
		"empty":   {},
		"odd":     {Name: "n\r\nm", Trials: []result.Trial{odd, fail(trial("", 1, 1), "\x1b]0;x\x07")}},
		"nothing": {Trials: []result.Trial{{Algorithm: "x", Trial: 1, Status: result.OK}}},
	}
	for name, e := range cases {
		for _, format := range Formats {
			var b bytes.Buffer
			if err := Write(&b, e, format, Options{}); err != nil {
				t.Fatalf("%s as %s: %v", name, format, err)
			}
			if format == "csv" { // data, and quoted
				if _, err := csv.NewReader(&b).ReadAll(); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if strings.ContainsAny(b.String(), "\x1b\r\x00\x07") {
				t.Errorf("%s as %s: control characters in %q", name, format, b.String())
			}
			if format == "latex" && strings.Count(b.String(), `\end{tabular}`) != strings.Count(b.String(), `\begin{tabular}`) {
				t.Errorf("%s: LaTeX of a name came through:\n%s", name, b.String())
			}
		}
	}
	if err := Write(&bytes.Buffer{}, sample(), "html", Options{}); err == nil {
		t.Error("html is a format")
	}
}

// The CSV stays one table, and the figures of a failed algorithm out of it.
func TestGrowthCSV(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, growing(), "csv", Options{Order: order}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	col := slices.Index(rows[0], "pause_growth")
	name := slices.Index(rows[0], "algorithm")
	want := map[string]string{"none": "", "naive": "linear", "zigzag": "linear", "pingpong": "flat", "calc": "none",
		"unheard_of": "flat", "cou": ""}
	for _, r := range rows[1:] {
		if r[col] != want[r[name]] {
			t.Errorf("%s is %q, want %q", r[name], r[col], want[r[name]])
		}
	}
}

func TestEveryClaimHasItsSource(t *testing.T) {
	for name, c := range claims {
		if c.growth == "" || c.source == "" {
			t.Errorf("%s: %+v", name, c)
		}
	}
	if c := claimOf("unheard of"); c.growth != "no claim found" {
		t.Errorf("got %+v", c)
	}
}

// An open loop in which nothing was due has no latencies, and calls none of them
// service times.
func TestOpenLoopWithoutArrivals(t *testing.T) {
	x := trial("none", 1, 2e6)
	x.Rate, x.Response = 1, nil
	var b strings.Builder
	if err := Write(&b, &result.Experiment{Name: "rare", Trials: []result.Trial{x}}, "table", Options{}); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if !strings.Contains(text, "response times from the intended start") || strings.Contains(text, "service times") {
		t.Error(text)
	}
}
