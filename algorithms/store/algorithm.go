package store

import (
	"context"

	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/internal/record"
)

// An Algorithm decides where a record's versions live, what is set aside before
// one is overwritten, and how an image is taken meanwhile.
//
// Begin, Read, Write and Commit are called by the workers, each in its own
// transaction; Checkpoint by one goroutine at a time, beside them. None of them
// may wait for a transaction lock, but the checkpoint that is a transaction itself
// (package locking).
type Algorithm interface {
	// Loaded is called once, when the records that the store starts with are
	// in place and no transaction has begun. They have stamp 0, or the stamps of
	// the image that they were recovered from.
	Loaded() error

	// Begin is called when all of tx's locks are held and tx has entered the
	// clock. An error aborts the transaction, which is tried again.
	Begin(tx *Txn) error

	// Read returns r's current version. tx holds r's lock.
	Read(tx *Txn, r Rec) *Version

	// Write makes v the bytes of r from off on, or the whole of r when off is
	// Whole; a nil v then deletes r. The new version carries tx.Stamp, which in
	// an undo is the stamp that r had before. tx holds r's lock exclusively, and
	// may write r more than once.
	Write(tx *Txn, r Rec, off int, v []byte)

	// Commit is the last thing before tx leaves the clock and releases its
	// locks. An aborted transaction has put everything back by then, through
	// Write and under the old stamps, and commits as one that changed nothing.
	Commit(tx *Txn)

	// Checkpoint hands every record of one image to w and returns the point
	// of consistency the image stands at: transactions with a Seq up to the
	// point's are in it, all others are not. A transaction that is not in the
	// image entered the clock after Checkpoint was called, or after a failed
	// Checkpoint before it was; otherwise the point's LogFrom has to say how
	// much more of the log the image needs.
	Checkpoint(ctx context.Context, w *Image) (Point, error)

	// Settle ends a checkpoint after its image was published, or after
	// Checkpoint failed wherever it was, ctx's end included: it waits for the
	// transactions that may still be setting versions aside, and gives their
	// memory back. Where it fails it is called again before the next
	// Checkpoint.
	Settle(ctx context.Context) error

	// Close ends what the algorithm runs beside the workers. No transaction
	// and no checkpoint runs any more.
	Close() error
}

// A Toucher is an Algorithm that keeps part of a record elsewhere than in its
// slot's head and live version. The engine prefetches those of a transaction's
// records all at once, before it locks them, under every algorithm; Touch
// prefetches the rest. Without it, the place of a version would decide how many
// cache misses overlap, and would be mistaken for the algorithm's cost.
type Toucher interface {
	Touch(r Rec)
}

// A New builds an algorithm on an environment; one per variant.
type New func(*Env) (Algorithm, error)

// Plain provides methods that do nothing, to embed in an Algorithm.
type Plain struct{}

// Loaded does nothing.
func (Plain) Loaded() error { return nil }

// Begin does nothing.
func (Plain) Begin(*Txn) error { return nil }

// Commit does nothing.
func (Plain) Commit(*Txn) {}

// Settle does nothing.
func (Plain) Settle(context.Context) error { return nil }

// Close does nothing.
func (Plain) Close() error { return nil }

// A Version is one value of a record with the id of its writer: Stamp, Present, Bytes, Len;
// Apply makes it what a Write asks for, CopyFrom what another version is. It does no
// locking.
type Version = record.Version

// Whole as an offset means the whole value.
const Whole = record.Whole

// A Point is the point of consistency of an image: the last place, in the
// order that the algorithm goes by, that the image holds. Kind says what Seq
// counts: "commit", "period", "version", "epoch" or "log" (see the package's doc).
type Point = image.Point
