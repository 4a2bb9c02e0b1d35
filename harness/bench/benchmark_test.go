package bench

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
	"ckptbench/harness/result"
	"ckptbench/workload"
	"ckptbench/workload/smallbank"
)

const bank = `
records: 3k
workers: 2
workload: {name: smallbank}
duration: 120ms
warmup: 10ms
bucket: 20ms
verify_duration: 60ms
trials: 1
recover: true
checkpoint: {first: 10ms, interval: 40ms}
`

// Every algorithm runs the full mix (few in a short run) and some the other, and every
// image of them is checked: those of the recorded trial, those of the measured one, and
// the recovered state.
func TestEveryAlgorithmRunsSmallBank(t *testing.T) {
	few := "algorithms: [none, fuzzy, calc]\n"
	runs := map[string]string{smallbank.Full: "", smallbank.ConstantSum: few}
	if testing.Short() {
		runs[smallbank.Full] = few
	}
	for mix, some := range runs {
		t.Run(mix, func(t *testing.T) {
			e := run1(t, some+strings.Replace(bank, "{name: smallbank}", "{name: smallbank, mix: "+mix+"}", 1))
			for i := range e.Trials {
				tr := &e.Trials[i]
				if tr.Status != result.OK || !tr.Verdict.OK || tr.Committed == 0 || tr.Throughput == nil {
					t.Errorf("%s: status %s %s, verdict %+v, %d committed", tr.Algorithm, tr.Status, tr.Error, tr.Verdict,
						tr.Committed)
				}
				if tr.Kinds["balance"] == 0 || tr.Kinds["amalgamate"] == 0 ||
					mix == smallbank.Full && tr.Kinds["write-check"] == 0 {
					t.Errorf("%s: committed %v", tr.Algorithm, tr.Kinds)
				}
				if tr.Memory.Data < 3000*smallbank.RecordBytes {
					t.Errorf("%s: %d bytes of data", tr.Algorithm, tr.Memory.Data)
				}
				e, _ := algorithms.Find(tr.Algorithm)
				if e.Baseline {
					continue
				}
				if (tr.Recovery == nil) != e.Unlogged || tr.Verdict.Images < recordedImages+1 || tr.Verdict.Transactions == 0 {
					t.Errorf("%s: recovery %v, verdict %+v", tr.Algorithm, tr.Recovery, tr.Verdict)
				}
			}
		})
	}
}

// TPC-C runs too: its calls are declared again and rolled back as it demands, and
// its conditions hold in every image.
func TestTPCC(t *testing.T) {
	if testing.Short() {
		t.Skip("a warehouse takes seconds to load, several times")
	}
	e := run1(t, strings.NewReplacer("records: 3k", "algorithms: [calc]", "smallbank", "tpcc").Replace(bank))
	tr := &e.Trials[0]
	if tr.Status != result.OK || !tr.Verdict.OK || tr.Kinds["new-order"] == 0 || tr.Kinds["payment"] == 0 ||
		tr.Records != 1 || tr.Verdict.Images < recordedImages+1 {
		t.Errorf("status %s %s, verdict %+v, committed %v, %d warehouses", tr.Status, tr.Error, tr.Verdict, tr.Kinds,
			tr.Records)
	}
}

// benchmarkCell is a cell of a configuration whose workload is a benchmark.
func benchmarkCell(t testing.TB, text string) cell {
	t.Helper()
	e := parse(t, text)
	c := cell{Experiment: e.Cells()[0].Experiment, calm: true}
	var err error
	if c.bench, err = c.newBenchmark(); err != nil || c.bench == nil {
		t.Fatalf("benchmark %v, %v", c.bench, err)
	}
	return c
}

// An image that is torn for certain is found by Check alone, with nothing
// recorded, in both mixes, and whether the tables have an index or not.
func TestCheckFindsATornImage(t *testing.T) {
	entry, _ := algorithms.Find("naive-copy")
	for _, more := range []string{"mix: full}", "mix: constant-sum}", "mix: full, distribution: zipf}\nindex: hash"} {
		check := func(build store.New, want error) {
			t.Helper()
			entry.New = build
			c, dir := benchmarkCell(t, strings.Replace(bank, "smallbank}", "smallbank, "+more, 1)), t.TempDir()
			s, err := c.openLoaded(entry, dir, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			report := checkpointWhileRunning(t, c, s)
			err = c.checkImage(t.Context(), entry, dir, store.Source{Image: report.Image.Path})
			if !errors.Is(err, want) {
				t.Errorf("%s: Check says %v, want %v", more, err, want)
			}
			if err := c.consistent(s, "memory"); err != nil {
				t.Error(err)
			}
		}
		check(newTorn, smallbank.ErrInconsistent)
		sound, _ := algorithms.Find("naive-copy")
		check(sound.New, nil)
	}
}

// checkpointWhileRunning takes one image while every worker runs.
func checkpointWhileRunning(t *testing.T, c cell, s *store.Store) store.Report {
	t.Helper()
	r := c.newRun()
	decks, err := c.decks(1, 1, "test", 0)
	if err != nil {
		t.Fatal(err)
	}
	errs := make(chan error)
	for i, d := range decks {
		go func() { errs <- c.newDriver(r, s, i, d).loop() }()
	}
	report, err := s.Checkpoint(t.Context())
	r.stop.Store(true)
	for range decks {
		err = errors.Join(err, <-errs)
	}
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// A benchmark's condition that fails fails the trial, and the verdict has its
// text.
func TestVerdictHasTheCondition(t *testing.T) {
	naive, _ := algorithms.Find("naive-copy")
	naive.New = newTorn
	find := func(name string) (algorithms.Entry, bool) { return naive, name == naive.Name }
	for _, verify := range []string{"trial", "off"} {
		text := bank + "algorithms: [naive-copy]\nverify: " + verify + "\n"
		dir, err := Run(t.Context(), parse(t, text), Options{Out: t.TempDir(), find: find, calm: true})
		if wrong := errors.Is(err, ErrWrong); wrong != (verify != "off") {
			t.Fatalf("verify: %s: error %v", verify, err)
		}
		if verify == "off" {
			continue
		}
		e, err := result.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		tr := e.Trials[0]
		if tr.Status != result.Failed || tr.Throughput != nil || tr.Verdict.OK ||
			!strings.Contains(tr.Verdict.Detail, "is not consistent: sum: savings and checking hold") {
			t.Errorf("status %s, throughput %v, verdict %+v", tr.Status, tr.Throughput, tr.Verdict)
		}
	}
}

// The images that a measured trial keeps are checked as those of the recorded
// one are: a torn one is found, and those of fuzzy are repaired from the log
// first, of which all is kept.
func TestMeasuredImagesAreChecked(t *testing.T) {
	check := func(name string, build store.New, want error) *trial {
		t.Helper()
		entry, _ := algorithms.Find(name)
		if build != nil {
			entry.New = build
		}
		c, dir := benchmarkCell(t, bank), t.TempDir()
		s, err := c.openLoaded(entry, dir, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		tr := &trial{cell: c, entry: entry, dir: dir, store: s, out: &result.Trial{}}
		tr.plan(time.Now(), time.Now())
		for range 4 { // the store keeps two
			if !tr.sched.add(taken{report: checkpointWhileRunning(t, c, s)}) {
				t.Fatal(tr.sched.err)
			}
		}
		err = tr.readBack(t.Context())
		var wrong *wrongImage
		if !errors.Is(err, want) || errors.As(err, &wrong) != (want != nil) {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
		if want == nil && tr.out.Verdict.Images != 4 {
			t.Errorf("%s: %d images are right, want 4", name, tr.out.Verdict.Images)
		}
		return tr
	}
	check("naive-copy", newTorn, smallbank.ErrInconsistent)
	check("naive-copy", nil, nil)
	check("fuzzy", nil, nil) // read, but nothing repairs it
	fuzzy := check("fuzzy-log", nil, nil)
	fuzzy.entry.NeedsLog = false // so that it is not repaired
	if err := fuzzy.readBack(t.Context()); err == nil {
		t.Error("an image of fuzzy passes without its log")
	}
}

// Every benchmark that can be configured is there, with all of its mixes.
func TestEveryBenchmarkIsBuilt(t *testing.T) {
	for _, name := range workload.Benchmarks() {
		for _, mix := range workload.Calls(name) {
			c := benchmarkCell(t, "workload: {name: "+name+", mix: "+mix+"}\n")
			if len(c.bench.Tables()) == 0 || c.size() == 0 {
				t.Errorf("%s, %s: %d tables, size %d", name, mix, len(c.bench.Tables()), c.size())
			}
		}
	}
	unknown := cell{Experiment: parse(t, "workload: {name: tpcc}\n")}
	unknown.Workload.Name = "nothing"
	if b, err := unknown.newBenchmark(); b != nil || err != nil {
		t.Errorf("a workload that is no benchmark gives %v, %v", b, err)
	}
}

// A call allocates nothing on its way from the client to the store and back,
// under any algorithm at rest; with an index and without.
func TestCallsAllocateNothing(t *testing.T) {
	for _, name := range []string{"none", "calc", "cpr"} {
		for _, index := range []string{"dense", "hash"} {
			e, _ := algorithms.Find(name)
			c := benchmarkCell(t, bank+"index: "+index+"\n")
			s, err := c.openLoaded(e, t.TempDir(), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			r := c.newRun()
			cl := newCaller(r, s.Worker(0), c.bench.Client(1, 0, 1), index == "hash", newTimer(r))
			one := func() {
				if err := cl.one(); err != nil {
					t.Error(err)
				}
			}
			for range 100 { // every kind has been counted once
				one()
			}
			if n := testing.AllocsPerRun(5000, one); n != 0 {
				t.Errorf("%s, %s: %v allocations a call, want 0", name, index, n)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// fickle is a benchmark of three procedures that try a caller's patience, in
// turn: one that declares the wrong record twice, one that aborts after it
// wrote, and one that aborts before.
type fickle struct {
	n, tries int
	declared []uint64
}

func (f *fickle) Tables() []workload.Table {
	return []workload.Table{{Name: "t", ValueSize: 8, Capacity: 8}}
}

func (f *fickle) Load(int) iter.Seq2[uint64, []byte] {
	return func(yield func(uint64, []byte) bool) {
		for key := uint64(0); key < 4 && yield(key, []byte("old")); key++ {
		}
	}
}

func (f *fickle) Client(uint64, int, int) workload.Client { return f }
func (f *fickle) Check(workload.State) error              { return nil }

func (f *fickle) Next() workload.Call {
	f.n, f.tries = f.n+1, 0
	return f
}

func (f *fickle) Kind() string   { return [...]string{"again", "late", "early"}[f.n%3] }
func (f *fickle) MayAbort() bool { return f.Kind() == "late" }

func (f *fickle) Declare(a []workload.Access) []workload.Access {
	key := uint64(f.tries)
	f.declared = append(f.declared, key)
	return append(a, workload.Access{Key: key, Write: true})
}

func (f *fickle) Body(tx workload.Tx) error {
	f.tries++
	switch {
	case f.Kind() == "again" && f.tries < 3:
		return fmt.Errorf("not record %d: %w", f.tries-1, workload.ErrAgain)
	case f.Kind() == "early":
		return workload.ErrAbort
	}
	tx.Write(0, workload.Whole, []byte(f.Kind()))
	if f.Kind() == "late" {
		return workload.ErrAbort
	}
	return nil
}

func TestCallerDeclaresAgainAndAborts(t *testing.T) {
	f, e := &fickle{}, algorithms.All()[0]
	c := benchmarkCell(t, bank)
	c.bench = f
	s, err := c.openLoaded(e, t.TempDir(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	r := c.newRun()
	cl := newCaller(r, s.Worker(0), f, false, newTimer(r))
	for range 3 { // late, early, again
		if err := cl.one(); err != nil {
			t.Fatal(err)
		}
	}
	if want := []uint64{0, 0, 0, 1, 2}; !slices.Equal(f.declared, want) || cl.again != 2 {
		t.Errorf("declared %v and %d again, want %v and 2", f.declared, cl.again, want)
	}
	var got []string
	for key, v := range s.All(0) {
		got = append(got, fmt.Sprint(key, string(v)))
	}
	if want := []string{"0old", "1old", "2again", "3old"}; !slices.Equal(got, want) {
		t.Errorf("the table holds %q, want %q", got, want)
	}
	if len(cl.kinds) != 1 || cl.kinds[0] != (kindCount{"again", 1}) {
		t.Errorf("committed %v", cl.kinds)
	}
	cl.run.stop.Store(true)
	f.n = 2 // the next is again's
	if err := cl.one(); err != nil || cl.again != 2 || len(f.declared) != 6 {
		t.Errorf("after the stop: %v, %d again, declared %v", err, cl.again, f.declared)
	}
}
