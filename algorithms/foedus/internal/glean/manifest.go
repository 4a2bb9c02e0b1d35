package glean

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ckptbench/algorithms/internal/durable"
)

const (
	manifestTitle  = "ckptbench snapshot 2\n"
	manifestPrefix = "snapshot-"
	numberDigits   = 8        // of a number in a name, at least
	maxManifest    = 16 << 20 // bytes
	// maxFiles is also the number of ids; the manifest's size bounds what Open reads into memory
	// before it knows whether it is one.
	maxFiles = 1 << 16
)

// manifestName has leading zeros, so that a listing of the folder is in the order of snapshots.
func manifestName(number uint64) string { return durable.Name(manifestPrefix, numberDigits, number) }

// parseManifest is the inverse of manifestName.
func parseManifest(name string) (number uint64, ok bool) {
	return durable.Number(manifestPrefix, numberDigits, name)
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
	tables      []durable.Table
	// A null pointer is a table without records.
	roots []Pointer // by table
	files []file    // ascending
}

// encode writes the manifest as text, with its checksum in the last line.
// encode is also how a manifest is checked: what was read, written again, has to be the same
// bytes.
func (m *manifest) encode() []byte {
	var b bytes.Buffer
	b.WriteString(manifestTitle)
	fmt.Fprintf(&b, "number %d id %d base %d until %d last %d fanout %d tables %d files %d\n",
		m.number, m.id, m.base, m.until, m.last, m.fanout, len(m.tables), len(m.files))
	for i, t := range m.tables {
		fmt.Fprintf(&b, "table %q value %d capacity %d hash %t root %x\n", t.Name, t.ValueSize, t.Capacity, t.Hash,
			uint64(m.roots[i]))
	}
	for _, f := range m.files {
		fmt.Fprintf(&b, "file %d part %d size %d live %d\n", f.id>>8, f.id&0xff, f.size, f.live)
	}
	return durable.SealText(b.Bytes())
}

// decodeManifest reads a manifest.
func decodeManifest(path string, b []byte) (*manifest, error) {
	m := &manifest{}
	// OpenText checks title and checksum, calls line for each line, and compares the bytes with
	// those that encode makes of the result.
	if err := ErrDamaged.OpenText(path, manifestTitle, b, m.line, m.encode); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, damaged(path, 0, "%v", err)
	}
	return m, nil
}

// line reads line i of a manifest, after its title. How many tables and files there are
// need not be looked at: encode writes that anew.
// line fills in m; check looks afterwards whether it all makes sense.
func (m *manifest) line(i int, line string) error {
	if i == 0 {
		var tables, files int
		_, err := fmt.Sscanf(line, "number %d id %d base %d until %d last %d fanout %d tables %d files %d\n",
			&m.number, &m.id, &m.base, &m.until, &m.last, &m.fanout, &tables, &files)
		return err
	}
	if strings.HasPrefix(line, "table ") {
		var t durable.Table
		var root uint64
		_, err := fmt.Sscanf(line, "table %q value %d capacity %d hash %t root %x\n", &t.Name, &t.ValueSize, &t.Capacity,
			&t.Hash, &root)
		m.tables, m.roots = append(m.tables, t), append(m.roots, Pointer(root))
		return err
	}
	// Anything else than a table has to be a file: Sscanf refuses other words.
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
	if len(m.tables) > maxTables || len(m.files) > maxFiles {
		return fmt.Errorf("%d tables and %d files are too many", len(m.tables), len(m.files))
	}
	// The text is what some version wrote, since its checksum is right. These are limits that
	// reading the pages relies on.
	if m.number == 0 || m.id == 0 || m.base > m.until || m.fanout < 2 || m.fanout > maxFanout {
		return fmt.Errorf("snapshot %d with id %d, epochs %d to %d and fan-out %d is impossible", m.number, m.id, m.base,
			m.until, m.fanout)
	}
	for i, f := range m.files {
		// Two units at least: one of header and one page. live is below size, since the header is
		// in no page.
		if f.id>>8 == 0 || f.size < 2*unit || f.size%unit != 0 || f.live <= 0 || f.live > f.size-unit || f.live%unit != 0 ||
			i > 0 && f.id <= m.files[i-1].id {
			return fmt.Errorf("file %s of %d bytes, %d of them live, is impossible or out of order", f.id.name(), f.size, f.live)
		}
	}
	for i, t := range m.tables {
		if err := checkTable(t); err != nil {
			return err
		}
		// A root outside the files would be looked for in a file that sweep may have removed.
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
