//go:build sched

package sched

import (
	"testing"
	"time"
)

// One seed decides the same twice; two seeds do not decide alike; and every
// fate is met.
func TestFate(t *testing.T) {
	type fate struct {
		yields int
		sleep  time.Duration
	}
	draw := func(seed uint64) (fs []fate) {
		s := &schedule{seed: seed}
		for range 20_000 {
			for _, name := range []string{"a", "b", "c"} {
				y, d := s.fate(name)
				fs = append(fs, fate{y, d})
			}
		}
		return fs
	}
	a, b, c := draw(1), draw(1), draw(2)
	differ, yield, sleep := 0, 0, 0
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("visit %d: %v and %v under one seed", i, a[i], b[i])
		}
		if a[i] != c[i] {
			differ++
		}
		if a[i].yields > 0 {
			yield++
		}
		if a[i].sleep > 0 {
			sleep++
		}
	}
	if differ < len(a)/20 || yield < len(a)/50 || sleep < len(a)/200 || sleep > len(a)/5 {
		t.Errorf("of %d visits %d differ between seeds, %d yield, %d sleep", len(a), differ, yield, sleep)
	}
}
