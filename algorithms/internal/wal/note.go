package wal

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
)

// noteHeader is the bytes before the payload of each chunk of a note.
const noteHeader = 8

// errNote means that chunks do not make a note, although their checksums are right.
var errNote = errors.New("malformed note")

// maxChunk is the most of a note that goes into one frame.
const maxChunk = 64 << 10

// notes is the way of notes into the log of logger 0.
type notes struct {
	turn chan struct{} // held by the Note in progress; protects buf and number
	// A ring beside those of the workers, drained by logger 0 like theirs.
	buf *Buffer
	// hold is the epoch of the Note in progress, or 0. The clock does not
	// close that epoch, so that all chunks of a note are in the same one. Not
	// the bit in Buffer.state, for that changes with each chunk.
	hold atomic.Uint64
	// Of the last note; it is the stamp of its chunks, so that chunks of two notes are not mixed
	// up.
	number uint64
}

// init is called once, before the loggers run.
func (n *notes) init(l *Log) {
	n.turn = make(chan struct{}, 1)
	n.buf = newBuffer(l, l.loggers[0])
}

// Note writes a note of the caller's kind, such as a checkpoint record, into
// the log and returns its epoch; it is durable when that is. A note cut short
// by ctx does not show up in a replay. It may be called concurrently, also
// with Commit.
// data is copied. The error is ctx's, the log's failure, or ErrClosed.
func (l *Log) Note(ctx context.Context, kind byte, data []byte) (epoch uint64, err error) {
	n := &l.notes
	select {
	case n.turn <- struct{}{}:
		defer func() { <-n.turn }()
	case <-ctx.Done():
		return 0, fmt.Errorf("note in log %s: %w", l.o.Dir, ctx.Err())
	}
	// The epoch is read again after hold is set: the clock may have closed the first one in
	// between. From hold on it closes none.
	n.hold.Store(l.epoch.Load())
	defer n.hold.Store(0)
	epoch = l.epoch.Load()
	n.number++
	// A quarter of the ring, so that a long note does not wait for all of it to be drained.
	chunk := min(maxChunk, len(n.buf.ring.Load().b)/4)
	for seq := uint32(0); ; seq++ {
		if err := l.stopped(ctx); err != nil {
			return 0, fmt.Errorf("note in log %s: %w", l.o.Dir, err)
		}
		k := min(len(data), chunk)
		if err := n.chunk(ctx, kind, seq, k == len(data), data[:k], epoch); err != nil {
			// ErrClosed from a wait can be the consequence of a failure; that is what the caller
			// needs to know.
			if l.Err() != nil {
				err = l.Err()
			}
			return 0, fmt.Errorf("note in log %s: %w", l.o.Dir, err)
		}
		if data = data[k:]; len(data) == 0 {
			return epoch, nil
		}
	}
}

// stopped returns why nothing can be noted any more, or nil.
func (l *Log) stopped(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil && l.shut {
		return ErrClosed
	}
	return l.err
}

// chunk puts one chunk into the ring. It sets no busy bit: hold keeps the epoch open for the
// whole note.
func (n *notes) chunk(ctx context.Context, kind byte, seq uint32, last bool, p []byte, epoch uint64) error {
	b := n.buf
	b.Begin()
	flag := byte(0)
	if last {
		flag = 1
	}
	b.reserve(noteHeader + len(p))
	b.rec = append(b.rec, kind, flag, 0, 0)
	b.rec = binary.LittleEndian.AppendUint32(b.rec, seq)
	b.rec = append(b.rec, p...)
	pad := b.pad()
	if !b.placed {
		if err := b.room(ctx, uint64(len(b.rec))); err != nil {
			return err
		}
	}
	head(b.rec, frameNote, pad, epoch, n.number)
	b.push()
	return nil
}

// A Note is a note found by Replay.
// Data belongs to the caller.
type Note struct {
	Epoch uint64
	Kind  byte
	Data  []byte
}

// An assembly puts the chunks of notes together again.
// There is one for each chain, though only logger 0 has notes.
type assembly struct {
	done   []Note
	note   Note
	number uint64
	next   uint32 // the chunk that comes next; 0 when none is begun
}

// add takes the next chunk of a chain. Chunks whose beginning is not there, or
// whose end never came, are dropped: the note was cut.
func (a *assembly) add(fr frame) error {
	if len(fr.body) < noteHeader || fr.body[1] > 1 || fr.body[2]|fr.body[3] != 0 {
		return errNote
	}
	// The first chunk has number 0 and begins a note, whatever became of the one before.
	seq := binary.LittleEndian.Uint32(fr.body[4:])
	if seq == 0 {
		a.note, a.number, a.next = Note{Epoch: fr.epoch, Kind: fr.body[0]}, fr.stamp, 0
	}
	// A chunk of another note, or one after a chunk that is missing.
	if seq != a.next || fr.stamp != a.number || fr.epoch != a.note.Epoch {
		a.next = 0
		return nil
	}
	a.next++
	// The body is copied, as notes outlive the window.
	a.note.Data = append(a.note.Data, fr.body[noteHeader:]...)
	if fr.body[1] == 1 {
		a.done = append(a.done, a.note)
		a.note, a.next = Note{}, 0
	}
	return nil
}
