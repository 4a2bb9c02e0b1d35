package store

// A Drill is what a recorded run does to its own store so that a fault shows if there
// is one, and, as a positive control, a fault that has to show. A measured run has none.
type Drill struct {
	// Pause is called by a worker where others may overtake it, and by the checkpointer,
	// which is worker -1, at every mark that it makes. It may sleep.
	Pause func(worker int, at Moment)

	// Hasty plants a fault: transactions leave the clock before their bodies run, so
	// that no checkpoint waits for one.
	Hasty bool
	// Unlocked plants another: they release their locks before that.
	Unlocked bool
	// Unlogged plants a third: of some transactions the changes are not logged.
	Unlogged bool
}

// A Moment is where a drill may pause.
type Moment int

// The moments, of a transaction but for the last.
const (
	Begun     Moment = iota
	Ended            // its body has
	Released         // it gave its locks back before it commits: see Txn.Release
	Committed        // it holds its locks still
	Marked           // the checkpointer makes a mark
)

// unloggedOne of so many transactions is not logged by a drill that is Unlogged.
const unloggedOne = 4

// begun is a transaction's first point.
func (d *Drill) begun(w *Worker) {
	if d.Hasty {
		w.store.clock.Leave(w.id)
	}
	if d.Unlocked {
		w.release()
	}
	d.pause(w.id, Begun)
}

// pause may be called of no drill.
func (d *Drill) pause(worker int, at Moment) {
	if d != nil && d.Pause != nil {
		d.Pause(worker, at)
	}
}

// forgets reports whether a transaction's changes are not to be logged.
func (d *Drill) forgets(tx *Txn) bool {
	return d != nil && d.Unlogged && tx.id>>16%unloggedOne == 0
}
