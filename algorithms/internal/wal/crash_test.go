package wal

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// life is one session over m: rounds of transactions by three workers, a truncation
// with each if asked for, Close.
func life(m fs.FS, r *rig, o Options, running *atomic.Pointer[Log], truncate bool) error {
	o.Dir, o.FS, o.Workers, o.Interval, o.SegmentBytes = dir, m, 3, time.Millisecond, 1500
	o.RingBytes = 8192
	l, err := Open(o)
	if err != nil {
		return err
	}
	running.Store(l)
	rng := rand.New(rand.NewPCG(9, uint64(o.Loggers)))
	for range 5 {
		e := uint64(0)
		for i := range 9 {
			e = max(e, r.txn(l.Worker(i%3), i%3, rng))
		}
		if l.WaitDurable(context.Background(), e) != nil {
			break
		}
		if truncate {
			if l.Truncate(e/2) != nil {
				break
			}
		}
	}
	return l.Close()
}

// A picture is what a power cut at some call left, and what was promised.
type picture struct {
	call    string
	durable uint64
	disk    *fstest.Mem
}

// camera takes pictures before every call that changes something.
type camera struct {
	mem      *fstest.Mem
	log      atomic.Pointer[Log]
	mu       sync.Mutex
	rng      *rand.Rand // protected by mu
	least    uint64     // durable before this session
	every    int        // one call in so many
	calls    int        // protected by mu
	pictures []picture  // protected by mu
}

func (c *camera) fs() fs.FS {
	return fstest.Hook(c.mem, func(call fstest.Call) fstest.Outcome {
		switch call.Op {
		case "create", "remove", "syncdir", "write", "truncate", "sync", "allocate":
			c.shoot(call.String())
		}
		return fstest.Outcome{}
	})
}

func (c *camera) shoot(call string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls++; c.calls%c.every != 0 {
		return
	}
	for range 3 {
		durable := c.least
		if l := c.log.Load(); l != nil { // asked before the picture: it may grow meanwhile
			durable = max(durable, l.Durable())
		}
		c.pictures = append(c.pictures, picture{call, durable, c.mem.CrashClone(c.rng)})
	}
}

// A power cut at any call: all that was announced as durable is there, of each
// later epoch all or nothing, and a new session goes on; also when the cut
// comes in the second session, which finds the remains of the first.
func TestCrash(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for loggers := 1; loggers <= 3; loggers++ {
		c := &camera{mem: fstest.NewMem(), rng: rand.New(rand.NewPCG(seed, 0)), every: 1}
		if testing.Short() {
			c.every = 5
		}
		r := newRig(12)
		if err := life(c.fs(), r, Options{Sync: true, Loggers: loggers}, &c.log, false); err != nil {
			t.Fatal(err)
		}
		c.shoot("the end")
		for i, p := range c.pictures {
			info, err := recoverPicture(r, p, 0)
			if err != nil {
				t.Fatalf("loggers %d, cut before %s: %v", loggers, p.call, err)
			}
			if i%30 == 0 {
				crashAgain(t, r, p, info.Durable, loggers%3+1, seed+uint64(i))
			}
		}
	}
}

func recoverPicture(r *rig, p picture, from uint64) (ReplayInfo, error) {
	p.disk.MkdirAll(dir)
	return r.check(p.disk, from, 0, p.durable)
}

// crashAgain lives on from p and is cut off again.
func crashAgain(t *testing.T, r *rig, p picture, d uint64, loggers int, seed uint64) {
	t.Helper()
	r = r.copy()
	r.crash(d)
	c := &camera{mem: p.disk, rng: rand.New(rand.NewPCG(seed, 1)), every: 3, least: d}
	if err := life(c.fs(), r, Options{Sync: true, Loggers: loggers}, &c.log, false); err != nil {
		t.Fatalf("second life after %s: %v", p.call, err)
	}
	c.shoot("the end")
	for _, q := range c.pictures {
		if _, err := recoverPicture(r, q, 0); err != nil {
			t.Fatalf("cut before %s, then before %s: %v", p.call, q.call, err)
		}
	}
}

// The same with truncations: everything above the last one is there.
func TestCrashWhileTruncating(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	c := &camera{mem: fstest.NewMem(), rng: rand.New(rand.NewPCG(seed, 0)), every: 1}
	r := newRig(12)
	if err := life(c.fs(), r, Options{Sync: true, Loggers: 2}, &c.log, true); err != nil {
		t.Fatal(err)
	}
	for _, p := range c.pictures {
		if _, err := recoverPicture(r, p, p.durable); err != nil {
			t.Fatalf("cut before %s: %v", p.call, err)
		}
	}
}

// Without Sync a power cut may take what it likes, but leaves whole epochs, and
// the next session can go on.
func TestCrashAsync(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	c := &camera{mem: fstest.NewMem(), rng: rand.New(rand.NewPCG(seed, 0)), every: 1}
	r := newRig(12)
	if err := life(c.fs(), r, Options{Loggers: 2}, &c.log, false); err != nil {
		t.Fatal(err)
	}
	for i, p := range c.pictures {
		p.durable = 0
		info, err := recoverPicture(r, p, 0)
		if err != nil {
			t.Fatalf("cut before %s: %v", p.call, err)
		}
		if i%20 == 0 {
			crashAgain(t, r, p, info.Durable, 2, seed+uint64(i))
		}
	}
}

// A killed process leaves bytes in the page cache that no sync covers. A new
// session builds on them, so a power cut must not take them any more.
func TestKilledThenPowerCut(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	m, r, rng := fstest.NewMem(), newRig(6), rand.New(rand.NewPCG(seed, 0))
	for range 3 {
		l := manual(t, Options{FS: m, Workers: 2, Loggers: 2, SegmentBytes: 4096})
		for w := range 2 {
			r.txn(l.Worker(w), w, rng)
			step(t, l)
		}
		d := l.Durable()
		l.fail(errors.New("killed"))
		l.Close()
		l = manual(t, Options{FS: m, Workers: 1, Sync: true, SegmentBytes: 4096})
		r.txn(l.Worker(0), 0, rng)
		step(t, l)
		if l.Durable() <= d {
			t.Fatalf("durable %d after %d", l.Durable(), d)
		}
		for range 20 {
			if _, err := r.check(m.CrashClone(rng), 0, 0, l.Durable()); err != nil {
				t.Fatal(err)
			}
		}
		l.Close()
	}
}

// Any one call fails, or all from some call on: the failure is told, durable
// does not move on, and what was announced is there.
func TestFaults(t *testing.T) {
	for _, o := range []fstest.Outcome{{Err: syscall.EIO}, fstest.NoSpace(), fstest.ShortWrite(5)} {
		for _, sticky := range []bool{false, true} {
			step := 1
			if sticky || o.Short > 0 || testing.Short() {
				step = 4
			}
			for n := 1; ; n += step {
				decide := fstest.At(n, o)
				if sticky {
					decide = fstest.From(n, o)
				}
				m, r := fstest.NewMem(), newRig(12)
				var running atomic.Pointer[Log]
				failed, hint := false, false
				faulty := fstest.NewFault(m, func(i int, c fstest.Call) fstest.Outcome {
					out := decide(i, c)
					failed = failed || out.Err != nil
					hint = hint || out.Err != nil && c.Op == "allocate"
					return out
				})
				err := life(faulty, r, Options{Sync: true, Loggers: 2}, &running, false)
				if !failed {
					break
				}
				if err := judgeFault(m, r, running.Load(), err, hint && !sticky); err != nil {
					t.Fatalf("call %d of %d, sticky %v: %v", n, faulty.Calls(), sticky, err)
				}
			}
		}
	}
}

// judgeFault looks at a log whose life met a fault and ended with err.
func judgeFault(m *fstest.Mem, r *rig, l *Log, err error, harmless bool) error {
	if (err != nil) == harmless {
		return fmt.Errorf("the life ended with: %w", err)
	}
	durable := uint64(0)
	if l != nil {
		durable = l.Durable()
		if !errors.Is(err, l.Err()) {
			return fmt.Errorf("Err is %v, Close said %w", l.Err(), err)
		}
		if l.Err() != nil && l.WaitDurable(context.Background(), durable+1) == nil {
			return errors.New("waited for an epoch that was lost")
		}
		if _, err := l.Note(context.Background(), 1, nil); err == nil {
			return errors.New("noted in a dead log")
		}
	}
	m.MkdirAll(dir)
	_, err = r.check(m, 0, 0, durable)
	return err
}

// With a dead disk Commit does not block when the ring is full.
func TestCommitAfterFailure(t *testing.T) {
	m := fstest.NewMem()
	broken := errors.New("broken")
	failing := fstest.Hook(m, func(c fstest.Call) fstest.Outcome {
		if c.Op == "write" && c.Off > 0 {
			return fstest.Outcome{Err: broken}
		}
		return fstest.Outcome{}
	})
	l, err := Open(Options{Dir: dir, Workers: 1, RingBytes: 256, Interval: time.Millisecond, FS: failing})
	if err != nil {
		t.Fatal(err)
	}
	b, first := l.Worker(0), uint64(0)
	for i := range uint64(1000) {
		b.Begin()
		b.Put(0, i, make([]byte, 100))
		e := b.Commit(i + 1)
		if first == 0 {
			first = e
		}
	}
	if err := l.WaitDurable(t.Context(), first); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if err := l.Close(); !errors.Is(err, broken) || !errors.Is(l.Err(), broken) || l.Durable() >= first {
		t.Fatal(err, l.Durable())
	}
}
