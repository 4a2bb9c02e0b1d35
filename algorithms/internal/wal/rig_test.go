package wal

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

const dir = "log"

// A rig is a store under two-phase locking, reduced to what its log has to
// bring back: for each key its changes in the order of the locks.
type rig struct {
	keys []rigKey
}

type rigKey struct {
	mu    sync.Mutex
	stamp uint64 // of the last change; protected by mu
	ops   []op   // protected by mu
}

type op struct {
	epoch, stamp uint64
	kind         Kind
	off          int
	value        string
}

func newRig(keys int) *rig { return &rig{keys: make([]rigKey, keys)} }

// txn commits a transaction of worker w and returns its epoch.
func (r *rig) txn(b *Buffer, w int, rng *rand.Rand) uint64 {
	first := rng.IntN(len(r.keys))
	keys := []int{first}
	for k := first + 1; k < len(r.keys) && len(keys) < 3; k += 1 + rng.IntN(3) {
		keys = append(keys, k)
	}
	stamp := uint64(0)
	for _, k := range keys { // in key order
		r.keys[k].mu.Lock()
		stamp = max(stamp, r.keys[k].stamp)
	}
	stamp = (stamp>>16+1)<<16 | uint64(w)
	b.Begin()
	var ops []op
	for _, k := range keys {
		ops = append(ops, change(b, k, rng), change(b, k, rng))
	}
	epoch := b.Commit(stamp)
	for i, k := range keys {
		for _, o := range ops[2*i : 2*i+2] {
			o.epoch, o.stamp = epoch, stamp
			r.keys[k].ops = append(r.keys[k].ops, o)
		}
		r.keys[k].stamp = stamp
	}
	for _, k := range keys {
		r.keys[k].mu.Unlock()
	}
	return epoch
}

func change(b *Buffer, k int, rng *rand.Rand) op {
	v := fmt.Sprintf("%0*d", 1+rng.IntN(40), rng.Uint32())
	switch rng.IntN(4) {
	case 0:
		b.Put(k%3, uint64(k), []byte(v))
		return op{kind: KindPut, value: v}
	case 1:
		b.Delete(k%3, uint64(k))
		return op{kind: KindDelete}
	}
	off := rng.IntN(300)
	b.Set(k%3, uint64(k), off, []byte(v))
	return op{kind: KindSet, off: off, value: v}
}

// replayed reads the log with 3 parts and checks what Replay promises of them.
func (r *rig) replayed(fsys fs.FS, from, to uint64) ([][]op, ReplayInfo, error) {
	got := make([][]op, len(r.keys))
	owner := make([]int, len(r.keys))
	info, err := Replay(context.Background(), fsys, dir, from, to, 3, func(p int, c Change) error {
		if c.Key >= uint64(len(got)) || c.Table != int(c.Key)%3 {
			return fmt.Errorf("key %d of table %d was never written", c.Key, c.Table)
		}
		if owner[c.Key] != 0 && owner[c.Key] != p+1 {
			return fmt.Errorf("key %d in parts %d and %d", c.Key, owner[c.Key]-1, p)
		}
		owner[c.Key] = p + 1
		got[c.Key] = append(got[c.Key], op{c.Epoch, c.Stamp, c.Kind, c.Off, string(c.Value)})
		return nil
	})
	return got, info, err
}

// check demands that the log holds exactly the changes of (from, info.To], in
// order, and reaches least.
func (r *rig) check(fsys fs.FS, from, to, least uint64) (ReplayInfo, error) {
	got, info, err := r.replayed(fsys, from, to)
	if err != nil {
		return info, err
	}
	if info.Durable < least {
		return info, fmt.Errorf("log ends at epoch %d, %d was durable", info.Durable, least)
	}
	return info, r.compare(got, from, info.To)
}

func (r *rig) compare(got [][]op, from, to uint64) error {
	for k := range r.keys {
		var want []op
		for _, o := range r.keys[k].ops {
			if o.epoch > from && o.epoch <= to {
				want = append(want, o)
			}
		}
		if !slices.Equal(got[k], want) {
			return fmt.Errorf("key %d, epochs (%d, %d]: got %v, want %v", k, from, to, got[k], want)
		}
	}
	return nil
}

// crash cuts the rig's history at epoch d, as recovery does.
func (r *rig) crash(d uint64) {
	for k := range r.keys {
		r.keys[k].ops = slices.DeleteFunc(r.keys[k].ops, func(o op) bool { return o.epoch > d })
	}
}

// copy returns a rig with the same history.
func (r *rig) copy() *rig {
	c := newRig(len(r.keys))
	for k := range r.keys {
		c.keys[k].stamp, c.keys[k].ops = r.keys[k].stamp, slices.Clone(r.keys[k].ops)
	}
	return c
}

// manual opens a log whose epochs only step moves.
func manual(t testing.TB, o Options) *Log {
	t.Helper()
	o.Dir, o.Interval, o.RingBytes = dir, time.Hour, max(o.RingBytes, 4096)
	l, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// step closes the current epoch and waits until it is durable.
func step(t testing.TB, l *Log) {
	t.Helper()
	e := l.Epoch()
	if !l.tick(l.stop) {
		t.Fatal(l.Err())
	}
	raise(&l.want, e)
	for _, g := range l.loggers {
		g.wake()
	}
	if err := l.WaitDurable(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

// files returns a copy of all files of the log.
func files(t testing.TB, fsys fs.FS) map[string][]byte {
	t.Helper()
	names, err := fsys.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, name := range names {
		b, err := fs.ReadFile(fsys, dir+"/"+name, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = b
	}
	return out
}

// disk returns a file system that holds files, all durable.
func disk(t testing.TB, files map[string][]byte) *fstest.Mem {
	t.Helper()
	m := fstest.NewMem()
	m.MkdirAll(dir)
	for name, b := range files {
		f, err := m.Create(dir+"/"+name, false)
		if err != nil {
			t.Fatal(err)
		}
		f.WriteAt(b, 0)
		f.Sync()
		f.Close()
	}
	m.SyncDir(dir)
	return m
}

func isDamage(err error) bool { return errors.Is(err, ErrDamaged) }
