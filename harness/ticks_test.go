package harness

import (
	"testing"

	"ckptbench/algorithms"
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
