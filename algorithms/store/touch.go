package store

import "ckptbench/algorithms/internal/arena"

// TouchTogether makes the memory of several stores present, spread alike over the
// machine's memory, so that none of them lies better than another. The stores are
// open with Options.Touch off, and nothing is loaded yet. What an algorithm keeps
// elsewhere than in versions of records is not touched.
func TouchTogether(stores ...*Store) {
	groups := make([][]*arena.Arena, len(stores))
	for i, s := range stores {
		groups[i] = s.arenas()
	}
	arena.TouchTogether(groups...)
}

// Touch makes at least this share of what TouchTogether touches present, in pieces
// of a huge page; 1 is all. Two processes that call it in turns do together what
// TouchTogether does in one. It belongs to the goroutine that loads the store.
func (s *Store) Touch(share float64) {
	if s.touched == nil {
		s.touched = arena.NewCursor(s.arenas())
	}
	s.touched.To(share)
}

// arenas are the tables, their indexes and the algorithm's arrays of versions.
func (s *Store) arenas() (all []*arena.Arena) {
	for _, t := range s.tables {
		all = append(all, t.slots)
		if t.index != nil {
			all = append(all, t.index.cells)
		}
	}
	for _, vs := range s.env.side {
		all = append(all, vs.arenas...)
	}
	return all
}
