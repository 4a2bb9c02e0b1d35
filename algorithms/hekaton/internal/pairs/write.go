package pairs

import (
	"errors"
	"fmt"
	"path/filepath"

	"ckptbench/algorithms/internal/durable"
)

// A writer appends rows to the data file of a pair.
// It belongs to the Set's goroutine. There is one for the open pair, and one for each merge
// while it runs.
type writer struct {
	p    *pair
	most int    // bytes of a block, unless one row needs more
	b    []byte // the block in the making, behind room for its header
	rows uint32 // in it
}

// newWriter begins a pair.
func (s *Set) newWriter() (*writer, error) {
	n, err := s.number()
	if err != nil {
		return nil, err
	}
	// Its rows are from after the last checkpoint, until Publish or merge sets the range.
	p := &pair{entry: entry{data: n, bytes: fileHeader, low: s.epoch, high: s.epoch},
		path: filepath.Join(s.o.Dir, dataName(n)), dirty: true}
	if p.file, err = s.o.FS.Create(p.path, false); err != nil {
		return nil, fmt.Errorf("create data file: %w", err)
	}
	if _, err := p.file.WriteAt(encodeHeader(dataMagic, uint64(n)), 0); err != nil {
		p.close()
		return nil, fmt.Errorf("write %s: %w", p.path, err)
	}
	// Known by number from now on, so that its rows can be found and the file is closed.
	s.byNumber[n] = p
	return &writer{p: p, most: s.o.BlockBytes, b: make([]byte, blockHeader, s.o.BlockBytes)}, nil
}

// number returns the number of the next file.
// Numbers are never used twice, so a file of an earlier run cannot be taken for a new one.
func (s *Set) number() (uint32, error) {
	if s.last >= 1<<32-2 {
		return 0, fmt.Errorf("pairs %s: there are no more numbers for files", s.o.Dir)
	}
	s.last++
	return s.last, nil
}

// put adds a row and returns its number.
// The row can be read from the file after the next flush.
func (w *writer) put(r *durable.Record) (uint32, error) {
	if w.rows > 0 && len(w.b)+rowBytes(r) > w.most {
		if err := w.flush(); err != nil {
			return 0, err
		}
	}
	w.b = appendRow(w.b, r)
	w.rows++
	row := w.p.rows
	// gone grows with the rows, a word at a time.
	if row%64 == 0 {
		w.p.gone = append(w.p.gone, 0)
	}
	w.p.rows++
	return row, nil
}

// size returns the length of the data file, with the block in the making.
func (w *writer) size() int64 { return w.p.bytes + int64(len(w.b)) }

// flush writes the block in the making.
func (w *writer) flush() error {
	if w.rows == 0 {
		return nil
	}
	p := w.p
	first := p.rows - w.rows
	seal(w.b, seed(uint64(p.data)), w.rows, first)
	// Behind what counts, so that a crash leaves the published part as it was.
	if _, err := p.file.WriteAt(w.b, p.bytes); err != nil {
		return fmt.Errorf("write %s at offset %d: %w", p.path, p.bytes, err)
	}
	p.blocks = append(p.blocks, span{p.bytes, first})
	p.bytes += int64(len(w.b))
	p.dirty = true
	w.b, w.rows = w.b[:blockHeader], 0
	return nil
}

// marksBlock bounds the rows in a block of a delta file.
// It is 1 MiB of row numbers.
const marksBlock = 1 << 18

// writeDelta appends the rows that died to p's delta file, and makes it durable.
// A delta file from before Open cannot be appended to: a new one with all of the
// dead takes its place.
// A pair in which nothing died since the last Publish keeps its file as it is.
func (s *Set) writeDelta(p *pair, epoch uint64) error {
	if len(p.fresh) == 0 {
		return nil
	}
	if p.delta == nil {
		if err := s.newDelta(p); err != nil {
			return err
		}
	}
	path := filepath.Join(s.o.Dir, deltaName(p.entry.delta))
	// Dead rows are counted as the rows are: each block says how many come before it.
	first := p.dead - uint32(len(p.fresh))
	for len(p.fresh) > 0 {
		rows := p.fresh[:min(len(p.fresh), marksBlock)]
		b := le.AppendUint64(make([]byte, blockHeader, blockHeader+8+4*len(rows)), epoch)
		for _, row := range rows {
			b = le.AppendUint32(b, row)
		}
		seal(b, seed(uint64(p.entry.delta)), uint32(len(rows)), first)
		if _, err := p.delta.WriteAt(b, p.marks); err != nil {
			return fmt.Errorf("write %s at offset %d: %w", path, p.marks, err)
		}
		p.marks += int64(len(b))
		first += uint32(len(rows))
		p.fresh = p.fresh[len(rows):]
	}
	p.fresh = nil
	if err := p.delta.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", path, err)
	}
	return nil
}

// newDelta begins a delta file for p, for all of its dead.
// The old file stays until the manifest no longer names it.
func (s *Set) newDelta(p *pair) error {
	n, err := s.number()
	if err != nil {
		return err
	}
	if p.entry.delta != 0 {
		s.waste = append(s.waste, deltaName(p.entry.delta))
	}
	path := filepath.Join(s.o.Dir, deltaName(n))
	f, err := s.o.FS.Create(path, false)
	if err != nil {
		return fmt.Errorf("create delta file: %w", err)
	}
	if _, err := f.WriteAt(encodeHeader(deltaMagic, uint64(n)), 0); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), f.Close())
	}
	p.delta, p.entry.delta, p.marks, p.fresh = f, n, fileHeader, nil
	for row := range p.rows {
		if p.isDead(row) {
			p.fresh = append(p.fresh, row)
		}
	}
	return nil
}

// sync makes p's data file durable.
// A pair that has not been appended to was synced before.
func (p *pair) sync() error {
	if !p.dirty {
		return nil
	}
	if err := p.file.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", p.path, err)
	}
	p.dirty = false
	return nil
}
