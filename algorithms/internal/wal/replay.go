package wal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/radix"
)

// windowBytes is what one logger contributes to a window, up to the next mark.
const windowBytes = 8 << 20

// ReplayInfo says what a replay found.
// Bytes and Records count what was read and wanted; Changes what was handed over.
type ReplayInfo struct {
	From, To uint64 // the epochs handed over are in (From, To]
	Durable  uint64 // the durable end of the log, or To if a smaller one was asked for
	Files    int    // segments read
	Bytes    int64  // of frames read
	Records  int64  // transactions handed over
	Changes  int64
	Notes    []Note // of those epochs, in the order of the log
	Cuts     []Cut  // torn places behind which the log was dropped
}

// A Cut is a torn end: never announced as durable, or written without
// Options.Sync and lost in a power cut.
type Cut struct {
	File   string
	Offset int64 // of the first bad frame
	Bytes  int64 // from there to the end of the file
	Why    string
}

// Replay hands the changes of the epochs in (from, to] to f; to = 0 stands for
// the durable end. Each record belongs to one part, from 0 to parallel-1. f is
// called concurrently for different parts, one call at a time within a part,
// and for each record in ascending order of the stamps, and in the order in
// which they were made within one stamp. An error of f ends the replay and is
// returned. It is an error if the log does not reach back to from or on to to;
// what was durable and is not readable is a *durable.Damage, which may come after
// some changes have been handed over.
//
// Replay may run beside an open Log, if to is not 0 nor above its Durable and
// nobody truncates beyond from. Memory is bounded as package doc says; notes
// are kept whole.
// Several replays of one folder may run concurrently.
func Replay(
	ctx context.Context, fsys fs.FS, dir string, from, to uint64, parallel int, f func(part int, c Change) error,
) (ReplayInfo, error) {
	return follow(ctx, fsys, dir, from, to, parallel, places{}, nil, f)
}

// ReplayAhead is Replay that tells ahead of a change some changes before it hands
// it to f, on the same goroutine: time enough to bring the record into the cache.
// Only the table and the key are to be looked at, and nothing has checked them.
func ReplayAhead(
	ctx context.Context, fsys fs.FS, dir string, from, to uint64, parallel int, ahead func(*Change),
	f func(part int, c Change) error,
) (ReplayInfo, error) {
	return follow(ctx, fsys, dir, from, to, parallel, places{}, ahead, f)
}

// aheadChanges is how many changes ahead that is: about as many cache misses as a
// core can wait for at once.
const aheadChanges = 12

// follow is Replay that begins at places.
func follow(
	ctx context.Context, fsys fs.FS, dir string, from, to uint64, parallel int, at places, ahead func(*Change),
	f func(part int, c Change) error,
) (ReplayInfo, error) {
	info := ReplayInfo{From: from}
	if parallel < 1 {
		return info, fmt.Errorf("replay log %s: %d parts, at least 1 is needed", dir, parallel)
	}
	sv, err := look(fsys, dir)
	if err != nil {
		return info, err
	}
	// The end decides what counts. Records behind it are never handed over.
	find := sv.end
	if at.after != nil { // a Follower knows that it is there
		find = sv.trust
	}
	e, err := find(fsys, to)
	if err != nil {
		return info, err
	}
	info.To, info.Durable, info.Cuts = e.epoch, e.epoch, e.cuts
	// Marks may reach beyond what was asked for; what is asked for has to be there in full.
	if to != 0 {
		if e.epoch < to {
			return info, fmt.Errorf("replay log %s: it ends at epoch %d, and epochs up to %d are asked for", dir, e.epoch, to)
		}
		info.To, info.Durable = to, to
	}
	if err := sv.need(from, info.To); err != nil {
		return info, err
	}
	r := &replay{ctx: ctx, fs: fsys, from: from, parts: parallel, at: at, ahead: ahead, f: f, info: &info,
		orders: make([]order, parallel)}
	// One session after another: they share no epoch.
	for _, s := range sv.sessions {
		if err := r.session(s); err != nil {
			return info, err
		}
	}
	return info, nil
}

// Verify reads every byte of the log that counts, from the first epoch that is
// still wholly there, and returns what Replay would.
// It changes nothing, and the first damage ends it.
func Verify(ctx context.Context, fsys fs.FS, dir string) (ReplayInfo, error) {
	sv, err := look(fsys, dir)
	if err != nil {
		return ReplayInfo{}, err
	}
	if _, err := sv.end(fsys, 0); err != nil {
		return ReplayInfo{}, err
	}
	return Replay(ctx, fsys, dir, sv.start(), 0, 1, func(int, Change) error { return nil })
}

// start returns the epoch from which on nothing is missing.
func (sv *survey) start() uint64 {
	start, last := uint64(0), uint64(0)
	for _, s := range sv.sessions {
		// A session before this one is missing, with all its epochs.
		if s.session != last+1 {
			start = max(start, s.prev)
		}
		// What lies before a state that was found elsewhere is not in the log.
		start = max(start, s.known)
		last = s.session
		for _, c := range s.chains {
			part := uint64(0)
			for _, seg := range c {
				// A part before this one is missing.
				if seg.part != part {
					start = max(start, seg.before)
				}
				part = seg.part + 1
			}
			// A logger without a file has lost every epoch of its session.
			if len(c) == 0 && s.cut > s.base {
				start = max(start, s.cut)
			}
		}
	}
	return start
}

// A replay is one Replay in progress.
type replay struct {
	ctx    context.Context
	fs     fs.FS
	from   uint64
	parts  int
	at     places
	f      func(part int, c Change) error
	ahead  func(*Change) // called with some changes before f is; may be nil
	info   *ReplayInfo   // only Replay's goroutine writes it
	orders []order       // by part
}

// session replays s window by window; one is applied while the next is read.
func (r *replay) session(s *session) error {
	chains := make([]*chain, len(s.chains))
	for i, segs := range s.chains {
		chains[i] = newChain(r, segs, s.cut)
		defer chains[i].close()
	}
	// One window is applied at a time. The token in the channel is its result; the first finds
	// one there.
	applied := make(chan error, 1)
	applied <- nil
	for w := s.base; w < s.cut; {
		next, err := readWindow(chains, w, s.cut)
		// It waits for the window before also after an error: its changes lie in memory that is
		// used again.
		if err := errors.Join(err, <-applied); err != nil {
			return err
		}
		batch := r.take(chains, next)
		go func() { applied <- r.apply(batch) }()
		w = next
	}
	err := <-applied
	r.total(chains, s.cut)
	r.at.note(chains)
	return err
}

// readWindow reads all chains beyond epoch w and returns the epoch up to which
// all have been read.
func readWindow(chains []*chain, w, cut uint64) (uint64, error) {
	var target atomic.Uint64 // the least mark at which a chain had enough
	target.Store(cut)
	errs := make([]error, len(chains))
	var wg sync.WaitGroup
	for i, c := range chains {
		wg.Go(func() { errs[i] = c.read(w, &target) })
	}
	wg.Wait()
	// Every chain has read at least to here.
	next := cut
	for _, c := range chains {
		next = min(next, c.mark)
	}
	return next, errors.Join(errs...)
}

// take collects the changes of epochs up to w by part.
//
// What was read of later ones goes to the memory of the window before the one that
// is handed over, which nobody uses any more.
func (r *replay) take(chains []*chain, w uint64) [][]Change {
	batch := make([][]Change, r.parts)
	for _, c := range chains {
		c.held = 0
		for p, items := range c.items {
			rest := c.spare[p][:0]
			n := 0
			// Wanted changes move to the front, in the order read; later ones are copied out.
			for i := range items {
				if it := &items[i]; it.Epoch > w {
					rest = append(rest, *it)
					c.held += len(it.Value) + 64
					continue
				}
				if n != i {
					items[n] = items[i]
				}
				n++
			}
			r.info.Changes += int64(n)
			// The values of what was copied out are referred to from rest now; two references
			// would keep their chunks alive for longer.
			clear(items[n:])
			// With one logger no change is copied.
			if batch[p] == nil {
				batch[p] = items[:n]
			} else {
				batch[p] = append(batch[p], items[:n]...)
				clear(items[:n])
			}
			// items is what is handed over now; the next take uses its memory again, when all of
			// it has been applied.
			c.items[p], c.spare[p] = rest, items
		}
	}
	return batch
}

// apply sorts each part and hands it to f.
func (r *replay) apply(batch [][]Change) error {
	errs := make([]error, len(batch))
	var wg sync.WaitGroup
	// A goroutine for each part that has changes: parts have no record in common.
	for p, items := range batch {
		if len(items) > 0 {
			wg.Go(func() { errs[p] = r.applyPart(p, items) })
		}
	}
	wg.Wait()
	return errors.Join(errs...)
}

// applyPart hands the changes to f by their stamps, those of one transaction, which
// are in one chain, as they came. It drops the values then: the items' memory is
// used again.
func (r *replay) applyPart(p int, items []Change) error {
	defer clear(items)
	o := &r.orders[p]
	o.refs = o.refs[:0]
	for i := range items {
		o.refs = append(o.refs, radix.Item{Key: items[i].Stamp, At: uint64(i)})
	}
	// Stamps of different transactions differ, so equal ones are one transaction's, and keep
	// their order.
	o.refs, o.spare = radix.Sort(o.refs, o.spare)
	for i, x := range o.refs {
		// The context is not looked at for every change: that costs more than many changes do.
		if i%1024 == 0 && r.ctx.Err() != nil {
			return fmt.Errorf("replay log: %w", r.ctx.Err())
		}
		if next := i + aheadChanges; r.ahead != nil && next < len(o.refs) {
			r.ahead(&items[o.refs[next].At])
		}
		if err := r.f(p, items[x.At]); err != nil {
			return err
		}
	}
	return nil
}

// An order is what a part's changes are sorted by; memory kept between windows.
type order struct{ refs, spare []radix.Item }

// total adds what the chains counted.
func (r *replay) total(chains []*chain, cut uint64) {
	for _, c := range chains {
		r.info.Files += c.files
		r.info.Bytes += c.bytes
		r.info.Records += c.records
		for _, n := range c.notes.done {
			if n.Epoch > r.from && n.Epoch <= cut {
				r.info.Notes = append(r.info.Notes, n)
			}
		}
	}
}
