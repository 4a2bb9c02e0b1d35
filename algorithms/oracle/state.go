package oracle

import (
	"cmp"
	"iter"
	"slices"
	"sync"

	"github.com/cespare/xxhash/v2"
)

// A ValueFunc checks the contents of one present record, for instance that a
// self-describing payload names this record and this stamp. It is called by
// the readers, concurrently, and must not keep value.
type ValueFunc func(table int, key, stamp uint64, value []byte) error

// A State is what an image, a recovered store or a live store holds: for each
// record its stamp, its presence and a digest of its value. Fill it through
// its shards, then only read it; reading may be concurrent.
type State struct {
	shards []*Shard
	value  ValueFunc

	once    sync.Once // sorts the shards into entries at the first reading
	entries []entry   // by (table, key), repeats left out
	repeats []entry
	present int
}

// An entry is one record of a state; the digest stands for its value.
type entry struct {
	key, stamp, digest uint64
	table              uint32
	present            bool
}

// compare orders an entry by table and key.
func (e entry) compare(table uint32, key uint64) int {
	return cmp.Or(cmp.Compare(e.table, table), cmp.Compare(e.key, key))
}

// A Shard is one reader's part of a State. It belongs to one goroutine.
type Shard struct {
	entries []entry
	value   ValueFunc
	bad     []badValue // the first few
	badAll  int
	_       [64]byte
}

// A badValue is an entry whose content the ValueFunc refused, and why.
type badValue struct {
	entry
	err error
}

// NewState returns an empty state for so many parallel readers. The check of
// the contents may be nil.
func NewState(shards int, value ValueFunc) *State {
	s := &State{value: value}
	for range shards {
		s.shards = append(s.shards, &Shard{value: value})
	}
	return s
}

// Shard returns the part of reader i, counted from 0.
func (s *State) Shard(i int) *Shard { return s.shards[i] }

// Put adds a record: its stamp, whether it is present or a tombstone, and its
// value, which may be used again afterwards. Which shard holds which record
// does not matter.
func (s *Shard) Put(table int, key, stamp uint64, present bool, value []byte) {
	e := entry{key: key, stamp: stamp, table: uint32(table), present: present}
	if present {
		e.digest = xxhash.Sum64(value)
		if s.value != nil {
			if err := s.value(table, key, stamp, value); err != nil {
				s.fault(badValue{e, err})
			}
		}
	}
	s.entries = append(s.entries, e)
}

// fault counts a bad value, and keeps the first few.
func (s *Shard) fault(b badValue) {
	s.badAll++
	if len(s.bad) < defaultLimit {
		s.bad = append(s.bad, b)
	}
}

// sorted returns all entries by (table, key), each record once.
func (s *State) sorted() []entry {
	s.once.Do(s.merge)
	return s.entries
}

// merge sorts the entries of all shards. No shard may be in use. It runs once.
func (s *State) merge() {
	n := 0
	for _, sh := range s.shards {
		n += len(sh.entries)
	}
	all := make([]entry, 0, n)
	for _, sh := range s.shards {
		all = append(all, sh.entries...)
		sh.entries = nil
	}
	order := func(a, b entry) int { return a.compare(b.table, b.key) }
	if !slices.IsSortedFunc(all, order) {
		slices.SortStableFunc(all, order)
	}
	s.entries = all[:0]
	for _, e := range all {
		if k := len(s.entries); k > 0 && s.entries[k-1].compare(e.table, e.key) == 0 {
			s.repeats = append(s.repeats, e)
			continue
		}
		s.entries = append(s.entries, e)
		if e.present {
			s.present++
		}
	}
}

// find returns the entry of a record.
func (s *State) find(table uint32, key uint64) (entry, bool) {
	es := s.sorted()
	i, ok := slices.BinarySearchFunc(es, entry{}, func(e, _ entry) int { return e.compare(table, key) })
	if !ok {
		return entry{}, false
	}
	return es[i], true
}

// Each calls f with every record, in order, each once: its stamp, whether it is present,
// and the xxhash of its value if so.
func (s *State) Each(f func(table int, key, stamp uint64, present bool, digest uint64)) {
	for _, e := range s.sorted() {
		f(int(e.table), e.key, e.stamp, e.present, e.digest)
	}
}

// At implements Initial.
func (s *State) At(table int, key uint64) (stamp uint64, present bool) {
	e, _ := s.find(uint32(table), key)
	return e.stamp, e.present
}

// Len returns how many records are present; it implements Initial.
func (s *State) Len() int {
	s.sorted()
	return s.present
}

// All yields the table and key of every present record in order; it implements
// Initial.
func (s *State) All() iter.Seq2[int, uint64] {
	return func(yield func(int, uint64) bool) {
		for _, e := range s.sorted() {
			if e.present && !yield(int(e.table), e.key) {
				return
			}
		}
	}
}
