// Package piggyback implements Piggyback (Li et al., ICDE 2018): two arrays, a
// switch by pointer as in Hourglass, and a full image without a third array.
//
// The names are the paper's. AS1 and AS2 hold two versions of every record, cur
// is the array that transactions write, and f[k] says where the latest version
// is: 0 in both, 1 in AS1, 2 in AS2. At a physical point of consistency cur
// becomes the other one, and that is all. The array that was written until then
// is the whole state at the point and nobody writes it until the next: it is
// the image. That the same will hold of the other array at the next point is
// what the dump sees to as it goes: it copies back, into cur, each record whose
// latest version is in the array it dumps.
//
// Copying back races with whoever writes the record, and the dump does not hold
// its lock. So the flag has one more bit, a latch: the dump sets it for one copy,
// by compare-and-swap from "latest in the array that I dump". A writer's first
// write of the record in a period changes the flag from there to cur by
// compare-and-swap too, so whoever comes second finds it out: the dump leaves
// the record alone, as what is in cur is newer; the writer waits for the end of
// the copy. The dump never waits.
//
// # The paper's steps
//
// The paper's text was not at hand. The structure is that of its abstract and of the
// public code (FrequentSnapshot). The read rule is inferred: that code never reads.
//
//	AS1, AS2          as
//	cur, its turn     cur, Checkpoint
//	f[k]              both, claim
//	write AS[cur][k]  Write
//	the dump          Checkpoint
//	the copy back     copyBack
//
// # Where it differs
//
// The public code declares an array of latches for the copy back and never uses it; the
// bit above closes that race. A version number to compare would tell that both had
// written, and not keep them from writing the same bytes at once.
//
// A record is copied back right after it was handed to the image, while its lines are in
// the cache. The descriptions leave open whether that is a pass of its own after the
// dump.
//
// f[k] is beside the record's lock, and not in an array of its own: it is touched
// together with the lock. A reader needs no latch. It holds the record's lock, so there
// is no writer, and the latest version is in the array that f[k] names, even while the
// dump copies it.
package piggyback

import (
	"context"

	"ckptbench/algorithms/internal/backoff"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// What f[k] may be, beside the number of an array. It is kept in the word that
// a record has for its algorithm, of which every record's is 0 at first. copying is a
// bit and not a value of its own, so that the array stays known while the dump copies. A
// reader that is in no period, such as the store's own of a quiet store, would otherwise
// read the copy that is half made (TestRead).
const (
	both    uint64 = 0
	copying uint64 = 4 // a bit beside the number of the array that is dumped: the dump is copying the record back
)

// Versions is how many versions lie side by side: AS1, the live one, and AS2.
const Versions = 2

type piggyback struct {
	store.Plain
	env    *store.Env
	behind bool // some records may not have been copied back; the checkpointer's alone
}

// New returns Piggyback.
func New(env *store.Env) (store.Algorithm, error) {
	env.Clock.Set(env.First) // the clock's word is the number of the period
	return &piggyback{env: env}, nil
}

// Loaded makes both arrays what was loaded, as every f[k] says they are.
func (p *piggyback) Loaded() error {
	p.env.Records(func(k store.Rec) { as(2, k).CopyFrom(as(1, k)) })
	return nil
}

// cur returns the paper's cur in a period.
func cur(period uint64) uint64 { return 1 + period&1 }

// other returns the number of the array that is not i.
func other(i uint64) uint64 { return 3 - i }

// as returns AS1[k] or AS2[k], which lie side by side in k's slot.
func as(i uint64, k store.Rec) *store.Version { return k.Version(int(i) - 1) }

// Touch brings in AS2.
func (p *piggyback) Touch(k store.Rec) { k.Touch(1) }

func (p *piggyback) Begin(tx *store.Txn) error {
	tx.Seq = tx.Start
	return nil
}

// Read reads the array that has the latest version, and AS[cur] where both do.
// The dump may copy back meanwhile; the version returned stays what it is.
func (p *piggyback) Read(tx *store.Txn, k store.Rec) *store.Version {
	if f := k.Head().Word.Load() &^ copying; f != both {
		return as(f, k)
	}
	return as(cur(tx.Start), k)
}

// Write writes AS[cur][k]. Where the latest version is in the other array only,
// a write of a field brings the rest of the record over first.
func (p *piggyback) Write(tx *store.Txn, k store.Rec, off int, v []byte) {
	c := cur(tx.Start)
	if stale := p.claim(k, c); stale && off != store.Whole {
		as(c, k).CopyFrom(as(other(c), k))
	}
	sched.Point("piggyback.write")
	as(c, k).Apply(tx.Stamp(), off, v)
}

// claim makes c, which is cur, where the latest version of k is, and reports
// whether what is there is older yet. From then on the dump keeps off the
// record. The caller has k's lock exclusively.
func (p *piggyback) claim(k store.Rec, c uint64) (stale bool) {
	var b backoff.Backoff
	f := &k.Head().Word
	for {
		switch now := f.Load(); now {
		case c:
			return false
		case both: // the dump is done with it
			f.Store(c)
			return false
		case other(c):
			if f.CompareAndSwap(now, c) {
				return true
			}
		default: // for one copy
			b.Wait()
		}
	}
}

func (p *piggyback) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	period := p.env.Clock.Now()
	at := store.Point{Kind: "period", Seq: period}
	err := p.env.Quiesce(ctx, func() error {
		p.env.Clock.Set(period + 1) // cur becomes the other
		p.behind = true
		return nil
	})
	if err != nil {
		return at, err
	}
	dumped := cur(period)
	err = p.env.Scan(ctx, w, func(out *store.Out, k store.Rec) {
		out.Put(k, as(dumped, k))
		p.copyBack(k, dumped)
	})
	p.behind = err != nil
	return at, err
}

// copyBack makes both arrays hold the latest version of k, unless a transaction
// has written it since the point.
func (p *piggyback) copyBack(k store.Rec, dumped uint64) {
	f := &k.Head().Word
	if f.Load() != dumped {
		return
	}
	sched.Point("piggyback.found")
	if !f.CompareAndSwap(dumped, dumped|copying) {
		return
	}
	sched.Point("piggyback.copying")
	as(other(dumped), k).CopyFrom(as(dumped, k))
	sched.Point("piggyback.copied")
	f.Store(both)
}

// Settle copies back what a checkpoint that failed did not get to: the next
// point must find the whole state in cur.
func (p *piggyback) Settle(context.Context) error {
	if p.behind {
		dumped := other(cur(p.env.Clock.Now()))
		p.env.Records(func(k store.Rec) { p.copyBack(k, dumped) })
		p.behind = false
	}
	return nil
}
