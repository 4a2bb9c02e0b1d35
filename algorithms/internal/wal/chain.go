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
	r    *replay
	segs []segment // the first is the one that s reads
	cut  uint64
	s    *scanner // nil before the first and after the last segment
	mark uint64   // all records of epochs up to it have been read

	items [][]Change // by part, what has been read and not yet taken
	spare [][]Change // by part, memory of a window before
	held  int        // bytes of it, roughly
	notes assembly

	beyond   string // the segment of the first frame beyond the cut, if there was one
	beyondAt int64  // its offset

	files          int
	bytes, records int64
}

func newChain(r *replay, segs []segment, cut uint64) *chain {
	return &chain{r: r, segs: segs, cut: cut, mark: min(segs[0].first-1, cut), items: make([][]Change, r.parts),
		spare: make([][]Change, r.parts)}
}

func (c *chain) close() {
	if c.s != nil {
		c.s.f.Close()
		c.s = nil
	}
}

// read goes on to a mark beyond w, and on to target while there is room in the
// window. Where there is none left it lowers target for all.
func (c *chain) read(w uint64, target *atomic.Uint64) error {
	for c.mark <= w || c.mark < target.Load() && c.held < windowBytes {
		if err := c.nextMark(); err != nil {
			return err
		}
	}
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
		if err == io.EOF {
			return damaged(c.s.path, at, "file ends after epoch %d; it has to reach epoch %d", c.mark, c.cut)
		}
		if err != nil {
			return err
		}
		c.bytes += c.s.off - at
		switch fr.kind {
		case frameMark:
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
	c.close()
	if c.segs = c.segs[1:]; len(c.segs) == 0 {
		return damaged(path, at, "the next file is missing; the log has to reach epoch %d", c.cut)
	}
	return nil
}

// take keeps what the frame at offset at holds of the epochs wanted.
func (c *chain) take(fr frame, at int64) error {
	if fr.epoch > c.cut {
		c.pass(at)
	}
	if fr.kind == frameNote {
		return c.bad(at, c.notes.add(fr))
	}
	if fr.epoch > c.cut || fr.epoch <= c.r.from {
		return nil
	}
	c.records++
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
		c.held += 64
	}
	return nil
}

func (c *chain) bad(at int64, err error) error {
	if err == nil || errors.As(err, new(*durable.Damage)) {
		return err
	}
	return damaged(c.s.path, at, "%v", err)
}

// part returns to which of n parts a record belongs.
func part(table int, key uint64, n int) int {
	hi, _ := bits.Mul64(durable.Mix(key^uint64(table)<<56), uint64(n))
	return int(hi)
}
