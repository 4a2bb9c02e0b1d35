package harness

import "ckptbench/algorithms/store"

// A driver keeps one worker busy, whatever its transactions are. It belongs to
// the goroutine that runs loop, and to others after that has returned.
type driver struct {
	run    *run
	worker *store.Worker
	timer  *timer
	next   func() error     // runs the next transaction; an error ends the loop
	pace   func(access int) // told now and then of how many accesses there were since; may sleep. With it, commits are counted at once
	req    store.Request
	access []store.Access // of the transaction, for req

	kinds []kindCount // committed, where there are several kinds
	again uint64      // how often a transaction was declared again
}

// loop runs transactions until the run stops. It returns what ended it early.
func (d *driver) loop() error {
	const pause = 320 // accesses between two calls of pace
	defer d.worker.Flush()
	for n := 0; !d.run.stop.Load(); {
		if err := d.next(); err != nil {
			return err
		}
		if d.pace == nil {
			continue
		}
		d.worker.Flush() // somebody waits for it
		if n += max(1, len(d.access)); n >= pause {
			d.pace(n)
			n = 0
		}
	}
	return nil
}
