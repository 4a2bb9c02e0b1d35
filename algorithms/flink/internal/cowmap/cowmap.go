// Package cowmap is the copy-on-write hash map of Flink's heap state
// (FLINK-5958, FLINK-5715; a map per key group since FLINK-12693), re-stated for
// the Go heap.
//
// A snapshot copies the array of chain heads and nothing else. The chains hang
// on it, shared by map and snapshot, until somebody wants to change one. Two
// versions say what may be changed:
//
//   - the map's version counts snapshots. What is made carries the version it
//     was made at, so a snapshot of version v sees only what is older than v;
//   - the required version is that of the newest snapshot that is outstanding,
//     0 without one. What is older than it is shared, and never written again.
//
// An entry has two: entryVersion is the node's (its next and state pointers may
// be set where it is not below the required version), stateVersion the state's
// (the state may be handed out to be changed). A state is made private only in
// a private node, so a private state's node is private as well.
//
// # One owner
//
// All methods of a Map belong to one goroutine at a time, those that only read
// too: each moves a rehash in progress on, and Get copies. (AheadOfHead does
// neither, and is anybody's.) A Snapshot is read on
// another goroutine meanwhile, and may be released on any. Two owners at once
// walk off the end of a chain (FLINK-26967); built with the sched tag, a Map
// panics when it notices them.
//
// # What is left out
//
// State serializers and their registry, the transformer of snapshots (TTL), and
// with it the copied array's length of at least the number of entries; iterators
// over the live map and the modification count that they fail by; the variants
// of put and remove that return the old state. Nothing here would use them.
package cowmap

import (
	"sync"
	"sync/atomic"

	"ckptbench/algorithms/internal/sched"
)

// A Map maps a namespace and a key to a state of type S.
type Map[S any] struct {
	deep func(S) S // returns a copy that shares nothing with the state

	primary []*entry[S] // chain heads; a power of two of them
	rehash  []*entry[S] // twice as many, while the map grows; otherwise nil
	moved   int         // primary's buckets below it are in rehash

	size    int
	version uint64 // the map's
	nodes   uint64 // copied so far
	states  uint64 // copied so far

	required atomic.Uint64 // written under mu; a reader may see one too high, and copies more than it must
	mu       sync.Mutex
	live     []uint64 // versions of the outstanding snapshots, ascending; protected by mu

	ahead atomic.Pointer[[]*entry[S]] // primary, for AheadOfHead; only addresses of its elements are taken

	owned atomic.Bool // with the sched tag: a method is under way
}

// An entry is a node of a chain. The versions say when node and state were made: older than
// a snapshot that is not released means shared with it, and not to be changed in place.
type entry[S any] struct {
	key          uint64
	state        S
	next         *entry[S]
	entryVersion uint64
	stateVersion uint64
	namespace    uint32
}

// EntryBytes is what an entry takes whose state is a pointer.
const EntryBytes = 48

// New returns an empty map that starts with slots chain heads (rounded up to a
// power of two of at least 4) at a version. deep copies a state; where states
// are never changed in place it may return its argument.
func New[S any](slots int, version uint64, deep func(S) S) *Map[S] {
	n := minSlots
	for n < min(slots, maxSlots) {
		n *= 2
	}
	m := &Map[S]{deep: deep, primary: make([]*entry[S], n), version: version}
	m.told()
	return m
}

// Len returns the number of entries.
func (m *Map[S]) Len() int { return m.size }

// Slots returns the number of chain heads in memory.
func (m *Map[S]) Slots() int { return len(m.primary) + len(m.rehash) }

// Copied returns how many nodes and states were copied since the map was made.
func (m *Map[S]) Copied() (nodes, states uint64) { return m.nodes, m.states }

// Get returns a state that the caller may change in place. While a snapshot is
// outstanding the first Get of a state copies it: the map cannot know that the
// caller will only read.
func (m *Map[S]) Get(namespace uint32, key uint64) (s S, ok bool) {
	if sched.Enabled {
		defer m.own()()
	}
	t, i := m.locate(namespace, key)
	e := find(t[i], namespace, key)
	if e == nil {
		return s, false
	}
	if required := m.required.Load(); e.stateVersion < required {
		// The copy comes first: if it panics, the shared state is not
		// taken for a private one afterwards.
		s = m.copyState(e)
		e = m.node(t, i, e, required)
		e.state, e.stateVersion = s, m.version
	}
	return e.state, true
}

// Peek returns a state as it is. Where private is false a snapshot shares it,
// and the caller must not change it. (Flink has none: it hands out mutable
// objects only.)
func (m *Map[S]) Peek(namespace uint32, key uint64) (s S, private, ok bool) {
	if sched.Enabled {
		defer m.own()()
	}
	t, i := m.locate(namespace, key)
	e := find(t[i], namespace, key)
	if e == nil {
		return s, false, false
	}
	return e.state, e.stateVersion >= m.required.Load(), true
}

// Put makes s the state of a key. The state before is not copied: it is
// replaced, not changed.
func (m *Map[S]) Put(namespace uint32, key uint64, s S) {
	if sched.Enabled {
		defer m.own()()
	}
	t, i := m.locate(namespace, key)
	e := find(t[i], namespace, key)
	if e == nil {
		m.insert(t, i, namespace, key, s)
		return
	}
	e = m.node(t, i, e, m.required.Load())
	e.state, e.stateVersion = s, m.version
}

// Transform makes what f returns the state of a key. f is given a state that it
// may change in place, or the zero state and false where there is none. If it
// panics the map is as it was; it must not use the map.
func (m *Map[S]) Transform(namespace uint32, key uint64, f func(s S, ok bool) S) {
	if sched.Enabled {
		defer m.own()()
	}
	t, i := m.locate(namespace, key)
	e := find(t[i], namespace, key)
	if e == nil {
		var none S
		m.insert(t, i, namespace, key, f(none, false))
		return
	}
	s, required := e.state, m.required.Load()
	if e.stateVersion < required {
		s = m.copyState(e)
	}
	s = f(s, true)
	e = m.node(t, i, e, required)
	e.state, e.stateVersion = s, m.version
}

// Remove removes a key, and reports whether it was there.
func (m *Map[S]) Remove(namespace uint32, key uint64) bool {
	if sched.Enabled {
		defer m.own()()
	}
	t, i := m.locate(namespace, key)
	var before *entry[S]
	for e := t[i]; e != nil; before, e = e, e.next {
		if e.key != key || e.namespace != namespace {
			continue
		}
		if before == nil {
			t[i] = e.next
		} else {
			m.node(t, i, before, m.required.Load()).next = e.next
		}
		m.size--
		return true
	}
	return false
}

// find returns the entry of a key in a chain, or nil.
func find[S any](e *entry[S], namespace uint32, key uint64) *entry[S] {
	for e != nil && (e.key != key || e.namespace != namespace) {
		e = e.next
	}
	return e
}

// copyState copies a state that a snapshot shares.
func (m *Map[S]) copyState(e *entry[S]) S {
	s := m.deep(e.state)
	m.states++
	sched.Point("cowmap.copied")
	return s
}

// node returns the node that may be written in e's place. Where e is shared the
// chain is copied from its head down to e, but for the nodes at its front that
// are private already; the old ones stay as the snapshot sees them.
func (m *Map[S]) node(t []*entry[S], i int, e *entry[S], required uint64) *entry[S] {
	if e.entryVersion >= required {
		return e
	}
	for at := &t[i]; ; {
		was := *at
		if was.entryVersion < required {
			*at = m.copyNode(was, was.next)
		}
		if was == e {
			return *at
		}
		at = &(*at).next
	}
}

// copyNode copies a node that a snapshot shares, with another successor.
func (m *Map[S]) copyNode(e, next *entry[S]) *entry[S] {
	m.nodes++
	c := *e
	c.next, c.entryVersion = next, m.version
	return &c
}

// own notes that a method is under way, and returns what ends it.
func (m *Map[S]) own() (done func()) {
	if !m.owned.CompareAndSwap(false, true) {
		panic("cowmap: a second goroutine uses a map that belongs to one")
	}
	return func() { m.owned.Store(false) }
}
