// Package journal notes what a worker committed, at the price of about a byte a
// transaction: the sequence number of each, as the difference to the one before. What
// the transactions were is not in it. They are drawn from a trace in a fixed order, so
// whoever has the trace knows them by their number; and with the sequence numbers, which
// are the stamps of what they wrote, every image can be compared with what it has to
// hold.
//
// # Entries
//
// Each transaction that was drawn has one entry, in the order drawn:
//
//	0          it was aborted
//	1 to 254   it committed, this much above the sequence number before
//	255        it committed; the difference follows, 8 bytes, little endian
//
// After it may come numbers, as varints: what the transaction drew when it ran. How many
// there are follows from the transaction.
package journal

import "encoding/binary"

// The bytes that are no difference of numbers.
const (
	aborted = 0
	large   = 255 // the difference follows
)

// A Journal belongs to the goroutine that runs the transactions. Others may read it
// once that has stopped.
type Journal struct {
	buf  []byte
	n    int    // bytes used
	from int    // where the last entry begins
	seq  uint64 // of the last commit
	full bool
	free func()
}

// longest is the largest an entry without its numbers can be, in bytes.
const longest = 9

// New returns an empty journal with room for so many bytes. Only what is used of them
// takes memory. Close gives it back.
func New(room int) *Journal {
	buf, free := reserve(max(room, longest))
	return &Journal{buf: buf, free: free}
}

// Commit notes a transaction that committed with the sequence number seq. A worker's
// ascend.
func (j *Journal) Commit(seq uint64) {
	d := seq - j.seq
	j.seq = seq
	if d-1 < large-1 && j.n+longest <= len(j.buf) {
		j.from = j.n
		j.buf[j.n] = byte(d)
		j.n++
		return
	}
	j.commitLarge(d)
}

// commitLarge notes a commit whose number is too far from the one before for a byte.
func (j *Journal) commitLarge(d uint64) {
	if !j.begin() {
		return
	}
	j.buf[j.n] = large
	binary.LittleEndian.PutUint64(j.buf[j.n+1:], d)
	j.n += longest
}

// Abort notes a transaction that was aborted.
func (j *Journal) Abort() {
	if j.begin() {
		j.buf[j.n] = aborted
		j.n++
	}
}

// begin begins an entry, if there is room for one.
func (j *Journal) begin() bool {
	if j.n+longest > len(j.buf) {
		j.end()
		return false
	}
	j.from = j.n
	return true
}

// end leaves no room.
func (j *Journal) end() { j.full, j.buf = true, j.buf[:j.n] }

// Number adds a number to the last entry.
func (j *Journal) Number(x uint64) {
	if j.full {
		return
	}
	if j.n+binary.MaxVarintLen64 > len(j.buf) { // a part of an entry says nothing
		j.n = j.from
		j.end()
		return
	}
	j.n += binary.PutUvarint(j.buf[j.n:], x)
}

// Full reports whether the room is used up. What came after that is not in the journal.
func (j *Journal) Full() bool { return j.full }

// Close gives the memory back. No Reader may be in use.
func (j *Journal) Close() {
	if j.free != nil {
		j.free()
	}
	j.buf, j.n, j.free = nil, 0, nil
}

// Read returns a reader of the whole journal. The worker must stand still.
func (j *Journal) Read() Reader { return Reader{left: j.buf[:j.n]} }

// A Reader reads a journal. A copy of it goes on from the same place.
type Reader struct {
	left []byte
	seq  uint64
}

// Next returns the sequence number of the next transaction, and whether it committed;
// the number means nothing if it did not. ok is false at the end.
func (r *Reader) Next() (seq uint64, committed, ok bool) {
	if len(r.left) == 0 {
		return 0, false, false
	}
	d := uint64(r.left[0])
	r.left = r.left[1:]
	switch d {
	case aborted:
		return 0, false, true
	case large:
		d = binary.LittleEndian.Uint64(r.left)
		r.left = r.left[8:]
	}
	r.seq += d
	return r.seq, true, true
}

// Number returns the next number of the entry that Next was at.
func (r *Reader) Number() uint64 {
	x, n := binary.Uvarint(r.left)
	r.left = r.left[n:]
	return x
}
