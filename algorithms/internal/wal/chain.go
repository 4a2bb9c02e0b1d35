package wal

import (
	"errors"
	"fmt"
	"io"
	"math/bits"
	"sync/atomic"

	"ckptbench/algorithms/internal/durable"
)

// A chain reads the segments of one logger and session for a replay. One
// goroutine at a time uses it.
type chain struct {
	r *replay
	// Those not read yet; need has dropped what lies before the window.
	segs []segment // the first is the one that s reads
	// Frames of later epochs are not wanted; the session is cut here, or the replay ends.
	cut  uint64
	s    *scanner // nil before the first and after the last segment
	mark uint64   // all records of epochs up to it have been read

	// Parts are those of the records, by hash. items is written by the goroutine that reads this
	// chain; take exchanges it with spare between two windows.
	items [][]Change // by part, what has been read and not yet taken
	spare [][]Change // by part, memory of a window before
	held  int        // bytes of it, roughly
	notes assembly

	beyond   string // the segment of the first frame beyond the cut, if there was one
	beyondAt int64  // its offset

	// For ReplayInfo; added up by total.
	files          int
	bytes, records int64
}

// newChain begins at the epoch below the first that the segments can have.
func newChain(r *replay, segs []segment, cut uint64) *chain {
	return &chain{r: r, segs: segs, cut: cut, mark: min(segs[0].first-1, cut), items: make([][]Change, r.parts),
		spare: make([][]Change, r.parts)}
}

// close closes the file that is open, if one is. It was only read.
func (c *chain) close() {
	if c.s != nil {
		c.s.f.Close()
		c.s = nil
	}
}

// read goes on to a mark beyond w, and on to target while there is room in the
// window. Where there is none left it lowers target for all.
func (c *chain) read(w uint64, target *atomic.Uint64) error {
	// The first condition is progress: every window ends beyond w. The second is the memory: a
	// chain that is full stops at its next mark.
	for c.mark <= w || c.mark < target.Load() && c.held < windowBytes {
		if err := c.nextMark(); err != nil {
			return err
		}
	}
	// The least mark of all chains that are full ends the window for everyone, as a chain that
	// went further would only hold changes for later.
	for t := target.Load(); c.mark < t; t = target.Load() {
		if target.CompareAndSwap(t, c.mark) {
			break
		}
	}
	return nil
}

// nextMark reads up to the next mark, over the end of a segment if need be.
func (c *chain) nextMark() error {
	if err := c.r.ctx.Err(); err != nil {
		return fmt.Errorf("replay log: %w", err)
	}
	for {
		if c.s == nil {
			if err := c.open(); err != nil {
				return err
			}
		}
		at := c.s.off
		fr, err := c.s.next()
		// The survey found marks up to the cut, so the file has become shorter since, or is
		// damaged.
		if err == io.EOF {
			return damaged(c.s.path, at, "file ends after epoch %d; it has to reach epoch %d", c.mark, c.cut)
		}
		if err != nil {
			return err
		}
		c.bytes += c.s.off - at
		switch fr.kind {
		case frameMark:
			// A mark that repeats an epoch says nothing new.
			if fr.epoch > c.mark {
				c.mark = min(fr.epoch, c.cut)
				return nil
			}
		case frameEnd:
			if err := c.turn(at); err != nil {
				return err
			}
		default:
			if err := c.take(fr, at); err != nil {
				return err
			}
		}
	}
}

// open opens the first of the segments that are left, and moves to where reading is to begin.
func (c *chain) open() (err error) {
	if c.s, err = openSegment(c.r.fs, c.segs[0]); err == nil {
		c.r.at.start(c.s)
	}
	c.files++
	return err
}

// turn goes on from the end frame at offset at to the next segment.
func (c *chain) turn(at int64) error {
	path := c.s.path
	// An end frame without a next file is damage: the chain goes on to the cut.
	c.close()
	if c.segs = c.segs[1:]; len(c.segs) == 0 {
		return damaged(path, at, "the next file is missing; the log has to reach epoch %d", c.cut)
	}
	return nil
}

// take keeps what the frame at offset at holds of the epochs wanted.
// Bodies are not copied: the scanner does not reuse its memory for a chain.
func (c *chain) take(fr frame, at int64) error {
	if fr.epoch > c.cut {
		c.pass(at)
	}
	// A note is put together also where its epoch is not wanted; total leaves it out.
	if fr.kind == frameNote {
		return c.bad(at, c.notes.add(fr))
	}
	if fr.epoch > c.cut || fr.epoch <= c.r.from {
		return nil
	}
	c.records++
	// held counts the bytes that changes keep alive: their values lie in the body.
	c.held += len(fr.body)
	for b := fr.body; len(b) > 0; {
		var ch Change
		var err error
		if ch, b, err = nextChange(b); err != nil {
			return c.bad(at, err)
		}
		ch.Epoch, ch.Stamp = fr.epoch, fr.stamp
		p := part(ch.Table, ch.Key, len(c.items))
		c.items[p] = append(c.items[p], ch)
		// About what a Change takes.
		c.held += 64
	}
	return nil
}

// bad makes err, unless it is damage already, the damage of the frame at an offset.
func (c *chain) bad(at int64, err error) error {
	if err == nil || errors.As(err, new(*durable.Damage)) {
		return err
	}
	return damaged(c.s.path, at, "%v", err)
}

// part returns to which of n parts a record belongs.
func part(table int, key uint64, n int) int {
	// Table and key are mixed, so parts are even for any pattern of keys; the upper half of the
	// product needs no division.
	hi, _ := bits.Mul64(durable.Mix(key^uint64(table)<<56), uint64(n))
	return int(hi)
}
