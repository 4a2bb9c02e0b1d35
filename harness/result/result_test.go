package result

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample is a trial with every field set.
func sample() Trial {
	tput, lost, rel := 1802391.25, -12.5, 0.97
	return Trial{
		Schema: Schema, Experiment: "demo", Algorithm: "naive-copy", Params: []Param{{"zipf", "0.99"}, {"op/s", "a,b"}},
		Trial: 2, Round: 2, Seed: 1<<64 - 1, Status: OK,
		Verdict: Verdict{Mode: "trial", OK: true, Images: 3, Transactions: 99},
		Workers: 2, Records: 1000, Elapsed: 12.000000001, Committed: 21628695,
		Aborts:     map[string]uint64{"shift": 3},
		Throughput: &tput, Lost: &lost, Relative: &rel,
		Service: &Quantiles{Count: 10, Mean: 5, P50: 4000, P90: 6000, P99: 9000, P999: 120000, P9999: 130000, Max: 4000000},
		Log:     "sync", DurableWait: 0.125, NeverDurable: 7, NeverOldest: 0.5,
		Durable: &Quantiles{Count: 10, Mean: 7000000, P50: 6000000, P90: 7000000, P99: 19000000, P999: 21000000,
			P9999: 22000000, Max: 24000000},
		Memory:  Memory{Data: 1000, Store: 1500, Rest: 100, Peak: 1100, After: 100, RSS: 9000},
		GCShare: 0.01, GCCycles: 4,
		Checkpoints: []Checkpoint{
			{N: 1, Cold: true, Trigger: 1, Wait: 0.1, Pause: 0.5, Capture: 0.5, Write: 0.2, Sync: 0.2, Total: 1, Bytes: 1000,
				Records: 10, Point: "x < y"},
			{N: 2, Trigger: 5, Wait: 0.01, Pause: 0.25, Capture: 0.3, Write: 0.1, Sync: 0.09, Total: 0.5, Stalls: 7,
				Stalled: 0.75, Bytes: 1001, Records: 11},
			{N: 3, Trigger: 9, Error: "cancelled", Pause: 99, Total: 99},
		},
		Recovery: &Recovery{Load: 0.2, Merge: 0.01, Replay: 0.03, FirstTxn: 0.25, Bytes: 1001, Records: 11,
			Checked: "memory"},
		Warnings: []string{"load is 3.2"}, StartedAt: "2026-11-20T10:00:00Z",
		Buckets: []Bucket{
			{Start: -1, Elapsed: 0.1, Commits: 5},
			{Start: 0.1 + 0.2, Elapsed: 11.9, Commits: 21628600, Aborts: 1, Algo: -1, RSS: 1 << 40, P50: 1, P99: 2,
				P999: 3, Max: 4},
			{Start: 12.2, Elapsed: 0.100000001, Commits: 95},
		},
		Events: []Event{{1, 1, "trigger"}, {1.1, 1, `phase "prepare", drained`}, {2, 1, "durable"}},
		HGRM:   []byte(hgrm), DurableHGRM: []byte(hgrm),
	}
}

const hgrm = " Value\tPercentile\tTotalCount\t1/(1-Percentile)\n\n" +
	"    1000.000     0.500000            5         2.00\n" +
	"    2000.000     0.900000            9        10.00\n" +
	"    2000.000     0.900000            9        10.00\n" +
	"    9000.000     1.000000           10          inf\n" +
	"#[Mean    =     1500.000, StdDeviation   =      100.000]\n"

func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	e := Experiment{Config: []byte("about: x\n"), Resolved: []byte("experiment: {about: the cost of it}\ntrials: 2\n"),
		Machine: Machine{CPU: "C", Cores: 2, Facts: map[string]string{"thp": "madvise"}}}
	if err := SaveSetup(dir, e); err != nil {
		t.Fatal(err)
	}
	a, b := sample(), sample()
	b.Trial, b.Status, b.Throughput, b.Lost, b.Relative, b.HGRM, b.Buckets, b.Events, b.Verdict.OK = 1, Failed, nil, nil,
		nil, nil, nil, nil, false
	for _, x := range []Trial{a, b, a} { // the last replaces the first
		if err := Save(dir, x); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	e.Name, e.Dir, e.About, e.Trials = "demo", dir, "the cost of it", []Trial{b, a}
	if d := cmp.Diff(&e, got); d != "" {
		t.Error(d)
	}
	var left []string
	filepath.WalkDir(dir, func(p string, d os.DirEntry, _ error) error {
		if strings.HasPrefix(d.Name(), ".") {
			left = append(left, p)
		}
		return nil
	})
	if left != nil {
		t.Errorf("temporary files are left: %v", left)
	}
}

func TestSaveRefuses(t *testing.T) {
	check := func(want string, spoil func(*Trial)) {
		t.Helper()
		dir := t.TempDir()
		x := sample()
		spoil(&x)
		if err := Save(dir, x); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		if ds, _ := os.ReadDir(dir); len(ds) > 0 {
			t.Errorf("%s: something was written", want)
		}
	}
	nan := math.NaN()
	check("throughput_txn_s is not a finite", func(t *Trial) { t.Throughput = &nan })
	check("checkpoint 2: sync_s is not", func(t *Trial) { t.Checkpoints[1].Sync = math.Inf(1) })
	check("checkpoint 2: stalled_s is not", func(t *Trial) { t.Checkpoints[1].Stalled = nan })
	check("recovery: load_s", func(t *Trial) { t.Recovery.Load = nan })
	check("bucket 1", func(t *Trial) { t.Buckets[1].Elapsed = nan })
	check("bucket 1 starts before", func(t *Trial) { t.Buckets[1].Start = -2 })
	check("event 2", func(t *Trial) { t.Events[2].At = nan })
	check("control character", func(t *Trial) { t.Events[0].Name = "a\nb" })
	check("must not carry a throughput", func(t *Trial) { t.Status = Failed })
	check("status", func(t *Trial) { t.Status = "fine" })
	check("schema", func(t *Trial) { t.Schema = 0 })
	check("trial is 0", func(t *Trial) { t.Trial = 0 })
	check("algorithm is empty", func(t *Trial) { t.Algorithm = "" })
	check("latency.hgrm:1", func(t *Trial) { t.HGRM = []byte("x") })
	check("durable.hgrm:1", func(t *Trial) { t.DurableHGRM = []byte("x") })
}

func TestLoadRefuses(t *testing.T) {
	check := func(name, old, new, want string) {
		t.Helper()
		dir := t.TempDir()
		x := sample()
		if err := Save(dir, x); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(trialPath(dir, x), name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		spoilt := strings.Replace(string(data), old, new, 1)
		if spoilt == string(data) {
			t.Fatalf("%q is not in %s", old, name)
		}
		if err := os.WriteFile(path, []byte(spoilt), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), trialPath(dir, x)) ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nwant %s and %q", err, path, want)
		}
	}
	check("trial.json", `"trial": 2`, `"trial": "2"`, "trial.json:15:")
	check("trial.json", `"workers"`, `"wrokers"`, `unknown field "wrokers"`)
	check("trial.json", `"schema": 3`, `"schema": 4`, "newer")
	check("trial.json", `"schema": 3`, `"schema": 0`, "schema is 0")
	check("trial.json", `"schema": 3`, `"schema": 2`, "was changed since it was measured")
	check("trial.json", `"throughput_txn_s": 1`, `"throughput_txn_s": 2`,
		"but committed/elapsed_s is 21628695/12.000000001")
	check("trial.json", `"mode": "trial"`, `"mode": "trail"`, `verdict.mode is "trail"`)
	check("trial.json", `"p50": 4000`, `"p50": 40000`, "service_ns: the quantiles do not ascend")
	check("trial.json", `"count": 10`, `"count": 11`, "latency.hgrm has 10 latencies, but the quantiles are of 11")
	check("trial.json", `"pause_s": 0.5`, `"pause_s": -1`, "checkpoint 1: pause_s is -1")
	check("trial.json", `"pause_s": 0.25`, `"pause_s": 1e9`, "checkpoint 2: pause_s is 1e+09")
	check("trial.json", `"workers": 2`, `"workers": 3`, "was changed since it was measured")
	check("timeline.csv", ",95,", ",94,", "committed is 21628695, but the buckets of timeline.csv add up to 21628694")
	check("timeline.csv", "11.9", "11.8", "elapsed_s is 12.000000001, but the buckets")
	check("events.csv", "1,1,trigger", "2,1,trigger", "was changed since it was measured")
	check("trial.json", "\n}\n", "\n}\n{}", "something follows")
	check("trial.json", `"trial": 2`, `"trial": 3`, "was changed since it was measured")
	check("trial.json", `{`, ``, "trial.json:")
	check("timeline.csv", "elapsed_s", "elapsed_ms", `timeline.csv:1: column 2 is "elapsed_ms"`)
	check("timeline.csv", "11.9", "NaN", `timeline.csv:3: elapsed_s "NaN"`)
	check("timeline.csv", "-1,0.1", "1,0.1", `timeline.csv:3: start_s`)
	check("timeline.csv", "-1,0.1", "-1,-0.1", `timeline.csv:2: elapsed_s "-0.1": is negative`)
	check("timeline.csv", ",5,", ",-5,", `timeline.csv:2: commits "-5"`)
	check("timeline.csv", "-1,0.1", "-1,0.1,7", `wrong number of fields`)
	check("events.csv", "trigger", "", `events.csv:2: event "": is empty`)
	check("events.csv", "1,1,trigger", "one,1,trigger", `events.csv:2: at_s "one"`)
	check("latency.hgrm", "2000.000", "500.000", `latency.hgrm:4: value or count falls`)
	check("latency.hgrm", "2000.000", "-1", `latency.hgrm:4: value "-1"`)
}

// Every file of a trial is missed, the checksums too.
func TestLoadMissing(t *testing.T) {
	for _, name := range []string{"trial.json", "timeline.csv", "events.csv", "latency.hgrm", "durable.hgrm",
		"SHA256SUMS"} {
		dir := t.TempDir()
		if err := Save(dir, sample()); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(trialPath(dir, sample()), name)); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestLoadNothing(t *testing.T) {
	if _, err := Load(t.TempDir()); err == nil {
		t.Error("an empty directory is a result")
	}
	dir := t.TempDir()
	if err := SaveSetup(dir, Experiment{}); err != nil {
		t.Fatal(err)
	}
	if e, err := Load(dir); err != nil || len(e.Trials) != 0 {
		t.Errorf("a run before its first trial: %v, %v", e, err)
	}
}

func TestTrialDir(t *testing.T) {
	check := func(want, algorithm string, n int, kv ...string) {
		t.Helper()
		x := Trial{Algorithm: algorithm, Trial: n}
		for i := 0; i < len(kv); i += 2 {
			x.Params = append(x.Params, Param{kv[i], kv[i+1]})
		}
		if got := TrialDir(x); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	check("calc-1", "calc", 1)
	check("zipf=0.99/calc-1", "calc", 1, "zipf", "0.99")
	check("zipf=0.99,records=64MiB/naive-copy-12", "naive-copy", 12, "zipf", "0.99", "records", "64MiB")
	check("a%2Cb%3D=%2F..%00%C3%A9/%2E.-1", "..", 1, "a,b=", "/..\x00é")
	long := TrialDir(Trial{Algorithm: "x", Trial: 1, Params: []Param{{"k", strings.Repeat("v", 999)}}})
	other := TrialDir(Trial{Algorithm: "x", Trial: 1, Params: []Param{{"k", strings.Repeat("v", 998)}}})
	if long == other || len(long) > 255 {
		t.Errorf("long names: %q, %q", long, other)
	}
}

func TestPointsInOrder(t *testing.T) {
	e := &Experiment{}
	for _, v := range []string{"1MiB", "64KiB", "x", "10", "9", "2s", "1MiB", "-1"} {
		e.Trials = append(e.Trials, Trial{Algorithm: "a", Params: []Param{{"v", v}}})
	}
	var got []string
	for _, p := range e.Points() {
		got = append(got, p[0].Value)
	}
	if want := "-1 2s 9 10 64KiB 1MiB x"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}

func TestStat(t *testing.T) {
	check := func(n int, k int, level float64, what string) {
		t.Helper()
		vs := make([]float64, n)
		for i := range vs {
			vs[i] = float64((i*7 + 3) % n) // 0..n-1 in some order, as 7 and n share no factor
		}
		s := NewStat(vs)
		want := Stat{N: n, Median: float64(n-1) / 2, Lo: float64(k), Hi: float64(n - 1 - k), Level: level}
		s.Level = math.Round(s.Level*1e5) / 1e5
		if s != want || s.Range() != what {
			t.Errorf("n=%d: %+v %q, want %+v %q", n, s, s.Range(), want, what)
		}
	}
	check(1, 0, 0, "single trial")
	check(2, 0, 0, "min..max")
	check(5, 0, 0, "min..max")              // 1 - 2/32 = 0.9375 is not enough
	check(6, 0, 0.96875, "96.9 % interval") // 1 - 2/64
	check(8, 0, 0.99219, "99.2 % interval") // 1 - 2/256; k=1: 1 - 18/256 = 0.9297
	check(9, 1, 0.96094, "96.1 % interval") // 1 - 2*10/512
	check(10, 1, 0.97852, "97.9 % interval")
	if s := NewStat(nil); s != (Stat{}) || s.Range() != "not measured" {
		t.Errorf("%+v of nothing", s)
	}
}

// TestIntervalCovers draws samples and counts how often the interval holds the
// true median: it must be as often as it says.
func TestIntervalCovers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{6, 9, 25} {
		const rounds = 4000
		hit, level := 0, 0.0
		for range rounds {
			vs := make([]float64, n)
			for i := range vs {
				vs[i] = r.ExpFloat64()
			}
			s := NewStat(vs)
			if level = s.Level; s.Lo <= math.Ln2 && math.Ln2 <= s.Hi {
				hit++
			}
		}
		if got := float64(hit) / rounds; math.Abs(got-level) > 0.015 {
			t.Errorf("n=%d: covers %.3f, says %.3f", n, got, level)
		}
	}
}

func TestAggregate(t *testing.T) {
	e := &Experiment{}
	add := func(algorithm, status string, trial int, tput float64) *Trial {
		x := sample()
		x.Params, x.Algorithm, x.Status, x.Trial = nil, algorithm, status, trial
		x.Throughput = &tput
		if status == Failed {
			x.Throughput, x.Lost, x.Relative, x.Error = nil, nil, nil, "image 1 is wrong"
		}
		e.Trials = append(e.Trials, x)
		return &e.Trials[len(e.Trials)-1]
	}
	add("calc", OK, 1, 10)
	add("calc", OK, 2, 30)
	add("calc", Partial, 3, 1000) // does not count beside complete ones
	add("odd", Partial, 1, 7)
	add("naive", OK, 1, 50)
	add("naive", Failed, 2, 0)
	add("none", OK, 1, 60).Checkpoints = nil
	rows := e.Aggregate([]string{"none", "naive", "calc"})
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%s %d/%d %v %v", r.Algorithm, r.Trials, r.Failed, r.Partial, r.Throughput.Median))
	}
	want := []string{"none 1/0 false 60", "naive 1/1 false 0", "calc 2/0 false 20", "odd 1/0 true 7"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if none := rows[0]; none.Pause.N != 0 || none.Total.N != 0 || none.Checkpoints != 0 {
		t.Errorf("none has checkpoint figures: %+v", none)
	}
	if naive := rows[1]; naive.Measured() || naive.Peak.N != 0 || naive.P50.N != 0 ||
		naive.Errors[0] != "image 1 is wrong" {
		t.Errorf("a failed algorithm has figures: %+v", naive)
	}
	c := rows[2]
	if c.Pause.Median != 0.5 || c.Total.Median != 0.5 || c.Checkpoints != 4 {
		t.Errorf("pause %v, total %v of %d checkpoints; want the longest, and the mean without the cold and the broken one",
			c.Pause.Median, c.Total.Median, c.Checkpoints)
	}
	if c.Stalled.Median != 0.75 {
		t.Errorf("stalled %v, want the mean without the cold one", c.Stalled.Median)
	}
	if c.Peak.Median != 1.1 || c.P999.Median != 120000 || c.Recovery.Median != 0.25 || c.Images != 9 || !c.Verified {
		t.Errorf("%+v", c)
	}
}

func TestBench(t *testing.T) {
	a, b, c := sample(), sample(), sample()
	b.Algorithm, b.Trial = "a b/c", 1
	b.Checkpoints, b.Recovery, b.Lost, b.Service = nil, nil, nil, nil
	c.Status, c.Throughput, c.Lost, c.Relative = Failed, nil, nil, nil
	e := &Experiment{Name: "demo", Trials: []Trial{a, b, c},
		Machine: Machine{OS: "Linux", CPU: "AMD\n EPYC", GOMAXPROCS: 2, Commit: "abc"}}
	var got bytes.Buffer
	if err := WriteBench(&got, e); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "bench.txt")
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
	if d := cmp.Diff(string(want), got.String()); d != "" {
		t.Error(d)
	}
	dir := t.TempDir()
	if err := SaveBench(dir, e); err != nil {
		t.Fatal(err)
	}
	if saved, _ := os.ReadFile(filepath.Join(dir, "bench.txt")); !bytes.Equal(saved, want) {
		t.Error("SaveBench wrote something else")
	}
}

// A timeline from before gaps were measured is taken, and one of another version
// is not.
func TestTimelineWithoutGaps(t *testing.T) {
	b := Bucket{Start: 1, Elapsed: 0.1, Commits: 3, P50: 4, P99: 5, P999: 6, Max: 7, HostTaken: 8, LongestGap: 9}
	data := string(formatTimeline([]Bucket{b}))
	got, err := parseTimeline("t", []byte(data))
	if err != nil || len(got) != 1 || got[0] != b {
		t.Fatalf("%+v, %v; want %+v", got, err, b)
	}
	old := strings.NewReplacer(",host_taken_ns,longest_gap_ns", "", ",8,9\n", "\n").Replace(data)
	b.HostTaken, b.LongestGap = 0, 0
	if got, err = parseTimeline("t", []byte(old)); err != nil || len(got) != 1 || got[0] != b {
		t.Errorf("without the columns: %+v, %v; want %+v", got, err, b)
	}
	if _, err := parseTimeline("t", []byte(strings.Replace(data, ",longest_gap_ns", ",else", 1))); err == nil {
		t.Error("a column of another name is taken")
	}
}
