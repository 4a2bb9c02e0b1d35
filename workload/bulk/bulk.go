package bulk

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/crc64"
	"math/rand/v2"
	"slices"

	"ckptbench/workload"
	"ckptbench/workload/dist"
)

// A Config says what messages are like.
type Config struct {
	Records   uint64        // that are loaded
	Rows      int           // of a message, at most Records
	Size      workload.Span // of a row, with its key
	Order     string        // ordered, scattered or random
	Mix       string        // update, resize, insert or mixed
	Unindexed bool          // nothing is loaded, and all rows of a pass are taken out after it
}

// A Stream draws messages and follows what they come to. It is used by one
// goroutine.
type Stream struct {
	c     Config
	rng   *rand.Rand
	place *dist.Permutation
	next  uint64 // the place at which the next message begins

	versions, lengths []uint32 // by key; length 0: it is not there
	count             uint64   // of keys that are there
	bytes             uint64   // of their rows

	rows [][]byte // of the last message
	data []byte   // theirs
	keys []uint64
}

// New returns the stream of c that seed names.
func New(c Config, seed workload.Seed) (*Stream, error) {
	if c.Rows < 1 || c.Records < uint64(c.Rows) || c.Size.Low < keyBytes || c.Size.High < c.Size.Low {
		return nil, fmt.Errorf("messages of %d rows of %s bytes, of %d records: want at most as many rows, of at "+
			"least %d bytes", c.Rows, c.Size, c.Records, keyBytes)
	}
	if c.Records > dist.MaxRecords/2 {
		return nil, fmt.Errorf("%d records: at most %d", c.Records, uint64(dist.MaxRecords/2))
	}
	s := &Stream{c: c, rng: seed.Source(), place: dist.NewPermutation(c.Records, seed.Master)}
	s.versions, s.lengths = make([]uint32, 2*c.Records), make([]uint32, 2*c.Records)
	s.data = make([]byte, 0, c.Rows*c.Size.High)
	s.next = c.Records // no pass is under way
	return s, nil
}

const keyBytes = 8

// Load calls put with every row that is loaded, in an order that leaves an index
// as random puts do, until put returns an error. It is called before the first
// message, and puts nothing where there is no index. The row is valid until put
// returns.
func (s *Stream) Load(put func(row []byte) error) error {
	if s.c.Unindexed {
		return nil
	}
	for p := range s.c.Records {
		key := 2 * s.place.At(p)
		s.data = s.append(s.data[:0], key, s.length(key))
		if err := put(s.data); err != nil {
			return err
		}
	}
	return nil
}

// Begin begins a pass, and returns the keys that are to be taken out of the store
// before it.
func (s *Stream) Begin() (out []uint64) {
	s.next = 0
	for key := range uint64(len(s.lengths)) {
		if s.lengths[key] > 0 && (key%2 == 1 || s.c.Unindexed) {
			s.bytes -= uint64(s.lengths[key])
			s.lengths[key] = 0
			s.count--
			out = append(out, key)
		}
	}
	return out
}

// Messages returns how many messages a pass has.
func (s *Stream) Messages() int { return int(s.c.Records) / s.c.Rows }

// Next returns the rows of the next message, or nil at the end of a pass. They
// are valid until the next call.
func (s *Stream) Next() [][]byte {
	if s.c.Records-s.next < uint64(s.c.Rows) {
		return nil
	}
	s.keys, s.rows, s.data = s.keys[:0], s.rows[:0], s.data[:0]
	for range s.c.Rows {
		s.keys = append(s.keys, s.draw())
	}
	if s.c.Order != workload.Random && !s.c.Unindexed {
		slices.SortFunc(s.keys, func(a, b uint64) int { return cmp.Compare(a&^resized, b&^resized) })
	}
	for _, key := range s.keys {
		from := len(s.data)
		s.data = s.append(s.data, key&^resized, s.length(key))
		s.rows = append(s.rows, s.data[from:len(s.data):len(s.data)])
	}
	return s.rows
}

// resized marks a drawn key whose row is to have another length.
const resized = 1 << 63

// draw returns the key at the next place. Keys of a message are all different.
func (s *Stream) draw() uint64 {
	p := s.next
	s.next++
	if s.c.Order != workload.Ordered {
		p = s.place.At(p)
	}
	kind := s.c.Mix
	if kind == "mixed" {
		kind = [...]string{"update", "resize", "insert"}[s.rng.IntN(3)]
	}
	switch kind {
	case "insert":
		return 2*p + 1
	case "resize":
		return 2*p | resized
	}
	return 2 * p
}

// length returns the length of key's next row.
func (s *Stream) length(key uint64) uint32 {
	old := s.lengths[key&^resized]
	if old > 0 && key&resized == 0 {
		return old
	}
	for {
		if n := uint32(s.c.Size.Low + s.rng.IntN(s.c.Size.High-s.c.Size.Low+1)); n != old {
			return n
		}
	}
}

// append appends key's next row, and takes note of it.
func (s *Stream) append(dst []byte, key uint64, length uint32) []byte {
	if s.lengths[key] == 0 {
		s.count++
	}
	s.bytes += uint64(length) - uint64(s.lengths[key])
	s.versions[key]++
	s.lengths[key] = length
	return row(dst, key, s.versions[key], length)
}

// row appends a version of key's row: what follows the key is eight bytes of its
// own, over and over.
func row(dst []byte, key uint64, version, length uint32) []byte {
	from := len(dst)
	dst = slices.Grow(dst, int(length))[:from+int(length)]
	r := dst[from:]
	binary.LittleEndian.PutUint64(r, key)
	word := (key + uint64(version)<<40 + 1) * 0x9e3779b97f4a7c15
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], word^word>>29)
	for v := r[keyBytes:]; len(v) > 0; {
		v = v[copy(v, b[:]):]
	}
	return dst
}

// Count returns how many rows there have to be now, and Bytes their length in
// all.
func (s *Stream) Count() uint64 { return s.count }

// Bytes returns the length in all of the rows that there have to be now.
func (s *Stream) Bytes() uint64 { return s.bytes }

// Each calls fn with every row that there has to be now, by key, until it
// returns an error. The row is valid until fn returns.
func (s *Stream) Each(fn func(key uint64, row []byte) error) error {
	var buf []byte
	for key, n := range s.lengths {
		if n == 0 {
			continue
		}
		buf = row(buf[:0], uint64(key), s.versions[key], n)
		if err := fn(uint64(key), buf); err != nil {
			return err
		}
	}
	return nil
}

// table is that of the checksum that Digest adds up.
var table = crc64.MakeTable(crc64.ECMA)

// Digest of a set of rows is the sum of the digests of each: whoever has the same
// rows, in whatever order, has the same.
func Digest(row []byte) uint64 { return crc64.Checksum(row, table) * 0x9e3779b97f4a7c15 }
