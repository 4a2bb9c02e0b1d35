package image

import (
	"context"
	"fmt"
	"sync"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

// Scan reads the whole image and calls f for every record. It uses that many
// workers (at least one), each of which calls f with its own number; the order
// of the records is not defined. No record of a block is handed out before the
// block's CRC is found right; when all are read, the counts and the digest in
// the footer are checked as well, so that only after Scan has returned nil is
// the image known to be whole. Damage is returned as a *durable.Damage; an error of f
// ends the scan and is returned as it is.
// f is called concurrently by different workers; a record's value is valid during the call. One
// scan reads every block once.
func (im *Image) Scan(ctx context.Context, workers int, f func(worker int, r durable.Record) error) error {
	return im.scan(ctx, workers, f, func(err error) error { return err })
}

// A scan is one pass over an image.
type scan struct {
	im *Image
	f  func(worker int, r durable.Record) error
	// Called under mu, so never concurrently.
	bad     func(error) error // told of a block that cannot be read; an error ends the scan
	workers []scanWorker

	mu     sync.Mutex
	passed int // blocks that bad passed over; protected by mu
}

// A scanWorker is what one worker of a scan has found.
type scanWorker struct {
	// Each worker reads into its own; no block is longer than the longest that the footer names.
	buf    []byte   // room for any block; nil before the first
	found  []counts // by table
	digest uint64
	_      [64]byte
}

// scan reads all blocks. What is wrong with one goes through bad, which may
// pass over it by returning nil.
func (im *Image) scan(ctx context.Context, workers int, f func(int, durable.Record) error,
	bad func(error) error) error {
	s := &scan{im: im, f: f, bad: bad, workers: make([]scanWorker, max(1, workers))}
	// Blocks are dealt out one by one, as they differ in length at the end of streams.
	err := durable.Share(ctx, workers, len(im.foot.blocks), func(_ context.Context, worker, block int) error {
		return s.block(block, worker)
	})
	if err != nil {
		return err
	}
	if s.passed > 0 {
		return nil // the sums cannot be right
	}
	return s.sums()
}

// begin makes a worker's buffers.
// They are made when the worker gets its first block: one that gets none needs none.
func (s *scan) begin(w *scanWorker) {
	longest := 0
	for _, r := range s.im.foot.blocks {
		longest = max(longest, r.length)
	}
	w.buf, w.found = fs.Buffer(longest), make([]counts, len(s.im.head.tables))
}

// block reads block i and hands out its records.
func (s *scan) block(i, worker int) error {
	im, ref, w := s.im, s.im.foot.blocks[i], &s.workers[worker]
	if w.buf == nil {
		s.begin(w)
	}
	b := w.buf[:ref.length]
	err := ErrDamaged.ReadFull(im.f, im.path, b, ref.offset)
	// A block's number says more to a person than an offset.
	if d, ok := err.(*durable.Damage); ok {
		d.In("block %d", i)
	}
	var payload []byte
	if err == nil {
		payload, err = decodeBlock(im.path, i, ref, im.head.seq, b)
	}
	if err != nil {
		return s.pass(err)
	}
	// The block's own digest. CRC and digest are both checked: the CRC finds flipped bits, the
	// digest records that the writer lost or doubled.
	var mine uint64
	c := cursor{file: im.path, tables: im.head.tables, base: ref.offset + blockHeader, block: i, b: payload}
	for c.next() {
		t := &w.found[c.rec.Table]
		if c.rec.Absent {
			t.tombstones++
		} else {
			t.records++
			t.values += uint64(len(c.rec.Value))
		}
		mine += digest(c.raw)
		// An error of the caller is no damage.
		if err := s.f(worker, c.rec); err != nil {
			return err
		}
	}
	w.digest += mine
	if c.err == nil && mine != le.Uint64(b[40:]) {
		c.err = damaged(im.path, ref.offset+40, "digest is %016x, its records give %016x",
			le.Uint64(b[40:]), mine).In("block %d", i)
	}
	if c.err != nil {
		return s.pass(c.err)
	}
	return nil
}

// pass asks bad what to do about a block.
func (s *scan) pass(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passed++
	return s.bad(err)
}

// sums checks what the footer says of all records.
func (s *scan) sums() error {
	im := s.im
	found, sum := make([]counts, len(im.head.tables)), uint64(0)
	for _, w := range s.workers {
		sum += w.digest
		for i, c := range w.found {
			found[i].add(c)
		}
	}
	// Where the footer begins, for the error.
	at := im.size - footerLen(len(found), int64(len(im.foot.blocks)))
	for i, c := range found {
		if c != im.foot.tables[i] {
			return s.bad(damaged(im.path, at, "table %q holds %+v, the footer says %+v", im.head.tables[i].Name, c,
				im.foot.tables[i]))
		}
	}
	if sum != im.foot.digest {
		return s.bad(damaged(im.path, at, "digest of all records is %016x, the footer says %016x", sum, im.foot.digest))
	}
	return nil
}

// decodeBlock checks block number i, which the footer describes by ref, and
// returns its records.
// The CRC is compared with the block's own and with the footer's: a whole block in the wrong
// place has only the first.
func decodeBlock(file string, i int, ref blockRef, seq uint64, b []byte) ([]byte, error) {
	bad := func(at int, format string, a ...any) ([]byte, error) {
		return nil, damaged(file, ref.offset+int64(at), format, a...).In("block %d", i)
	}
	if len(b) < blockHeader+blockTrailer {
		return bad(0, "%d bytes are no block", len(b))
	}
	end := len(b) - blockTrailer
	stored, crc := le.Uint32(b[end:]), durable.Checksum(b[:end])
	if stored != crc {
		return bad(0, "block's checksum is %08x (the footer says %08x), its bytes give %08x", stored, ref.crc, crc)
	}
	if crc != ref.crc {
		return bad(0, "block's checksum is %08x, the footer says %08x: it is another block", crc, ref.crc)
	}
	length, payload := le.Uint32(b[8:]), int64(le.Uint32(b[12:]))
	records, dead := le.Uint32(b[16:]), le.Uint32(b[20:])
	switch {
	case string(b[:4]) != blockMagic:
		return bad(0, "block begins with %q, expected %q", b[:4], blockMagic)
	case le.Uint16(b[6:]) != 0 || int64(length) != int64(len(b)) || payload > int64(end-blockHeader):
		return bad(8, "block of %d bytes with %d of records; it has %d", length, payload, len(b))
	case records != ref.records || dead != ref.dead:
		return bad(16, "%d records and %d tombstones, the footer says %d and %d", records, dead, ref.records, ref.dead)
	case le.Uint64(b[24:]) != seq:
		return bad(24, "block of image %d, this is image %d", le.Uint64(b[24:]), seq)
	case int64(le.Uint64(b[32:])) != ref.offset:
		return bad(32, "block belongs at offset %d, it is at %d", le.Uint64(b[32:]), ref.offset)
	case !durable.Zero(b[blockHeader+payload : end]):
		return bad(blockHeader+int(payload), "bytes after the last record are not zero")
	}
	return b[blockHeader : blockHeader+payload], nil
}

// A cursor goes over the records of a block.
// It believes no length before it has checked it, although the block's CRC was right.
type cursor struct {
	file   string
	tables []durable.Table
	base   int64 // offset of b in the file
	block  int
	b      []byte

	at int // where the next record begins in b
	n  int // records so far
	// The digest is of these bytes.
	raw []byte // the record as it is in the block
	rec durable.Record
	err error
}

// next goes to the next record and reports whether there is one. Afterwards err
// says whether there should have been.
func (c *cursor) next() bool {
	rest := c.b[c.at:]
	if len(rest) == 0 || c.err != nil {
		return false
	}
	if len(rest) < recordHeader {
		return c.fail("%d bytes are left of a record", len(rest))
	}
	table, length := int(le.Uint16(rest[16:])), le.Uint32(rest[18:])
	if table >= len(c.tables) {
		return c.fail("record of table %d, there are %d", table, len(c.tables))
	}
	c.rec = durable.Record{Table: table, Key: le.Uint64(rest), Stamp: le.Uint64(rest[8:])}
	n := recordHeader
	if length == tombstone {
		c.rec.Absent = true
	} else {
		if int64(length) > int64(c.tables[table].ValueSize) || int64(length) > int64(len(rest)-recordHeader) {
			return c.fail("value of %d bytes; table %q allows %d, the block has %d left",
				length, c.tables[table].Name, c.tables[table].ValueSize, len(rest)-recordHeader)
		}
		n += int(length)
		c.rec.Value = rest[recordHeader:n:n]
	}
	c.raw = rest[:n]
	c.at += n
	c.n++
	return true
}

// fail notes that the record is damaged.
// It returns false, for next.
func (c *cursor) fail(format string, a ...any) bool {
	c.err = damaged(c.file, c.base+int64(c.at), "%s", fmt.Sprintf(format, a...)).In("block %d, record %d", c.block, c.n)
	return false
}
