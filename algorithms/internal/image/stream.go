package image

import (
	"context"
	"fmt"
	"time"

	"ckptbench/algorithms/internal/fs"
)

// A Stream takes the records of one goroutine. It has two buffers of one block:
// while one is filled, the other is checksummed and written by a goroutine of
// its own. All methods belong to one goroutine at a time.
type Stream struct {
	w   *Writer
	id  int
	max int // the largest value that fits in a block

	buf   []byte      // being filled
	n     int         // how far
	room  int         // how far the next Put may fill it; 0 before Room
	spare chan []byte // holds the other buffer unless it is being written

	waited time.Duration // for the device or the rate limit

	// Owned by the goroutine that holds the other buffer.
	blocks   []blockRef
	perTable []counts
	total    tally
}

func newStream(w *Writer, id int) *Stream {
	s := &Stream{
		w: w, id: id, n: blockHeader, spare: make(chan []byte, 1),
		max:      largest(w.header.tables),
		buf:      w.dir.buffer(),
		perTable: make([]counts, len(w.header.tables)),
	}
	s.spare <- w.dir.buffer()
	return s
}

// Room makes room for one more record with a value of up to n bytes. It is the
// only call of a Stream that may wait (for the device or the rate limit), and
// the only one that fails: if ctx ends, if n is larger than the largest value of
// any table, or if something could not be written, by whichever stream. Call
// Abort then.
func (s *Stream) Room(ctx context.Context, n int) error {
	end := s.n + recordHeader + n
	if end > len(s.buf)-blockTrailer || n < 0 || n > s.max {
		if err := s.turn(ctx, n); err != nil {
			return err
		}
		end = s.n + recordHeader + n
	}
	s.room = end
	return nil
}

// Put adds a record; it copies v. It neither waits nor fails, as it is called
// under the latch of a record. It panics if no Room was made for it, if there
// is no such table, or if v is larger than the table allows.
func (s *Stream) Put(table int, key, stamp uint64, v []byte) {
	end := s.n + recordHeader + len(v)
	if end > s.room || len(v) > s.w.header.tables[table].ValueSize {
		s.broken(table, len(v))
	}
	putRecord(s.buf[s.n:end], table, key, stamp, uint32(len(v)), v)
	s.n, s.room = end, 0
}

// Absent adds a tombstone: the record does not exist, and stamp deleted it. As
// with Put, Room comes first.
func (s *Stream) Absent(table int, key, stamp uint64) {
	end := s.n + recordHeader
	if end > s.room || uint(table) >= uint(len(s.w.header.tables)) {
		s.broken(table, 0)
	}
	putRecord(s.buf[s.n:end], table, key, stamp, tombstone, nil)
	s.n, s.room = end, 0
}

// broken panics: the caller has a bug that would make a wrong image.
func (s *Stream) broken(table, n int) {
	panic(fmt.Sprintf("image: value of %d bytes for table %d of %d: Room made for %d bytes",
		n, table, len(s.w.header.tables), s.room-s.n-recordHeader))
}

// turn makes room by handing the buffer over to be written.
func (s *Stream) turn(ctx context.Context, n int) error {
	if n < 0 || n > s.max {
		return fmt.Errorf("write %s: room for a value of %d bytes, the tables allow %d", s.w.name(), n, s.max)
	}
	return s.flush(ctx)
}

// flush hands the buffer over to be written and takes the other.
func (s *Stream) flush(ctx context.Context) error {
	start := time.Now()
	defer func() { s.waited += time.Since(start) }()
	if err := s.w.limit.wait(ctx, fs.RoundUp(int64(s.n+blockTrailer))); err != nil {
		return err
	}
	next, err := s.other(ctx)
	if err != nil {
		return err
	}
	full, payload := s.buf, s.n-blockHeader
	s.buf, s.n, s.room = next, blockHeader, 0
	go s.write(full, payload)
	return nil
}

// other returns the other buffer as soon as it is written; the caller has it
// then.
func (s *Stream) other(ctx context.Context) ([]byte, error) {
	select {
	case b := <-s.spare:
		if err := s.w.failure(); err != nil {
			s.spare <- b
			return nil, err
		}
		return b, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// write writes a block and gives the buffer back.
func (s *Stream) write(b []byte, payload int) {
	length := fs.RoundUp(int64(blockHeader + payload + blockTrailer))
	offset := s.w.next.Add(length) - length
	out, ref, t := seal(b, payload, s.id, s.w.header.seq, offset, s.perTable)
	s.blocks = append(s.blocks, ref)
	s.total.add(t.counts)
	s.total.digest += t.digest
	if err := s.w.writeAt(out, offset); err != nil {
		s.w.fail(err)
	}
	s.spare <- b
}
