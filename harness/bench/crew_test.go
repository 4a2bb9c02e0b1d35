package bench

import (
	"testing"
	"time"
)

// TestOwnCore: workers have a core each where they need more than half of them.
func TestOwnCore(t *testing.T) {
	for _, c := range []struct {
		n     int
		cores []int
		want  []int
	}{
		{2, []int{0, 1}, []int{0, 1}},
		{3, []int{4, 5, 8, 9}, []int{4, 5, 8}},
		{2, []int{0, 1, 2, 3}, []int{-1, -1}},
		{1, []int{0, 1}, []int{-1}},
		{1, []int{7}, []int{7}},
		{3, []int{0, 1}, []int{-1, -1, -1}},
		{2, nil, []int{-1, -1}},
	} {
		for i, want := range c.want {
			if got := ownCore(i, c.n, c.cores); got != want {
				t.Errorf("worker %d of %d on %v: core %d, want %d", i, c.n, c.cores, got, want)
			}
		}
	}
}

// TestCrew: all of a crew work in each turn, and a turn ends when all have.
func TestCrew(t *testing.T) {
	c := newCrew(3, []int{0, 1, 2})
	defer c.end()
	var worked [3]int
	for range 5 {
		if rest := c.run(func(i int) { worked[i]++ }); rest < 0 {
			t.Errorf("the rest of the process used %v", rest)
		}
	}
	if worked != [3]int{5, 5, 5} {
		t.Errorf("turns %v, want 5 each", worked)
	}
}

// TestBlameOthers: of what laps were preempted, no more is the side's own than the other
// threads of its process used; the rest counts as the host's, the same part of each.
func TestBlameOthers(t *testing.T) {
	for _, c := range []struct{ rest, host0, own0, host1, own1 time.Duration }{
		{0, 7 * ms, 0, 2 * ms, 0},
		{4 * ms, 4 * ms, 3 * ms, ms, ms},
		{8 * ms, ms, 6 * ms, 0, 2 * ms},
		{80 * ms, ms, 6 * ms, 0, 2 * ms},
	} {
		laps := []lap{{gaps: gaps{Host: ms, Preempted: 6 * ms}}, {gaps: gaps{Preempted: 2 * ms}}}
		blameOthers(laps, c.rest)
		want := [2]gaps{{Host: c.host0, Preempted: c.own0}, {Host: c.host1, Preempted: c.own1}}
		if got := [2]gaps{laps[0].gaps, laps[1].gaps}; got != want {
			t.Errorf("%v for the side's own: %+v, want %+v", c.rest, got, want)
		}
	}
	none := []lap{{}, {}}
	blameOthers(none, 0)
	if none[0].gaps != (gaps{}) {
		t.Errorf("%+v of a lap without gaps", none[0].gaps)
	}
}
