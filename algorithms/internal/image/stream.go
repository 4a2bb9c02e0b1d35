package image

import (
	"context"
	"fmt"
	"time"

	"ckptbench/algorithms/internal/fs"
)

// buffers is how many blocks a stream has in memory: one is filled while one is
// checksummed and one is at the device. With two, the device would idle
// while a block is checksummed.
const buffers = 3

// A Stream takes the records of one goroutine. While one buffer is filled, the
// others are checksummed and written, each by a goroutine of its own. All
// methods belong to one goroutine at a time.
// The blocks of all streams share one file; each claims its place when it is full.
type Stream struct {
	w   *Writer
	id  int
	max int // the largest value that fits in a block

	buf  []byte       // being filled: that of cur
	n    int          // how far
	room int          // how far the next Put may fill it; 0 before Room
	cur  *buffer      // owned by the goroutine of the Stream
	free chan *buffer // the other buffers but those being written

	waited time.Duration // for the device or the rate limit
}

// A buffer is room for one block and the sums of those that were written from
// it. Whoever took it out of Stream.free owns it.
type buffer struct {
	b []byte
	// They are kept with the buffer, as several blocks of one stream are sealed at the same
	// time; sum adds them up.
	blocks   []blockRef
	perTable []counts
	total    tally
}

// newStream takes its buffers from the Dir's pool.
func newStream(w *Writer, id int) *Stream {
	s := &Stream{w: w, id: id, n: blockHeader, max: largest(w.header.tables), free: make(chan *buffer, buffers)}
	for range buffers {
		s.free <- &buffer{b: w.dir.buffer(), perTable: make([]counts, len(w.header.tables))}
	}
	s.cur = <-s.free
	s.buf = s.cur.b
	return s
}

// Room makes room for one more record with a value of up to n bytes. It is the
// only call of a Stream that may wait (for the device or the rate limit), and
// the only one that fails: if ctx ends, if n is larger than the largest value of
// any table, or if something could not be written, by whichever stream. Call
// Abort then. It waits, and looks at ctx, only when the block is full.
// A capture calls it before it latches a record, so that nothing under a latch waits.
func (s *Stream) Room(ctx context.Context, n int) error {
	// The block has room for the trailer in any case.
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
// One Room allows one Put or Absent.
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
// It never returns.
func (s *Stream) broken(table, n int) {
	panic(fmt.Sprintf("image: value of %d bytes for table %d of %d: Room made for %d bytes",
		n, table, len(s.w.header.tables), s.room-s.n-recordHeader))
}

// turn makes room by handing the buffer over to be written.
func (s *Stream) turn(ctx context.Context, n int) error {
	// No block, even an empty one, would have room.
	if n < 0 || n > s.max {
		return fmt.Errorf("write %s: room for a value of %d bytes, the tables allow %d", s.w.name(), n, s.max)
	}
	return s.flush(ctx)
}

// flush hands the buffer over to be written and takes another.
// The rate limit is asked for the block's whole length, before the write begins.
func (s *Stream) flush(ctx context.Context) error {
	start := time.Now()
	defer func() { s.waited += time.Since(start) }()
	if err := s.w.limit.Wait(ctx, fs.RoundUp(int64(s.n+blockTrailer))); err != nil {
		return err
	}
	// At most two blocks of this stream are being written while a third is filled.
	next, err := s.next(ctx)
	if err != nil {
		return err
	}
	full, payload := s.cur, s.n-blockHeader
	s.cur, s.buf, s.n, s.room = next, next.b, blockHeader, 0
	// Claimed here and not when it is written: the blocks of a stream lie in the
	// order in which they were filled, whichever is sealed first.
	length := fs.RoundUp(int64(blockHeader + payload + blockTrailer))
	go s.write(full, payload, s.w.next.Add(length)-length)
	return nil
}

// next takes a buffer as soon as one is free.
func (s *Stream) next(ctx context.Context) (*buffer, error) {
	select {
	case b := <-s.free:
		// The buffer goes back, since drain and close count them.
		if err := s.w.failure(); err != nil {
			s.free <- b
			return nil, err
		}
		return b, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// sum adds what the stream has written to f. It must be drained.
func (s *Stream) sum(f *footer) {
	idle := []*buffer{s.cur}
	// All of them are there: the stream is drained.
	for range buffers - 1 {
		idle = append(idle, <-s.free)
	}
	for i, b := range idle {
		f.counts.add(b.total.counts)
		f.digest += b.total.digest
		f.blocks = append(f.blocks, b.blocks...)
		for j, c := range b.perTable {
			f.tables[j].add(c)
		}
		// cur stays with the stream.
		if i > 0 {
			s.free <- b
		}
	}
}

// drain waits until nothing is being written. Afterwards the goroutine of the
// Stream owns all buffers: they are in free or cur.
func (s *Stream) drain(ctx context.Context) error {
	var idle []*buffer
	defer func() {
		for _, b := range idle {
			s.free <- b
		}
	}()
	for len(idle) < buffers-1 {
		b, err := s.next(ctx)
		if err != nil {
			return err
		}
		idle = append(idle, b)
	}
	return nil
}

// close waits until nothing is being written, whatever became of it, and
// returns all buffers.
// It does not heed a context: a buffer that is still being written must not be used for another
// image.
func (s *Stream) close() []*buffer {
	all := []*buffer{s.cur}
	for len(all) < buffers {
		all = append(all, <-s.free)
	}
	s.cur, s.buf = nil, nil
	return all
}

// write writes a block at offset and sets its buffer free.
func (s *Stream) write(b *buffer, payload int, offset int64) {
	out, ref, t := seal(b.b, payload, s.id, s.w.header.seq, offset, b.perTable)
	b.blocks = append(b.blocks, ref)
	b.total.add(t.counts)
	b.total.digest += t.digest
	// The failure is the image's, whichever stream it happens in; Room and Commit report it.
	if err := s.w.writeAt(out, offset); err != nil {
		s.w.fail(err)
	}
	s.free <- b
}
