package wal

import (
	"runtime"
	"time"
)

// clock ticks until Close or a failure.
// It is a goroutine of its own, and the only one that calls tick before Close.
func (l *Log) clock() {
	t := time.NewTicker(l.o.Interval)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if !l.tick(l.stop) {
				return
			}
			// An epoch was closed: loggers may now write its mark.
			for _, g := range l.loggers {
				g.wake()
			}
		case <-l.quit:
			return
		case <-l.stop:
			return
		}
	}
}

// tick begins the next epoch and closes the one before. It gives up, and
// reports so, when stop is closed.
//
// A Commit that reads the epoch after the Store is in the new one. One that
// read it before made its state busy before that, so we see it here and wait
// for the state to change: either it is out and its record can be seen, or it
// is in a later Commit, which reads the new epoch. Go's atomics are
// sequentially consistent, which this needs.
func (l *Log) tick(stop <-chan struct{}) bool {
	// Workers go on in the new epoch while the old one is being closed.
	e := l.epoch.Load()
	l.epoch.Store(e + 1)
	// A buffer whose state has changed since is out of the Commit that was seen, even if it is
	// in the next.
	for _, b := range l.buffers {
		if s := b.state.Load(); s&busy != 0 && !await(stop, func() bool { return b.state.Load() != s }) {
			return false
		}
	}
	// A note in several chunks holds its epoch open, so that all of it is in one.
	held := func() bool { h := l.notes.hold.Load(); return h != 0 && h <= e }
	if held() && !await(stop, func() bool { return !held() }) {
		return false
	}
	l.closed.Store(e)
	return true
}

// await polls ok, politely: what it waits for takes nanoseconds unless the
// worker was descheduled or a note meets a full ring.
func await(stop <-chan struct{}, ok func() bool) bool {
	for i := 0; !ok(); i++ {
		if i < 16 {
			runtime.Gosched()
			continue
		}
		select {
		case <-stop:
			return false
		case <-time.After(50 * time.Microsecond):
		}
	}
	return true
}
