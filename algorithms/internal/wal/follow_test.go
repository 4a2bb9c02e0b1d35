package wal

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"ckptbench/algorithms/internal/fs/fstest"
)

// A log followed step by step, while it is written, gives what one replay gives:
// over segments and loggers, with records of later epochs before a mark, and
// sessions; and does not read again what it has read.
func TestFollow(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	mem, r := fstest.NewMem(), newRig(6)
	var read atomic.Int64
	disk := fstest.Hook(mem, func(c fstest.Call) fstest.Outcome {
		if c.Op == "read" && c.Off > 0 && strings.HasPrefix(c.Name, dir) {
			read.Add(int64(c.Len))
		}
		return fstest.Outcome{}
	})
	for session := range 3 {
		l := manual(t, Options{FS: mem, Workers: 3, Loggers: 2, SegmentBytes: 4000})
		from := uint64(0) // with the sessions before
		if session == 2 {
			from = l.Epoch() - 1
		}
		o := Follow(disk, dir, from)
		got := make([][]op, len(r.keys))
		for range 40 {
			for range rng.IntN(12) {
				w := rng.IntN(3)
				r.txn(l.Worker(w), w, rng)
			}
			early(t, l, r, rng)
			if rng.IntN(2) == 0 { // what follows is in the log already, before the mark
				follow1(t, o, l.Durable(), got)
			}
			step(t, l)
			if rng.IntN(2) == 0 {
				follow1(t, o, l.Durable(), got)
			}
		}
		follow1(t, o, l.Durable(), got)
		if err := r.compare(got, from, l.Durable()); err != nil {
			t.Fatalf("session %d: %v", session, err)
		}
		read.Store(0)
		step(t, l)
		follow1(t, o, l.Durable(), got)
		if n := read.Load(); n > 2*2*8000 {
			t.Errorf("session %d: %d bytes were read where next to nothing is new", session, n)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// early has a logger write records of an epoch before the mark of the one before.
func early(t *testing.T, l *Log, r *rig, rng *rand.Rand) {
	t.Helper()
	e := l.epoch.Load()
	l.epoch.Store(e + 1) // the first half of a tick
	r.txn(l.Worker(0), 0, rng)
	l.closed.Store(e)
	raise(&l.want, e)
	for _, g := range l.loggers {
		g.wake()
	}
	if err := l.WaitDurable(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

func follow1(t *testing.T, o *Follower, to uint64, got [][]op) {
	t.Helper()
	from := o.At()
	info, err := o.Next(context.Background(), to, 1, func(_ int, c Change) error {
		if c.Epoch <= from || c.Epoch > to {
			return fmt.Errorf("change of epoch %d, from %d to %d", c.Epoch, from, to)
		}
		got[c.Key] = append(got[c.Key], op{c.Epoch, c.Stamp, c.Kind, c.Off, string(c.Value)})
		return nil
	})
	if err != nil || info.To != to || o.At() != to {
		t.Fatalf("followed to %d, %v; want %d", o.At(), err, to)
	}
}

// What is not there is not taken for what holds nothing.
func TestFollowMissing(t *testing.T) {
	mem := fstest.NewMem()
	l := manual(t, Options{FS: mem, Workers: 1})
	defer l.Close()
	r := newRig(2)
	r.txn(l.Worker(0), 0, rand.New(rand.NewPCG(1, 1)))
	step(t, l)
	check := func(what, dir string, to uint64) {
		t.Helper()
		o := Follow(mem, dir, 0)
		_, err := o.Next(context.Background(), to, 1, func(int, Change) error { return nil })
		if err == nil || o.At() != 0 {
			t.Errorf("%s: %v, and it stands at epoch %d", what, err, o.At())
		}
	}
	check("beyond the end", dir, l.Durable()+5)
	if err := mem.MkdirAll("none"); err != nil {
		t.Fatal(err)
	}
	check("no log", "none", 1)
}
