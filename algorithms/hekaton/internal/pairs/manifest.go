package pairs

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	iofs "io/fs"
	"math"
	"path/filepath"
	"strings"

	"ckptbench/algorithms/internal/fs"
)

const (
	manifestName  = "PAIRS"
	manifestTmp   = manifestName + ".tmp"
	manifestTitle = "ckptbench pairs 1\n"
	maxManifest   = 1 << 24 // bytes
	crcLine       = len("crc 01234567\n")
)

// An entry is what the manifest says of a pair.
type entry struct {
	data      uint32 // number of the data file
	bytes     int64  // of it
	rows      uint32
	delta     uint32 // number of the delta file; 0: there is none
	marks     int64  // bytes of it
	dead      uint32 // rows that it names
	low, high uint64 // the rows were inserted after epoch low, and up to high
}

// A manifest names the pairs of a checkpoint.
type manifest struct {
	epoch uint64 // all changes of the log up to it are in
	pairs []entry
}

func (m *manifest) encode() []byte {
	var b bytes.Buffer
	b.WriteString(manifestTitle)
	fmt.Fprintf(&b, "epoch %d\n", m.epoch)
	for _, e := range m.pairs {
		fmt.Fprintf(&b, "data %d bytes %d rows %d delta %d bytes %d dead %d epochs %d %d\n",
			e.data, e.bytes, e.rows, e.delta, e.marks, e.dead, e.low, e.high)
	}
	fmt.Fprintf(&b, "crc %08x\n", crc32.Checksum(b.Bytes(), castagnoli))
	return b.Bytes()
}

// decodeManifest reads a manifest. One that differs in any byte from what
// encode would have written is damaged.
func decodeManifest(file string, b []byte) (*manifest, error) {
	if len(b) < len(manifestTitle)+crcLine {
		return nil, damaged(file, 0, "%d bytes are too few for a manifest", len(b))
	}
	at := len(b) - crcLine
	if want := fmt.Sprintf("crc %08x\n", crc32.Checksum(b[:at], castagnoli)); string(b[at:]) != want {
		return nil, damaged(file, int64(at), "it ends with %q, its bytes give %q", b[at:], want)
	}
	m := &manifest{}
	for i, line := range strings.SplitAfter(string(b[:at]), "\n") {
		if err := m.line(i, line); err != nil {
			return nil, damaged(file, 0, "line %d: %v", i+1, err)
		}
	}
	if !bytes.Equal(m.encode(), b) {
		return nil, damaged(file, 0, "it is not as it is written, though its checksum is right")
	}
	return m, m.check(file)
}

func (m *manifest) line(i int, line string) (err error) {
	switch {
	case i == 0 || line == "": // encode compares the title
	case i == 1:
		_, err = fmt.Sscanf(line, "epoch %d\n", &m.epoch)
	default:
		var e entry
		_, err = fmt.Sscanf(line, "data %d bytes %d rows %d delta %d bytes %d dead %d epochs %d %d\n",
			&e.data, &e.bytes, &e.rows, &e.delta, &e.marks, &e.dead, &e.low, &e.high)
		m.pairs = append(m.pairs, e)
	}
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
	b, err := fs.ReadFile(fsys, path, maxManifest)
	if errors.Is(err, iofs.ErrNotExist) {
		return nil, fmt.Errorf("%w in %s", ErrNone, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	return decodeManifest(path, b)
}

// write makes m the manifest of a folder. What it names has to be durable.
func (m *manifest) write(fsys fs.FS, dir string) error {
	b := m.encode()
	if len(b) > maxManifest {
		return fmt.Errorf("write manifest %s: %d pairs are too many; raise the size of files", dir, len(m.pairs))
	}
	tmp := filepath.Join(dir, manifestTmp)
	if err := fs.WriteFile(fsys, tmp, b); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	if err := fsys.Rename(tmp, filepath.Join(dir, manifestName)); err != nil {
		return fmt.Errorf("publish manifest: %w", err)
	}
	if err := fsys.SyncDir(dir); err != nil {
		return fmt.Errorf("publish manifest in %s: %w", dir, err)
	}
	return nil
}

func dataName(n uint32) string  { return fmt.Sprintf("data-%08d", n) }
func deltaName(n uint32) string { return fmt.Sprintf("delta-%08d", n) }

// numberOf returns the number in the name of a data or delta file.
func numberOf(name string) (n uint32, ok bool) {
	for _, form := range []func(uint32) string{dataName, deltaName} {
		_, digits, _ := strings.Cut(name, "-")
		if _, err := fmt.Sscanf(digits, "%d", &n); err == nil && n > 0 && n < math.MaxUint32 && form(n) == name {
			return n, true
		}
	}
	return 0, false
}
