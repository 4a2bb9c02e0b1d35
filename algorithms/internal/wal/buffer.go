package wal

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"ckptbench/algorithms/internal/durable"
)

// busy is the bit of Buffer.state that says that the worker is in Commit. The
// frames' lengths are multiples of 8, so it is free.
const busy = 1

// keepBytes bounds the scratch memory kept from one transaction to the next.
const keepBytes = 1 << 20

// A ring holds the bytes between Buffer.head and the tail in Buffer.state, at
// their position modulo its length.
// Its length is a power of two, so that a position is one AND away. Positions only grow. Frames
// begin at multiples of 8, so no field of 8 bytes in a header straddles the ring's end.
type ring struct {
	b    []byte
	mask uint64
}

// newRing returns a ring of n bytes, a power of two.
// The bytes are zeros, and stay behind head as they were.
func newRing(n int) *ring { return &ring{make([]byte, n), uint64(n - 1)} }

// checksum is that of a frame of n bytes at position at.
func (r *ring) checksum(at uint64, n int, seed uint32) uint32 {
	b := r.b[(at+8)&r.mask:]
	// The length comes by way of the seed, as in frame.go; the bytes may go around the end.
	crc := durable.Extend(seed^uint32(n), b[:min(n-8, len(b))])
	if n-8 > len(b) {
		crc = durable.Extend(crc, r.b[:n-8-len(b)])
	}
	return crc
}

// put copies p to position at, around the end.
// There has to be room: put does not look at head.
func (r *ring) put(at uint64, p []byte) {
	n := copy(r.b[at&r.mask:], p)
	copy(r.b, p[n:])
}

// A Buffer collects the redo of one worker, one transaction at a time. Its
// methods belong to one goroutine.
type Buffer struct {
	log    *Log
	logger *logger

	// The worker's alone.
	// A frame is written where it will stay, in the ring, if it fits before the ring's end:
	// Commit then copies nothing.
	rec     []byte // the frame of this transaction, with room for its header
	placed  bool   // rec lies in the ring, behind tail
	scratch []byte // where it lies else
	tail    uint64 // end of the last whole frame in the ring
	seen    uint64 // head when last looked at; it is that far at least
	lost    error  // why the transaction cannot be logged, or nil

	// Each of the two groups has cache lines of its own: the worker writes the first at every
	// commit, the logger the second at every round.
	_     [64]byte
	state atomic.Uint64 // tail, and busy; the worker writes, the clock and the logger read
	// It is replaced, by the worker, only when it is empty and too small for one frame.
	ring  atomic.Pointer[ring]
	_     [64]byte
	head  atomic.Uint64 // start of what is not drained yet; the logger writes
	needy atomic.Bool   // the worker waits for space
	space chan struct{} // tells it that there is some
	_     [64]byte

	// Commits that found the ring full, and nanoseconds that they waited; read by Stats.
	stalls, stallTime atomic.Uint64
}

// newBuffer returns the buffer of one worker, which g drains.
func newBuffer(l *Log, g *logger) *Buffer {
	b := &Buffer{log: l, logger: g, space: make(chan struct{}, 1)}
	b.scratch = make([]byte, 0, 4096)
	b.ring.Store(newRing(l.o.RingBytes))
	// A frame is always begun: Set, Put and Delete find rec ready.
	b.place()
	g.buffers = append(g.buffers, b)
	return b
}

// place begins a frame where it is to go, behind the last one in the ring; one
// that does not fit there, before the ring's end, moves to scratch memory. So most
// frames are written once, and Commit copies nothing.
func (b *Buffer) place() {
	r := b.ring.Load()
	size := uint64(len(r.b))
	at := b.tail & r.mask
	// From at on there is room up to the ring's end, or up to where what is not drained begins.
	end := min(size, at+size-(b.tail-b.seen))
	if b.placed = end-at >= frameHeader; b.placed {
		// The capacity ends with the room, so an append past it is noticed by reserve.
		b.rec = r.b[at : at+frameHeader : end]
		return
	}
	// One transaction with a large redo must not keep its memory for good.
	if cap(b.scratch) > keepBytes {
		b.scratch = make([]byte, 0, 4096)
	}
	b.rec = b.scratch[:frameHeader]
}

// reserve makes room for n more bytes of the frame.
func (b *Buffer) reserve(n int) {
	if cap(b.rec)-len(b.rec) >= n {
		return
	}
	// The frame does not fit behind tail: what there is of it moves out of the ring.
	if b.placed {
		b.rec, b.placed = append(b.scratch[:0], b.rec...), false
	}
	b.rec = slices.Grow(b.rec, n)
	b.scratch = b.rec[:0]
}

// Begin starts collecting the redo of one transaction; what was collected
// without a Commit is dropped.
func (b *Buffer) Begin() {
	b.lost = nil
	// An empty frame in the ring is ready; anything else is begun anew.
	if !b.placed || len(b.rec) != frameHeader {
		b.place()
	}
}

// Set notes that v went to offset off, in bytes, of a record. It panics if the
// table or the offset is negative or above 2^31-1.
// v is copied.
func (b *Buffer) Set(table int, key uint64, off int, v []byte) {
	if b.admit(table, off, v) {
		b.rec = appendSet(b.rec, table, key, off, v)
	}
}

// Put notes that v became the whole value of a record, which may be new.
// v is copied. It panics as Set does.
func (b *Buffer) Put(table int, key uint64, v []byte) {
	if b.admit(table, 0, v) {
		b.rec = appendPut(b.rec, table, key, v)
	}
}

// Delete notes that a record went.
// It panics as Set does.
func (b *Buffer) Delete(table int, key uint64) {
	if b.admit(table, 0, nil) {
		b.rec = appendKey(b.rec, KindDelete, table, key)
	}
}

// admit looks after the limits of the format, and makes room for a change.
// It reports false once the transaction is too long; Commit then fails the log, as a transaction
// of which a part is missing must not look committed.
func (b *Buffer) admit(table, off int, v []byte) bool {
	if uint(table)|uint(off) > math.MaxInt32 {
		panic(fmt.Sprintf("wal: table %d or offset %d is out of range", table, off))
	}
	// 64 is more than the header, a change without its value, and padding take.
	if len(b.rec)+len(v) > maxFrame-64 && b.lost == nil {
		b.lost = fmt.Errorf("log %s: the redo of one transaction exceeds %d bytes", b.log.o.Dir, maxFrame)
	}
	if b.lost != nil {
		return false
	}
	b.reserve(maxChange + len(v))
	return true
}

// Abort drops what was collected.
// Nothing of it reaches the log.
func (b *Buffer) Abort() { b.Begin() }

// Commit frames what was collected, hands it to the logger, and returns the
// epoch it belongs to. The caller holds the transaction's locks; stamp has to
// be above those of all earlier changes of the same records. It waits only if
// the ring is full. A transaction that changed nothing writes nothing. If the
// log failed the record is dropped, as Log.Err tells.
func (b *Buffer) Commit(stamp uint64) (epoch uint64) {
	l := b.log
	// Its epoch still matters: what it read may not be durable yet.
	if len(b.rec) == frameHeader && b.lost == nil {
		return l.epoch.Load()
	}
	pad := b.pad()
	// A frame that lies in the ring fits; only one in scratch memory may have to wait.
	n := uint64(len(b.rec))
	if !b.placed && b.tail+n-b.seen > uint64(len(b.ring.Load().b)) || b.lost != nil {
		if err := b.room(context.Background(), n); err != nil {
			b.Begin()
			return l.epoch.Load()
		}
	}
	// The clock closes an epoch only after it has seen this bit go, or change: see tick. Nothing
	// between the two stores may block.
	b.state.Store(b.tail | busy)
	epoch = l.epoch.Load()
	head(b.rec, frameChanges, pad, epoch, stamp)
	b.push()
	return epoch
}

// pad makes b.rec as long as a frame has to be.
func (b *Buffer) pad() int {
	// Zeros to the next multiple of 8.
	pad := -len(b.rec) & 7
	b.reserve(pad)
	var zero [8]byte
	b.rec = append(b.rec, zero[:pad]...)
	return pad
}

// push makes the frame visible in the ring, where there is room, and begins the
// next. Its checksum is the logger's to fill in.
func (b *Buffer) push() {
	r := b.ring.Load()
	if !b.placed {
		r.put(b.tail, b.rec)
	}
	// The store of state publishes the frame: the logger reads state first and then the ring.
	b.tail += uint64(len(b.rec))
	b.state.Store(b.tail)
	// The logger looks at its rings at every epoch. It is woken before that when the ring is
	// half full, by head as last read, which spares the worker a shared cache line on most
	// commits.
	if half := uint64(len(r.b)) / 2; b.tail-b.seen > half {
		if b.seen = b.head.Load(); b.tail-b.seen > half {
			b.logger.wake()
		}
	}
	b.place()
}

// room waits until n bytes fit into the ring, which it enlarges if it has to.
// The worker is not busy meanwhile, so that it does not hold its epoch open.
// The error is ctx's, ErrClosed, or that the transaction was too long.
func (b *Buffer) room(ctx context.Context, n uint64) error {
	if b.lost != nil {
		b.log.fail(b.lost)
		return b.lost
	}
	size := uint64(len(b.ring.Load().b))
	need := size - min(n, size) // the ring may hold that much
	// A frame longer than the ring goes into a larger one; the old one has to be empty then.
	if n > size {
		need = 0
	}
	// One more look at head before a stall is counted.
	if b.seen = b.head.Load(); b.tail-b.seen > need {
		if err := b.stall(ctx, need); err != nil {
			return err
		}
	}
	if n > size {
		// Room for two of them, so that the next does not wait for this one.
		for size < 2*n {
			size *= 2
		}
		b.ring.Store(newRing(int(size))) // it is empty, and the logger reads state before ring
	}
	return nil
}

// stall waits until the ring holds at most need bytes.
func (b *Buffer) stall(ctx context.Context, need uint64) error {
	start := time.Now()
	defer func() { b.stallTime.Add(uint64(time.Since(start))) }()
	b.stalls.Add(1)
	// needy goes up before head is read again: the logger moves head first and then looks at
	// needy, so one of the two sees the other.
	for {
		b.needy.Store(true)
		// The token may be an old one; head decides.
		b.logger.wake()
		if b.seen = b.head.Load(); b.tail-b.seen <= need {
			b.needy.Store(false)
			return nil
		}
		select {
		case <-b.space:
		case <-ctx.Done():
			return ctx.Err()
		case <-b.log.stop:
			return ErrClosed
		}
	}
}
