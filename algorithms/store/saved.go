package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/glean"
	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/internal/pairs"
)

// A saved is the newest whole state in own files, to be read.
type saved struct {
	kind     string        // of its point of consistency
	number   uint64        // of a snapshot
	epoch    uint64        // the state holds all of the log up to its end
	last     uint64        // the largest stamp; 0: it is that of a record
	bytes    int64         // of all that is read
	tables   []image.Table // nil: the files do not say
	problems []string      // damaged files that were passed over
	// scan hands every record over, from up to parallel goroutines, each of
	// which is a worker from 0 on.
	scan  func(ctx context.Context, parallel int, f func(worker int, r image.Record) error) error
	close func()
}

// open opens the newest state in a folder of own files: of snapshots, the newest with
// a number below that one, where it is not 0. See passedOver for the error.
func (o Own) open(fsys fs.FS, below uint64) (*saved, error) {
	if o.Form == Pages {
		return openPages(fsys, o.Dir, below)
	}
	return openPairs(fsys, o.Dir)
}

func openPairs(fsys fs.FS, dir string) (*saved, error) {
	p, err := pairs.Find(fsys, dir)
	if err != nil {
		return nil, err
	}
	return &saved{
		kind: "log", epoch: p.Epoch(), bytes: p.Bytes(), close: func() {},
		scan: func(ctx context.Context, parallel int, f func(int, image.Record) error) error {
			return p.Load(ctx, parallel, func(worker int, r pairs.Row) error {
				return f(worker, image.Record{Table: r.Table, Key: r.Key, Stamp: r.Stamp, Absent: r.Absent, Value: r.Value})
			})
		},
	}, nil
}

func openPages(fsys fs.FS, dir string, below uint64) (*saved, error) {
	d, err := glean.Open(glean.Options{Dir: dir, FS: fsys, ReadOnly: true, Below: below})
	if err != nil {
		return nil, err
	}
	if d.Current() == nil {
		return nil, fmt.Errorf("%w in %s", glean.ErrNoSnapshot, dir)
	}
	st := savedPages(d.Current())
	st.close = func() { d.Close() }
	for _, p := range d.Problems() {
		st.problems = append(st.problems, p.Error())
	}
	return st, nil
}

// savedPages is a snapshot that is open.
func savedPages(sn *glean.Snapshot) *saved {
	_, bytes := sn.Bytes()
	st := &saved{kind: "epoch", number: sn.Number(), epoch: sn.Until(), last: sn.Last(), bytes: bytes, close: func() {}}
	for _, t := range sn.Tables() {
		st.tables = append(st.tables, image.Table{Name: t.Name, ValueSize: t.ValueSize, Capacity: t.Capacity, Hash: t.Hash})
	}
	st.scan = func(ctx context.Context, parallel int, f func(int, image.Record) error) error {
		return scanPages(ctx, sn, parallel, f)
	}
	return st
}

func scanPages(ctx context.Context, sn *glean.Snapshot, parallel int, f func(worker int, r image.Record) error) error {
	parts, err := sn.Parts()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var taken atomic.Int64
	var wg sync.WaitGroup
	for worker := range parallel {
		wg.Go(func() {
			for i := taken.Add(1) - 1; i < int64(len(parts)); i = taken.Add(1) - 1 {
				err := sn.ScanPart(ctx, parts[i], func(r glean.Record) error {
					v := r.Value
					if !r.Absent && v == nil {
						v = []byte{}
					}
					return f(worker, image.Record{Table: r.Table, Key: r.Key, Stamp: r.Stamp, Absent: r.Absent, Value: v})
				})
				if err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}
