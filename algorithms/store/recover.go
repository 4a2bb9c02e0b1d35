package store

import (
	"context"
	"errors"
	"fmt"
	iofs "io/fs"
	"path/filepath"
	"slices"
	"time"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/internal/wal"
)

// ErrNoImage means that no image was ever published in a folder.
var ErrNoImage = image.ErrNoImage

// A Source is where a store is recovered from.
type Source struct {
	Images string
	// Own is files of an algorithm's own (see Options.OwnFiles). Where they have
	// a state that is whole, that is used in place of an image, and the log
	// after it; by a store under that algorithm, whose own they are, so that it
	// goes on from them. They are not looked at where an image is named.
	Own   Own
	Image string   // this image rather than the newest; a path
	Chain []string // these rather than those of a folder: the full image, then the partial ones based on it; paths
	Log   string   // empty: no log
	LogTo uint64   // replay no further than this epoch; 0: to the durable end
	// Quiet says that no transaction ran while the image was taken, so that it is
	// whole though it asks for a log, and that log holds no changes (see
	// Log.NotesOnly).
	Quiet    bool
	FS       fs.FS // nil: the operating system's
	Parallel int   // readers and appliers; 0 means 1

	bad []string // images that were passed over, and said so
}

// A Recovery is what was got back, and what it cost.
type Recovery struct {
	Point    Point
	Records  uint64        // from the images, tombstones included; each counts once
	Images   int           // in the chain that was read; 1 for a full one
	Own      bool          // it was from the algorithm's own files in place of an image
	Snapshot uint64        // number of the snapshot whose pages these were; 0: none
	Changes  uint64        // from the log
	Bytes    int64         // of the images, or the own files
	Last     uint64        // the largest stamp, as own files say; 0: they do not
	Load     time.Duration // of the full image, or the own files
	Merge    time.Duration // of applying the partial ones to it
	Replay   time.Duration // of the log, or to glean it
	Problems []string      // damaged files that were passed over
}

// Recover fills an empty store, before Start, from the newest usable image and
// then the log. The tables must be those of the image.
func (s *Store) Recover(ctx context.Context, src Source) (Recovery, error) {
	if src.FS == nil {
		src.FS = fs.OS()
	}
	if s.opts.Images.Buffered {
		src.FS = fs.Buffered(src.FS)
	}
	src.Parallel = max(src.Parallel, 1)
	if src.Own.None() || src.Image != "" || len(src.Chain) > 0 {
		return s.recoverImage(ctx, src, nil)
	}
	r, err := s.recoverOwn(ctx, src)
	if err == nil {
		return r, nil
	}
	instead, problem := src.Own.passedOver(err)
	if !instead {
		return r, fmt.Errorf("recover from %s: %w", src.Own.Dir, err)
	}
	if err := s.backing.forget(); err != nil {
		return r, fmt.Errorf("recover from %s: %w", src.Own.Dir, err)
	}
	if !problem {
		return s.recoverImage(ctx, src, nil)
	}
	r, e := s.recoverImage(ctx, src, []string{err.Error()})
	if errors.Is(e, ErrNoImage) { // what was there is damaged: that is what matters
		e = fmt.Errorf("recover from %s: %w", src.Own.Dir, err)
	}
	return r, e
}

// recoverImage is Recover from an image, with the problems there were before. An
// image that does not fit the log is passed over, as one that is damaged is.
func (s *Store) recoverImage(ctx context.Context, src Source, problems []string) (Recovery, error) {
	r := Recovery{Problems: problems}
	var unfit error // of the newest image that does not fit the log
	for {
		path, err := s.recoverOne(ctx, src, &r)
		switch {
		case err == nil:
			return r, nil
		case unfit != nil && isNoImage(err):
			return r, unfit
		case src.named() || !errors.Is(err, errUnfit) || path == "":
			return r, err
		}
		if unfit == nil {
			unfit = err
		}
		r.Problems = append(r.Problems, fmt.Sprintf("%s: %v", path, err))
		if err := s.backing.forget(); err != nil {
			return r, err
		}
		src.bad = append(src.bad, path)
		src.FS = without(src.FS, path)
	}
}

// named reports whether images were asked for by name: no other will do.
func (src Source) named() bool { return src.Image != "" || len(src.Chain) > 0 }

// isNoImage reports whether an error of load says that no image is left.
func isNoImage(err error) bool {
	return errors.Is(err, ErrNoImage) || errors.Is(err, image.ErrDamaged)
}

// recoverOne recovers from the newest image that is whole, and from its log. It
// returns the image's path, once there is one.
func (s *Store) recoverOne(ctx context.Context, src Source, r *Recovery) (path string, err error) {
	start := time.Now()
	r.Merge = 0
	if path, err = s.load(ctx, src, r); err != nil {
		return path, fmt.Errorf("recover from %s: %w", src.Images, err)
	}
	r.Load = time.Since(start) - r.Merge
	if err := src.reaches(r.Point); err != nil {
		return path, fmt.Errorf("recover from %s: %w", src.Images, err)
	}
	if s.log != nil && s.log.Epoch() <= r.Point.LogFrom {
		return path, fmt.Errorf("recover from %s: the store's own log is at epoch %d, and the image stands at %v: open "+
			"the store on the folder of its images", src.Images, s.log.Epoch(), r.Point)
	}
	if src.Log == "" {
		return path, nil
	}
	start = time.Now()
	if err := s.replay(ctx, src, r); err != nil {
		return path, fmt.Errorf("recover from %s: %w", src.Log, err)
	}
	r.Replay = time.Since(start)
	return path, nil
}

// reaches reports whether the log is to be replayed as far as an image needs it:
// one that mixes versions is useless without its part of the log.
func (src Source) reaches(at Point) error {
	if at.Kind == kindUnlogged && !src.Quiet {
		return fmt.Errorf("the image stands at %v, and its log holds no changes: nothing can repair it; take it with a log",
			at)
	}
	if at.LogTo != 0 && (src.Log == "" || src.LogTo != 0 && src.LogTo < at.LogTo) {
		return fmt.Errorf("the image stands at %v: name its log, and replay it to epoch %d at least", at, at.LogTo)
	}
	return nil
}

// load loads the newest image that is whole, with all that it is based on, and returns
// its path. That a block of one is damaged is found while it is loaded: then
// everything is forgotten, and the newest image that does without it is next.
func (s *Store) load(ctx context.Context, src Source, r *Recovery) (path string, err error) {
	for {
		path, err := s.loadOne(ctx, src, r)
		if src.named() || !errors.Is(err, image.ErrDamaged) || path == "" {
			return path, err
		}
		r.Problems = append(r.Problems, err.Error())
		if err := s.backing.forget(); err != nil {
			return path, err
		}
		src.bad = append(src.bad, path)
		src.FS = without(src.FS, path)
	}
}

// without returns a file system in which a file is missing.
func without(fsys fs.FS, path string) fs.FS { return &lacking{fsys, path} }

// A lacking is a file system without one file, which was found damaged: reading the
// images again through it gives the state before that file.
type lacking struct {
	fs.FS
	path string
}

func (l *lacking) Open(name string, direct bool) (fs.File, error) {
	if name == l.path {
		return nil, &iofs.PathError{Op: "open", Path: name, Err: iofs.ErrNotExist}
	}
	return l.FS.Open(name, direct)
}

// loadOne loads the newest image that looks good, or the one asked for, and what
// it is based on first. It returns the path of the image; where it fails, of the
// one it was at, once there is one.
func (s *Store) loadOne(ctx context.Context, src Source, r *Recovery) (path string, err error) {
	set, problems, err := findImages(src)
	for _, p := range problems {
		if !slices.Contains(src.bad, p.File) { // it was reported
			r.Problems = append(r.Problems, fmt.Sprint(p))
		}
	}
	if err != nil {
		return "", err
	}
	r.Point, r.Images, r.Bytes, r.Records, r.Merge = set.Newest().Point, len(set.Images), 0, 0, 0
	counts := make([]counter, src.Parallel)
	for i, ref := range set.Images {
		start := time.Now()
		if err := s.lay(ctx, src, ref.Path, counts); err != nil {
			return ref.Path, err
		}
		if r.Bytes += ref.Size; i > 0 {
			r.Merge += time.Since(start)
		}
	}
	r.Records = s.backing.count(s.sum(counts))
	return set.Newest().Path, nil
}

// lay lays an image over what is there: in place of whatever older version a
// record has, for an image holds the newest one of its time, even a tombstone.
func (s *Store) lay(ctx context.Context, src Source, path string, counts []counter) error {
	im, err := image.OpenImage(src.FS, path)
	if err != nil {
		return err
	}
	defer im.Close()
	if err := s.fits(im.Tables()); err != nil {
		return err
	}
	return s.backing.put(ctx, im.Scan, src.Parallel, counts)
}

// Chain returns the files that an image is read from: the full image, and the
// partial ones based on it, path itself last. Where the image was collapsed since,
// the file that took its place is named. The folder must not change meanwhile; see
// HoldCollapses.
func Chain(fsys fs.FS, path string) ([]string, error) {
	if fsys == nil {
		fsys = fs.OS()
	}
	set, err := image.Find(fsys, path)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, ref := range set.Images {
		paths = append(paths, ref.Path)
	}
	return paths, nil
}

// findImages returns the images that src names, or the newest of its folder.
func findImages(src Source) (*image.Set, []image.Problem, error) {
	switch {
	case len(src.Chain) > 0:
		set, err := image.Chain(src.FS, src.Chain)
		return set, nil, err
	case src.Image != "":
		set, err := image.Find(src.FS, src.Image)
		return set, nil, err
	}
	return image.Latest(src.FS, src.Images)
}

func (s *Store) fits(tables []durable.Table) error {
	if len(tables) != len(s.tables) {
		return fmt.Errorf("image of %d tables for a store of %d", len(tables), len(s.tables))
	}
	for i, t := range tables {
		if got := s.tables[i].spec; got.ValueSize < t.ValueSize || got.Capacity < t.Capacity {
			return fmt.Errorf("table %q of %d records of %d bytes does not fit one of %d of %d",
				t.Name, t.Capacity, t.ValueSize, got.Capacity, got.ValueSize)
		}
	}
	return nil
}

// replay applies the log's changes to the records that are not newer already.
// A change by the record's own last writer is applied again: the writer may
// have made several.
func (s *Store) replay(ctx context.Context, src Source, r *Recovery) error {
	if err := src.checkGaps(r); err != nil {
		return err
	}
	to, err := s.replayTo(ctx, src)
	if err != nil {
		return err
	}
	return s.backing.redo(ctx, src, to, r)
}

// replayAhead hands the log's changes to apply, which several parts call at once and
// which counts its own, and says in r what they were.
func (s *Store) replayAhead(ctx context.Context, src Source, to uint64, r *Recovery, counts []counter,
	apply func(part int, c wal.Change) error) error {
	info, err := wal.ReplayAhead(ctx, src.FS, src.Log, r.Point.LogFrom, to, src.Parallel, s.touchNext, apply)
	r.Changes = s.sum(counts)
	for _, c := range info.Cuts {
		r.Problems = append(r.Problems, fmt.Sprintf("%s: cut at byte %d: %s", c.File, c.Offset, c.Why))
	}
	if err == nil && info.To < r.Point.LogTo {
		return errShort(info.To, r.Point)
	}
	return err
}

// errUnfit means that a state is whole, but the log does not hold what it needs or
// what follows it.
var errUnfit = errors.New("state and log do not fit")

// errShort is the error of a log that ends before the point that it has to reach.
func errShort(end uint64, at Point) error {
	return fmt.Errorf("%w: the log ends at epoch %d, and what is recovered stands at %v", errUnfit, end, at)
}

// checkGaps checks the state that was loaded against the gaps of the log. One that mixes
// versions is not to be used where the log lost a part of what it needs; for another,
// what was lost behind it is a problem.
func (src Source) checkGaps(r *Recovery) error {
	gaps, err := wal.Gaps(src.FS, src.Log)
	if err != nil {
		return err
	}
	from, to := r.Point.LogFrom, r.Point.LogTo
	for _, g := range gaps {
		if mixed(r.Point) && to > g.After && to <= g.Until {
			return fmt.Errorf("%w: before %s was begun the log ended at epoch %d, and the image stands at %v", errUnfit, g.File,
				g.After, r.Point)
		}
		if g.Known != 0 && from == g.Known {
			r.Problems = append(r.Problems,
				fmt.Sprintf("%s: the log after epoch %d was lost before this file was begun: nothing is known of what was "+
					"committed after %v, before it", g.File, g.After, r.Point))
		}
	}
	return nil
}

// replayTo returns how far to replay; 0 is to the durable end. The store's own
// log is open by now, and its loggers mark the passing of time in it: what they
// are just writing would look torn, or damaged, so the end is taken from the log
// itself.
func (s *Store) replayTo(ctx context.Context, src Source) (to uint64, err error) {
	if src.LogTo != 0 || s.log == nil || filepath.Clean(src.Log) != filepath.Clean(s.opts.Log.Dir) {
		return src.LogTo, nil
	}
	if to = s.log.Durable(); to == 0 { // a new log, in its first epochs
		to = s.log.Epoch()
		err = s.log.WaitDurable(ctx, to)
	}
	return to, err
}

// touchNext prefetches the record of a change that is applied soon.
func (s *Store) touchNext(c *wal.Change) {
	if c.Table < 0 || c.Table >= len(s.tables) {
		return
	}
	t := s.tables[c.Table]
	if r, ok := t.peek(c.Key); ok {
		t.touch(r)
	}
}

// sum adds the shares up, and sees to it that no worker uses a sequence number
// again that is in the recovered state.
func (s *Store) sum(counts []counter) (n uint64) {
	for _, c := range counts {
		n += c.n
		for _, w := range s.workers {
			w.seq = max(w.seq, c.last)
		}
	}
	return n
}

// An ImageInfo is what became of an image.
type ImageInfo = image.Info

// An ImageRecord is one record of an image. Value is good until the next.
type ImageRecord = durable.Record

// ReadImage hands every record of an image to f, in parallel, after checking
// every checksum. fsys nil is the operating system's.
func ReadImage(
	ctx context.Context, fsys fs.FS, path string, parallel int, f func(worker int, r ImageRecord) error,
) error {
	if fsys == nil {
		fsys = fs.OS()
	}
	im, err := image.OpenImage(fsys, path)
	if err != nil {
		return err
	}
	defer im.Close()
	return im.Scan(ctx, max(parallel, 1), f)
}
