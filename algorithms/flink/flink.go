// Package flink implements the heap state snapshots of Flink: the copy-on-write
// table of FLINK-5958 and the nested maps that it replaced.
//
// A task's state is dealt out to key groups by a hash of the key, and every
// group's is a map of its own (package cowmap). A snapshot is taken between two
// records, when the barrier has arrived: for every group the array of chain
// heads is copied, which is the only synchronous part. The groups are written
// afterwards, one after another, and each is released as soon as it is written.
// Meanwhile the first access of a record copies it: the first read as well,
// since what Flink hands out is an object that the caller may change, and it
// cannot know better. NewCowWrite knows better and copies on the first write
// only; what lies between the two is the price of mutable objects.
//
// # Where it differs from Flink
//
//   - A Flink table belongs to one thread. Here several workers share it, so a
//     key group has a latch, held for one access. The snapshot point, between two
//     records there, is a physical point of consistency here.
//   - A transaction looks its records up once, when it has its locks, and keeps
//     the states that are private (held.go). So do Flink's functions with the
//     object that they were handed; but one after another, as they know of one
//     key at a time.
//   - A put reuses the state object where it is private and of the right size;
//     Flink keeps the object it is given.
//   - A deleted record is a state that says so, with its writer's stamp, as in
//     every algorithm here: the image must hold it. A key is removed from the
//     map where a transaction that inserted it aborts.
//   - The namespace is the number of the table; all tables of a key group share one
//     map. There are 128 key groups, the fewest that Flink takes by default.
//   - Versions are 64 bits, so the overflow that Flink checks for is far away. The check
//     is there and tested.
//
// What is left of a state stays valid as long as the transaction runs: no snapshot is taken
// meanwhile, and only the lock's holder replaces a state. Nodes may be copied by others,
// but then have the same state. What is shared goes by the map at every access and is
// copied at the first. Transactions of more than 64 records go by the map at every access.
//
// # The sources' steps
//
//	CopyOnWriteStateMap  entry and state versions   cowmap.Map
//	CopyOnWriteStateMap  get: copy on access        read, cowmap.Get
//	CopyOnWriteStateMap  put, transform, remove     write, update, put, remove
//	CopyOnWriteStateMap  incremental rehash         cowmap.move
//	CopyOnWriteStateMapSnapshot  copy of the heads  snapshot, cowmap.Snapshot
//	HeapSnapshotStrategy  write group by group      Checkpoint, capture
//	release, FLINK-13469 (after a failure too)      release
//	KeyGroupRangeAssignment                         groupOf
//	NestedMapsStateTable                            NewNested
//
// Of Flink's public faults these cannot occur as they did: FLINK-6207 (every stream has its
// own encoder), FLINK-9269 for tables (they are fixed when the store opens), the release of
// another map's snapshot (Release is the snapshot's own). FLINK-26967, a second owner,
// panics in builds with the sched tag. FLINK-26968 matters for incremental snapshots only.
//
// # Memory
//
// Versions live on the Go heap, as that is what is studied; the slots they are
// loaded into stay, and hold nothing but the locks. Both are in the resident memory. A state is three cache misses
// away that depend on each other: the chain head, the entry, the state. Those of
// one transaction's records overlap, as the engine has it for the slots of all
// algorithms (Touch, Begin); otherwise that would be most of the cost at rest.
package flink

import (
	"context"

	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// flink is the state table with asynchronous snapshots: a copy-on-write map for each key
// group.
type flink struct {
	store.Plain
	env     *store.Env
	period  uint64 // number of points of consistency so far; changes only when quiesced
	groups  []*group
	none    store.Version // what a key that is not there reads as
	onWrite bool          // reading copies nothing
	held    []held        // of each worker's transaction
}

// New returns the table that copies on the first access.
func New(env *store.Env) (store.Algorithm, error) { return build(env, false), nil }

// NewCowWrite returns the table that copies on the first write.
func NewCowWrite(env *store.Env) (store.Algorithm, error) { return build(env, true), nil }

// build returns an empty table; Loaded fills it.
func build(env *store.Env, onWrite bool) *flink {
	f := &flink{env: env, onWrite: onWrite, held: make([]held, env.Workers)}
	for range keyGroups {
		f.groups = append(f.groups, newGroup(env))
	}
	return f
}

// Loaded brings the records from their slots into the table.
func (f *flink) Loaded() error {
	f.env.Records(func(r store.Rec) {
		if v := r.Live(); v.Written() {
			f.groups[groupOf(r.Key())].load(r, v)
		}
	})
	return nil
}

// group returns the key group that a record belongs to.
func (f *flink) group(r store.Rec) *group { return f.groups[groupOf(r.Key())] }

// Touch prefetches where r's chain begins.
func (f *flink) Touch(r store.Rec) { f.group(r).m.AheadOfHead(uint32(r.Table()), r.Key()) }

// Begin finds the states of all records, so that the cache misses of one record
// overlap with those of the others. Nothing is copied: that is for the access.
func (f *flink) Begin(tx *store.Txn) error {
	tx.Seq = f.period
	h := &f.held[tx.Worker()]
	h.begin(tx)
	if h.n > 1 {
		for i := range h.n {
			f.group(tx.Rec(i)).near(tx.Rec(i))
		}
	}
	for i := range h.n {
		h.hold(i, f.group(tx.Rec(i)).private(tx.Rec(i)))
	}
	return nil
}

func (f *flink) Read(tx *store.Txn, r store.Rec) *store.Version {
	at := f.place(tx, r)
	if at != nil && *at != nil {
		return *at
	}
	v, private := f.group(r).read(r, f.onWrite)
	switch {
	case v == nil:
		return &f.none
	case private && at != nil:
		*at = v
	}
	return v
}

func (f *flink) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	at := f.place(tx, r)
	if at != nil && *at != nil {
		sched.Point("flink.held")
		if change(*at, tx.Stamp(), off, v) {
			return
		}
	}
	f.group(r).write(tx.Stamp(), r, off, v)
	if at != nil {
		f.held[tx.Worker()].forget(tx, r)
	}
}

// place returns where r's state is held, or nil where it is not: the store may
// also read without a transaction.
func (f *flink) place(tx *store.Txn, r store.Rec) **store.Version {
	if tx.Len() == 0 {
		return nil
	}
	return f.held[tx.Worker()].place(tx, r)
}

// Checkpoint takes the snapshots of all groups at the point of consistency, and
// captures them when transactions run again. Whatever happens, no snapshot
// outlives it: one that did would have every access copy for good (FLINK-13469).
func (f *flink) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	at := store.Point{Kind: "period"}
	defer f.release()
	err := f.env.Quiesce(ctx, func() error {
		at.Seq = f.period
		f.period++
		for _, g := range f.groups {
			if err := g.snapshot(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return at, err
	}
	return at, f.env.Parts(ctx, w, len(f.groups), func(ctx context.Context, out *store.Out, i int) error {
		return f.groups[i].capture(ctx, out)
	})
}

// release gives up the snapshots of all groups: their copies become garbage.
func (f *flink) release() {
	sched.Point("flink.release")
	for _, g := range f.groups {
		g.release()
	}
}
