package latch

import (
	"sync"
	"sync/atomic"
	"testing"
)

// Whoever holds the latch is alone, as the race detector sees, and finds what
// the one before said.
func TestExcludes(t *testing.T) {
	const goroutines, turns = 4, 2000
	var word atomic.Uint64
	n := uint64(0)
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for range turns {
				w := Take(&word)
				if w != n || Says(&word) != w {
					t.Errorf("the word says %d and %d, want %d", w, Says(&word), n)
				}
				n++
				Give(&word, w+1)
			}
		})
	}
	wg.Wait()
	if Says(&word) != goroutines*turns {
		t.Errorf("the word says %d, want %d", Says(&word), goroutines*turns)
	}
}
