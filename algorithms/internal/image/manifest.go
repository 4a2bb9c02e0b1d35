package image

import (
	"bytes"
	"fmt"
	"strings"

	"ckptbench/algorithms/internal/durable"
)

const (
	maxManifest    = 1 << 16 // bytes; MaxChain lines are less
	manifestTitle  = "ckptbench manifest 1\n"
	manifestPrefix = "MANIFEST-"
	imagePrefix    = "image-"
	mergeInfix     = "-merge-"
	numberDigits   = 6 // of a number in a name, at least
)

// manifestName is the name of manifest number.
func manifestName(number uint64) string { return durable.Name(manifestPrefix, numberDigits, number) }

// An id tells the file of an image from all others: the image's sequence number
// and, where the file was merged from several, the number of the merge. Both are
// taken from one counter, so that no name is used twice.
type id struct{ seq, merge uint64 }

// name is the file's name.
func (i id) name() string {
	name := durable.Name(imagePrefix, numberDigits, i.seq)
	if i.merge != 0 {
		name += durable.Name(mergeInfix, numberDigits, i.merge)
	}
	return name
}

// before orders ids newest first; of one image, the last merge first.
func (i id) before(o id) bool { return i.seq > o.seq || i.seq == o.seq && i.merge > o.merge }

// parseID is the opposite of name.
// A merge's name is the plain one with the merge's number behind it.
func parseID(name string) (i id, ok bool) {
	plain, merge, merged := strings.Cut(name, mergeInfix)
	if i.seq, ok = durable.Number(imagePrefix, numberDigits, plain); ok && merged {
		i.merge, ok = durable.Number("", numberDigits, merge)
	}
	return i, ok
}

// An entry is what a manifest says of an image.
type entry struct {
	seq, base uint64
	merge     uint64 // the number of the merge that wrote it; 0 for an image as it was taken
	size      int64
	crc       uint32 // the last four bytes of the image
	point     Point
}

// id is in which file the image is.
func (e entry) id() id { return id{e.seq, e.merge} }

// A manifest names the images that count.
type manifest struct {
	number uint64
	images []entry // newest first
}

// encode writes the manifest as doc.go shows it.
func (m *manifest) encode() []byte {
	var b bytes.Buffer
	b.WriteString(manifestTitle)
	fmt.Fprintf(&b, "number %d\n", m.number)
	for _, e := range m.images {
		kind := e.point.Kind
		// An empty field could not be read back.
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
func (m *manifest) line(i int, line string) error {
	switch {
	case i == 0:
		_, err := fmt.Sscanf(line, "number %d\n", &m.number)
		return err
	case i > MaxChain:
		// A bound on what is allocated, as the text may be anything yet.
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
		// Every chain can be followed within the manifest, down to a full image.
		if e.base != 0 && (e.base >= e.seq || find(m.images, e.base) == nil) {
			return damaged(file, 0, "image %d is based on %d, which the manifest does not name", e.seq, e.base)
		}
	}
	return nil
}

// find returns the entry of an image, or nil. It points into images.
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
// Two, so that recovery has one to fall back on when a block of the newest is damaged.
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
