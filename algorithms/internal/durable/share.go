package durable

import (
	"context"
	"sync"
	"sync/atomic"
)

// Share calls f for every part from 0 to parts-1, from up to so many workers, at least
// one, each in a goroutine of its own: a worker takes the next part that none has taken.
// The first error ends ctx for all of them, and is returned when they have ended.
// f may be called concurrently, and has to heed its context; a part is given out once.
func Share(ctx context.Context, workers, parts int, f func(ctx context.Context, worker, part int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var taken atomic.Int64
	var wg sync.WaitGroup
	for worker := range max(1, min(workers, parts)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				// Parts differ in length, so they are taken one by one and not dealt out
				// beforehand.
				part := int(taken.Add(1)) - 1
				if part >= parts {
					return
				}
				if err := f(ctx, worker, part); err != nil {
					cancel(err)
				}
			}
		})
	}
	wg.Wait()
	// Nil where all parts were done: nothing has ended the context by then.
	return context.Cause(ctx)
}
