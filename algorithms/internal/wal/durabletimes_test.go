package wal

import (
	"strings"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// held is a file system in which every sync of a log file asks for leave: it
// sends on asks and goes on when leave is received from.
type held struct {
	fs.FS
	asks, leave chan struct{}
	on          bool
}

func newHeld() *held {
	h := &held{asks: make(chan struct{}), leave: make(chan struct{})}
	h.FS = fstest.Hook(fstest.NewMem(), func(c fstest.Call) fstest.Outcome {
		if h.on && c.Op == "sync" && strings.Contains(c.Name, "log-") {
			h.asks <- struct{}{}
			<-h.leave
		}
		return fstest.Outcome{}
	})
	return h
}

// Nothing is durable, and nobody may be told so, before the sync that covers it
// has returned; and the time that is told is not one before that.
func TestNothingDurableBeforeSync(t *testing.T) {
	h := newHeld()
	l := manual(t, Options{FS: h, Workers: 1, Sync: true})
	h.on = true // the loggers are asleep: nothing was committed
	b := l.Worker(0)
	for i := range uint64(3) {
		b.Begin()
		b.Put(0, i, []byte("value"))
		e := b.Commit(i + 1)
		if !l.tick(l.stop) {
			t.Fatal(l.Err())
		}
		l.loggers[0].wake()
		<-h.asks // all is written, and the sync has begun
		if _, ok := l.DurableAt(e); ok || l.Durable() >= e {
			t.Fatalf("epoch %d is durable while its sync is under way", e)
		}
		if at, ok := l.DurableAt(e - 1); !ok || at.IsZero() {
			t.Errorf("epoch %d, of the sync before: durable at %v, %v", e-1, at, ok)
		}
		before := time.Now()
		h.leave <- struct{}{}
		if err := l.WaitDurable(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if at, ok := l.DurableAt(e); !ok || at.Before(before) {
			t.Errorf("epoch %d: durable at %v, %v; its sync had not returned at %v", e, at, ok, before)
		}
	}
	go func() {
		for range h.asks { // those of Close
			h.leave <- struct{}{}
		}
	}()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	close(h.asks)
}

// With several loggers it is the last one's sync that counts.
func TestDurableWithTheLastLogger(t *testing.T) {
	l := manual(t, Options{FS: fstest.NewMem(), Workers: 2, Loggers: 2, Sync: true})
	defer l.Close()
	l.Worker(0).Begin()
	l.Worker(0).Put(0, 1, nil)
	e := l.Worker(0).Commit(1)
	l.loggers[0].durable.Store(e)
	l.announce()
	if _, ok := l.DurableAt(e); ok || l.Durable() >= e {
		t.Errorf("epoch %d is durable, and one of two loggers has it", e)
	}
}

// An epoch's moment is that of the first move beyond it; one that is not kept any
// more is told as a later one, never as an earlier one.
func TestDurableTimes(t *testing.T) {
	var m durableTimes
	at := func(i int) time.Time { return time.Unix(int64(i), 0) }
	check := func(epoch uint64, want int) {
		t.Helper()
		if got := m.of(epoch); !got.Equal(at(want)) {
			t.Errorf("epoch %d after %d moves: %v, want %v", epoch, m.n, got.Unix(), want)
		}
	}
	m.add(10, at(0))
	check(3, 0)
	check(10, 0)
	m.add(12, at(1))
	m.add(15, at(2))
	check(11, 1)
	check(12, 1)
	check(13, 2)
	for i := 3; i < timesKept+3; i++ {
		m.add(uint64(15+i), at(i))
	}
	check(10, 3)
	check(18, 3)
	check(19, 4)
	check(15+timesKept+2, timesKept+2)
}

// An epoch in which nobody wrote becomes durable soon where it is wanted.
func TestWant(t *testing.T) {
	l := manual(t, Options{FS: fstest.NewMem(), Workers: 1})
	defer l.Close()
	e := l.Epoch()
	l.Want(e)
	if !l.tick(l.stop) {
		t.Fatal(l.Err())
	}
	if err := l.loggers[0].round(); err != nil {
		t.Fatal(err)
	}
	if d := l.Durable(); d < e {
		t.Errorf("durable to epoch %d, %d was wanted", d, e)
	}
}
