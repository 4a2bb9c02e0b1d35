package backoff

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

// A wait first spins, then yields, then says that it sleeps, and does not say
// otherwise again, however long it is.
func TestSlept(t *testing.T) {
	var b Backoff
	for turn := 1; turn <= yields+20; turn++ {
		b.Wait()
		if b.Slept() != (turn > yields) {
			t.Fatalf("turn %d: slept is %v", turn, b.Slept())
		}
	}
	b.turn = 1 << 40 // no shift by so much may come out as a long sleep, or none
	b.Wait()
	if !b.Slept() {
		t.Error("a very long wait does not sleep")
	}
}

// Until ends when it may, or with the context's error; where both hold it is
// done.
func TestUntil(t *testing.T) {
	n := 0
	if err := Until(context.Background(), func() bool { n++; return n == 100 }); err != nil || n != 100 {
		t.Errorf("after %d questions: %v", n, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var asked atomic.Int64
	ask := func() bool {
		if asked.Add(1) == 5 {
			go cancel()
		}
		return false
	}
	if err := Until(ctx, ask); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := Until(ctx, func() bool { return true }); err != nil {
		t.Errorf("done, though cancelled: %v", err)
	}
}
