package cou

import (
	"sync/atomic"
	"unsafe"

	"ckptbench/algorithms/internal/latch"
	"ckptbench/algorithms/internal/prefetch"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// blockRecords is how many neighbouring records make a block: a page of 4 KiB,
// where a record and its head take 128 bytes.
const blockRecords = 32

// A blockCOU is copy-on-update of blocks.
//
// Whoever is the first to update a block copies records whose transaction locks
// it does not hold. Three things keep them still meanwhile:
//
//   - Nobody overwrites a record of a block before the block is marked: an update
//     looks at the mark first, and where there is none takes the block's latch.
//     So other updaters of the block wait for the copier, and what it copies was
//     last written before the point.
//   - The capture meets the copier at the latch of each record, and takes what is
//     in the shadow or, where the copier has not come to a record yet, the live
//     version; then the copier passes over it.
//   - Every update looks at the mark as long as one may copy: those that begin
//     when the capture is over still do (phase complete), until the last one that
//     began before has ended. Only then updates go by without looking.
//
// The blocks of Cao et al. are words with one writer beside the checkpointer, so they
// need none of this. Without the last point a straggler would copy a record that a later
// transaction is writing. A block's records go to pieces of the pool each, not to one
// piece of memory; records that were captured already are passed over.
type blockCOU struct {
	cou
	blocks blocks
}

// blocks holds a word per block: the round in which the block was marked, with
// its latch.
type blocks []atomic.Uint64

// NewBlock returns copy-on-update of blocks of records.
func NewBlock(env *store.Env) (store.Algorithm, error) {
	shadow, err := env.Stable()
	if err != nil {
		return nil, err
	}
	n := (env.Slots + blockRecords - 1) / blockRecords
	env.CountBits(64 / blockRecords)
	return &blockCOU{cou{env: env, shadow: shadow}, make(blocks, n)}, nil
}

// Touch brings in the mark of the record's block.
func (c *blockCOU) Touch(r store.Rec) {
	prefetch.Line(unsafe.Pointer(&c.blocks[r.Ordinal()/blockRecords]))
}

func (c *blockCOU) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	if tx.Start != rest {
		c.update(tx, r.Ordinal()/blockRecords)
	}
	sched.Point("cou.copied")
	r.Live().Apply(tx.Stamp(), off, v)
}

// update sees to it that block b is marked, and before that, while there is an
// image to be captured, copied.
func (c *blockCOU) update(tx *store.Txn, b uint64) {
	word, round := &c.blocks[b], uint64(c.shadow.Round())
	if word.Load() == round { // marked, and nobody copies
		return
	}
	if w := latch.Take(word); w != round && tx.Start == capture {
		last := min((b+1)*blockRecords, uint64(c.env.Slots))
		for i := b * blockRecords; i < last; i++ {
			sched.Point("cou.block")
			c.shadow.Preserve(tx.Worker(), c.env.Rec(i).Head())
		}
	}
	latch.Give(word, round)
}
