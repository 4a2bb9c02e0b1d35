package push

import (
	"sync/atomic"
	"unsafe"

	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/internal/record"
	"ckptbench/algorithms/store"
)

// A queue carries before-images from one worker, who puts them in, to the stream
// that drains it. It is a ring of bytes: an entry is the ordinal of a record and
// a version in the length it has. An entry that does not fit before the ring's
// end goes to its beginning, and a skip mark stands where it would have been.
type queue struct {
	base unsafe.Pointer
	size uint64
	room chan struct{} // gets something when the worker, who waits, is to look again
	bell *bell         // of the stream
	_    [64]byte

	tail    atomic.Uint64 // bytes put in, ever; changed by the worker
	waiting atomic.Bool   // the worker waits for room; changed by it
	_       [64]byte

	head atomic.Uint64 // bytes taken out, ever; changed by the stream, and by open
	over atomic.Bool   // nobody takes anything out any more; changed by the checkpointer
	_    [64]byte
}

// A bell tells a stream that there is something in one of its queues.
type bell struct {
	rung atomic.Bool
	c    chan struct{} // gets something when rung becomes true
}

// The words that stand before a record in a queue, and what fills the rest of the ring
// where the next record does not fit before its end.
const (
	ordinalBytes = 8
	skip         = ^uint64(0) // in the place of an ordinal
)

// ring rings the bell unless it was rung since the stream last looked.
func (b *bell) ring() {
	if !b.rung.Load() && !b.rung.Swap(true) {
		tell(b.c)
	}
}

// tell puts something in a channel of one place, unless something is there.
func tell(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// A memory is what the queues lie in.
type memory struct {
	*arena.Arena
	each int // bytes of one queue
}

// newMemory returns memory for a queue per worker, of total bytes in all or as
// much as holds two of the largest entries in each: one of them can then always
// go in when the queue is empty, wherever the last one ended.
func newMemory(env *store.Env, total int) (*memory, error) {
	least := 2 * (ordinalBytes + record.VersionBytes(env.Largest()))
	m := &memory{each: max(total/env.Workers&^7, least)}
	var err error
	if m.Arena, err = arena.New(env.Workers*m.each, arena.Options{}, env.Meter); err != nil {
		return nil, err
	}
	m.Touch()
	return m, nil
}

// queue returns the queue of worker i.
func (m *memory) queue(i int, b *bell) *queue {
	q := &queue{base: unsafe.Add(m.Base(), i*m.each), size: uint64(m.each), room: make(chan struct{}, 1), bell: b}
	q.over.Store(true)
	return q
}

// open empties the queue for a new image. Nobody else uses it.
func (q *queue) open() {
	q.head.Store(q.tail.Load())
	q.over.Store(false)
}

// close lets the worker go, if it waits. What is in the queue stays there.
func (q *queue) close() {
	q.over.Store(true)
	tell(q.room)
}

// entryBytes returns what an entry of v takes; 0 for a record that never was, of
// which an image says nothing.
func entryBytes(v *record.Version) uint64 {
	if !v.Written() {
		return 0
	}
	return uint64(ordinalBytes + record.VersionBytes(v.Len()))
}

// cost returns what an entry of n bytes takes at tail: itself, and what it leaves
// free before the ring's end.
func (q *queue) cost(tail, n uint64) uint64 {
	if left := q.size - tail%q.size; left < n {
		return left + n
	}
	return n
}

// fits reports whether there is room for an entry of n bytes. For the worker.
func (q *queue) fits(n uint64) bool {
	tail := q.tail.Load()
	return q.size-(tail-q.head.Load()) >= q.cost(tail, n)
}

// await waits until an entry of n bytes fits, and reports whether it does: not
// if the image is over first. For the worker.
func (q *queue) await(n uint64) bool {
	q.waiting.Store(true)
	defer q.waiting.Store(false)
	for !q.fits(n) {
		if q.over.Load() {
			return false
		}
		<-q.room
	}
	return true
}

// put puts an entry in, for which there is room. For the worker.
func (q *queue) put(ordinal uint64, v *record.Version) {
	n := entryBytes(v)
	tail := q.tail.Load()
	end := tail + q.cost(tail, n)
	if end-tail > n {
		*q.at(tail) = skip
	}
	at := q.at(end - n)
	*at = ordinal
	versionAt(at).CopyFrom(v)
	q.tail.Store(end)
	q.bell.ring()
}

// front returns the oldest entry. There must be one. For the stream.
func (q *queue) front() (ordinal uint64, v *record.Version) {
	at := q.at(q.start())
	return *at, versionAt(at)
}

// start returns where the oldest entry begins, after what is skipped.
func (q *queue) start() uint64 {
	head := q.head.Load()
	if *q.at(head) == skip {
		head += q.size - head%q.size
	}
	return head
}

// pop takes the oldest entry out, and lets the worker know. For the stream.
func (q *queue) pop() {
	start := q.start()
	q.head.Store(start + entryBytes(versionAt(q.at(start))))
	if q.waiting.Load() {
		tell(q.room)
	}
}

// at is the word at a position, which counts all bytes ever written to the queue.
func (q *queue) at(pos uint64) *uint64 { return (*uint64)(unsafe.Add(q.base, pos%q.size)) }

// versionAt returns the version in the entry at a place.
func versionAt(at *uint64) *record.Version {
	return (*record.Version)(unsafe.Add(unsafe.Pointer(at), ordinalBytes))
}
