// Package store is the main-memory database that every algorithm plugs into:
// tables, an index, strict two-phase locking, workers, recovery. It does not know
// which version of a record is current, nor how a consistent image is taken; it
// asks the Algorithm.
//
// # A transaction
//
// Transactions are one-shot: a Request declares the records it will use, and its
// body runs when it has the locks of all of them (as stored procedures do in
// H-Store, Calvin and CALC). Worker.Do takes these steps:
//
//	find the records, prefetching all of them before anything depends on one
//	take every lock, in key order (or, without waiting, in any)
//	enter the clock: from here on the transaction is in a phase (CPR's enter
//	before they lock, and step out while they wait long)
//	Algorithm.Begin
//	the body: Algorithm.Read, Algorithm.Write, in place
//	append to the log, where there is one
//	Algorithm.Commit
//	leave the clock
//	release every lock
//
// Locks are shared or exclusive, one word per record. Taking all of them before
// the body in one order leaves no deadlock; taking none while in the clock means
// that a transaction in the clock always comes to its end, so whoever waits for
// the clock to drain waits for running transactions only.
//
// # Ids
//
// A lock word also carries the sequence number of the record's last writer. A
// transaction's own is one more than the largest it meets, so the ids
// (sequence<<16 | worker) of the writers of one record ascend in the order in
// which they wrote it, with no shared counter. Every version carries its writer's
// id: the oracle reads the history off it, recovery tells newer from older by it.
//
// # Latch and lock
//
// A transaction lock lasts as long as its transaction, seconds perhaps. A
// checkpointer never waits for one, but the one that is a transaction over
// everything and is there to show why. Where it meets a writer there is a latch per
// record that lasts as long as one copy.
//
// # The clock
//
// The clock holds one word, whose meaning is the algorithm's (CALC's phase, CPR's
// phase and version, an epoch, a period), and the word each running transaction
// entered under. A checkpointer sets the word and waits until nobody runs under an
// old one; or closes the clock, and waits until nobody runs at all: a physical
// point of consistency. A worker outside a transaction, idle or waiting for a
// lock, is in no phase and holds nothing up. Entering and leaving cost two atomic
// stores, which the baseline pays too.
//
// # Partial images
//
// Where an algorithm's entry asks for it, only the first image of a store is full,
// and each later one holds what was written since the one before, deletes
// included. The algorithm says to which period, between which two points of
// consistency, a write belongs (Env.Dirty), since nobody else knows on which side
// of the cut a transaction is; the rest is the engine's: that the marks of an image
// that was not published count for the next one, that an image names the one it is
// laid over, that recovery reads the whole chain, and that a collapser makes one
// image of many beside the running store.
//
// # Memory
//
// Records live outside the Go heap (under the race detector on it, so that races
// on records are seen), pointer-free, so that the collector is no part of the
// experiment. Nothing on a transaction's path allocates. A Loader keeps its records
// in memory of its own from the start; its slots are their locks.
//
// # What it is not
//
// It is no database. A deleted record keeps its slot, a table does not grow, scans
// are of consecutive keys (or of those that an Orderer names) and know nothing of
// phantoms, and a transaction whose keys depend on what it reads has to read them
// in one transaction and declare them in the next.
package store
