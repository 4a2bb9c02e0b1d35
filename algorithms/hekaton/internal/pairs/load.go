package pairs

import (
	"context"
	"errors"
	"fmt"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

// Scan hands the live rows of pair i, below Pairs, to f. What was put or applied
// since the last Publish is not among them for certain.
// The record and its value are valid during the call of f. Several pairs may be scanned
// concurrently.
func (s *Set) Scan(ctx context.Context, i int, f func(durable.Record) error) error {
	return s.pairs[i].scanLive(ctx, f)
}

// scanLive hands the rows that are not dead to f.
func (p *pair) scanLive(ctx context.Context, f func(durable.Record) error) error {
	return p.scan(ctx, false, func(row uint32, r durable.Record) error {
		if p.isDead(row) {
			return nil
		}
		return f(r)
	})
}

// ErrNone means that no pairs were ever published in a folder.
var ErrNone = errors.New("no pairs")

// A Saved is the pairs last published in a folder, to be read: nothing is
// changed. Nobody may publish there meanwhile. Its methods may be called
// concurrently.
type Saved struct {
	fs  fs.FS
	dir string
	m   *manifest
}

// Find returns the pairs last published in a folder, or an ErrNone or a *durable.Damage
// error.
func Find(fsys fs.FS, dir string) (*Saved, error) {
	m, err := findManifest(fsys, dir)
	if err != nil {
		return nil, err
	}
	return &Saved{fsys, dir, m}, nil
}

// Epoch returns the epoch up to which the state goes: the log is to be replayed
// from there.
func (s *Saved) Epoch() uint64 { return s.m.epoch }

// Bytes returns how many there are in the files that count.
func (s *Saved) Bytes() (n int64) {
	for _, e := range s.m.pairs {
		n += e.bytes + e.marks
	}
	return n
}

// Load hands the live rows to f, from up to parallel goroutines, each of which is
// a worker from 0 on. A damaged file is a *durable.Damage; some rows may have been
// handed over by then.
// Pairs may be loaded in any order: over all of them a record has one live row at most.
func (s *Saved) Load(ctx context.Context, parallel int, f func(worker int, r durable.Record) error) error {
	err := durable.Share(ctx, parallel, len(s.m.pairs), func(ctx context.Context, worker, i int) error {
		return loadPair(ctx, s.fs, s.dir, s.m.pairs[i], func(r durable.Record) error { return f(worker, r) })
	})
	if err != nil {
		return fmt.Errorf("load pairs from %s: %w", s.dir, err)
	}
	return nil
}

// loadPair opens one pair, hands its live rows to f and closes it.
func loadPair(ctx context.Context, fsys fs.FS, dir string, e entry, f func(durable.Record) error) error {
	p, err := openPair(fsys, dir, e)
	if err != nil {
		return err
	}
	defer p.close()
	return p.scanLive(ctx, f)
}
