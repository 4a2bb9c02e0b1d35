package pairs

import (
	"context"
	"slices"

	"ckptbench/algorithms/internal/durable"
)

// A run is pairs next to each other: from, and below to.
type run struct{ from, to int }

// choose returns the merges that are due, by the policy of Hekaton in SQL
// Server: from left to right, pairs next to each other are joined while their
// live rows fit into one file; a pair by itself where it is twice as large as a
// file should be, and half of it is dead.
// size and live are bytes by pair, target is Options.Target. The runs are in order and do not
// overlap.
func choose(size, live []int64, target int64) (runs []run) {
	for i := 0; i < len(live); {
		// As many neighbours as fit, beginning with pair i.
		sum, j := live[i], i+1
		for j < len(live) && sum+live[j] <= target {
			sum += live[j]
			j++
		}
		// A single pair is written anew only for what it gives back.
		if j-i > 1 || size[i] > 2*target && live[i] < size[i]/2 {
			runs = append(runs, run{i, j})
		}
		i = j
	}
	return runs
}

// mergeAll drops the pairs without live rows, and merges among those that are
// closed.
func (s *Set) mergeAll(ctx context.Context) error {
	// A pair of which all rows are dead needs no copying. The open one stays, as rows are still
	// appended to it.
	s.pairs = slices.DeleteFunc(s.pairs, func(p *pair) bool {
		all := p.dead == p.rows && (s.open == nil || s.open.p != p)
		if all {
			s.drop(p)
		}
		return all
	})
	// The open pair is the last; its size is not known yet.
	closed := s.pairs
	if s.open != nil {
		closed = closed[:len(closed)-1]
	}
	var size, live []int64
	for _, p := range closed {
		size, live = append(size, p.bytes), append(live, p.live())
	}
	var pairs []*pair
	at := 0
	for _, r := range choose(size, live, s.o.Target) {
		pairs = append(pairs, s.pairs[at:r.from]...)
		p, err := s.merge(ctx, s.pairs[r.from:r.to])
		if err != nil {
			return err
		}
		pairs = append(pairs, p)
		at = r.to
	}
	s.pairs = append(pairs, s.pairs[at:]...)
	return nil
}

// merge writes the live rows of pairs to a new one, and drops them.
// No transaction waits for it: the pairs are the checkpointer's alone.
func (s *Set) merge(ctx context.Context, old []*pair) (*pair, error) {
	w, err := s.newWriter()
	if err != nil {
		return nil, err
	}
	// The range of the new pair is that of those it was made from, so the order of pairs stays.
	w.p.low, w.p.high = old[0].low, old[len(old)-1].high
	for _, p := range old {
		if err := s.move(ctx, p, w); err != nil {
			return nil, err
		}
	}
	for _, p := range old {
		s.drop(p)
	}
	// The new pair is closed: nothing more is appended to it.
	return w.p, w.flush()
}

// move copies the live rows of p to w.
// A deleted record's row is live in this sense, and moves too: recovery wants to know who
// deleted it.
func (s *Set) move(ctx context.Context, p *pair, w *writer) error {
	return p.scan(ctx, false, func(row uint32, r durable.Record) error {
		if p.isDead(row) {
			return nil
		}
		to, err := w.put(&r)
		if err == nil {
			// The row has another place now; the old one needs no mark, as its whole pair goes.
			s.index.set(r.Table, r.Key, place{w.p.data, to})
		}
		return err
	})
}

// drop forgets a pair; its files go when the next manifest is published.
// Until then the manifest that counts names them.
func (s *Set) drop(p *pair) {
	p.close()
	delete(s.byNumber, p.data)
	s.waste = append(s.waste, dataName(p.data))
	if p.entry.delta != 0 {
		s.waste = append(s.waste, deltaName(p.entry.delta))
	}
}
