package bench

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// Each cause has its own count, what was declared again is no client's abort, and
// causes of which there was nothing are left out.
func TestAbortsByCause(t *testing.T) {
	check := func(c store.Counts, again uint64, want map[string]uint64) {
		t.Helper()
		if d := cmp.Diff(want, causes(c, again)); d != "" {
			t.Error(d)
		}
	}
	check(store.Counts{Commits: 1000, Conflicts: 20, Shifts: 3, Aborts: 50, Stalls: 7}, 8,
		map[string]uint64{"lock conflict": 20, "cpr shift": 3, "client": 42, "declared again": 8})
	check(store.Counts{Commits: 1000, Aborts: 8}, 8, map[string]uint64{"declared again": 8})
	check(store.Counts{Commits: 1000}, 0, map[string]uint64{})
}

// Memory by value: the peak, the end and the process's are each their own; of an
// experiment that inserts, the data and the store are what they were in the end.
func TestMemoryByValue(t *testing.T) {
	e := &config.Experiment{Records: 1000, RecordSize: config.Sizes{Low: 10, High: 10}}
	m := store.Memory{Store: 500, Own: 60, Peak: 700}
	loaded := result.Memory{Data: 10_000, Store: 400, Rest: 50, Huge: 9, HeapRest: 1, HeapPeak: 2}
	check := func(next uint64, want result.Memory) {
		t.Helper()
		r, _ := fakeRun()
		r.next.Store(next)
		tr := &trial{cell: cell{Experiment: e}, run: r, sampler: &sampler{rss: 8000}, out: &result.Trial{Memory: loaded}}
		tr.remembered(m)
		if d := cmp.Diff(want, tr.out.Memory); d != "" {
			t.Error(d)
		}
	}
	want := loaded
	want.Peak, want.After, want.RSS = 700, 60, 8000
	check(1000, want)
	want.Data, want.Store, want.Rest = 10_050, 500, 60
	check(1005, want)
}

// The timeline adds up to what was measured, the warm-up left out: commits over the
// buckets' own time. Aborts are in neither.
func TestThroughputByValue(t *testing.T) {
	total := func(bs ...result.Bucket) *result.Trial {
		tr := &trial{sampler: &sampler{buckets: bs}, out: &result.Trial{}}
		tr.total()
		return tr.out
	}
	o := total(
		result.Bucket{Start: -1, Elapsed: 0.5, Commits: 100_000, Aborts: 9},
		result.Bucket{Start: -0.5, Elapsed: 0.499, Commits: 50_000},
		result.Bucket{Start: -0.001, Elapsed: 0.251, Commits: 3000, Aborts: 500}, // woke up a little before
		result.Bucket{Start: 0.25, Elapsed: 0.25, Commits: 4000, Aborts: 600},
		result.Bucket{Start: 0.5, Elapsed: 0.499, Commits: 5000, Aborts: 700},
	)
	if o.Committed != 12_000 || abs(o.Elapsed-1) > 1e-9 || o.Throughput == nil || abs(*o.Throughput-12_000) > 1e-6 {
		t.Errorf("%d committed in %v s, %v a second; want 12000, 1 s", o.Committed, o.Elapsed, o.Throughput)
	}
	if len(o.Buckets) != 5 {
		t.Errorf("%d buckets are in the result", len(o.Buckets))
	}
	if o := total(result.Bucket{Elapsed: 1}); o.Throughput != nil || o.Elapsed != 1 {
		t.Errorf("nothing committed: %v a second in %v s", o.Throughput, o.Elapsed)
	}
	if o := total(); o.Throughput != nil || o.Elapsed != 0 {
		t.Errorf("nothing measured: %v a second in %v s", o.Throughput, o.Elapsed)
	}
}

// What is durable after the end of the run counts, in the last bucket; what the
// warm-up committed and was durable in the measured part does not count again.
func TestDurableByValue(t *testing.T) {
	s, tm, f, _ := fakeSampler(false)
	l := &fakeLog{}
	l.wait = func(e uint64) error { l.reach(e, fakeZero, 9); return nil }
	a := newAcks(t.Context(), l, false, tm)
	commit := func(epoch uint64, at int) {
		f.now = sec(at)
		tm.restart()
		f.now += 1000
		tm.count(true)
		tm.end(epoch, false)
		if err := a.settle(); err != nil {
			t.Fatal(err)
		}
	}
	commit(1, 0) // in the warm-up, durable in it
	l.reach(1, fakeZero, 1)
	if err := a.settle(); err != nil {
		t.Fatal(err)
	}
	f.now = sec(1)
	s.sample()
	commit(2, 2) // durable after 1 s
	l.reach(2, fakeZero, 3)
	if err := a.settle(); err != nil {
		t.Fatal(err)
	}
	commit(3, 4) // durable after the end, 5 s later
	f.now = sec(5)
	s.sample()
	if err := a.finish(); err != nil {
		t.Fatal(err)
	}
	s.finish()
	tr := &trial{sampler: s, out: &result.Trial{}, timers: []*timer{tm, newTimer(s.run), newTimer(s.run)}}
	a.held = 1500 * time.Millisecond
	newAcks(t.Context(), l, false, tr.timers[1]).held = 250 * time.Millisecond
	tr.acknowledged()
	q := tr.out.Durable
	if q == nil || q.Count != 2 || !about(time.Duration(q.P50), 1) || !about(time.Duration(q.Max), 5) {
		t.Errorf("durable %+v, want two: 1 s and 5 s", q)
	}
	if tr.out.DurableWait != 1.75 || len(tr.out.DurableHGRM) == 0 {
		t.Errorf("waited %v s, %d bytes of listing", tr.out.DurableWait, len(tr.out.DurableHGRM))
	}
}

// A response to what was due in the measured part counts though it came before its
// first bucket began; one due in the warm-up does not, however late it came.
func TestResponsesByValue(t *testing.T) {
	s, tm, f, _ := fakeSampler(true)
	tm.from = sec(1)
	respond := func(due, done uint64) { // milliseconds
		f.now = done * uint64(ms)
		tm.due, tm.last = due*uint64(ms), f.now-5
		tm.count(true)
		tm.end(0, false)
	}
	respond(500, 900)   // of the warm-up
	respond(999, 1200)  // due in it
	respond(1100, 1300) // before the sampler woke up
	f.now = uint64(1400 * ms)
	s.sample()
	respond(800, 1500)
	respond(1000, 1900)
	f.now = sec(2)
	s.sample()
	s.finish()
	if n, h := s.total.Total(),
		s.total.HDR(); n != 2 || h.Min() < 198e6 || h.Min() > 200e6 || h.Max() < 900e6 || h.Max() > 908e6 {
		t.Errorf("%d responses of %v to %v ns, want two of 200 ms and 900 ms", n, h.Min(), h.Max())
	}
	if n := s.service.Total(); n != 2 || s.service.HDR().Max() != 5 {
		t.Errorf("%d service times up to %d ns, want those of the measured bucket, 5 ns", n, s.service.HDR().Max())
	}
}

// Memory of the timeline: at most, and on the heap only in the measured part.
func TestSamplerPeaks(t *testing.T) {
	s, _, f, _ := fakeSampler(false)
	f.now = sec(1) / 2
	s.sample()
	if s.heap != 0 || s.rss != s.buckets[0].RSS || s.rss < 1<<20 || s.buckets[0].Algo != 7 {
		t.Errorf("in the warm-up heap %d, rss %d; bucket %+v", s.heap, s.rss, s.buckets[0])
	}
	s.rss = 1 << 60
	f.now = sec(1)
	s.sample()
	f.now = sec(2)
	s.sample()
	if s.heap < 1<<16 || s.rss != 1<<60 {
		t.Errorf("heap at most %d, rss at most %d", s.heap, s.rss)
	}
	s.heap = 1 << 60
	f.now = sec(3)
	if s.sample(); s.heap != 1<<60 {
		t.Errorf("heap at most %d", s.heap)
	}
}

// The buckets of a client's aborts of every kind.
func TestAbortsOfABucket(t *testing.T) {
	s, _, f, src := fakeSampler(false)
	f.now = sec(1)
	src.now = store.Counts{Commits: 5, Aborts: 100, Conflicts: 200, Shifts: 400}
	s.sample()
	f.now = sec(2)
	src.now = store.Counts{Commits: 12, Aborts: 101, Conflicts: 202, Shifts: 404, Stalls: 1000}
	s.sample()
	if b := s.buckets[0]; b.Commits != 5 || b.Aborts != 700 {
		t.Errorf("%+v", b)
	}
	if b := s.buckets[1]; b.Commits != 7 || b.Aborts != 7 {
		t.Errorf("%+v", b)
	}
}

// Of a round every trial is set against none's of that round alone: the ratio of
// throughputs, and how many transactions fewer in the trial's own time.
func TestRelativeByValue(t *testing.T) {
	r := &runner{dir: t.TempDir()}
	ran := func(algorithm string, round int, elapsed, tput float64) *result.Trial {
		x := &result.Trial{Schema: result.Schema, Algorithm: algorithm, Trial: round, Round: round, Status: result.OK,
			Verdict: result.Verdict{Mode: "off"}, Elapsed: elapsed, Committed: uint64(tput * elapsed)}
		x.Buckets = []result.Bucket{{Elapsed: elapsed, Commits: x.Committed}}
		if tput > 0 {
			x.Throughput = &tput
		}
		return x
	}
	check := func(x *result.Trial, relative, lost float64) {
		t.Helper()
		if x.Relative == nil || abs(*x.Relative-relative) > 1e-12 || abs(*x.Lost-lost) > 1e-6 {
			t.Errorf("%s, round %d: relative %v, lost %v; want %v and %v", x.Algorithm, x.Round, x.Relative, x.Lost,
				relative, lost)
		}
		saved, err := result.LoadTrial(filepath.Join(r.dir, "trials", result.TrialDir(*x)))
		if err != nil || saved.Relative == nil || *saved.Relative != *x.Relative || *saved.Lost != *x.Lost {
			t.Errorf("saved: %v, %+v", err, saved)
		}
	}
	first := []*result.Trial{ran("calc", 1, 4, 900), ran("none", 1, 2, 1000), ran("cpr", 1, 2, 1100), ran("cou", 1, 2, 0)}
	second := []*result.Trial{ran("none", 2, 5, 2000), ran("calc", 2, 10, 900)}
	for _, outs := range [][]*result.Trial{first, second, {ran("calc", 3, 4, 900)},
		{ran("none", 4, 2, 0), ran("calc", 4, 4, 900)}} {
		if err := r.compare(outs); err != nil {
			t.Fatal(err)
		}
	}
	check(first[0], 0.9, 400)
	check(first[1], 1, 0)
	check(first[2], 1.1, -200)
	check(second[0], 1, 0)
	check(second[1], 0.45, 11_000)
	if first[3].Relative != nil || first[3].Lost != nil {
		t.Errorf("without a throughput: %+v", first[3])
	}
	if left, _ := os.ReadDir(filepath.Join(r.dir, "trials")); len(left) != 5 {
		t.Errorf("%d trials were saved, want the five that are relative to none", len(left))
	}
}

// Each round has another order of algorithms.
func TestRoundsTakeTurns(t *testing.T) {
	text := strings.NewReplacer("verify_duration: 100ms", "verify: off", "trials: 1", "trials: 3", "250ms", "50ms",
		"bucket: 50ms", "bucket: 10ms").Replace(small)
	ran, _, err := ranIn(t, t.TempDir(), text+"algorithms: [none, none-again, calc]\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "none none-again calc none-again calc none calc none none-again"; ran != want {
		t.Errorf("ran %s, want %s", ran, want)
	}
}

// What makes a trial's figures worth less is said, and nothing else.
func TestWarningsByValue(t *testing.T) {
	warned := func(change func(*trial)) string {
		r, _ := fakeRun()
		tr := &trial{run: r, sched: &schedule{}, cell: cell{Experiment: parse(t, small)},
			out: &result.Trial{Committed: 50, Checkpoints: []result.Checkpoint{{Error: "x"}, {}}}}
		change(tr)
		tr.warn()
		return strings.Join(tr.out.Warnings, "\n")
	}
	check := func(want string, change func(*trial)) {
		t.Helper()
		if got := warned(change); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	check("", func(*trial) {})
	check("only 5 transactions committed", func(t *trial) { t.out.Committed = 5 })
	check("no transaction committed", func(t *trial) { t.out.Committed = 0 })
	check("3 reads found no record", func(t *trial) { t.run.misses.Store(3) })
	check("no checkpoint was finished", func(t *trial) { t.out.Checkpoints = t.out.Checkpoints[:1] })
	check("", func(t *trial) { t.out.Checkpoints, t.entry = nil, algorithms.Entry{Baseline: true} })
	check("0.20 % off", func(t *trial) { t.warnDrift(0.002) })
	check("-0.11 % off", func(t *trial) { t.warnDrift(-0.0011) })
	check("", func(t *trial) { t.warnDrift(0.001) })
}

// Durations are in seconds, to the microsecond.
func TestSeconds(t *testing.T) {
	for d, want := range map[time.Duration]float64{
		0: 0, time.Microsecond: 1e-6, 1499 * time.Nanosecond: 1e-6, 1500 * time.Nanosecond: 2e-6, 90 * time.Second: 90,
		12_345_678 * time.Microsecond: 12.345678,
	} {
		if got := seconds(d); got != want {
			t.Errorf("%v is %v s, want %v", d, got, want)
		}
	}
}

// What a trial collects is what its sources have: service and response times,
// listings, memory, aborts, checkpoints.
func TestCollectedByValue(t *testing.T) {
	text := strings.Replace(small, "verify_duration: 100ms", "verify: off", 1) +
		"wal: async\nrate: 20k/s\nalgorithms: [zigzag]\n"
	tr := openTrial(t, text, 0)
	for n := 1; n < attempts && finished(tr.out) == 0; n++ { // the machine stood still
		tr = openTrial(t, text, 0)
	}
	out, s, m := tr.out, tr.sampler, tr.store.Memory()
	want := result.Trial{
		Rate: 20_000, Log: "async", Service: quantiles(&s.service), Response: quantiles(&s.total),
		Durable: quantiles(&s.durable),
		HGRM:    hgrm(&s.total), DurableHGRM: hgrm(&s.durable), HLog: hlog(s.zero, s.measuredSpans()), Buckets: s.buckets,
	}
	want.Checkpoints, want.Events = tr.sched.results()
	for i := range want.Checkpoints {
		want.Checkpoints[i].Settled = out.Checkpoints[i].Settled // from the buckets: TestSettle
	}
	got := result.Trial{
		Rate: out.Rate, Log: out.Log, Service: out.Service, Response: out.Response, Durable: out.Durable,
		HGRM: out.HGRM, DurableHGRM: out.DurableHGRM, HLog: out.HLog, Buckets: out.Buckets, Checkpoints: out.Checkpoints,
		Events: out.Events,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got.Service == nil || got.Response == nil || got.Durable == nil || len(got.HGRM) == 0 || len(got.HLog) == 0 ||
		len(got.Checkpoints) == 0 {
		t.Errorf("nothing was collected: %+v", got)
	}
	if x := out.Memory; x.Peak != m.Peak || x.Data != 5000*100 || x.Store < x.Data || x.Rest < x.Data ||
		x.After < x.Rest || x.Peak < x.After {
		t.Errorf("memory %+v, the peak is %d", x, m.Peak)
	}
}
