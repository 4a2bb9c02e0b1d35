package wal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/limit"
)

// Options say how a Log works. Dir, FS and Workers are needed.
type Options struct {
	Dir     string // made if need be; nothing else should write log-* files there
	FS      fs.FS
	Workers int // how many Buffers there are
	Loggers int // log files written in parallel, default 1; worker i belongs to logger i mod Loggers
	// Sync makes each group commit durable (fdatasync). Without it ("async")
	// a group is written only: it survives the end of the process, not a power cut.
	Sync         bool
	Interval     time.Duration // length of an epoch, default 10 ms
	SegmentBytes int64         // a logger goes on to a new file at the first epoch mark beyond it, default 64 MiB
	RingBytes    int           // of each worker's buffer, default 1 MiB; rounded up to a power of two
	// Disk limits what is written in a second, with what else is written to the
	// same disk; nil is without limit. Workers wait for room in their rings then.
	Disk *limit.Limiter
	// After is the epoch of the state that the session goes on from, such as
	// that of the image recovered from. The first epoch is above it. If the log
	// on disk ends before it, nothing is known of the epochs between: a replay
	// that needs them fails from then on.
	After uint64
	// Above is an epoch that the first one has to be above as well, such as that
	// of an image that cannot be used: no epoch is given out twice.
	Above uint64
	// Failed, if not nil, is called once, with the failure that stops the log. It is
	// not to wait for anything.
	Failed func(error)
}

// check fills in defaults, and refuses what cannot be.
func (o *Options) check() error {
	if o.Loggers == 0 {
		o.Loggers = 1
	}
	if o.Interval == 0 {
		o.Interval = 10 * time.Millisecond
	}
	if o.SegmentBytes == 0 {
		o.SegmentBytes = 64 << 20
	}
	if o.RingBytes == 0 {
		o.RingBytes = 1 << 20
	}
	switch {
	case o.FS == nil || o.Dir == "":
		return errors.New("open log: a folder and a file system are needed")
	case o.Workers < 1 || o.Loggers < 1 || o.Loggers > maxLoggers:
		return fmt.Errorf("open log %s: %d workers and %d loggers; at least one of each is needed and at most %d loggers",
			o.Dir, o.Workers, o.Loggers, maxLoggers)
	case max(o.After, o.Above) > maxNumber:
		return fmt.Errorf("open log %s: epochs cannot go on after %d", o.Dir, max(o.After, o.Above))
	case o.Interval < 0 || o.SegmentBytes < 0 || o.RingBytes < 0 || o.RingBytes > maxFrame:
		return fmt.Errorf("open log %s: interval %v, segment of %d bytes or ring of %d bytes is out of range", o.Dir,
			o.Interval, o.SegmentBytes, o.RingBytes)
	}
	o.RingBytes = 1 << bits.Len(uint(max(o.RingBytes, 256)-1))
	return nil
}

// A Log is an open redo log. Its methods may be called concurrently; a Buffer
// belongs to one goroutine.
type Log struct {
	// The padding keeps epoch apart from fields that change often.
	_     [64]byte
	epoch atomic.Uint64 // current; only tick changes it; alone on its line, as every Commit reads it
	_     [56]byte

	// closed is at least durable and less than epoch. All four only grow.
	closed  atomic.Uint64 // no record of an epoch up to it can still come
	durable atomic.Uint64 // changes only under mu
	dirty   atomic.Uint64 // the largest epoch of any record drained
	want    atomic.Uint64 // the largest epoch that anybody waits for

	o       Options
	header  header // what all segments of this session share
	buffers []*Buffer
	loggers []*logger
	notes   notes

	// Close ends the clock first, then the loggers; a failure closes stop and ends both.
	quit chan struct{} // closed by Close: no more epochs
	halt chan struct{} // closed by Close: no more rounds
	stop chan struct{} // closed when nothing will become durable any more

	clockDone, loggersDone sync.WaitGroup

	mu sync.Mutex
	// Failed is called outside of mu.
	err   error         // the first failure; protected by mu
	shut  bool          // Close was called; protected by mu
	moved chan struct{} // closed and replaced when durable moves; protected by mu
	times durableTimes  // protected by mu

	filesMu sync.Mutex
	files   []sealed // segments that are not written any more; protected by filesMu
}

// A sealed segment holds no record of an epoch above last.
type sealed struct {
	path string
	last uint64
}

// Worker returns the buffer of worker i, from 0 to Workers-1.
// It may be called concurrently, but two goroutines must not use one buffer.
func (l *Log) Worker(i int) *Buffer { return l.buffers[i] }

// Epoch returns the current epoch. After a crash the number may be given out
// again unless it was waited for.
// A transaction that begins its Commit after the call belongs to this epoch or a later one.
func (l *Log) Epoch() uint64 { return l.epoch.Load() }

// Durable returns the largest epoch that is wholly on disk: synced with
// Options.Sync, otherwise written.
func (l *Log) Durable() uint64 { return l.durable.Load() }

// Err returns the failure that stopped the log, or nil. After it nothing more
// becomes durable: Commit drops, WaitDurable and Note return it.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// WaitDurable returns when epoch is durable; otherwise it returns the error of ctx,
// of the log, or ErrClosed.
func (l *Log) WaitDurable(ctx context.Context, epoch uint64) error {
	raise(&l.want, epoch)
	for {
		l.mu.Lock()
		// The channel is taken before durable is read: a move in between closes this very
		// channel.
		moved := l.moved
		l.mu.Unlock()
		// Close may have made it durable as its last act.
		if l.durable.Load() >= epoch {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("wait for epoch %d: %w", epoch, ctx.Err())
		case <-l.stop:
			if l.durable.Load() >= epoch {
				return nil
			}
			return cmp.Or(l.Err(), ErrClosed)
		}
	}
}

// Harden returns when epoch is durable and, with and without Options.Sync, on the
// disk. It is for what must not be ahead of the log: an image is published after
// it. A failure to sync is the log's.
func (l *Log) Harden(ctx context.Context, epoch uint64) error {
	if err := l.WaitDurable(ctx, epoch); err != nil || l.o.Sync {
		return err
	}
	// Without Options.Sync files are synced from here, beside the loggers that write them. A
	// segment that was closed was synced at its end.
	for _, g := range l.loggers {
		if err := g.sync(); err != nil {
			l.fail(err)
			return err
		}
	}
	return nil
}

// raise makes a at least v and reports whether it was less.
// It may be called concurrently with itself.
func raise(a *atomic.Uint64, v uint64) bool {
	for {
		old := a.Load()
		if old >= v {
			return false
		}
		if a.CompareAndSwap(old, v) {
			return true
		}
	}
}

// announce recomputes the durable epoch after a logger got further.
func (l *Log) announce() {
	// Every logger calls this after its own group, so the last one to reach an epoch announces
	// it.
	least := ^uint64(0)
	for _, g := range l.loggers {
		least = min(least, g.durable.Load())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	// After a failure nothing is announced, even if it is on the disk: callers have been told
	// otherwise.
	if l.err == nil && least > l.durable.Load() {
		l.durable.Store(least)
		l.times.add(least, time.Now())
		close(l.moved)
		l.moved = make(chan struct{})
	}
}

// fail makes err the log's error, unless it has one.
// Failed is called without the lock, so that it may call methods of the log.
func (l *Log) fail(err error) {
	l.mu.Lock()
	first := l.err == nil
	if first {
		l.err = err
		close(l.stop)
	}
	l.mu.Unlock()
	if first && l.o.Failed != nil {
		l.o.Failed(err)
	}
}

// Close ends the session: it closes the current epoch, writes and syncs all
// that was committed, with and without Options.Sync, and ends the goroutines.
// No worker may be in Commit then or later. It returns the error of the log, if any; closing
// twice does no harm.
func (l *Log) Close() error {
	l.mu.Lock()
	again := l.shut
	l.shut = true
	l.mu.Unlock()
	if again {
		<-l.stop
		return l.Err()
	}
	// The order: no new epoch; the last one closed while loggers still make room; loggers end;
	// the rest is written from here.
	close(l.quit)
	l.clockDone.Wait()
	ticked := l.tick(l.stop) // the loggers still run: a note may wait for space
	close(l.halt)
	l.loggersDone.Wait()
	// tick gives up only if the log has failed.
	if ticked {
		if err := l.finish(); err != nil {
			l.fail(err)
		}
	}
	for _, g := range l.loggers {
		g.closeFile()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		close(l.stop)
	}
	return l.err
}

// finish commits the last epoch, on the goroutine of Close.
// All marks come before any end frame: an end frame says that every logger is durable up to its
// epoch.
func (l *Log) finish() error {
	if err := l.Err(); err != nil {
		return err
	}
	c := l.closed.Load()
	for _, g := range l.loggers {
		if err := g.finish(c); err != nil {
			return err
		}
	}
	for _, g := range l.loggers {
		if err := g.seal(c); err != nil {
			return err
		}
	}
	return nil
}
