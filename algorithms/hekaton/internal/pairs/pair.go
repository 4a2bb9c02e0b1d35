package pairs

import (
	"context"
	"errors"
	"fmt"
	"io"
	iofs "io/fs"
	"path/filepath"
	"slices"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

// A pair is a data file with what is known of its delta file. Between two calls
// of a Set's methods it does not change, so that it may be read concurrently.
// The entry is what the next manifest will say of the pair; marks and bytes are ahead of what is
// published.
type pair struct {
	entry
	path  string  // of the data file
	file  fs.File // the data file
	delta fs.File // the delta file, where it can be appended to; otherwise nil
	// A bit for each row, set for the dead; dead in entry is how many are set.
	gone  []uint64
	fresh []uint32 // rows that died since the delta file was written
	// Needed only to find the block of a row that is changed in part.
	blocks []span // of the data file, ascending; where the pair was scanned or written
	dirty  bool   // the data file has to be synced
}

// A span is a block of a data file.
type span struct {
	off   int64
	first uint32 // row
}

// isDead reports whether a row was deleted or written again later.
func (p *pair) isDead(row uint32) bool { return p.gone[row/64]>>(row%64)&1 != 0 }

// bury marks a row dead and reports whether it was alive.
// The caller notes the row in fresh if the delta file has to learn of it.
func (p *pair) bury(row uint32) bool {
	if p.isDead(row) {
		return false
	}
	p.gone[row/64] |= 1 << (row % 64)
	p.dead++
	return true
}

// live estimates the bytes of the live rows: by their number.
// Rows of one table are of about one size, so the number will do for choosing merges.
func (p *pair) live() int64 {
	if p.rows == 0 {
		return 0
	}
	return int64(float64(p.bytes-fileHeader) * float64(p.rows-p.dead) / float64(p.rows))
}

// openPair opens the files of an entry and reads which rows are dead.
func openPair(fsys fs.FS, dir string, e entry) (*pair, error) {
	p := &pair{entry: e, path: filepath.Join(dir, dataName(e.data))}
	var err error
	if p.file, err = openFile(fsys, p.path); err != nil {
		return nil, err
	}
	r := p.reader()
	// The header first: memory for the rows is set aside only when the file is as long as it
	// should be.
	if err = r.open(dataMagic, uint64(e.data)); err == nil { // so many rows fit into the file that there is
		p.gone = make([]uint64, (uint64(e.rows)+63)/64)
		// take counts it up again, and readDelta compares it with the manifest's.
		p.dead = 0
		err = p.readDelta(fsys, dir, e.dead)
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// openFile opens a file that the manifest names, to read it.
// A missing file is damage: the manifest says that it is there.
func openFile(fsys fs.FS, path string) (fs.File, error) {
	f, err := fsys.Open(path, false)
	if errors.Is(err, iofs.ErrNotExist) {
		return nil, damaged(path, 0, "it is missing")
	}
	if err != nil {
		return nil, fmt.Errorf("open file of a pair: %w", err)
	}
	return f, nil
}

// close closes the files.
func (p *pair) close() {
	_ = p.file.Close() // all that matters was synced
	if p.delta != nil {
		_ = p.delta.Close()
	}
}

// reader reads the data file's blocks from the first on.
// Each reader has a buffer of its own, so several may read one pair.
func (p *pair) reader() *reader {
	return &reader{f: p.file, path: p.path, seed: seed(uint64(p.data)), off: fileHeader, end: p.bytes}
}

// readDelta marks the rows dead that the delta file names, want of them.
func (p *pair) readDelta(fsys fs.FS, dir string, want uint32) error {
	if p.entry.delta == 0 {
		return nil
	}
	path := filepath.Join(dir, deltaName(p.entry.delta))
	f, err := openFile(fsys, path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := &reader{f: f, path: path, end: p.marks}
	if err := r.open(deltaMagic, uint64(p.entry.delta)); err != nil {
		return err
	}
	for {
		// The offset of this block, for the error.
		at := r.off
		b, err := r.next()
		if err == io.EOF {
			break
		}
		if err == nil && !p.take(b) {
			err = damaged(path, at, "a block of dead rows that cannot be")
		}
		if err != nil {
			return err
		}
	}
	// The file's end is known from the manifest, so its content has to agree with it as well.
	if p.dead != want {
		return damaged(path, p.marks, "%d rows are dead, the manifest says %d", p.dead, want)
	}
	return nil
}

// take marks the rows of a block of a delta file, and reports whether they are
// rows that were alive.
// A row that dies twice means that index and files have come apart.
func (p *pair) take(b block) bool {
	if b.first != p.dead || uint64(len(b.payload)) != 8+4*uint64(b.rows) {
		return false
	}
	for rows := b.payload[8:]; len(rows) > 0; rows = rows[4:] {
		if row := le.Uint32(rows); row >= p.rows || !p.bury(row) {
			return false
		}
	}
	return true
}

// scan hands the rows of the data file to f, dead ones too, in their order, and
// notes where the blocks are if note is set.
func (p *pair) scan(ctx context.Context, note bool, f func(row uint32, r durable.Record) error) error {
	// rows counts what was passed, and each block says how many rows come before it: a block
	// that is missing or doubled shows.
	rd, rows := p.reader(), uint32(0)
	for {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("read %s: %w", p.path, err)
		}
		at := rd.off
		b, err := rd.next()
		if err == io.EOF {
			break
		}
		if err == nil && (b.first != rows || b.rows > p.rows-rows) {
			err = damaged(p.path, at, "%d rows from %d on, want them from %d, and %d in all", b.rows, b.first, rows, p.rows)
		}
		if err != nil {
			return err
		}
		if note {
			p.blocks = append(p.blocks, span{at, rows})
		}
		if err := p.each(b, at, f); err != nil {
			return err
		}
		rows += b.rows
	}
	if rows != p.rows {
		return damaged(p.path, rd.off, "it has %d rows, the manifest says %d", rows, p.rows)
	}
	return nil
}

// each hands the rows of the block at offset at to f.
func (p *pair) each(b block, at int64, f func(row uint32, r durable.Record) error) error {
	payload := b.payload
	for i := range b.rows {
		r, rest, err := nextRow(payload)
		if err != nil {
			return damaged(p.path, at, "row %d: %v", b.first+i, err)
		}
		if err := f(b.first+i, r); err != nil {
			return err
		}
		payload = rest
	}
	if len(payload) > 0 {
		return damaged(p.path, at, "%d bytes behind its rows", len(payload))
	}
	return nil
}

// block returns the number of the block that holds a row.
// It is a binary search over the first rows of the blocks.
func (p *pair) block(row uint32) int {
	i, found := slices.BinarySearchFunc(p.blocks, row,
		func(s span, row uint32) int { return int(int64(s.first) - int64(row)) })
	if found {
		return i
	}
	return i - 1
}
