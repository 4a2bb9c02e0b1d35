package glean

import (
	"context"
	"fmt"

	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/internal/wal"
)

// mapper reads one stream and deals its changes out to the reducers.
// It runs in its own goroutine, one for each stream. out has one batch for each reducer; a batch
// is sent when it is full, and what is left at the end of the stream.
func (j *job) mapper(ctx context.Context, i int) error {
	out := make([]*batch, len(j.reducers))
	seq, size := uint64(0), 0
	// The source's change is valid during the call only; batch.add copies the value.
	err := j.src.Read(ctx, i, func(c wal.Change) error {
		if c.Table < 0 || c.Table >= len(j.d.shapes) {
			return fmt.Errorf("change of table %d of %d", c.Table, len(j.d.shapes))
		}
		s := &j.d.shapes[c.Table]
		// Everything of a change is checked here, once, also of those that are folded later. From
		// here on table, key, offset and length are known to fit.
		if err := s.fits(&c); err != nil {
			return err
		}
		leaf, err := s.leaf(c.Key)
		if err != nil {
			return err
		}
		// seq numbers the changes of this mapper, and breaks ties among those of one transaction.
		seq++
		p := s.owner(leaf, len(out))
		b := out[p]
		if b == nil {
			b = j.batch(size)
			out[p] = b
		}
		if s.Hash {
			b.keys |= c.Key
		}
		b.add(entry{leaf: leaf, key: c.Key, epoch: c.Epoch, stamp: c.Stamp, seq: seq,
			off: int32(c.Off), table: uint16(c.Table), kind: c.Kind}, c.Value)
		if b.bytes() < j.d.o.SendBytes {
			return nil
		}
		// The next batch for this reducer is made as large as this one turned out.
		out[p], size = nil, len(b.entries)
		return j.send(ctx, p, b)
	})
	if err != nil {
		return err
	}
	for p, b := range out {
		if b != nil {
			if err := j.send(ctx, p, b); err != nil {
				return err
			}
		}
	}
	// Written by this mapper only, and read when all have ended.
	j.mapped[i] = int64(seq)
	return nil
}

// send hands a batch to a reducer, or fails when the gleaning is over.
// A batch that was handed over belongs to the reducer. send blocks while the reducer is busy and
// its channel is full, so mappers cannot run ahead of it.
func (j *job) send(ctx context.Context, part int, b *batch) error {
	sched.Point("glean.send")
	j.account(b.grown())
	select {
	case j.reducers[part].in <- b:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// batch returns an empty batch, with room for as many entries as the last one had.
func (j *job) batch(size int) *batch {
	select {
	case b := <-j.spare:
		return b
	default:
		// A sixteenth to spare, and what SendBytes leaves for values.
		size += size / 16
		return &batch{entries: make([]entry, 0, size),
			data: make([]byte, 0, max(j.d.o.SendBytes-size*entryBytes, j.d.o.SendBytes/4))}
	}
}

// giveBack empties a batch for the next mapper that wants one, or frees it where enough
// are waiting.
func (j *job) giveBack(b *batch) {
	b.reset()
	select {
	case j.spare <- b:
	default:
		// It is garbage from here on, so what was accounted for it is given back.
		j.account(-b.counted)
	}
}
