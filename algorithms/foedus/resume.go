package foedus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ckptbench/algorithms/foedus/internal/glean"
	"ckptbench/algorithms/internal/wal"
	"ckptbench/algorithms/store"
)

// Resume goes on from the newest snapshot: it gleans what the log holds after it,
// and reads the records back from the pages.
// FOEDUS replays no log when it starts: it gleans, and what was gleaned is the state.
func (f *foedus) Resume(ctx context.Context, tail store.Tail) (store.Recovery, error) {
	return f.resume(ctx, tail, func(r *store.Recovery) (err error) {
		r.Records, err = f.env.LoadSaved(ctx, saved(f.dir.Current()), tail.Parallel)
		return err
	})
}

// resume leaves the reading of the pages to attach. Where the newest snapshot turns
// out to be damaged it goes on from the one before, as long as there is one: nothing
// is removed until all pages that are read have been. After an error nothing is open.
func (f *foedus) resume(
	ctx context.Context, tail store.Tail, attach func(*store.Recovery) error,
) (store.Recovery, error) {
	var damaged []error // one for each snapshot that was given up
	// Each turn tries one snapshot, from the newest on.
	for below := uint64(0); ; {
		var r store.Recovery
		for _, err := range damaged {
			r.Problems = append(r.Problems, err.Error())
		}
		err := f.resumeBelow(ctx, below, tail, attach, &r)
		if err == nil {
			f.dir.Release()
			return r, nil
		}
		f.close()
		damaged = append(damaged, err)
		if r.Snapshot == 0 || !errors.Is(err, glean.ErrDamaged) { // nothing was begun, or another will not do better
			return r, errors.Join(damaged...)
		}
		// Some records of the damaged snapshot may have been loaded.
		if err := f.env.Forget(); err != nil {
			return r, errors.Join(append(damaged, err)...)
		}
		// The next turn passes over this one and all later ones.
		below = r.Snapshot
	}
}

// resumeBelow is resume from the newest snapshot with a number below that one; 0 is
// from the newest. It sets the number of the one it began with before all else.
func (f *foedus) resumeBelow(
	ctx context.Context, below uint64, tail store.Tail, attach func(*store.Recovery) error, r *store.Recovery,
) (err error) {
	start := time.Now()
	// Open, glean, attach: the times of the three are reported as load and replay.
	if err := f.find(below, tail); err != nil {
		return err
	}
	for _, p := range f.dir.Problems() {
		// A problem that an earlier turn met already is reported once.
		if text := p.Error(); !slices.Contains(r.Problems, text) {
			r.Problems = append(r.Problems, text)
		}
	}
	sn := f.dir.Current()
	r.Snapshot = sn.Number()
	at := sn.Until()
	r.Load = time.Since(start)
	start = time.Now()
	if r.Changes, err = f.tail(ctx, tail); err != nil {
		return err
	}
	r.Replay = time.Since(start)
	start = time.Now()
	// Pages are read here, and damage in them shows here.
	if err := attach(r); err != nil {
		return err
	}
	sn = f.dir.Current()
	// The log is kept from the older of the two on: it is what a fall-back needs.
	f.until = [2]uint64{sn.Until(), at}
	r.Load += time.Since(start)
	r.Point = store.Point{Kind: "epoch", Seq: at, LogFrom: at, LogTo: at}
	r.Own, r.Snapshot, r.Images, r.Last = true, sn.Number(), 1, sn.Last()
	_, r.Bytes = sn.Bytes()
	return nil
}

// find opens the newest snapshot below a number, if it is one to go on from.
func (f *foedus) find(below uint64, tail store.Tail) error {
	err := f.open(func(o *glean.Options) { o.Below, o.Hold = below, true })
	if err != nil {
		return err
	}
	sn := f.dir.Current()
	switch {
	case sn == nil:
		return noSnapshot("in " + f.o.Dir)
	case sn.Until() > tail.To:
		return noSnapshot(fmt.Sprintf("of epoch %d or before", tail.To))
	}
	return nil
}

// tail gleans the log after the snapshot, and returns how many changes there were.
func (f *foedus) tail(ctx context.Context, tail store.Tail) (uint64, error) {
	// The window ends where the caller's recovery ends, and not at the log's end.
	w, err := wal.OpenWindow(f.o.FS, tail.Log, f.dir.Current().Until(), tail.To)
	if err != nil {
		return 0, err
	}
	if err := f.env.Log.Harden(ctx, tail.To); err != nil { // see glean
		return 0, err
	}
	st, err := f.dir.Glean(ctx, w, tail.To)
	return uint64(st.Mapped), err
}
