package sched

import "testing"

// Without the tag a point must cost nothing: not even its name is allocated.
func TestPointAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(1000, func() { Point("test") }); n != 0 {
		t.Errorf("%v allocations a point, want 0", n)
	}
}
