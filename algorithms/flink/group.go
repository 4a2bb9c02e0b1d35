package flink

import (
	"context"
	"sync"

	"ckptbench/algorithms/flink/internal/cowmap"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// A group is the state of one key group.
type group struct {
	env *store.Env

	// mu makes the workers one owner, one access at a time. It protects all
	// that follows. Capturing takes it only to release.
	mu   sync.Mutex
	m    *cowmap.Map[*store.Version]
	snap *cowmap.Snapshot[*store.Version] // nil while none is outstanding

	states int64  // bytes of the live states
	kept   int64  // bytes of states that were set aside for snap
	copied int64  // bytes of those of them that were copied
	nodes  uint64 // copied by m before snap was taken
	copies uint64 // states, likewise

	toldLive, toldOwn int64 // what was added to the store's meters

	_ [64]byte // the next group's latch is on a line of its own
}

// newGroup returns an empty group. What the map copies for a snapshot is metered as the
// algorithm's own memory.
func newGroup(env *store.Env) *group {
	g := &group{env: env}
	g.m = cowmap.New(firstSlots, env.First, func(v *store.Version) *store.Version {
		g.kept += bytes(v)
		g.copied += bytes(v)
		return deepCopy(v)
	})
	return g
}

// load puts a record of the loaded state in the map.
func (g *group) load(r store.Rec, v *store.Version) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.states += bytes(v)
	g.m.Put(uint32(r.Table()), r.Key(), deepCopy(v))
	g.tell(telling)
}

// near prefetches r's entry.
func (g *group) near(r store.Rec) {
	g.mu.Lock()
	g.m.AheadOfEntry(uint32(r.Table()), r.Key())
	g.mu.Unlock()
}

// private returns r's version where a transaction that holds r's lock may change
// it in place until it ends, and otherwise nil.
func (g *group) private(r store.Rec) *store.Version {
	g.mu.Lock()
	defer g.mu.Unlock()
	v, private, ok := g.m.Peek(uint32(r.Table()), r.Key())
	if !ok || !private {
		return nil
	}
	return v
}

// read returns r's version, or nil where the map has none, and whether it is
// private. It is valid as long as the transaction holds r's lock: until then
// nobody writes r, and no snapshot is taken.
func (g *group) read(r store.Rec, peek bool) (v *store.Version, private bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if peek {
		v, private, _ = g.m.Peek(uint32(r.Table()), r.Key())
		return v, private
	}
	v, _ = g.m.Get(uint32(r.Table()), r.Key())
	sched.Point("flink.read")
	if g.snap != nil {
		g.tell(telling)
	}
	return v, true
}

// write is Algorithm.Write for a record of the group.
func (g *group) write(stamp uint64, r store.Rec, off int, v []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	ns, key := uint32(r.Table()), r.Key()
	switch {
	case off != store.Whole:
		g.update(ns, key, stamp, off, v)
	case v == nil && stamp == 0:
		g.remove(ns, key)
	default:
		g.put(ns, key, stamp, v)
	}
	sched.Point("flink.written")
	if g.snap != nil {
		g.tell(telling)
	}
}

// update changes a part of a state, in place where the state is private and
// keeps its size.
func (g *group) update(ns uint32, key, stamp uint64, off int, v []byte) {
	g.m.Transform(ns, key, func(s *store.Version, ok bool) *store.Version {
		n := off + len(v)
		switch {
		case !ok:
			s = g.resized(nil, n)
		case !fits(s, max(n, s.Len())):
			s = g.resized(s, n)
		}
		s.Apply(stamp, off, v)
		return s
	})
}

// resized returns a state for n bytes with the value of s, which it takes the
// place of; s nil is none.
func (g *group) resized(s *store.Version, n int) *store.Version {
	big := newState(n)
	if s != nil {
		g.states -= bytes(s)
		big.CopyFrom(s)
	}
	g.states += int64(room(n))
	return big
}

// put replaces a whole state. The old one is not copied, though a snapshot may
// keep it.
func (g *group) put(ns uint32, key, stamp uint64, v []byte) {
	old, private, ok := g.m.Peek(ns, key)
	if ok && private && fits(old, len(v)) {
		old.Apply(stamp, store.Whole, v)
		return
	}
	s := newState(len(v))
	s.Apply(stamp, store.Whole, v)
	g.replaced(old, private, ok)
	g.states += bytes(s)
	g.m.Put(ns, key, s)
	g.tell(telling)
}

// remove removes a state. The caller holds the group's latch.
func (g *group) remove(ns uint32, key uint64) {
	old, private, ok := g.m.Peek(ns, key)
	g.replaced(old, private, ok)
	g.m.Remove(ns, key)
	g.tell(telling)
}

// replaced accounts for a state that is no longer the live one.
func (g *group) replaced(old *store.Version, private, ok bool) {
	if !ok {
		return
	}
	g.states -= bytes(old)
	if !private {
		g.kept += bytes(old)
	}
}

// snapshot copies the group's chain heads. No transaction runs.
func (g *group) snapshot() (err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.nodes, g.copies = g.m.Copied()
	g.snap, err = g.m.Snapshot()
	g.tell(0)
	return err
}

// capture hands the group's records, as the snapshot has them, to the image, and
// releases the snapshot.
func (g *group) capture(ctx context.Context, out *store.Out) error {
	err := g.snap.Each(func(ns uint32, key uint64, v *store.Version) error {
		return out.Add(ctx, int(ns), key, v)
	})
	g.release()
	return err
}

// release ends the group's snapshot, where it has one.
func (g *group) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.snap == nil {
		return
	}
	g.tell(0) // the most there was
	nodes, states := g.m.Copied()
	g.env.Copied(int64(states-g.copies), g.copied+cowmap.EntryBytes*int64(nodes-g.nodes))
	g.snap.Release()
	g.snap, g.kept, g.copied = nil, 0, 0
	g.tell(0)
}
