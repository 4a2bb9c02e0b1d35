package wal

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// A worker inside a long transaction, and one that never does anything, leave
// the durable epoch alone.
func TestIdleWorkerHoldsNothing(t *testing.T) {
	l := manual(t, Options{FS: fstest.NewMem(), Workers: 3, Loggers: 3, Sync: true})
	defer l.Close()
	l.Worker(1).Begin()
	l.Worker(1).Put(0, 1, []byte("never committed"))
	for i := range uint64(30) {
		l.Worker(0).Begin()
		l.Worker(0).Put(0, 2, []byte("v"))
		e := l.Worker(0).Commit(i + 1)
		if e != l.Epoch() {
			t.Fatalf("committed in epoch %d of %d", e, l.Epoch())
		}
		step(t, l)
	}
	l.Worker(2).Begin()
	if e := l.Worker(2).Commit(1); e != l.Epoch() || l.Stats().Records != 30 {
		t.Fatal("a read-only transaction was logged")
	}
}

// A worker in the middle of Commit holds its epoch open, and only that.
func TestBusyWorkerHoldsItsEpoch(t *testing.T) {
	l := manual(t, Options{FS: fstest.NewMem(), Workers: 2})
	b, e := l.Worker(1), l.Epoch()
	b.state.Store(b.tail | busy) // as Commit does before it reads the epoch
	ticked := make(chan bool)
	go func() { ticked <- l.tick(l.stop) }()
	for l.Epoch() == e {
		runtime.Gosched()
	}
	if c := l.closed.Load(); c >= e {
		t.Fatalf("epoch %d is closed under a commit", c)
	}
	b.state.Store(b.tail)
	if !<-ticked || l.closed.Load() != e {
		t.Fatal("epoch is not closed after the commit")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// An idle log does not write in every epoch, but gets on when polled.
func TestIdleMarks(t *testing.T) {
	l := manual(t, Options{FS: fstest.NewMem(), Workers: 1, Sync: true})
	defer l.Close()
	for range 5 * idleEpochs {
		l.tick(l.stop)
		if err := l.loggers[0].round(); err != nil {
			t.Fatal(err)
		}
	}
	if g, d := l.Stats().Groups, l.Durable(); g != 5 || d != 5*idleEpochs {
		t.Fatalf("%d groups, durable %d", g, d)
	}
	b := l.Worker(0)
	b.Begin()
	b.Delete(0, 1)
	e := b.Commit(1)
	l.tick(l.stop)
	if err := l.loggers[0].round(); err != nil || l.Durable() != e {
		t.Fatalf("durable %d after a commit in epoch %d, %v", l.Durable(), e, err)
	}
}

// What is committed while a logger drains belongs to its next group, even if
// its epoch is closed meanwhile.
func TestCommitWhileDraining(t *testing.T) {
	m, r := fstest.NewMem(), newRig(4)
	rng := rand.New(rand.NewPCG(1, 1))
	var l *Log
	once := sync.Once{}
	hooked := fstest.Hook(m, func(c fstest.Call) fstest.Outcome {
		if c.Op == "write" && c.Off > 0 {
			once.Do(func() { // worker 0 was drained, worker 1 is being drained
				r.txn(l.Worker(0), 0, rng)
				l.tick(l.stop)
			})
		}
		return fstest.Outcome{}
	})
	l = manual(t, Options{FS: hooked, Workers: 2, Sync: true, SegmentBytes: 1, RingBytes: 1 << 15})
	for range 100 {
		r.txn(l.Worker(1), 1, rng)
	}
	e := l.Epoch()
	l.loggers[0].wake()
	for l.Epoch() == e {
		runtime.Gosched()
	}
	step(t, l)
	inOrder(t, m)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.check(m, 0, 0, l.Durable()); err != nil {
		t.Fatal(err)
	}
}

// inOrder demands of every file that no record stands behind the mark of its
// epoch.
func inOrder(t *testing.T, fsys fs.FS) {
	t.Helper()
	sv, err := look(fsys, dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range sv.sessions[len(sv.sessions)-1].chains {
		mark := uint64(0)
		for _, seg := range c {
			s, err := openSegment(fsys, seg)
			if err != nil {
				t.Fatal(err)
			}
			for {
				fr, err := s.next()
				if err != nil {
					break
				}
				if fr.kind == frameMark {
					mark = fr.epoch
				} else if fr.kind != frameEnd && fr.epoch <= mark {
					t.Fatalf("%s: a record of epoch %d before offset %d, behind mark %d", seg.path, fr.epoch, s.off, mark)
				}
			}
			s.f.Close()
		}
	}
}

// Epochs as short as can be, against commits and notes.
func TestMarksAreTrue(t *testing.T) {
	m := fstest.NewMem()
	l := manual(t, Options{FS: m, Workers: 2, Loggers: 2, RingBytes: 4096, SegmentBytes: 1 << 20})
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			b := l.Worker(w)
			for i := range uint64(20_000) {
				b.Begin()
				b.Delete(0, i)
				b.Commit(i + 1)
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		l.tick(l.stop)
		for _, g := range l.loggers {
			g.wake()
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	inOrder(t, m)
}

// An epoch number seen in what was cut is not given out again.
func TestEpochNotGivenTwice(t *testing.T) {
	m, r := fstest.NewMem(), newRig(3)
	l := manual(t, Options{FS: m, Workers: 1})
	step(t, l)
	e := r.txn(l.Worker(0), 0, rand.New(rand.NewPCG(1, 1)))
	if err := errors.Join(l.loggers[0].drain(), l.loggers[0].flush()); err != nil { // written, but the mark is not
		t.Fatal(err)
	}
	l.fail(errors.New("killed"))
	l.Close()
	l = manual(t, Options{FS: m, Workers: 1})
	defer l.Close()
	if l.Epoch() <= e {
		t.Fatalf("epoch %d was given out before", e)
	}
	r.crash(e - 1)
	if _, err := r.check(m, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
}

// Epochs go on above the disk and above Options.After, beyond 32 bits; nothing is
// known of those below it.
func TestEpochNumbers(t *testing.T) {
	m, r := fstest.NewMem(), newRig(5)
	rng := rand.New(rand.NewPCG(1, 2))
	const edge = 1<<32 - 4
	l := manual(t, Options{FS: m, Workers: 1, After: edge, Sync: true})
	for range 8 {
		r.txn(l.Worker(0), 0, rng)
		step(t, l)
	}
	l.Close()
	d := l.Durable()
	if d <= 1<<32 {
		t.Fatalf("durable %d", d)
	}
	l = manual(t, Options{FS: m, Workers: 1, After: 7})
	if l.Epoch() != d+1 || l.Durable() != d {
		t.Fatalf("epoch %d, durable %d after %d", l.Epoch(), l.Durable(), d)
	}
	r.txn(l.Worker(0), 0, rng)
	l.Close()
	if _, _, err := r.replayed(m, edge-1, 0); !isDamage(err) {
		t.Fatalf("replayed from below the first epoch: %v", err)
	}
	for from := uint64(edge); from < edge+12; from++ {
		if _, err := r.check(m, from, 0, d+1); err != nil {
			t.Fatal(err)
		}
	}
}
