package cowmap

import (
	"unsafe"

	"ckptbench/algorithms/internal/prefetch"
	"ckptbench/algorithms/internal/sched"
)

// Finding a state takes three cache misses that depend on each other: a chain
// head, an entry, the state. A caller about to use several keys can have those of
// one kind overlap, by asking for all heads first and for all entries then. That
// is not an access: it copies nothing and moves no rehash on.

// AheadOfHead prefetches a key's chain head. Unlike all other methods it may be
// called by any goroutine at any time. While the map grows it may prefetch one
// that is not used any more.
func (m *Map[S]) AheadOfHead(namespace uint32, key uint64) {
	t := *m.ahead.Load()
	prefetch.Line(unsafe.Pointer(&t[hash(namespace, key)&uint64(len(t)-1)]))
}

// told has AheadOfHead use the primary table as it is now.
func (m *Map[S]) told() {
	t := m.primary
	m.ahead.Store(&t)
}

// AheadOfEntry prefetches the entry at a key's chain head: the key's own, most of
// the time.
func (m *Map[S]) AheadOfEntry(namespace uint32, key uint64) {
	if sched.Enabled {
		defer m.own()()
	}
	t, i := m.place(hash(namespace, key))
	if e := t[i]; e != nil {
		prefetch.Line(unsafe.Pointer(e))
		prefetch.Line(unsafe.Pointer(&e.namespace)) // it may straddle two lines
	}
}
