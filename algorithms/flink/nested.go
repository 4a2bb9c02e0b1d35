package flink

import (
	"context"
	"sync"

	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// nested is Flink's nested-maps table: for every key group a map from namespace
// to a map from key to state. It knows no versions, and its snapshot is a
// reference to the live maps, so nothing may run while the image is written. The
// image is what the copy-on-write table writes.
type nested struct {
	store.Plain
	env    *store.Env
	period uint64 // as in flink
	groups []*nestedGroup
	held   []held        // as in flink
	none   store.Version // what a key that is not there reads as
}

// A nestedGroup is the maps of one key group: by namespace, which is the table, and key.
type nestedGroup struct {
	mu     sync.Mutex // as in group; protects the maps, not the states in them
	spaces map[uint32]map[uint64]*store.Version
	_      [64]byte
}

// NewNested returns the table of nested maps with its synchronous snapshot.
func NewNested(env *store.Env) (store.Algorithm, error) {
	n := &nested{env: env, held: make([]held, env.Workers)}
	for range keyGroups {
		n.groups = append(n.groups, &nestedGroup{spaces: map[uint32]map[uint64]*store.Version{}})
	}
	return n, nil
}

// group returns the key group that a record belongs to.
func (n *nested) group(r store.Rec) *nestedGroup { return n.groups[groupOf(r.Key())] }

// Loaded brings the records from their slots into the maps.
func (n *nested) Loaded() error {
	n.env.Records(func(r store.Rec) {
		if v := r.Live(); v.Written() {
			n.set(r, nil, deepCopy(v), v.Len())
		}
	})
	return nil
}

// Begin finds the states of all records, so that the cache misses for them
// overlap; those of finding them do not, as a Go map says nothing of where it
// keeps what.
func (n *nested) Begin(tx *store.Txn) error {
	tx.Seq = n.period
	h := &n.held[tx.Worker()]
	h.begin(tx)
	for i := range h.n {
		h.hold(i, n.get(tx.Rec(i)))
	}
	return nil
}

func (n *nested) Read(tx *store.Txn, r store.Rec) *store.Version {
	if v := n.find(tx, r); v != nil {
		return v
	}
	return &n.none
}

// find returns r's state, or nil where there is none.
func (n *nested) find(tx *store.Txn, r store.Rec) *store.Version {
	if tx.Len() > 0 { // otherwise the store reads without a transaction
		if at := n.held[tx.Worker()].place(tx, r); at != nil && *at != nil {
			return *at
		}
	}
	return n.get(r)
}

// Write changes a state in place where it keeps its size: the transaction holds
// the record's lock, and no snapshot is outstanding while it runs.
func (n *nested) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	old := n.find(tx, r)
	if old != nil && change(old, tx.Stamp(), off, v) {
		return
	}
	n.held[tx.Worker()].forget(tx, r)
	if old != nil && off == store.Whole && v == nil && tx.Stamp() == 0 {
		n.remove(r, old)
		return
	}
	size := max(off, 0) + len(v)
	if off != store.Whole && old != nil {
		size = max(size, old.Len())
	}
	s := newState(size)
	if off != store.Whole && old != nil {
		s.CopyFrom(old)
	}
	n.set(r, old, s, size)
	s.Apply(tx.Stamp(), off, v)
}

// Checkpoint writes the live maps while no transaction runs.
func (n *nested) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	at := store.Point{Kind: "period"}
	err := n.env.Quiesce(ctx, func() error {
		at.Seq = n.period
		n.period++
		return n.env.Parts(ctx, w, len(n.groups), func(ctx context.Context, out *store.Out, i int) error {
			return n.groups[i].write(ctx, out)
		})
	})
	return at, err
}

// write writes the group to the image. No transaction runs meanwhile.
func (g *nestedGroup) write(ctx context.Context, out *store.Out) error {
	for ns, states := range g.spaces {
		for key, v := range states {
			sched.Point("nested.write")
			if err := out.Add(ctx, int(ns), key, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// get returns r's state, nil where there is none.
func (n *nested) get(r store.Rec) *store.Version {
	g := n.group(r)
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.spaces[uint32(r.Table())][r.Key()]
}

// mapped is about what a key and a state's address take in a map.
const mapped = 24

// set makes s, for size bytes, r's state in place of old, which may be nil.
func (n *nested) set(r store.Rec, old, s *store.Version, size int) {
	g, ns := n.group(r), uint32(r.Table())
	more := int64(mapped + room(size))
	if old != nil {
		more -= mapped + bytes(old)
	}
	n.env.Live.Add(more)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.spaces[ns] == nil {
		g.spaces[ns] = map[uint64]*store.Version{}
	}
	g.spaces[ns][r.Key()] = s
}

// remove removes r's state, which is old.
func (n *nested) remove(r store.Rec, old *store.Version) {
	n.env.Live.Add(-mapped - bytes(old))
	g := n.group(r)
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.spaces[uint32(r.Table())], r.Key())
}
