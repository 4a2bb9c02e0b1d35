package bench

import (
	"context"
	"time"

	"ckptbench/algorithms/store"
)

// A horizon says up to which place transactions are durable. A place is an epoch of
// the log or, where images acknowledge, a place of the store's Prefix.
type horizon interface {
	Durable() uint64
	// DurableAt returns when the transactions at a durable place became durable, and
	// the last place of which the same is true.
	DurableAt(place uint64) (at time.Time, last uint64)
}

var _ horizon = (*store.Prefix)(nil)

// A redoLog says how far it is durable. *wal.Log is one.
type redoLog interface {
	Durable() uint64
	DurableAt(epoch uint64) (time.Time, bool)
	Want(epoch uint64)
	WaitDurable(ctx context.Context, epoch uint64) error
}

// A logHorizon is a log's: each epoch has a time of its own.
type logHorizon struct{ redoLog }

func (l logHorizon) DurableAt(epoch uint64) (at time.Time, last uint64) {
	at, _ = l.redoLog.DurableAt(epoch)
	return at, epoch
}
