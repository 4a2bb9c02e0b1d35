package phase

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func enter(t *testing.T, c *Clock, w int, want uint64) {
	t.Helper()
	if p, ok := c.TryEnter(w); !ok || p != want {
		t.Fatalf("worker %d entered in phase %d, %v, want %d", w, p, ok, want)
	}
}

// A worker has the phase in which it entered, until it leaves; it can be
// waited for, and nobody else need be.
func TestEnterLeave(t *testing.T) {
	c := NewClock(3, 5)
	over, cancel := context.WithCancel(context.Background())
	cancel()
	past := func(p uint64) error { return c.AwaitPast(over, p) }
	check := func(what string, err error, late bool) {
		t.Helper()
		if errors.Is(err, context.Canceled) != late || err != nil != late {
			t.Errorf("%s: %v; is somebody late: %v", what, err, late)
		}
	}
	enter(t, c, 0, 5)
	c.Set(6)
	enter(t, c, 1, 6)
	check("one of 5 runs", past(5), true)
	check("one of 6 runs", past(6), true)
	check("none of 7 runs", past(7), false)
	check("somebody runs", c.AwaitNone(over), true)
	if got := c.Running(); !slices.Equal(got, []int{0, 1}) {
		t.Errorf("running: %v", got)
	}
	c.Leave(0)
	check("none of 5 runs any more", past(5), false)
	c.Leave(1)
	check("nobody runs", c.AwaitNone(over), false)
}

// A closed clock lets nobody in, keeps its phase, and can be set.
func TestClose(t *testing.T) {
	c := NewClock(2, Max)
	enter(t, c, 0, Max)
	c.Close()
	if _, ok := c.TryEnter(1); ok || !c.IsClosed() || c.Now() != Max {
		t.Errorf("entered a closed clock: %v; it is closed: %v, at %d", ok, c.IsClosed(), c.Now())
	}
	c.Set(9)
	if _, ok := c.TryEnter(1); ok || !c.IsClosed() || c.Now() != 9 {
		t.Errorf("after Set: entered %v, closed %v, at %d", ok, c.IsClosed(), c.Now())
	}
	c.Leave(0)
	waited := make(chan struct{})
	go func() {
		c.AwaitOpen()
		close(waited)
	}()
	select {
	case <-waited:
		t.Error("AwaitOpen did not wait")
	case <-time.After(time.Millisecond):
	}
	c.Open()
	<-waited
	c.AwaitOpen()
	enter(t, c, 1, 9)
}

// Once a checkpointer has seen nobody in an old phase, nobody enters in it;
// and once it has seen nobody at all on a closed clock, nobody runs until it
// opens. Workers enter and leave all the time.
func TestAwaitIsFinal(t *testing.T) {
	const workers, turns = 4, 300
	c := NewClock(workers, 0)
	var floor atomic.Uint64 // no phase below it may be entered any more
	var quiet atomic.Bool   // nobody may be in
	var stop atomic.Bool
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for !stop.Load() {
				low := floor.Load()
				p, ok := c.TryEnter(w)
				if !ok {
					c.AwaitOpen()
					continue
				}
				if p < low || quiet.Load() {
					t.Errorf("worker %d is in phase %d, quiet %v; %d had been waited for", w, p, quiet.Load(), low)
				}
				runtime.Gosched()
				if p < floor.Load() || quiet.Load() {
					t.Errorf("worker %d is still in phase %d, quiet %v, floor %d", w, p, quiet.Load(), floor.Load())
				}
				c.Leave(w)
			}
		})
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for p := uint64(1); p <= turns; p++ {
		if rng.IntN(2) == 0 {
			c.Close()
			_ = c.AwaitNone(context.Background())
			quiet.Store(true)
			runtime.Gosched()
			quiet.Store(false)
			c.Set(p)
			c.Open()
		}
		c.Set(p)
		_ = c.Await(context.Background(), func(q uint64) bool { return q >= p })
		floor.Store(p)
	}
	stop.Store(true)
	wg.Wait()
}
