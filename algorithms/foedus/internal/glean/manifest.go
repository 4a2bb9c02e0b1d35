package glean

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
)

const (
	manifestTitle  = "ckptbench snapshot 2\n"
	manifestPrefix = "snapshot-"
	tmpSuffix      = ".tmp"
	maxManifest    = 16 << 20 // bytes
	maxFiles       = 1 << 16
)

func manifestName(number uint64) string { return fmt.Sprintf(manifestPrefix+"%08d", number) }

// parseManifest is the inverse of manifestName.
func parseManifest(name string) (number uint64, ok bool) {
	if _, err := fmt.Sscanf(name, manifestPrefix+"%d", &number); err != nil {
		return 0, false
	}
	return number, number > 0 && manifestName(number) == name
}

// A file is what a manifest says of a page file.
type file struct {
	id   fileID
	size int64 // bytes
	live int64 // bytes of the pages that the snapshot reaches
}

// A manifest is one snapshot: the roots of its tables and the files that its
// pages are in.
type manifest struct {
	number      uint64 // ascends; the order of snapshots
	id          uint16 // in the names of its files; wraps
	base, until uint64 // the epochs gleaned for it are in (base, until]
	last        uint64 // the largest stamp of any record
	fanout      int
	tables      []Table
	roots       []Pointer // by table
	files       []file    // ascending
}

func (m *manifest) encode() []byte {
	var b bytes.Buffer
	b.WriteString(manifestTitle)
	fmt.Fprintf(&b, "number %d id %d base %d until %d last %d fanout %d tables %d files %d\n",
		m.number, m.id, m.base, m.until, m.last, m.fanout, len(m.tables), len(m.files))
	for i, t := range m.tables {
		fmt.Fprintf(&b, "table %q value %d capacity %d hash %t root %x\n", t.Name, t.ValueSize, t.Capacity, t.Hash, uint64(m.roots[i]))
	}
	for _, f := range m.files {
		fmt.Fprintf(&b, "file %d part %d size %d live %d\n", f.id>>8, f.id&0xff, f.size, f.live)
	}
	fmt.Fprintf(&b, "crc %08x\n", crc32.Checksum(b.Bytes(), castagnoli))
	return b.Bytes()
}

const crcLine = len("crc 01234567\n")

// decodeManifest reads a manifest. One that differs in any byte from what
// encode would have written is refused.
func decodeManifest(b []byte) (*manifest, error) {
	at := len(b) - crcLine
	if at < len(manifestTitle) {
		return nil, fmt.Errorf("%d bytes are too few", len(b))
	}
	if want := fmt.Sprintf("crc %08x\n", crc32.Checksum(b[:at], castagnoli)); string(b[at:]) != want {
		return nil, fmt.Errorf("it ends with %q, its bytes give %q", b[at:], want)
	}
	lines := strings.SplitAfter(string(b[:at]), "\n")
	m := &manifest{}
	var tables, files int
	if len(lines) < 3 || lines[0] != manifestTitle {
		return nil, fmt.Errorf("it does not begin with %q", manifestTitle)
	}
	if _, err := fmt.Sscanf(lines[1], "number %d id %d base %d until %d last %d fanout %d tables %d files %d\n",
		&m.number, &m.id, &m.base, &m.until, &m.last, &m.fanout, &tables, &files); err != nil {
		return nil, fmt.Errorf("line 2: %w", err)
	}
	lines = lines[2 : len(lines)-1]
	if tables < 0 || files < 0 || tables > maxTables || files > maxFiles || tables+files != len(lines) {
		return nil, fmt.Errorf("%d tables and %d files in %d lines", tables, files, len(lines))
	}
	for i, line := range lines {
		if err := m.line(i < tables, line); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+3, err)
		}
	}
	if !bytes.Equal(m.encode(), b) {
		return nil, fmt.Errorf("it is not as a writer writes it, though its checksum is right")
	}
	return m, m.check()
}

// line reads the line of a table, or of a file.
func (m *manifest) line(table bool, line string) error {
	if table {
		var t Table
		var root uint64
		_, err := fmt.Sscanf(line, "table %q value %d capacity %d hash %t root %x\n", &t.Name, &t.ValueSize, &t.Capacity, &t.Hash, &root)
		m.tables, m.roots = append(m.tables, t), append(m.roots, Pointer(root))
		return err
	}
	var id uint16
	var part uint8
	var f file
	_, err := fmt.Sscanf(line, "file %d part %d size %d live %d\n", &id, &part, &f.size, &f.live)
	f.id = fileID(id)<<8 | fileID(part)
	m.files = append(m.files, f)
	return err
}

// check reports what cannot be in a manifest although it is well written.
func (m *manifest) check() error {
	if m.number == 0 || m.id == 0 || m.base > m.until || m.fanout < 2 || m.fanout > maxFanout {
		return fmt.Errorf("snapshot %d with id %d, epochs %d to %d and fan-out %d is impossible", m.number, m.id, m.base, m.until, m.fanout)
	}
	for i, f := range m.files {
		if f.id>>8 == 0 || f.size < 2*unit || f.size%unit != 0 || f.live <= 0 || f.live > f.size-unit || f.live%unit != 0 ||
			i > 0 && f.id <= m.files[i-1].id {
			return fmt.Errorf("file %s of %d bytes, %d of them live, is impossible or out of order", f.id.name(), f.size, f.live)
		}
	}
	for i, t := range m.tables {
		if err := t.check(); err != nil {
			return err
		}
		if p := m.roots[i]; p != 0 && m.file(p.file()) == nil {
			return fmt.Errorf("root of table %q is in %v, which is not among the files", t.Name, p)
		}
	}
	return nil
}

// file returns what the manifest says of a file, or nil.
func (m *manifest) file(id fileID) *file {
	i, ok := slices.BinarySearchFunc(m.files, id, func(f file, id fileID) int { return cmp.Compare(f.id, id) })
	if !ok {
		return nil
	}
	return &m.files[i]
}

// bytes adds the files up.
func (m *manifest) bytes() (size, live int64) {
	for _, f := range m.files {
		size, live = size+f.size, live+f.live
	}
	return size, live
}
