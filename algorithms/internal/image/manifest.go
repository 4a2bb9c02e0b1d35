package image

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

const (
	maxManifest    = 1 << 16 // bytes; MaxChain lines are less
	manifestTitle  = "ckptbench manifest 1\n"
	manifestPrefix = "MANIFEST-"
	imagePrefix    = "image-"
	mergeInfix     = "-merge-"
	tmpSuffix      = ".tmp"
)

func manifestName(number uint64) string { return fmt.Sprintf("%s%06d", manifestPrefix, number) }

// An id tells the file of an image from all others: the image's sequence number
// and, where the file was merged from several, the number of the merge. Both are
// taken from one counter, so that no name is used twice.
type id struct{ seq, merge uint64 }

func (i id) name() string {
	if i.merge == 0 {
		return fmt.Sprintf("%s%06d", imagePrefix, i.seq)
	}
	return fmt.Sprintf("%s%06d%s%06d", imagePrefix, i.seq, mergeInfix, i.merge)
}

// before orders ids newest first; of one image, the last merge first.
func (i id) before(o id) bool { return i.seq > o.seq || i.seq == o.seq && i.merge > o.merge }

// parseID is the opposite of name.
func parseID(name string) (i id, ok bool) {
	plain, merge, merged := strings.Cut(name, mergeInfix)
	if i.seq, ok = number(plain, imagePrefix); ok && merged {
		i.merge, ok = number(merge, "")
	}
	return i, ok
}

// number returns the number in a name that is prefix and a number, and nothing
// else.
func number(name, prefix string) (uint64, bool) {
	digits, ok := strings.CutPrefix(name, prefix)
	n, err := strconv.ParseUint(digits, 10, 63)
	if !ok || err != nil || n == 0 || name != fmt.Sprintf("%s%06d", prefix, n) {
		return 0, false
	}
	return n, true
}

// An entry is what a manifest says of an image.
type entry struct {
	seq, base uint64
	merge     uint64 // the number of the merge that wrote it; 0 for an image as it was taken
	size      int64
	crc       uint32 // the last four bytes of the image
	point     Point
}

func (e entry) id() id { return id{e.seq, e.merge} }

// A manifest names the images that count.
type manifest struct {
	number uint64
	images []entry // newest first
}

func (m *manifest) encode() []byte {
	var b bytes.Buffer
	b.WriteString(manifestTitle)
	fmt.Fprintf(&b, "number %d\n", m.number)
	for _, e := range m.images {
		kind := e.point.Kind
		if kind == "" {
			kind = "-"
		}
		fmt.Fprintf(&b, "image %d base %d size %d crc %08x point %s %d log %d %d",
			e.seq, e.base, e.size, e.crc, kind, e.point.Seq, e.point.LogFrom, e.point.LogTo)
		if e.merge != 0 {
			fmt.Fprintf(&b, " merge %d", e.merge)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "crc %08x\n", checksum(b.Bytes()))
	return b.Bytes()
}

const crcLine = len("crc 01234567\n")

// decodeManifest reads a manifest. One that differs in any byte from what
// encode would have written is damaged.
func decodeManifest(file string, b []byte) (*manifest, error) {
	if len(b) < len(manifestTitle)+crcLine {
		return nil, damaged(file, 0, "%d bytes are left, the shortest manifest has %d", len(b), len(manifestTitle)+crcLine)
	}
	at := len(b) - crcLine
	if want := fmt.Sprintf("crc %08x\n", checksum(b[:at])); string(b[at:]) != want {
		return nil, damaged(file, int64(at), "it ends with %q, its bytes give %q", b[at:], want)
	}
	m := &manifest{}
	off := int64(0)
	for i, line := range strings.SplitAfter(string(b[:at]), "\n") {
		if err := m.line(i, line); err != nil {
			return nil, damaged(file, off, "line %d: %v", i+1, err)
		}
		off += int64(len(line))
	}
	if !bytes.Equal(m.encode(), b) {
		return nil, damaged(file, 0, "it is not as a writer writes it, though its checksum is right")
	}
	return m, m.check(file)
}

// line reads line i of a manifest.
func (m *manifest) line(i int, line string) error {
	switch {
	case line == "": // after the last newline
		return nil
	case i == 0:
		if line != manifestTitle {
			return fmt.Errorf("%.40q, a manifest begins with %q", line, manifestTitle)
		}
		return nil
	case i == 1:
		_, err := fmt.Sscanf(line, "number %d\n", &m.number)
		return err
	case i-2 >= MaxChain:
		return fmt.Errorf("more than %d images", MaxChain)
	}
	var e entry
	plain, merge, merged := strings.Cut(line, " merge ")
	if merged {
		plain += "\n"
		if _, err := fmt.Sscanf(merge, "%d\n", &e.merge); err != nil {
			return fmt.Errorf("%.200q names no merge: %w", line, err)
		}
	}
	_, err := fmt.Sscanf(plain, "image %d base %d size %d crc %x point %s %d log %d %d\n",
		&e.seq, &e.base, &e.size, &e.crc, &e.point.Kind, &e.point.Seq, &e.point.LogFrom, &e.point.LogTo)
	if err != nil {
		return fmt.Errorf("%.200q is no image: %w", line, err)
	}
	if e.point.Kind == "-" {
		e.point.Kind = ""
	}
	m.images = append(m.images, e)
	return e.point.check()
}

// check reports what cannot be in a manifest although it is well written.
func (m *manifest) check(file string) error {
	if m.number == 0 || len(m.images) == 0 {
		return damaged(file, 0, "number %d with %d images, there must be one of each", m.number, len(m.images))
	}
	for i, e := range m.images {
		if e.seq == 0 || e.size < 0 || i > 0 && e.seq >= m.images[i-1].seq {
			return damaged(file, 0, "image %d is out of order", e.seq)
		}
		if e.base != 0 && (e.base >= e.seq || find(m.images, e.base) == nil) {
			return damaged(file, 0, "image %d is based on %d, which the manifest does not name", e.seq, e.base)
		}
	}
	return nil
}

func find(images []entry, seq uint64) *entry {
	for i := range images {
		if images[i].seq == seq {
			return &images[i]
		}
	}
	return nil
}

// chain returns e and what it is based on, the full image first.
func chain(images []entry, e entry) []entry {
	var out []entry
	for at := &e; at != nil; at = find(images, at.base) { // bases only ever go down
		out = append([]entry{*at}, out...)
	}
	return out
}

// retained returns the newest image, the one before it, and what they are based
// on, newest first.
func retained(images []entry) []entry {
	keep := map[uint64]bool{}
	for _, e := range images[:min(2, len(images))] {
		for _, c := range chain(images, e) {
			keep[c.seq] = true
		}
	}
	var out []entry
	for _, e := range images {
		if keep[e.seq] {
			out = append(out, e)
		}
	}
	return out
}
