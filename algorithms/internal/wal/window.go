package wal

import (
	"context"
	"fmt"
	"io"

	"ckptbench/algorithms/internal/fs"
)

// A Window is the part of a log with the epochs in (from, to], to be read one
// logger at a time. Different loggers may be read concurrently.
// It is for reading a stretch of the log in the order in which each logger wrote it; Replay is
// for the order of each record's changes.
type Window struct {
	// ReadBytes is how much of a file is read at a time; 0 is 1 MiB. A
	// transaction that is longer is read at once.
	ReadBytes int

	fs       fs.FS
	sv       *survey
	from, to uint64
	streams  int
	skip     map[string]int64 // by segment: nothing of the window stands before this offset
	ends     []stop           // by logger, where its part has been read to
}

// A stop is an offset in a segment before which nothing of a later epoch stands
// than those that were read; its path is empty where that is not known.
type stop struct {
	path string
	off  int64
}

// OpenWindow finds the epochs in (from, to] of the log in dir; to = 0 stands
// for the durable end. It fails as Replay does where the log does not reach
// from the one to the other, and like it may run beside an open Log.
func OpenWindow(fsys fs.FS, dir string, from, to uint64) (*Window, error) {
	sv, err := look(fsys, dir)
	if err != nil {
		return nil, err
	}
	e, err := sv.end(fsys, to)
	if err != nil {
		return nil, err
	}
	if e.epoch < to || to == 0 && e.epoch < from {
		return nil, fmt.Errorf("read log %s: it ends at epoch %d, and epochs %d to %d are asked for", dir, e.epoch, from+1,
			max(from, to))
	}
	// to = 0 asks for all that is durable; only then the end need not be known to the caller.
	w := &Window{fs: fsys, sv: sv, from: from, to: to}
	if to == 0 {
		w.to = e.epoch
	}
	return w, w.find()
}

// Next finds the epochs after w's, up to to, of a log that is open and durable to
// there. Where w has been read to its end, this goes on from there: the files are
// not read again from their beginnings. Nobody may be reading w.
func (w *Window) Next(to uint64) (*Window, error) {
	// Segments may have been begun or truncated since.
	sv, err := look(w.fs, w.sv.dir)
	if err == nil {
		_, err = sv.trust(w.fs, to)
	}
	if err != nil {
		return nil, err
	}
	n := &Window{ReadBytes: w.ReadBytes, fs: w.fs, sv: sv, from: w.to, to: to, skip: map[string]int64{}}
	// A logger that has not been read to its end has an empty path, which is no segment's.
	for _, e := range w.ends {
		n.skip[e.path] = e.off
	}
	return n, n.find()
}

// find sees to it that the log has all of w, and counts its loggers.
func (w *Window) find() error {
	if w.to < w.from {
		return fmt.Errorf("read log %s: epochs %d to %d are asked for", w.sv.dir, w.from+1, w.to)
	}
	if err := w.sv.need(w.from, w.to); err != nil {
		return err
	}
	// Sessions may have different numbers of loggers; stream i is logger i of each.
	for _, s := range w.sv.sessions {
		w.streams = max(w.streams, len(s.chains))
	}
	w.ends = make([]stop, w.streams)
	return nil
}

// Window finds the epochs in (from, to] of the log, which have to be durable.
func (l *Log) Window(from, to uint64) (*Window, error) {
	if d := l.Durable(); to == 0 || to > d {
		return nil, fmt.Errorf("read log %s to epoch %d: it is durable to epoch %d; wait for it first", l.o.Dir, to, d)
	}
	return OpenWindow(l.o.FS, l.o.Dir, from, to)
}

// To returns the last epoch of the window.
func (w *Window) To() uint64 { return w.to }

// Streams returns how many loggers wrote the window; 0 if there is no file that
// can hold a part of it.
func (w *Window) Streams() int { return w.streams }

// Read hands every change that logger i wrote in the window to f, in the order
// of the log. A change is good until the next. An error of f ends the reading
// and is returned; what was durable and is not readable is a *durable.Damage.
func (w *Window) Read(ctx context.Context, i int, f func(Change) error) error {
	for _, s := range w.sv.sessions {
		// This session had fewer loggers.
		if i >= len(s.chains) {
			continue
		}
		r := windowReader{w: w, cut: s.cut, mark: min(s.chains[i][0].first-1, s.cut), f: f}
		for _, seg := range s.chains[i] {
			if err := r.segment(ctx, seg); err != nil {
				return err
			}
		}
		// Every file ended in order, and yet the window is not complete.
		if r.mark < r.cut {
			segs := s.chains[i]
			return damaged(segs[len(segs)-1].path, r.at, "the next file is missing; the log has to reach epoch %d", r.cut)
		}
		w.ends[i] = r.end
	}
	return nil
}

// A windowReader reads the files of one logger and session.
// It is for one goroutine.
type windowReader struct {
	w    *Window
	cut  uint64
	mark uint64 // all records of epochs up to it have been read
	at   int64  // offset of the last frame
	end  stop   // the first frame beyond cut, or where reading ended
	past bool   // there was one
	f    func(Change) error
}

// segment reads one file, to its end frame or to the end of the window.
func (r *windowReader) segment(ctx context.Context, seg segment) error {
	if r.mark >= r.cut {
		return nil
	}
	s, err := openSegment(r.w.fs, seg)
	if err != nil {
		return err
	}
	defer s.f.Close()
	// f keeps nothing of a change, so one buffer serves the whole file.
	s.reuse, s.unit = true, r.w.ReadBytes
	s.off = max(s.off, r.w.skip[seg.path])
	// It ends at the first mark that reaches the cut: all records of the window stand before
	// that.
	for n := 0; r.mark < r.cut; n++ {
		// Not at every frame: a frame may be one small transaction.
		if n%256 == 0 && ctx.Err() != nil {
			return fmt.Errorf("read log %s: %w", seg.path, ctx.Err())
		}
		r.at = s.off
		fr, err := s.next()
		if err == io.EOF {
			return damaged(seg.path, r.at, "file ends after epoch %d; it has to reach epoch %d", r.mark, r.cut)
		}
		if err != nil {
			return err
		}
		r.pass(seg, fr, s.off)
		switch fr.kind {
		case frameMark:
			r.mark = max(r.mark, fr.epoch)
		case frameEnd:
			return nil
		case frameChanges:
			if err := r.changes(seg, fr); err != nil {
				return err
			}
		}
	}
	return nil
}

// pass notes that fr has been read, after which the file goes on at an offset.
// What is beyond the cut may stand before the mark, and is for the next window.
func (r *windowReader) pass(seg segment, fr frame, next int64) {
	switch {
	case r.past:
	case fr.epoch > r.cut:
		r.end, r.past = stop{seg.path, r.at}, true
	default:
		r.end = stop{seg.path, next}
	}
}

// changes hands over what a frame holds of the window.
func (r *windowReader) changes(seg segment, fr frame) error {
	if fr.epoch > r.cut || fr.epoch <= r.w.from {
		return nil
	}
	for b := fr.body; len(b) > 0; {
		var c Change
		var err error
		if c, b, err = nextChange(b); err != nil {
			return damaged(seg.path, r.at, "%v", err)
		}
		c.Epoch, c.Stamp = fr.epoch, fr.stamp
		if err := r.f(c); err != nil {
			return err
		}
	}
	return nil
}
