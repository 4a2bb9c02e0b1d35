package wal

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/sched"
)

// idleEpochs is how many epochs an idle log leaves without a mark.
// It bounds how far Durable lags while nothing is committed and nobody waits.
const idleEpochs = 10

// outBytes is the length of a write at most; a small segment does with less.
const outBytes = 1 << 20

// A logger drains the rings of its workers into its chain of segments.
// A logger has one goroutine, run; round, drain and group are its. Close calls finish and seal
// when that has ended.
type logger struct {
	log  *Log
	id   int
	seed uint32
	// Those of worker id, id + loggers, and so on; fixed before run begins.
	buffers []*Buffer
	// One token: several wakes before a round are one.
	kick chan struct{}

	// fileMu keeps the file from being closed while another goroutine syncs it. The
	// logger's goroutine, which alone changes path and file, reads them without.
	fileMu   sync.Mutex
	path     string
	file     fs.File // nil between two segments, each of which is synced at its end
	unsynced error   // the failure of a sync, after which none is tried

	// The goroutine's alone, and Close's after it.
	seg      header
	off      int64  // where out goes
	reserved int64  // how far the file is allocated
	out      []byte // not written yet
	marked   uint64 // the last mark
	highest  uint64 // the largest epoch in this chain

	// The last epoch whose mark this logger has made durable; read by announce.
	durable                                 atomic.Uint64
	bytes, records, groups, syncs, syncTime atomic.Uint64
}

// newLogger returns logger id of a session. Its first segment is made by create.
func newLogger(l *Log, id int) *logger {
	g := &logger{
		log: l, id: id, seed: seed(l.header.session, id), kick: make(chan struct{}, 1),
		seg: l.header, out: make([]byte, 0, max(4096, min(outBytes, l.o.SegmentBytes))), marked: l.header.base,
		highest: l.header.base,
	}
	g.seg.logger = id
	g.durable.Store(l.header.base)
	return g
}

// wake makes the logger look at its rings soon.
func (g *logger) wake() {
	select {
	case g.kick <- struct{}{}:
	default:
	}
}

// run serves wake until Close or a failure. A failure of any logger fails the whole log, as no
// later epoch can become durable.
func (g *logger) run() {
	for {
		select {
		case <-g.kick:
			if err := g.round(); err != nil {
				g.log.fail(err)
				return
			}
		case <-g.log.halt:
			return
		case <-g.log.stop:
			return
		}
	}
}

// round drains the rings and commits the group if an epoch was closed.
func (g *logger) round() error {
	// Read first: the records of closed epochs are in the rings by then.
	c := g.log.closed.Load()
	if err := g.drain(); err != nil {
		return err
	}
	// A mark is due when a closed epoch is above the last mark, and there are records, here or
	// with another logger, or somebody waits, or the log was idle long enough. Every logger has
	// to write it: the durable epoch is the least of all.
	l := g.log
	if c <= g.marked || l.dirty.Load() <= g.marked && l.want.Load() <= g.marked && c-g.marked < idleEpochs {
		return nil
	}
	return g.group(c, l.o.Sync)
}

// drain copies what is in the rings to out, and writes that where it is full.
func (g *logger) drain() error {
	for _, b := range g.buffers {
		if err := g.drainRing(b); err != nil {
			return err
		}
	}
	return nil
}

// drainRing drains one ring up to where its tail is now. The worker may append meanwhile; that
// is for the next round.
func (g *logger) drainRing(b *Buffer) error {
	// state is read before ring: a worker replaces its ring only when it is empty, and publishes
	// a frame in the new one after that.
	tail := b.state.Load() &^ busy
	r := b.ring.Load()
	head := b.head.Load()
	// Checksums have to be in place before the bytes are copied.
	g.sum(r, head, tail)
	for head < tail {
		at := head & r.mask
		// Up to the ring's end; what is beyond it comes in the next turn of the loop.
		piece := r.b[at:min(uint64(len(r.b)), at+tail-head)]
		if len(g.out) == cap(g.out) {
			if err := g.flush(); err != nil {
				return err
			}
		}
		piece = piece[:min(len(piece), cap(g.out)-len(g.out))]
		g.out = append(g.out, piece...)
		head += uint64(len(piece))
		b.head.Store(head) // before the token: who has that looks at head once more, and waits again
		sched.Point("drained")
		// The plain load keeps the common case, in which nobody waits, from writing the worker's
		// cache line.
		if b.needy.Load() && b.needy.Swap(false) {
			select {
			case b.space <- struct{}{}:
			default:
			}
		}
	}
	return nil
}

// sum goes from frame to frame, fills their checksums in, and finds their number
// and their largest epoch. The checksums are made here since they would take a
// worker half of a commit; in the ring they are of no use yet.
func (g *logger) sum(r *ring, head, tail uint64) {
	records, highest := uint64(0), uint64(0)
	for head < tail {
		// Header fields of 8 bytes never straddle the ring's end: frames begin at multiples of
		// 8.
		n := binary.LittleEndian.Uint32(r.b[(head&r.mask)+4:])
		binary.LittleEndian.PutUint32(r.b[head&r.mask:], r.checksum(head, int(n), g.seed))
		highest = max(highest, binary.LittleEndian.Uint64(r.b[(head+16)&r.mask:]))
		head += uint64(n)
		records++
	}
	if records == 0 {
		return
	}
	g.records.Add(records)
	// Records of epochs above the mark that follows stand before it, so the file's largest epoch
	// is counted here and not at marks.
	g.highest = max(g.highest, highest)
	if raise(&g.log.dirty, highest) { // the others have to mark it, too
		for _, o := range g.log.loggers {
			if o != g {
				o.wake()
			}
		}
	}
}

// group writes the mark of epoch c and makes it durable.
// Only then may anybody learn of it: bytes, sync, g.durable, announce, in this order.
func (g *logger) group(c uint64, sync bool) error {
	if err := g.frame(frameMark, c, g.log.durable.Load()); err != nil {
		return err
	}
	// A segment ends at a mark, so that no record is split and a reader can begin with any
	// segment.
	full := g.off+int64(len(g.out)) >= g.log.o.SegmentBytes
	// The end frame tells a reader that the next file has to be there.
	if full {
		if err := g.frame(frameEnd, c, 0); err != nil {
			return err
		}
	}
	// One write for the group, in most cases.
	if err := g.flush(); err != nil {
		return err
	}
	if full {
		// The file keeps the bytes written and nothing of what was allocated ahead.
		if err := g.trim(); err != nil {
			return err
		}
	}
	// A segment is synced at its end in any case: only the last one of a chain can then be torn.
	if sync || full {
		if err := g.sync(); err != nil {
			return err
		}
	}
	g.marked = c
	g.highest = max(g.highest, c)
	g.groups.Add(1)
	g.durable.Store(c)
	// Acknowledgements go out before the next segment is made.
	g.log.announce()
	if full {
		return g.rotate()
	}
	return nil
}

// frame appends a frame without a body to out.
func (g *logger) frame(kind byte, epoch, stamp uint64) error {
	// A frame without a body is never split over two writes.
	if cap(g.out)-len(g.out) < frameHeader {
		if err := g.flush(); err != nil {
			return err
		}
	}
	n := len(g.out)
	g.out = g.out[:n+frameHeader]
	seal(g.out[n:], g.seed, kind, 0, epoch, stamp)
	return nil
}

// flush writes out to the file, at the disk's rate where one is set.
func (g *logger) flush() error {
	if len(g.out) == 0 {
		return nil
	}
	// Close waits here as everybody does: the rate is a disk's.
	if err := g.log.o.Disk.Wait(context.Background(), int64(len(g.out))); err != nil {
		return fmt.Errorf("write log %s: %w", g.path, err)
	}
	// Allocated ahead, so that a sync need not write the file's new length.
	g.reserve(g.off + int64(len(g.out)))
	n, err := g.file.WriteAt(g.out, g.off)
	g.bytes.Add(uint64(n))
	if err != nil {
		return fmt.Errorf("write log %s at offset %d: %w", g.path, g.off, err)
	}
	g.off += int64(len(g.out))
	g.out = g.out[:0]
	return nil
}

// sync makes the file durable. Any goroutine may call it; the logger goes on
// writing meanwhile. After a failure it is never tried again: nobody knows what is
// on disk, and the next fsync would find nothing to do.
// The time and the number of syncs are counted for Stats.
func (g *logger) sync() error {
	g.fileMu.Lock()
	defer g.fileMu.Unlock()
	if g.file == nil || g.unsynced != nil {
		return g.unsynced
	}
	start := time.Now()
	err := g.file.Sync()
	g.syncTime.Add(uint64(time.Since(start)))
	g.syncs.Add(1)
	if err != nil {
		g.unsynced = fmt.Errorf("sync log %s: %w", g.path, err)
	}
	return g.unsynced
}

// finish drains the rings for the last time and commits epoch c.
func (g *logger) finish(c uint64) error {
	if err := g.drain(); err != nil {
		return err
	}
	return g.group(c, true)
}

// seal ends the chain: all loggers are durable up to c, and the disk is to know.
func (g *logger) seal(c uint64) error {
	if err := g.frame(frameEnd, c, c); err != nil {
		return err
	}
	if err := g.flush(); err != nil {
		return err
	}
	if err := g.trim(); err != nil {
		return err
	}
	return g.sync()
}
