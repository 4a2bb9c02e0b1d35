package pairs

import (
	"bytes"
	"errors"
	"fmt"
	iofs "io/fs"
	"math"
	"path/filepath"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

const (
	// There is one manifest, replaced by a rename, so a folder holds one state.
	manifestName  = "PAIRS"
	manifestTitle = "ckptbench pairs 1\n"
	// It bounds what is read before the checksum is known to be right.
	maxManifest  = 1 << 24 // bytes
	dataPrefix   = "data-"
	deltaPrefix  = "delta-"
	numberDigits = 8 // of a number in a name, at least
)

// An entry is what the manifest says of a pair.
type entry struct {
	data uint32 // number of the data file
	// Each file counts up to here only; what is behind was appended later.
	bytes int64 // of it
	rows  uint32
	delta uint32 // number of the delta file; 0: there is none
	marks int64  // bytes of it
	dead  uint32 // rows that it names
	// Pairs are in the order of these ranges, and merges join neighbours only.
	low, high uint64 // the rows were inserted after epoch low, and up to high
}

// A manifest names the pairs of a checkpoint.
type manifest struct {
	epoch uint64 // all changes of the log up to it are in
	pairs []entry
}

// encode writes the manifest as text, with its checksum in the last line.
func (m *manifest) encode() []byte {
	var b bytes.Buffer
	b.WriteString(manifestTitle)
	fmt.Fprintf(&b, "epoch %d\n", m.epoch)
	for _, e := range m.pairs {
		fmt.Fprintf(&b, "data %d bytes %d rows %d delta %d bytes %d dead %d epochs %d %d\n",
			e.data, e.bytes, e.rows, e.delta, e.marks, e.dead, e.low, e.high)
	}
	return durable.SealText(b.Bytes())
}

// decodeManifest reads a manifest.
func decodeManifest(file string, b []byte) (*manifest, error) {
	m := &manifest{}
	if err := ErrDamaged.OpenText(file, manifestTitle, b, m.line, m.encode); err != nil {
		return nil, err
	}
	return m, m.check(file)
}

// line reads line i of a manifest, after its title.
// A line that does not parse is damage, as is one that encode would write in another way.
func (m *manifest) line(i int, line string) (err error) {
	if i == 0 {
		_, err = fmt.Sscanf(line, "epoch %d\n", &m.epoch)
		return err
	}
	var e entry
	_, err = fmt.Sscanf(line, "data %d bytes %d rows %d delta %d bytes %d dead %d epochs %d %d\n",
		&e.data, &e.bytes, &e.rows, &e.delta, &e.marks, &e.dead, &e.low, &e.high)
	m.pairs = append(m.pairs, e)
	return err
}

// check reports what cannot be although it is well written, so that nothing is
// allocated by it that the files do not bear out.
func (m *manifest) check(file string) error {
	seen := map[uint32]bool{}
	for _, e := range m.pairs {
		switch {
		case e.data == 0 || seen[e.data] || e.delta != 0 && (e.delta == e.data || seen[e.delta]):
			return damaged(file, 0, "file %d or %d is there twice", e.data, e.delta)
		case e.bytes < fileHeader || int64(e.rows) > (e.bytes-fileHeader)/rowHeader:
			// Rows and dead rows are bounded by the bytes that they take at least.
			return damaged(file, 0, "%d rows in the %d bytes of file %d", e.rows, e.bytes, e.data)
		case e.dead > e.rows || e.delta == 0 && e.dead != 0 || e.delta != 0 && (e.marks-fileHeader)/4 < int64(e.dead):
			return damaged(file, 0, "%d dead of %d rows in the %d bytes of file %d", e.dead, e.rows, e.marks, e.delta)
		case e.low > e.high || e.high > m.epoch:
			return damaged(file, 0, "epochs %d to %d of file %d", e.low, e.high, e.data)
		}
		seen[e.data], seen[e.delta] = true, true
	}
	return nil
}

// readManifest returns an empty manifest where there is none.
// A folder without one is where a Set begins.
func readManifest(fsys fs.FS, dir string) (*manifest, error) {
	m, err := findManifest(fsys, dir)
	if errors.Is(err, ErrNone) {
		return &manifest{}, nil
	}
	return m, err
}

// findManifest is ErrNone where there is no manifest.
func findManifest(fsys fs.FS, dir string) (*manifest, error) {
	path := filepath.Join(dir, manifestName)
	b, err := ErrDamaged.ReadFile(fsys, path, maxManifest)
	if errors.Is(err, iofs.ErrNotExist) {
		return nil, fmt.Errorf("%w in %s", ErrNone, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	return decodeManifest(path, b)
}

// write makes m the manifest of a folder. What it names has to be durable.
// A failure may leave the old or the new manifest in place after a crash; the Set is unusable
// then.
func (m *manifest) write(fsys fs.FS, dir string) error {
	b := m.encode()
	if len(b) > maxManifest {
		return fmt.Errorf("write manifest %s: %d pairs are too many; raise the size of files", dir, len(m.pairs))
	}
	if _, err := durable.Publish(fsys, filepath.Join(dir, manifestName), b); err != nil {
		return fmt.Errorf("publish manifest: %w", err)
	}
	return nil
}

// dataName and deltaName are the names of files. Both kinds are numbered by one counter, so no
// number is used twice.
func dataName(n uint32) string  { return durable.Name(dataPrefix, numberDigits, uint64(n)) }
func deltaName(n uint32) string { return durable.Name(deltaPrefix, numberDigits, uint64(n)) }

// numberOf returns the number in the name of a data or delta file.
func numberOf(name string) (n uint32, ok bool) {
	for _, prefix := range []string{dataPrefix, deltaPrefix} {
		if n, ok := durable.Number(prefix, numberDigits, name); ok && n < math.MaxUint32 {
			return uint32(n), true
		}
	}
	return 0, false
}
