// Package stable keeps the stable versions of records: the value a record had
// at the point of consistency, set aside before the first write after it, until
// the checkpointer has taken it. CALC, CPR and the epoch algorithms share it.
//
// A record's head holds one word: a latch, a status bit, the round (the number
// of the checkpoint) they belong to, and where the stable version is. The
// papers keep the status in a bit vector whose meaning is swapped after each
// checkpoint; here a word that belongs to another round counts as "not
// available, no stable version", which resets every record just as much at
// once, does not depend on a scan having passed them all, and cannot mistake a
// leftover for a stable version.
//
// The checkpointer and a writer meet at the latch, never at the transaction
// lock: a checkpointer waits for one copy, not for a transaction.
package stable

import (
	"sync/atomic"

	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/internal/record"
)

// Versions are the stable versions of a store's records.
type Versions struct {
	pool   *pool
	owners []*owner // one a worker, then one a capturing stream
	shared int      // workers; owners from here on are the streams'
	round  atomic.Uint32
}

// New returns an empty set for records records of up to size bytes, workers
// workers and streams capturing goroutines, counted on m. round is the number
// of the first checkpoint; any will do (0, which untouched records have, is
// passed over). huge asks for huge pages.
func New(records uint64, size, workers, streams int, round uint32, huge bool, m *arena.Meter) (*Versions, error) {
	p, err := newPool(records, record.VersionBytes(size), workers+streams, huge, m)
	if err != nil {
		return nil, err
	}
	s := &Versions{pool: p, shared: workers}
	for range workers + streams {
		s.owners = append(s.owners, p.newOwner())
	}
	s.round.Store(max(round, 1))
	return s, nil
}

// Round returns the number of the current checkpoint, or of the next one.
func (s *Versions) Round() uint32 { return s.round.Load() }

// Save sets h's live version aside, unless that was done in this round or the
// record is available already. It does not make it available. The caller is
// worker and holds the record's transaction lock exclusively. It reports
// whether it set anything aside.
func (s *Versions) Save(worker int, h *record.Head) bool {
	return s.save(worker, h, 0)
}

// Preserve sets h's live version aside and makes it available, unless it is
// available already. The caller is as in Save.
func (s *Versions) Preserve(worker int, h *record.Head) {
	if w := word(h.Word.Load()); w.round() == s.Round() && w&available != 0 {
		return // nothing but the end of the round changes that
	}
	s.save(worker, h, available)
}

// save keeps the live version of a record unless this round has one, and reports whether
// it did. The caller holds the record's lock; the word is latched meanwhile.
func (s *Versions) save(worker int, h *record.Head, status word) bool {
	round := s.Round()
	w := take(&h.Word).in(round)
	saved := w&available == 0 && w.handle() == 0
	if saved {
		w |= word(s.keep(worker, h.Live()))
	}
	give(&h.Word, w|status)
	return saved
}

// keep copies a version into a piece of the worker's.
func (s *Versions) keep(worker int, live *record.Version) handle {
	h := s.pool.take(s.owners[worker], class(record.VersionBytes(live.Len())))
	s.pool.at(h).CopyFrom(live)
	return h
}

// Drop erases what Save set aside in this round: the transaction turned out
// to belong before the point of consistency. The caller is as in Save. What is
// available already is left alone: a transaction after the point counts on it.
// (That takes one that was let in before the caller was done: CALC's late token.)
func (s *Versions) Drop(worker int, h *record.Head) {
	round := s.Round()
	w := take(&h.Word).in(round)
	if w&available != 0 {
		give(&h.Word, w)
		return
	}
	s.erase(s.owners[worker], w)
	give(&h.Word, makeWord(round, w&available, 0))
}

// Settle makes what Save set aside available: the transaction turned out to
// belong after the point of consistency. A record that was declared but not
// written has nothing set aside, and stays as it is: marked available, it would
// be lost to the next writer's Preserve. The caller is as in Save.
func (s *Versions) Settle(h *record.Head) {
	w := take(&h.Word).in(s.Round())
	if w.handle() != 0 {
		w |= available
	}
	give(&h.Word, w)
}

// Take hands f the version of h that belongs to the checkpoint, under the
// record's latch: the stable one where there is one, otherwise the live one. It
// erases the stable version and leaves the record available, so that no later
// writer in this round sets anything aside. The caller is capturing stream i.
func (s *Versions) Take(i int, h *record.Head, f func(*record.Version)) {
	round := s.Round()
	w := take(&h.Word).in(round)
	v := h.Live()
	if w.handle() != 0 {
		v = s.pool.at(w.handle())
	}
	f(v)
	s.erase(s.owners[s.shared+i], w)
	give(&h.Word, makeWord(round, available, 0))
}

// erase gives the piece of a word back.
func (s *Versions) erase(o *owner, w word) {
	if h := w.handle(); h != 0 {
		s.pool.give(o, class(record.VersionBytes(s.pool.at(h).Len())), h)
	}
}

// Stamp marks h as touched in the current round without setting anything
// aside. Many may stamp one record at once.
func (s *Versions) Stamp(h *record.Head) {
	if word(h.Word.Load()).round() == s.Round() {
		return
	}
	w := take(&h.Word)
	give(&h.Word, w.in(s.Round()))
}

// Stamped reports whether h was touched in the current round: stamped, saved
// or taken.
func (s *Versions) Stamped(h *record.Head) bool {
	return word(h.Word.Load()).round() == s.Round()
}

// Next ends the round: no record is available, there are no stable versions,
// and their memory is given back. No transaction that may Save, Preserve, Drop
// or Settle may be running.
func (s *Versions) Next() error {
	s.round.Store(max(s.round.Load()+1, 1))
	return s.pool.reset(s.owners)
}

// Free gives all memory back.
func (s *Versions) Free() error { return s.pool.arena.Free() }
