package foedus

import (
	"context"
	"fmt"
	"time"

	"ckptbench/algorithms/internal/glean"
	"ckptbench/algorithms/internal/wal"
	"ckptbench/algorithms/store"
)

// Resume goes on from the newest snapshot: it gleans what the log holds after it,
// and reads the records back from the pages.
func (f *foedus) Resume(ctx context.Context, tail store.Tail) (store.Recovery, error) {
	return f.resume(ctx, tail, func(r *store.Recovery) (err error) {
		r.Records, err = f.env.LoadSnapshot(ctx, f.dir.Current(), tail.Parallel)
		return err
	})
}

// resume leaves the reading of the pages to attach. After an error nothing is
// open.
func (f *foedus) resume(ctx context.Context, tail store.Tail, attach func(*store.Recovery) error) (r store.Recovery, err error) {
	defer func() {
		if err != nil {
			f.close()
		}
	}()
	start := time.Now()
	if err := f.find(tail); err != nil {
		return r, err
	}
	for _, p := range f.dir.Problems() {
		r.Problems = append(r.Problems, p.Error())
	}
	at := f.dir.Current().Until()
	r.Load = time.Since(start)
	start = time.Now()
	if r.Changes, err = f.tail(ctx, tail); err != nil {
		return r, err
	}
	r.Replay = time.Since(start)
	start = time.Now()
	if err := attach(&r); err != nil {
		return r, err
	}
	sn := f.dir.Current()
	f.until = [2]uint64{sn.Until(), at}
	r.Load += time.Since(start)
	r.Point = store.Point{Kind: "epoch", Seq: at, LogFrom: at, LogTo: at}
	r.Own, r.Snapshot, r.Images, r.Last = true, sn.Number(), 1, sn.Last()
	_, r.Bytes = sn.Bytes()
	return r, nil
}

// find opens the newest snapshot, if it is one to go on from.
func (f *foedus) find(tail store.Tail) error {
	if err := f.open(false); err != nil {
		return err
	}
	sn := f.dir.Current()
	switch {
	case sn == nil:
		return fmt.Errorf("%w in %s", glean.ErrNoSnapshot, f.o.Dir)
	case sn.Until() > tail.To:
		return fmt.Errorf("%w of epoch %d or before", glean.ErrNoSnapshot, tail.To)
	}
	return nil
}

// tail gleans the log after the snapshot, and returns how many changes there were.
func (f *foedus) tail(ctx context.Context, tail store.Tail) (uint64, error) {
	w, err := wal.OpenWindow(f.o.FS, tail.Log, f.dir.Current().Until(), tail.To)
	if err != nil {
		return 0, err
	}
	st, err := f.dir.Glean(ctx, w, tail.To)
	return uint64(st.Mapped), err
}
