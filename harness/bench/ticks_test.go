package bench

import (
	"errors"
	"strings"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/oracle"
	"ckptbench/harness/result"
)

const ticks = `
algorithms: [none, fuzzy, zigzag, calc]
records: 2k
record_size: 80
workers: 1
workload: {name: ticks, updates_per_tick: 500}
duration: 400ms
warmup: 10ms
bucket: 20ms
verify_duration: 100ms
trials: 1
checkpoint: {first: 20ms, interval: 50ms}
`

// Ticks run, cells that are updated several times in one included, and the
// oracle and the payload say that every image is of whole ticks.
func TestTicks(t *testing.T) {
	e := run1(t, ticks)
	for i := range e.Trials {
		tr := &e.Trials[i]
		if tr.Status != result.OK || !tr.Verdict.OK || tr.Committed == 0 || tr.Service == nil {
			t.Errorf("%s: status %s %s, verdict %+v, %d committed", tr.Algorithm, tr.Status, tr.Error, tr.Verdict, tr.Committed)
		}
	}
}

// Ticks that take longer than the whole recorded run was to last: it goes on until there
// is something to judge.
func TestRecordedRunIsProlonged(t *testing.T) {
	text := strings.NewReplacer("updates_per_tick: 500", "updates_per_tick: 64k", "verify_duration: 100ms",
		"verify_duration: 2ms", "[none, fuzzy, zigzag, calc]", "[naive-copy, cou, zigzag]").Replace(ticks)
	e := run1(t, text)
	for i := range e.Trials {
		tr := &e.Trials[i]
		if tr.Status != result.OK || !tr.Verdict.OK || tr.Verdict.How.Oracle == 0 {
			t.Errorf("%s: status %s %s, verdict %+v", tr.Algorithm, tr.Status, tr.Error, tr.Verdict)
		}
	}
}

// What proves nothing is neither right nor wrong, and the trial's figures stay.
func TestNotJudged(t *testing.T) {
	c := cell{Experiment: parse(t, ticks).Cells()[0].Experiment}
	v := &verification{cell: c, images: []*oracle.Image{{Name: "image 1", State: oracle.NewState(1, nil)}}}
	v.recorder = oracle.NewRecorder(1, 0)
	log := v.recorder.Worker(0)
	log.Begin()
	log.Write(0, 1)
	log.Commit(1<<16, 1)
	h, err := v.recorder.History(oracle.Ranges{})
	if err != nil {
		t.Fatal(err)
	}
	var idle *notJudged
	if err := v.judgeImages(h, oracle.Rules{}); !errors.As(err, &idle) ||
		!strings.Contains(err.Error(), "0 writing transactions are in") {
		t.Errorf("an image of no transaction: %v", err)
	}
	out := &result.Trial{Schema: result.Schema, Status: result.OK,
		Verdict: result.Verdict{Mode: result.ModeTrial, NotJudged: idle.why}}
	conclude(out)
	if out.Verdict.OK || out.Judged() != result.NotChecked || !strings.HasPrefix(out.WhyNotChecked(), "not judged: ") {
		t.Errorf("%+v is %s: %s", out.Verdict, out.Judged(), out.WhyNotChecked())
	}
}

// Every tick is timed, for itself alone, and counted at once; and no other is
// prefetched meanwhile.
func TestEveryTickIsTimed(t *testing.T) {
	c := cell{Experiment: parse(t, ticks).Cells()[0].Experiment}
	s, err := c.openLoaded(algorithms.All()[0], t.TempDir(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	decks, err := c.decks(1, 1, "test", 0)
	if err != nil {
		t.Fatal(err)
	}
	r := c.newRun()
	cl := newClient(r, s.Worker(0), decks[0], newTimer(r))
	cl.timer.restart()
	for n := uint64(1); n < 10; n++ {
		if err := cl.one(); err != nil {
			t.Fatal(err)
		}
		y := cl.timer.current()
		y.settle(r.clock)
		if timed := y.service.Total(); timed != n || s.Counts().Commits != n {
			t.Errorf("after %d ticks %d are timed and %d counted", n, timed, s.Counts().Commits)
		}
	}
	if cl.ahead != 0 {
		t.Errorf("looks %d ticks ahead", cl.ahead)
	}
}
