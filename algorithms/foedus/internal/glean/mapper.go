package glean

import (
	"context"
	"fmt"

	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/internal/wal"
)

// mapper reads one stream and deals its changes out to the reducers.
func (j *job) mapper(ctx context.Context, i int) error {
	out := make([]*batch, len(j.reducers))
	seq, size := uint64(0), 0
	err := j.src.Read(ctx, i, func(c wal.Change) error {
		if c.Table < 0 || c.Table >= len(j.d.shapes) {
			return fmt.Errorf("change of table %d of %d", c.Table, len(j.d.shapes))
		}
		s := &j.d.shapes[c.Table]
		if err := s.fits(&c); err != nil {
			return err
		}
		leaf, err := s.leaf(c.Key)
		if err != nil {
			return err
		}
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
	j.mapped[i] = int64(seq)
	return nil
}

// send hands a batch to a reducer, or fails when the gleaning is over.
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
		j.account(-b.counted)
	}
}
