package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"ckptbench/algorithms/internal/glean"
	"ckptbench/algorithms/internal/pairs"
	"ckptbench/algorithms/internal/wal"
)

// Recovery from an algorithm's own files, in place of an image.

// An Own says which files of its own an algorithm can be recovered from.
type Own struct {
	Form Form
	// Dir is, of Options, below the folder of the algorithm's own files, and
	// may be empty; of a Source it is the folder itself.
	Dir string
}

// A Form is what such files hold.
type Form int

// The forms there are.
const (
	NoForm Form = iota // there are no such files
	Pages              // pages of snapshots (package glean), which records may be left in where there is a memory budget
	Pairs              // pairs of data and delta files (package pairs)
)

// None reports whether there are no such files.
func (o Own) None() bool { return o.Form == NoForm }

// A Resumer is an Algorithm that goes on from its own files: it recovers from
// them and from the log itself.
type Resumer interface {
	// Resume fills the store, in place of Load, from the newest state in its
	// files that is whole, and what the log holds after it. Recovery.Last has to
	// be the largest stamp in it. An error of package glean or pairs that there
	// is none, or that it is damaged, has an image be used.
	Resume(ctx context.Context, tail Tail) (Recovery, error)
}

// A Tail is the log that a state in own files is to be brought up to date with.
type Tail struct {
	Log      string // folder
	To       uint64 // its last epoch that is to be used; never 0
	Parallel int    // readers of own files, and appliers of the log
}

// OwnFiles returns where a store of these options has the files of its own that it
// is recovered from; none where it makes none.
func (o *Options) OwnFiles() Own {
	if o.Own.None() || o.ownDir() == "" {
		return Own{}
	}
	return Own{o.Own.Form, filepath.Join(o.ownDir(), o.Own.Dir)}
}

// ownReach returns the last epoch of the newest state in the store's own files; 0
// where there is none. Damage is for recovery to find.
func (o *Options) ownReach() (uint64, error) {
	own := o.OwnFiles()
	if own.None() {
		return 0, nil
	}
	st, err := own.open(o.Images.FS, 0)
	if unusable, _ := passedOver(err); unusable {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer st.close()
	return st.epoch, nil
}

// errNoState means that own files are whole, and hold no state to be used.
var errNoState = errors.New("no state")

// passedOver reports whether an error says that own files are not to be recovered
// from, so that an image is; and whether that should not be.
func passedOver(err error) (yes, problem bool) {
	var pages *glean.Damage
	var files *pairs.Damage
	var log *wal.Damage
	if errors.As(err, &pages) || errors.As(err, &files) || errors.As(err, &log) || errors.Is(err, errUnfit) {
		return true, true
	}
	return errors.Is(err, errNoState) || errors.Is(err, glean.ErrNoSnapshot) || errors.Is(err, pairs.ErrNone), false
}

// recoverOwn fills the store from own files. See passedOver for the error.
func (s *Store) recoverOwn(ctx context.Context, src Source) (r Recovery, err error) {
	if src.Log == "" {
		return r, errors.New("an algorithm's own files are brought up to date with the log: name it")
	}
	to, err := s.replayTo(ctx, src)
	if err != nil {
		return r, err
	}
	src.Own.Dir = filepath.Clean(src.Own.Dir)
	resumer, ok := s.alg.(Resumer)
	own := src.Own == s.opts.OwnFiles() && filepath.Clean(src.Log) == filepath.Clean(s.opts.Log.Dir)
	// What comes after LogTo is not to be taken for what comes after the state.
	if ok && own && src.LogTo == 0 {
		if r, err = resumer.Resume(ctx, Tail{src.Log, to, src.Parallel}); err != nil {
			return r, err
		}
		s.sum([]counter{{last: r.Last >> 16}})
		return r, src.checkGaps(&r)
	}
	if s.keeper != nil {
		return r, fmt.Errorf("%w that a store with a memory budget can go on from: that has to be in its own folder, %s, and with all of its own log", errNoState, s.opts.OwnFiles().Dir)
	}
	return s.readOwn(ctx, src, to)
}

// Refill fills the store, before Loaded, from the algorithm's own files and the
// tail of the log, as the engine does it: for a Resumer that has no other way.
func (e *Env) Refill(ctx context.Context, tail Tail) (Recovery, error) {
	src := Source{Own: e.store.opts.OwnFiles(), Log: tail.Log, LogTo: tail.To, FS: e.FS, Parallel: tail.Parallel}
	return e.store.readOwn(ctx, src, tail.To)
}

// Forget makes every record one that never was, before Loaded: for a Resumer that
// met damage and begins anew with an older state.
func (e *Env) Forget() error { return e.store.forget() }

// readOwn fills the store from own files, perhaps another's, and the log. All of
// these stay as they are. Where pages turn out to be damaged, the snapshot before is
// used.
func (s *Store) readOwn(ctx context.Context, src Source, to uint64) (r Recovery, err error) {
	var damaged []error // one for each state that was given up
	for below := uint64(0); ; {
		r, err = s.readOwnBelow(ctx, src, below, to)
		var damage *glean.Damage
		if err == nil {
			for _, err := range damaged {
				r.Problems = append(r.Problems, err.Error())
			}
			return r, nil
		}
		damaged = append(damaged, err)
		if r.Snapshot == 0 || !errors.As(err, &damage) {
			return r, errors.Join(damaged...)
		}
		if err := s.forget(); err != nil {
			return r, errors.Join(append(damaged, err)...)
		}
		below = r.Snapshot
	}
}

// readOwnBelow is readOwn from the newest snapshot with a number below that one; 0 is
// from the newest state.
func (s *Store) readOwnBelow(ctx context.Context, src Source, below, to uint64) (r Recovery, err error) {
	start := time.Now()
	st, err := src.Own.open(src.FS, below)
	if err != nil {
		return r, err
	}
	defer st.close()
	r.Problems = st.problems
	if to != 0 && st.epoch > to {
		return r, fmt.Errorf("%w of epoch %d or before in %s", errNoState, to, src.Own.Dir)
	}
	r.Own, r.Snapshot, r.Images, r.Bytes, r.Last = true, st.number, 1, st.bytes, st.last
	r.Point = Point{Kind: st.kind, Seq: st.epoch, LogFrom: st.epoch, LogTo: st.epoch}
	if r.Records, err = s.fillFrom(ctx, st, src.Parallel); err != nil {
		return r, err
	}
	s.sum([]counter{{last: st.last >> 16}})
	r.Load, start = time.Since(start), time.Now()
	err = s.replay(ctx, src, &r)
	r.Replay = time.Since(start)
	return r, err
}

// LoadSnapshot puts the records of a snapshot where they belong, before Loaded,
// and returns how many there are, tombstones included.
func (e *Env) LoadSnapshot(ctx context.Context, sn *glean.Snapshot, parallel int) (uint64, error) {
	return e.store.fillFrom(ctx, savedPages(sn), parallel)
}

// fillFrom puts the records of own files where they belong, and returns how many
// there are, tombstones included.
func (s *Store) fillFrom(ctx context.Context, st *saved, parallel int) (uint64, error) {
	if st.tables != nil {
		if err := s.fits(st.tables); err != nil {
			return 0, err
		}
	}
	parallel = max(parallel, 1)
	counts, loadings := make([]counter, parallel), s.loadings(parallel)
	if err := st.scan(ctx, parallel, s.filler(counts, loadings)); err != nil {
		return 0, err
	}
	if err := flushAll(loadings); err != nil {
		return 0, err
	}
	n := s.sum(counts)
	if s.loader != nil {
		n = s.loader.Records()
	}
	return n, nil
}
