package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"ckptbench/algorithms/internal/finding"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/wal"
)

// Recovery from an algorithm's own files, in place of an image.

// An Own says which files of its own an algorithm can be recovered from.
type Own struct {
	Kind OwnKind // nil: there are no such files
	// Dir is, of Options, below the folder of the algorithm's own files, and
	// may be empty; of a Source it is the folder itself.
	Dir string
	// Paged says that records may be left in the files, where there is a memory
	// budget (see Keeper).
	Paged bool
}

// None reports whether there are no such files.
func (o Own) None() bool { return o.Kind == nil }

// An OwnKind is the kind of one algorithm's own files: what finds, reads and verifies
// them. Values of one kind are equal. Its methods may be called concurrently.
type OwnKind interface {
	// Title says in words what a folder of such files holds.
	Title() string
	// Owns reports whether a file of that name is one of them.
	Owns(name string) bool
	// Open opens the newest state in a folder that is whole: where there are
	// several with numbers and below is not 0, the newest with a lower number.
	// The error wraps ErrNoState where there is none.
	Open(fsys fs.FS, dir string, below uint64) (*Saved, error)
	// Damaged reports whether an error, of Open, of a Saved or of the algorithm's
	// Resume, says that a file is not what was written.
	Damaged(err error) bool
	// Verify reads every byte of the files in a folder. The error says why the
	// folder could not be read.
	Verify(ctx context.Context, fsys fs.FS, dir string) (finding.Files, error)
}

// A Saved is the newest whole state in own files, open to be read.
type Saved struct {
	Name     string      // of the state, for a person
	Order    string      // that it is a point of: see Point.Kind
	Number   uint64      // of the state, where there are several; 0: there is only one
	Epoch    uint64      // the state holds all of the log up to its end
	Last     uint64      // the largest stamp; 0: it is that of a record
	Bytes    int64       // of all that is read
	Tables   []TableSpec // nil: the files do not say
	Problems []string    // damaged files that were passed over
	// Scan hands every record over, from up to parallel goroutines, each of
	// which is a worker from 0 on.
	Scan func(ctx context.Context, parallel int, f func(worker int, r ImageRecord) error) error
	// Close closes the files.
	Close func()
}

// ErrNoState means that own files are whole, and hold no state to be used.
var ErrNoState = errors.New("no state")

// A Resumer is an Algorithm that goes on from its own files: it recovers from
// them and from the log itself.
type Resumer interface {
	// Resume fills the store, in place of Load, from the newest state in its
	// files that is whole, and what the log holds after it. Recovery.Last has to
	// be the largest stamp in it. ErrNoState, or an error that is damage to the
	// kind of the files, has an image be used.
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
	own := o.Own
	own.Dir = filepath.Join(o.ownDir(), own.Dir)
	return own
}

// ownReach returns the last epoch of the newest state in the store's own files; 0
// where there is none. Damage is for recovery to find.
func (o *Options) ownReach() (uint64, error) {
	own := o.OwnFiles()
	if own.None() {
		return 0, nil
	}
	st, err := own.Kind.Open(o.Images.FS, own.Dir, 0)
	if unusable, _ := own.passedOver(err); unusable {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer st.Close()
	return st.Epoch, nil
}

// passedOver reports whether an error says that own files are not to be recovered
// from, so that an image is; and whether that should not be.
func (o Own) passedOver(err error) (yes, problem bool) {
	if o.Kind.Damaged(err) || errors.Is(err, wal.ErrDamaged) || errors.Is(err, errUnfit) {
		return true, true
	}
	return errors.Is(err, ErrNoState), false
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
	if s.opts.Budget > 0 {
		return r, fmt.Errorf("%w that a store with a memory budget can go on from: that has to be in its own folder, %s, "+
			"and with all of its own log", ErrNoState, s.opts.OwnFiles().Dir)
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
func (e *Env) Forget() error { return e.store.backing.forget() }

// readOwn fills the store from own files, perhaps another's, and the log. All of
// these stay as they are. Where pages turn out to be damaged, the snapshot before is
// used.
func (s *Store) readOwn(ctx context.Context, src Source, to uint64) (r Recovery, err error) {
	var damaged []error // one for each state that was given up
	for below := uint64(0); ; {
		r, err = s.readOwnBelow(ctx, src, below, to)
		if err == nil {
			for _, err := range damaged {
				r.Problems = append(r.Problems, err.Error())
			}
			return r, nil
		}
		damaged = append(damaged, err)
		if r.Snapshot == 0 || !src.Own.Kind.Damaged(err) {
			return r, errors.Join(damaged...)
		}
		if err := s.backing.forget(); err != nil {
			return r, errors.Join(append(damaged, err)...)
		}
		below = r.Snapshot
	}
}

// readOwnBelow is readOwn from the newest snapshot with a number below that one; 0 is
// from the newest state.
func (s *Store) readOwnBelow(ctx context.Context, src Source, below, to uint64) (r Recovery, err error) {
	start := time.Now()
	st, err := src.Own.Kind.Open(src.FS, src.Own.Dir, below)
	if err != nil {
		return r, err
	}
	defer st.Close()
	r.Problems = st.Problems
	if to != 0 && st.Epoch > to {
		return r, fmt.Errorf("%w of epoch %d or before in %s", ErrNoState, to, src.Own.Dir)
	}
	r.Own, r.Snapshot, r.Images, r.Bytes, r.Last = true, st.Number, 1, st.Bytes, st.Last
	r.Point = Point{Kind: st.Order, Seq: st.Epoch, LogFrom: st.Epoch, LogTo: st.Epoch}
	if r.Records, err = s.fillFrom(ctx, st, src.Parallel); err != nil {
		return r, err
	}
	s.sum([]counter{{last: st.Last >> 16}})
	r.Load, start = time.Since(start), time.Now()
	err = s.replay(ctx, src, &r)
	r.Replay = time.Since(start)
	return r, err
}

// LoadSaved puts the records of a state where they belong, before Loaded, and
// returns how many there are, tombstones included.
func (e *Env) LoadSaved(ctx context.Context, st *Saved, parallel int) (uint64, error) {
	return e.store.fillFrom(ctx, st, parallel)
}

// fillFrom puts the records of own files where they belong, and returns how many
// there are, tombstones included.
func (s *Store) fillFrom(ctx context.Context, st *Saved, parallel int) (uint64, error) {
	if st.Tables != nil {
		if err := s.fits(st.Tables); err != nil {
			return 0, err
		}
	}
	parallel = max(parallel, 1)
	counts := make([]counter, parallel)
	if err := s.backing.put(ctx, st.Scan, parallel, counts); err != nil {
		return 0, err
	}
	return s.backing.count(s.sum(counts)), nil
}
