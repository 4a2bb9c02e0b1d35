// Package push implements the snapshot by a version per record whose
// before-images go straight to the image: Dragonfly's (the "conservative" one of
// its docs/rdbsave.md) and, in its main lines, Valkey's forkless save. There is
// no shadow. Whoever is the first to overwrite a record after the cut hands the
// before-image to a bounded queue, from which the stream that writes the image
// takes it; where the queue is full the writer waits. Memory is bounded, and the
// price is the writers' waiting, which is counted.
//
// The clock's word is the version. A checkpoint makes the current one the cut and
// goes on to the next. A record of a version up to the cut has not been
// delivered: whoever comes to it first, the scan or a writer later than the cut,
// delivers it and makes it one of the next version, under the record's latch. So
// each record is in the image once.
//
// Dragonfly cuts every shard by raising its epoch, between two transactions of
// the one thread that the shard belongs to. Here many workers share the records,
// and nobody is kept out: a transaction takes its version when it has all its
// locks, so whoever follows it on a record has the same version or a later one.
// The cut is consistent for transactions of any number of records; and the first
// later writer of a record finds there what the cut left, though other
// transactions of the old version may still run. The scan begins when they have
// ended, the draining of the queues with the cut. Otherwise a long transaction would
// keep all writers waiting.
//
// # The steps
//
// From descriptions: Dragonfly's docs/rdbsave.md, Valkey's issue and pull requests. No
// code of theirs was used.
//
//	cut = epoch++                         Checkpoint, begin
//	scan: version <= cut is delivered     take
//	write hook: deliver before overwrite  Write, deliver
//	bounded sink, back pressure           queue, stall
//
// # Where it differs
//
// Dragonfly gives a new version to every write and keeps one per bucket. Here a record
// has its own, and it moves only when the record is delivered: only then is it looked
// at, so a write at rest costs one load.
//
// Dragonfly raises a shard's epoch between two transactions of its one thread; how it
// lines up the shards' cuts was not at hand. The literal counterpart is a quiesce, which
// a cut by the clock does not need. Its order is Silo's (§4.4).
//
// Room is waited for before the record's latch is taken, with the transaction's locks
// held. Streams take latches and never wait for locks, so they always get on. The end of
// a checkpoint, whatever it is, lets waiting writers go. Valkey's exceptions for small
// values are not taken over: every before-image goes through the queue.
//
// A record that never was is not delivered, but its version moves, so that the scan
// passes over it. A deleted one is delivered as a tombstone. The records to be scanned
// are looked up once, when the last transaction up to the cut has ended.
package push

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"ckptbench/algorithms/internal/latch"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// QueueBytes is the room for before-images in all queues together, as large as
// Valkey's pool of clones; each holds two of the largest values at least.
const QueueBytes = 1 << 20

// never is later than any version.
const never = math.MaxUint64

// push is the algorithm. What a field is for, and whose it is, stands beside it.
type push struct {
	store.Plain
	env    *store.Env
	memory *memory
	queues []*queue      // one a worker
	bells  []*bell       // one a stream
	cut    atomic.Uint64 // transactions of later versions deliver what they overwrite; never while no image is taken
}

// New returns the algorithm.
func New(env *store.Env) (store.Algorithm, error) { return build(env, QueueBytes) }

// build returns the algorithm with queues of so many bytes, one for each worker.
func build(env *store.Env, queueBytes int) (store.Algorithm, error) {
	m, err := newMemory(env, queueBytes)
	if err != nil {
		return nil, err
	}
	p := &push{env: env, memory: m}
	for range env.Streams {
		p.bells = append(p.bells, &bell{c: make(chan struct{}, 1)})
	}
	for i := range env.Workers {
		p.queues = append(p.queues, m.queue(i, p.bells[i%env.Streams]))
	}
	p.cut.Store(never)
	env.Clock.Set(env.First) // records begin at version 0, never later than a cut
	return p, nil
}

func (p *push) Begin(tx *store.Txn) error {
	tx.Seq = tx.Start
	return nil
}

func (p *push) Read(_ *store.Txn, r store.Rec) *store.Version { return r.Live() }

func (p *push) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	if cut := p.cut.Load(); tx.Start > cut {
		p.deliver(tx, r, cut)
	}
	sched.Point("push.delivered")
	r.Live().Apply(tx.Stamp(), off, v)
}

// deliver hands r's before-image over, unless that was done. It waits for room
// before it takes the latch, as the stream that makes room takes latches; tx's
// locks are nothing that a stream waits for. What is put in the queue is there
// before the latch is given back: once the scan has passed every record, all
// that writers delivered is in the queues.
func (p *push) deliver(tx *store.Txn, r store.Rec, cut uint64) {
	word, live, q := &r.Head().Word, r.Live(), p.queues[tx.Worker()]
	if latch.Says(word) > cut {
		return
	}
	n := entryBytes(live)
	if !q.fits(n) && !stall(tx, q, n) {
		return // the image is complete, or given up
	}
	sched.Point("push.room")
	version := latch.Take(word)
	if version <= cut {
		if n > 0 {
			q.put(r.Ordinal(), live)
		}
		version = cut + 1
	}
	latch.Give(word, version)
}

// stall waits for room in the queue, with all of tx's locks held.
func stall(tx *store.Txn, q *queue, n uint64) bool {
	since := time.Now()
	ok := q.await(n)
	tx.Stalled(since)
	return ok
}

func (p *push) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	c := &capture{push: p, w: w, cut: p.begin(), ended: make(chan struct{}), scanned: make(chan struct{})}
	defer p.end()
	c.left.Store(int32(p.env.Streams))
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { c.await(ctx) })
	return store.Point{Kind: "version", Seq: c.cut}, w.Streams(ctx, c.stream)
}

// begin cuts: transactions that begin from here on are later.
func (p *push) begin() (cut uint64) {
	for _, q := range p.queues {
		q.open()
	}
	cut = p.env.Clock.Now()
	p.cut.Store(cut)
	sched.Point("push.cut")
	p.env.Clock.Set(cut + 1)
	p.env.Mark("cut")
	return cut
}

// end lets every writer go that waits for room: the image has all it needs, or
// will not be.
func (p *push) end() {
	p.cut.Store(never)
	for _, q := range p.queues {
		q.close()
	}
}

// Settle waits until no transaction is left that may still deliver something,
// for an image that was given up: the queues are the next image's.
func (p *push) Settle(ctx context.Context) error {
	next := p.env.Clock.Now() + 1
	p.env.Clock.Set(next)
	return p.env.Clock.Await(ctx, func(version uint64) bool { return version >= next })
}

// Close gives the queues' memory back.
func (p *push) Close() error { return p.memory.Free() }
