package bench

import (
	"errors"

	"ckptbench/algorithms/store"
	"ckptbench/workload"
)

// aheadCalls is how many calls ahead a caller has its records prefetched: with
// some four records each, about as many are on their way as a core can wait for.
const aheadCalls = 4

// A caller runs one worker's calls of a benchmark's stored procedures, one after
// another.
// It belongs to the worker's goroutine.
type caller struct {
	driver
	client   workload.Client
	upcoming workload.Lookahead // client, where it is one
	hashed   bool               // some table has an index
	call     workload.Call
	uses     []workload.Access
	_        [store.Isolation]byte
}

// newCaller returns the caller of a worker. What it writes at every call lies in cache
// lines of its own.
func newCaller(r *run, w *store.Worker, cl workload.Client, hashed bool, t *timer) *caller {
	c := &caller{client: cl, hashed: hashed, driver: driver{run: r, worker: w, timer: t}}
	c.access, c.uses = store.Isolated[store.Access](0), store.Isolated[workload.Access](0)
	// nil where the client cannot tell what comes.
	c.upcoming, _ = cl.(workload.Lookahead)
	c.driver.next = c.one
	c.req.Body = func(tx *store.Txn) error { return c.call.Body(tx) }
	return c
}

// one runs one call. An abort that the benchmark demands is no error.
// Other errors end the trial.
func (c *caller) one() error {
	c.call = c.client.Next()
	c.lookAhead()
	err := c.do()
	c.done(false, err == nil)
	switch {
	case err == nil:
		c.kinds = counted(c.kinds, c.call.Kind())
		return nil
	case errors.Is(err, workload.ErrAbort):
		return nil
	}
	return err
}

// do runs the call, declared again for as long as its records turn out to be the
// wrong ones.
func (c *caller) do() error {
	c.req.MayAbort = c.call.MayAbort()
	for {
		c.declare()
		err := c.worker.Do(&c.req)
		// A call that finds out which records it needs is declared again, and not counted twice.
		if err == nil || !errors.Is(err, workload.ErrAgain) || c.run.stop.Load() {
			return maskRetry(err)
		}
		c.again++
	}
}

// maskRetry hides the error of a call that was abandoned because the run stopped.
// It was not run, so it counts as one that its client gave up.
func maskRetry(err error) error {
	if err != nil && errors.Is(err, workload.ErrAgain) {
		return workload.ErrAbort
	}
	return err
}

// declare turns what the call declares into what the store takes.
func (c *caller) declare() {
	c.uses = c.call.Declare(c.uses[:0])
	c.access = c.access[:0]
	for i := range c.uses {
		u, mode := &c.uses[i], store.Shared
		if u.Write {
			mode = store.Exclusive
		}
		c.access = append(c.access, store.Access{Key: u.Key, Table: uint16(u.Table), Mode: mode})
	}
	c.req.Access = c.access
}

// lookAhead has the worker prefetch what the calls to come will use, where the
// client can tell.
func (c *caller) lookAhead() {
	if c.upcoming == nil || !c.nextKnown() {
		return
	}
	// Without an index the place of a record follows from its key.
	if c.hashed {
		c.uses = c.upcoming.Ahead(aheadCalls, c.uses[:0])
		for _, u := range c.uses {
			c.worker.Ahead(u.Table, u.Key)
		}
	}
	c.uses = c.upcoming.Ahead(aheadCalls/2, c.uses[:0])
	for _, u := range c.uses {
		c.worker.Soon(u.Table, u.Key)
	}
}
