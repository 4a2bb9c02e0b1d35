package bench

import (
	"strings"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/bench/tsc"
)

// steppedClient returns a client of a store without an algorithm, whose clock goes
// on by a microsecond with every reading and stands still between.
func steppedClient(t *testing.T, text string) (c *client, readings *uint64) {
	t.Helper()
	cell := cell{Experiment: parse(t, text).Cells()[0].Experiment}
	s, err := cell.openLoaded(algorithms.All()[0], t.TempDir(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	decks, err := cell.decks(1, 1, "test", 0)
	if err != nil {
		t.Fatal(err)
	}
	r := cell.newRun()
	readings = new(uint64)
	r.clock = tsc.Of(func() uint64 { *readings++; return *readings * 1000 }, 1, time.Unix(0, 0))
	return newClient(r, s.Worker(0), decks[0], newTimer(r)), readings
}

// A driver that was told an end stops at the first reading from then on, and its
// lap is what it did between its first reading and its last.
func TestDriverEndsByItself(t *testing.T) {
	for _, text := range []string{ticks, strings.Replace(small, "workers: 2", "workers: 1", 1) + "algorithms: [none]\n"} {
		c, _ := steppedClient(t, text)
		for lap := range uint64(3) {
			from := c.run.clock.Now() + 1000
			c.until = from + 10_500
			if err := c.drive(); err != nil {
				t.Fatal(err)
			}
			l := c.lap
			if l.from != from || l.to != from+11_000 || l.commits != 11*uint64(c.timer.every) {
				t.Errorf("lap %d: %+v, want 11 readings from %d, each of %d transactions", lap, l, from, c.timer.every)
			}
		}
		service, _, _ := c.timer.all()
		if n := service.Total(); n != 3*11*uint64(c.timer.every) {
			t.Errorf("%d timed", n)
		}
	}
}

// A long transaction has a reading before it and one after it, so that its time is
// its own and not the short ones' before it.
func TestLongTransactionIsTimedAlone(t *testing.T) {
	text := strings.Replace(small, "workload: {name: calc}",
		"workload: {name: calc, long: {share: 50%, keys: 3, hold: 1ms}}", 1)
	c, readings := steppedClient(t, strings.Replace(text, "workers: 2", "workers: 1", 1)+"algorithms: [none]\n")
	c.timer.restart()
	c.toLong = 3
	for range 4 {
		if err := c.one(); err != nil {
			t.Fatal(err)
		}
	}
	if *readings != 3 || c.timer.n != 0 {
		t.Errorf("%d readings and %d transactions since, want three and none: the start, before the long one and after it",
			*readings, c.timer.n)
	}
	service, _, _ := c.timer.all()
	if ns, n := listed(&service); len(ns) < 2 || ns[len(ns)-1] != 1000 || n[len(n)-1] != 1 || service.Total() != 4 {
		t.Errorf("counted %v times of %v ns, want one of 1000 and three of 333", n, ns)
	}
}

// A slice's commits are those that committed.
func TestLapCountsCommits(t *testing.T) {
	c, _ := steppedClient(t, ticks)
	for _, committed := range []bool{true, false, true, true, false} {
		c.done(false, committed)
	}
	if c.lap.commits != 3 {
		t.Errorf("%d commits, want 3", c.lap.commits)
	}
}

// The kinds of all clients are added up.
func TestKindsAddUp(t *testing.T) {
	got := kinds([]*driver{{kinds: []kindCount{{"a", 1}, {"b", 2}}}, {}, {kinds: []kindCount{{"b", 40}}}})
	if len(got) != 2 || got["a"] != 1 || got["b"] != 42 {
		t.Errorf("%v", got)
	}
	if kinds([]*driver{{}}) != nil {
		t.Error("where there are no kinds they are counted")
	}
}
