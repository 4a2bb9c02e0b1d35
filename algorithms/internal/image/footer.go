package image

import (
	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

const (
	footerMagic = "CKPTEND\n"
	// Bytes of the parts of a footer; doc.go has the layout.
	footerFixed  = 98
	tableEntry   = 24
	blockEntry   = 32
	trailerMagic = "CKPTTLR\n"
	trailerSize  = 36
)

// A footer is what the last bytes of an image say.
// counts and digest are of the whole image; tables and blocks break them down.
type footer struct {
	seq uint64
	// It ties the footer to its header, as a file could be made of two.
	headerCRC uint32
	counts
	digest uint64
	point  Point
	tables []counts
	blocks []blockRef // in the order of their offsets
}

// footerLen returns the length in bytes of the footer with its trailer.
func footerLen(tables int, blocks int64) int64 {
	return fs.RoundUp(footerFixed + int64(tables)*tableEntry + blocks*blockEntry + trailerSize)
}

// encode returns the footer as it stands at offset, with the trailer, in a
// buffer fit for direct I/O, and the CRC that ends the file.
// The CRC is what the manifest's line of the image names.
func (f *footer) encode(offset int64) ([]byte, uint32) {
	b := fs.Buffer(int(footerLen(len(f.tables), int64(len(f.blocks)))))
	p := append(b[:0], footerMagic...)
	p = le.AppendUint64(p, f.seq)
	p = le.AppendUint32(p, f.headerCRC)
	p = appendCounts(p, f.counts)
	p = le.AppendUint64(p, f.digest)
	p = appendPoint(p, f.point)
	p = le.AppendUint16(p, uint16(len(f.tables)))
	p = le.AppendUint32(p, uint32(len(f.blocks)))
	for _, c := range f.tables {
		p = appendCounts(p, c)
	}
	// Four zeros at the end make each entry 32 bytes.
	for _, r := range f.blocks {
		p = le.AppendUint64(p, uint64(r.offset))
		p = le.AppendUint32(p, uint32(r.length))
		p = le.AppendUint32(p, r.crc)
		p = le.AppendUint32(p, r.records)
		p = le.AppendUint32(p, r.dead)
		p = le.AppendUint16(p, r.low)
		p = le.AppendUint16(p, r.high)
		p = le.AppendUint32(p, 0)
	}
	body := b[:len(b)-trailerSize]
	return b, encodeTrailer(b[len(body):], offset, offset+int64(len(b)), durable.Checksum(body))
}

// appendCounts and appendPoint have their inverses in parser.counts and parser.point.
func appendCounts(p []byte, c counts) []byte {
	p = le.AppendUint64(p, c.records)
	p = le.AppendUint64(p, c.tombstones)
	return le.AppendUint64(p, c.values)
}

func appendPoint(p []byte, pt Point) []byte {
	p = le.AppendUint64(p, pt.Seq)
	p = le.AppendUint64(p, pt.LogFrom)
	p = le.AppendUint64(p, pt.LogTo)
	p = appendString(p, pt.Kind)
	return append(p, make([]byte, MaxKind-len(pt.Kind))...)
}

// encodeTrailer writes a trailer to t and returns its CRC.
// The trailer is at the very end, so that a reader finds the footer from the file's length
// alone.
func encodeTrailer(t []byte, footerAt, size int64, crc uint32) uint32 {
	copy(t, trailerMagic)
	le.PutUint64(t[8:], uint64(footerAt))
	le.PutUint64(t[16:], uint64(size))
	le.PutUint32(t[24:], version)
	le.PutUint32(t[28:], crc)
	own := durable.Checksum(t[:trailerSize-4])
	le.PutUint32(t[trailerSize-4:], own)
	return own
}

// A trailer is what the last trailerSize bytes of an image say.
type trailer struct {
	footer int64  // offset of the footer
	crc    uint32 // of the footer
	own    uint32 // of the trailer
}

// decodeTrailer reads the trailer of a file of the given size.
// t has trailerSize bytes. The magic comes before the checksum here: a file that was cut off is
// the common case, and has its own message.
func decodeTrailer(file string, t []byte, size int64) (trailer, error) {
	at := size - trailerSize
	if string(t[:8]) != trailerMagic {
		return trailer{}, damaged(file, at, "it ends with %q, an image with %q: it is cut off", t[:8], trailerMagic)
	}
	tr := trailer{footer: int64(le.Uint64(t[8:])), crc: le.Uint32(t[28:]), own: le.Uint32(t[trailerSize-4:])}
	if crc := durable.Checksum(t[:trailerSize-4]); crc != tr.own {
		return trailer{}, damaged(file, size-4, "trailer's checksum is %08x, its bytes give %08x", tr.own, crc)
	}
	if v := le.Uint32(t[24:]); v != version {
		return trailer{}, damaged(file, at+24, "format version %d, this program reads %d", v, version)
	}
	if s := int64(le.Uint64(t[16:])); s != size {
		return trailer{}, damaged(file, at+16, "the file has %d bytes, the trailer says %d", size, s)
	}
	if tr.footer < headerSize || tr.footer > size-fs.Align || tr.footer%fs.Align != 0 {
		return trailer{}, damaged(file, at+8, "footer cannot be at offset %d", tr.footer)
	}
	// No block is shorter than Align, so that bounds the footer before any
	// memory is set aside for it.
	if size-tr.footer > footerLen(MaxTables, (tr.footer-headerSize)/fs.Align) {
		return trailer{}, damaged(file, at+8, "footer at offset %d is longer than its blocks need", tr.footer)
	}
	return tr, nil
}

// decodeFooter reads a footer, b, that stands at tr.footer, and checks that the
// blocks it names fill the file between header and footer.
func decodeFooter(file string, b []byte, tr trailer, h *header) (*footer, error) {
	// The length of b was checked by decodeTrailer, before it was read.
	if crc := durable.Checksum(b); crc != tr.crc {
		return nil, damaged(file, tr.footer, "footer's checksum is %08x, its bytes give %08x", tr.crc, crc)
	}
	if string(b[:8]) != footerMagic {
		return nil, damaged(file, tr.footer, "footer begins with %q, expected %q", b[:8], footerMagic)
	}
	p := &parser{b: b[8:]}
	f := &footer{seq: p.u64(), headerCRC: p.u32(), counts: p.counts(), digest: p.u64(), point: p.point()}
	tables, blocks := int(p.u16()), int64(p.u32())
	// A whole footer under another header: two files were mixed up.
	if f.seq != h.seq || f.headerCRC != h.crc || tables != len(h.tables) {
		return nil, damaged(file, tr.footer,
			"footer of image %d (header %08x, %d tables) under a header of image %d (%08x, %d tables)",
			f.seq, f.headerCRC, tables, h.seq, h.crc, len(h.tables))
	}
	if want := footerLen(tables, blocks); want != int64(len(b)+trailerSize) {
		return nil, damaged(file, tr.footer, "footer of %d bytes, for %d blocks it has %d", len(b)+trailerSize, blocks, want)
	}
	f.tables = make([]counts, tables)
	for i := range f.tables {
		f.tables[i] = p.counts()
	}
	f.blocks = make([]blockRef, blocks) // no more than b holds
	for i := range f.blocks {
		f.blocks[i] = p.blockRef()
	}
	// The checksum was right, so a writer of another kind made this.
	if p.bad || !p.zeros() || f.point.check() != nil {
		return nil, damaged(file, tr.footer, "footer is not as a writer writes it, though its checksum is right")
	}
	return f, f.check(file, tr.footer, h)
}

// check reports whether the blocks fill the file up to the footer, and whether
// the sums are theirs.
// Together with the CRC of each block this covers every byte of the file.
func (f *footer) check(file string, at int64, h *header) error {
	next := int64(headerSize)
	var records, dead uint64
	for i, r := range f.blocks {
		// No gap, no overlap, and no block larger than the header says: readers size their
		// buffers by it.
		ok := r.offset == next && r.length >= fs.Align && r.length%fs.Align == 0 && r.length <= h.blockSize &&
			r.dead <= r.records && r.low <= r.high && int(r.high) < len(h.tables)
		if !ok {
			return damaged(file, at, "footer says of block %d: %+v; it should begin at %d", i, r, next).In("block %d", i)
		}
		next = r.end()
		records, dead = records+uint64(r.records), dead+uint64(r.dead)
	}
	if next != at {
		return damaged(file, at, "the last block ends at %d, the footer begins at %d", next, at)
	}
	var sum counts
	for _, c := range f.tables {
		sum.add(c)
	}
	// The three sums have to agree: in all, by tables and by blocks.
	if sum != f.counts || records != f.records+f.tombstones || dead != f.tombstones {
		return damaged(file, at, "footer counts %+v in all, %+v by tables, %d records and %d tombstones by blocks",
			f.counts, sum, records-dead, dead)
	}
	return nil
}

// counts takes three numbers.
func (p *parser) counts() counts {
	return counts{records: p.u64(), tombstones: p.u64(), values: p.u64()}
}

// point takes a point of consistency; its kind is padded with zeros.
func (p *parser) point() Point {
	pt := Point{Seq: p.u64(), LogFrom: p.u64(), LogTo: p.u64()}
	b := p.take(1 + MaxKind)
	n := min(int(b[0]), MaxKind)
	pt.Kind = string(b[1 : 1+n])
	p.bad = p.bad || int(b[0]) > MaxKind || !durable.Zero(b[1+n:])
	return pt
}

// blockRef takes what the footer says of a block.
func (p *parser) blockRef() blockRef {
	r := blockRef{
		offset: int64(p.u64()), length: int(p.u32()), crc: p.u32(),
		records: p.u32(), dead: p.u32(), low: p.u16(), high: p.u16(),
	}
	p.bad = p.bad || p.u32() != 0
	return r
}
