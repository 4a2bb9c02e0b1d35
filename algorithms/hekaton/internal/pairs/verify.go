package pairs

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/finding"
	"ckptbench/algorithms/internal/fs"
)

// Owns reports whether a file of that name is one of this package's.
func Owns(name string) bool {
	_, ok := numberOf(name)
	return ok || name == manifestName || name == manifestName+durable.TmpSuffix
}

// Verify reads every byte of the pairs in a folder that counts, goes on after
// damage, and changes nothing: checksums, that the rows are as many as the
// manifest says, which of them are dead, and that no record has two that are
// live. It needs as much memory for the records' places as a Set does. The error
// is ctx's, or for a folder that cannot be listed.
// A Publish meanwhile may remove files that it is about to read.
func Verify(ctx context.Context, fsys fs.FS, dir string) (finding.Files, error) {
	names, err := fsys.List(dir)
	if err != nil {
		return nil, fmt.Errorf("verify %s: %w", dir, err)
	}
	v := &verifier{fs: fsys, dir: dir, places: newIndex(0)}
	m := v.manifest(names)
	// What is not named is left over, or cannot be judged where the manifest is lost.
	named := map[string]bool{manifestName: true}
	for _, e := range m.pairs {
		if err := v.pair(ctx, e); err != nil {
			return nil, err
		}
		named[dataName(e.data)] = true
		if e.delta != 0 {
			named[deltaName(e.delta)] = true
		}
	}
	for _, name := range names {
		if Owns(name) && !named[name] {
			v.rest(name)
		}
	}
	return v.files, nil
}

// A verifier reads the pairs of one folder.
type verifier struct {
	fs    fs.FS
	dir   string
	files finding.Files
	lost  bool // the manifest is
	// Where the live row of each record was found, over all files read so far.
	places *index
}

// manifest returns what counts: nothing, where the manifest cannot be read.
// A missing manifest is damage, as files of pairs without one cannot be used.
func (v *verifier) manifest(names []string) *manifest {
	if !slices.Contains(names, manifestName) {
		v.lost = true
		v.files = append(v.files, finding.File{Name: manifestName, Damage: []error{
			damaged(manifestName, 0,
				"it is missing, or none was published before the program ended: no pair counts without it")}})
		return &manifest{}
	}
	h, f := finding.Open(v.fs, v.dir, manifestName)
	m := &manifest{}
	if h != nil {
		_ = h.Close() // it was only read
		read, err := readManifest(v.fs, v.dir)
		if f.Found(err); err == nil {
			m = read
			f.Holds = fmt.Sprintf("the state at epoch %d in %d pairs", m.epoch, len(m.pairs))
		}
	}
	v.lost = len(f.Damage) > 0
	v.files = append(v.files, f)
	return m
}

// rest notes a file that the manifest does not name.
func (v *verifier) rest(name string) {
	h, f := finding.Open(v.fs, v.dir, name)
	if h != nil {
		_ = h.Close()
	}
	f.Note = finding.Leftover
	if v.lost {
		f.Note = "not read: how much of it counts, only the manifest knows"
	}
	v.files = append(v.files, f)
}

// pair reads the two files of an entry.
func (v *verifier) pair(ctx context.Context, e entry) error {
	h, f := finding.Open(v.fs, v.dir, dataName(e.data))
	f.Holds = fmt.Sprintf("%d rows, %d of them dead, from after epoch %d up to %d", e.rows, e.dead, e.low, e.high)
	// It is not opened as a Set does: openPair ends at the first damage.
	p := &pair{entry: e, path: filepath.Join(v.dir, f.Name), file: h}
	if h != nil {
		defer h.Close()
		if f.Bytes >= e.bytes { // so many rows fit into the file that there is
			p.gone = make([]uint64, (uint64(e.rows)+63)/64)
		}
	}
	// The delta file first: which rows are alive has to be known before they are compared.
	dead, err := v.delta(ctx, p)
	if err != nil {
		return err
	}
	if h != nil {
		err = v.data(ctx, p, dead, &f)
	}
	v.files = append(v.files, f)
	return err
}

// delta reads the delta file of p, if there is one, and marks the rows that it
// names in p.gone, if there is that. It reports whether these are known now.
// Blocks behind a damaged one are read as well, and counted from where they say that they begin.
func (v *verifier) delta(ctx context.Context, p *pair) (known bool, err error) {
	e := p.entry
	if e.delta == 0 {
		return p.gone != nil, nil
	}
	h, f := finding.Open(v.fs, v.dir, deltaName(e.delta))
	f.Holds = fmt.Sprintf("%d dead rows of %s", e.dead, dataName(e.data))
	if h != nil {
		defer h.Close()
		r := v.reader(h, &f, deltaMagic, e.delta, e.marks)
		p.dead = 0
		err = r.sound(ctx, f.Found, func(at int64, b block, sure bool) error {
			// The block before was damaged, so how many rows died before this one is known from
			// it alone.
			if !sure {
				p.dead = b.first
			}
			err := p.mark(r.path, at, b)
			p.dead = b.first + b.rows
			return err
		})
		// A count is compared only where every block could be read.
		if len(f.Damage) == 0 && p.dead != e.dead {
			f.Found(damaged(r.path, e.marks, "it names %d rows, the manifest says %d", p.dead, e.dead))
		}
	}
	v.files = append(v.files, f)
	return len(f.Damage) == 0 && p.gone != nil, err
}

// mark marks the rows of a block of a delta file as take does, and says which of
// them cannot be.
func (p *pair) mark(path string, at int64, b block) error {
	if b.first != p.dead || uint64(len(b.payload)) != 8+4*uint64(b.rows) {
		return damaged(path, at, "%d dead rows from the %d. on in %d bytes, want them from the %d. on", b.rows, b.first,
			len(b.payload), p.dead)
	}
	for rows := b.payload[8:]; len(rows) > 0; rows = rows[4:] {
		row := le.Uint32(rows)
		switch {
		case row >= p.rows:
			return damaged(path, at, "row %d is dead, and there are %d", row, p.rows)
		case p.gone == nil:
			p.dead++
		case !p.bury(row):
			return damaged(path, at, "row %d died twice", row)
		}
	}
	return nil
}

// data reads the data file of p. Where it is known which rows are dead, it
// compares the others with those of all files before.
// Every row is parsed, the dead too.
func (v *verifier) data(ctx context.Context, p *pair, dead bool, f *finding.File) error {
	if f.Bytes > p.bytes {
		f.Note = fmt.Sprintf("the last %d bytes do not count: the manifest ends before them", f.Bytes-p.bytes)
	}
	r := v.reader(p.file, f, dataMagic, p.data, p.bytes)
	rows := uint32(0)
	err := r.sound(ctx, f.Found, func(at int64, b block, sure bool) error {
		if sure && b.first != rows || b.first > p.rows || b.rows > p.rows-b.first {
			return damaged(p.path, at, "%d rows from %d on, want them from %d on, and %d in all", b.rows, b.first, rows, p.rows)
		}
		rows = b.first + b.rows
		return p.each(b, at, func(row uint32, x durable.Record) error {
			if !dead || p.isDead(row) {
				return nil
			}
			// One record with two live rows is damage of the later file: its version was
			// inserted, and the one before not marked dead.
			before := v.places.set(x.Table, x.Key, place{p.data, row})
			if before.pair == 0 {
				return nil
			}
			return damaged(p.path, at, "row %d, key %d of table %d, is alive, and so is row %d of %s",
				row, x.Key, x.Table, before.row, dataName(before.pair))
		})
	})
	if len(f.Damage) == 0 && rows != p.rows {
		f.Found(damaged(p.path, r.off, "it has %d rows, the manifest says %d", rows, p.rows))
	}
	return err
}

// reader returns a reader of a file up to end, or to where the file ends.
// Where the header is damaged the blocks are read nevertheless, as the number is known from the
// manifest.
func (v *verifier) reader(h fs.File, f *finding.File, magic string, number uint32, end int64) *reader {
	r := &reader{f: h, path: filepath.Join(v.dir, f.Name), end: end}
	if err := r.open(magic, uint64(number)); err != nil {
		f.Found(err)
		r.seed, r.off, r.end = seed(uint64(number)), fileHeader, min(end, f.Bytes)
	}
	return r
}

// sound hands the valid blocks of a file to f, with their offsets, and goes on
// behind what is damaged; sure is whether the block before was handed over. The
// error is ctx's.
func (r *reader) sound(ctx context.Context, found func(error), f func(at int64, b block, sure bool) error) error {
	for sure := true; r.off < r.end; {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("verify %s: %w", r.path, err)
		}
		at := r.off
		b, err := r.next()
		if err == nil {
			found(f(at, b, sure))
			sure = true
			continue
		}
		found(err)
		if sure = false; !r.skip() {
			found(damaged(r.path, at, "where the next block begins is not known: the %d bytes from here on were not read",
				r.end-at))
			return nil
		}
	}
	return nil
}

// skip goes to the block behind one that is damaged, if that says truly how long
// it is.
// The length of a block whose checksum is wrong is a guess; it is believed only if the next
// block begins there and is whole, or the file ends there.
func (r *reader) skip() bool {
	if r.end-r.off < blockHeader {
		return false
	}
	head, err := r.read(r.off, blockHeader)
	if err != nil {
		return false
	}
	next := r.off + blockHeader + int64(le.Uint32(head[4:]))
	if next < r.end {
		_, _, err = r.at(next)
	}
	if next > r.end || err != nil {
		return false
	}
	r.off = next
	return true
}
