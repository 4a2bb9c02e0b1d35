package fuzzy

import (
	"context"
	"slices"

	"ckptbench/algorithms/internal/backoff"
	flags "ckptbench/algorithms/internal/bits"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// A partial is the form that CALC's authors have by default (pFuzzy, §4.1.2): the image
// is the records on the dirty table, straight from where transactions write
// them. It needs no extra copy of the database. Its point is where the writing ends, so
// what commits meanwhile is in it.
type partial struct{ fuzzy }

// NewPartial returns the fuzzy checkpoint with partial images. It needs a log.
func NewPartial(env *store.Env) (store.Algorithm, error) {
	p := &partial{fuzzy{env: env}}
	for i := range p.table {
		p.table[i] = flags.NewSet(env.Slots)
		env.CountBits(1)
	}
	return p, nil
}

// Loaded makes everything dirty, so that the first image is full.
func (p *partial) Loaded() error {
	p.env.Records(func(r store.Rec) { p.table[p.cur.Load()].Add(r.Ordinal()) })
	return nil
}

func (p *partial) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	at := store.Point{Kind: "log"}
	from, err := p.begin(ctx)
	if err != nil {
		return at, err
	}
	at.LogFrom = from
	if err := p.write(ctx, w); err != nil {
		return at, err
	}
	p.env.Mark(store.MarkPoint)
	sched.Point("fuzzy.flushed")
	at.LogTo = p.env.Log.Epoch()
	at.Seq = at.LogTo
	return at, p.env.Log.WaitDurable(ctx, at.LogTo)
}

// write puts the records of the closed dirty table in the image, in as many
// passes as it takes to find each of them free, or claimed.
func (p *partial) write(ctx context.Context, w *store.Image) error {
	left, err := p.writeSome(ctx, w, p.table[1-p.cur.Load()], false)
	for wait := (backoff.Backoff{}); err == nil && len(left) > 0; wait.Wait() {
		if err = ctx.Err(); err == nil {
			left, err = p.writeSome(ctx, w, left, wait.Slept())
		}
	}
	return err
}

// writeSome puts the records in the image that it can take (see take) and
// returns the others.
func (p *partial) writeSome(ctx context.Context, w *store.Image, of set, claim bool) (list, error) {
	held := make([]list, p.env.Streams)
	err := p.env.ScanOf(ctx, w, of, func(out *store.Out, r store.Rec) {
		lock := &r.Head().Lock
		if !take(ctx, lock, claim) {
			held[out.Stream] = append(held[out.Stream], r.Ordinal())
			return
		}
		sched.Point("fuzzy.refresh")
		out.Put(r, r.Live())
		lock.EndCopy()
	})
	left := slices.Concat(held...)
	slices.Sort(left)
	return left, err
}

// A set is records, by their ordinals.
type set interface {
	Each(from, to uint64, f func(ordinal uint64) bool) bool
}

// A list is a set of few, ascending.
type list []uint64

// Each calls f with those from from up to to until f returns false, and reports
// whether it did not.
func (l list) Each(from, to uint64, f func(uint64) bool) bool {
	for _, i := range l {
		if i >= from && i < to && !f(i) {
			return false
		}
	}
	return true
}

// Settle empties the closed table. What is on it is dirty still where its image
// was not published.
func (p *partial) Settle(context.Context) error {
	cur := p.cur.Load()
	if closed := p.table[1-cur]; !p.env.Published() {
		closed.Each(0, uint64(p.env.Slots), func(i uint64) bool {
			p.table[cur].Add(i)
			return true
		})
	}
	p.table[1-cur].Clear()
	return nil
}
