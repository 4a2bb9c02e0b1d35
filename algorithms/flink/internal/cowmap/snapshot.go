package cowmap

import (
	"errors"
	"math"
	"slices"
	"sync/atomic"

	"ckptbench/algorithms/internal/sched"
)

// ErrVersions means that a map has no version left for another snapshot.
var ErrVersions = errors.New("the map's versions are used up; build the store anew from its last image")

// A Snapshot is a map as it was when the snapshot was taken. It is read by one
// goroutine, and released, when nobody reads it any more, by any.
type Snapshot[S any] struct {
	m        *Map[S]
	version  uint64
	heads    []*entry[S]
	n        int
	released atomic.Bool
}

// Snapshot takes a snapshot. It belongs to the owner, takes as long as copying
// the chain heads, and may be called while others are outstanding. Until it is
// released, what it shares with the map is copied before it is changed.
func (m *Map[S]) Snapshot() (*Snapshot[S], error) {
	if sched.Enabled {
		defer m.own()()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.version == math.MaxUint64 {
		return nil, ErrVersions
	}
	m.version++
	m.live = append(m.live, m.version)
	m.required.Store(m.version)
	return &Snapshot[S]{m: m, version: m.version, heads: m.heads(), n: m.size}, nil
}

// heads copies the chain heads: those that have not moved and, of a map that
// grows, the two buckets that each of the others became.
func (m *Map[S]) heads() []*entry[S] {
	half := len(m.primary)
	hs := make([]*entry[S], half+m.moved)
	n := copy(hs, m.primary[m.moved:])
	if m.moved > 0 {
		n += copy(hs[n:], m.rehash[:m.moved])
		copy(hs[n:], m.rehash[half:half+m.moved])
	}
	return hs
}

// Outstanding returns the number of snapshots that were not released. Any
// goroutine may call it.
func (m *Map[S]) Outstanding() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.live)
}

// Len returns the number of entries in the snapshot.
func (s *Snapshot[S]) Len() int { return s.n }

// Slots returns the number of chain heads that the snapshot copied.
func (s *Snapshot[S]) Slots() int { return len(s.heads) }

// Each calls f with every entry, in no order, until f returns an error, which it
// returns. f must not change a state.
func (s *Snapshot[S]) Each(f func(namespace uint32, key uint64, state S) error) error {
	for _, e := range s.heads {
		for ; e != nil; e = e.next {
			sched.Point("cowmap.each")
			if err := f(e.namespace, e.key, e.state); err != nil {
				return err
			}
		}
	}
	return nil
}

// Release ends the snapshot: what only it required to be kept may be changed in
// place again. A second call does nothing.
func (s *Snapshot[S]) Release() {
	if !s.released.CompareAndSwap(false, true) {
		return
	}
	s.heads = nil
	m := s.m
	m.mu.Lock()
	defer m.mu.Unlock()
	m.live = slices.DeleteFunc(m.live, func(v uint64) bool { return v == s.version })
	sched.Point("cowmap.release")
	required := uint64(0)
	if n := len(m.live); n > 0 {
		required = m.live[n-1]
	}
	m.required.Store(required)
}
