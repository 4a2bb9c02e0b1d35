package pairs

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"ckptbench/algorithms/internal/fs"
)

// Scan hands the live rows of pair i, below Pairs, to f. What was put or applied
// since the last Publish is not among them for certain.
func (s *Set) Scan(ctx context.Context, i int, f func(Row) error) error {
	return s.pairs[i].scanLive(ctx, f)
}

func (p *pair) scanLive(ctx context.Context, f func(Row) error) error {
	return p.scan(ctx, false, func(row uint32, r Row) error {
		if p.isDead(row) {
			return nil
		}
		return f(r)
	})
}

// Load hands the live rows of the pairs last published in a folder to f, from up
// to parallel goroutines, each of which is a worker from 0 on, and returns the
// epoch up to which the state goes: the log is to be replayed from there. It
// changes nothing. A damaged file is a *Damage error; some rows may have been
// handed over by then.
func Load(ctx context.Context, fsys fs.FS, dir string, parallel int, f func(worker int, r Row) error) (epoch uint64, err error) {
	m, err := readManifest(fsys, dir)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var wg sync.WaitGroup
	for worker := range min(max(parallel, 1), len(m.pairs)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(m.pairs) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := loadPair(ctx, fsys, dir, m.pairs[i], func(r Row) error { return f(worker, r) }); err != nil {
					cancel(err)
				}
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return 0, fmt.Errorf("load pairs from %s: %w", dir, err)
	}
	return m.epoch, nil
}

func loadPair(ctx context.Context, fsys fs.FS, dir string, e entry, f func(Row) error) error {
	p, err := openPair(fsys, dir, e)
	if err != nil {
		return err
	}
	defer p.close()
	return p.scanLive(ctx, f)
}
