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
// based on, that recovery reads the whole chain, and that a collapser makes one
// image of many beside the running store.
//
// # Memory
//
// Records live outside the Go heap (under the race detector on it, so that races
// on records are seen), pointer-free, so that the collector is no part of the
// experiment. Nothing on a transaction's path allocates. A Loader keeps its records
// in memory of its own from the start; its slots are their locks.
//
// # What an algorithm needs to know
//
// The latch. Where a checkpointer and a writer may meet at a record, both take a latch
// that lasts for one copy. There are three, and an algorithm needs one of them:
//
//	Env.Stable                before-images in a pool: Preserve in Write, Take in the scan.
//	                          It has the latch in it, in the record's word (calc, cou, cpr).
//	latch.Take, latch.Give    a latch in the highest bit of Rec.Head().Word; the other 63
//	                          bits are the algorithm's (push, and cou's blocks).
//	Rec.Head().Lock.TryCopy,  keeps writers' transactions out, and not only one write: the
//	WantCopy, EndCopy         copy is of committed values (fuzzy).
//
// The last is the only one that sees committed values. With the others a copy of a record
// whose writer is in the middle of its transaction is a copy of what that transaction has
// written so far: the algorithm has to know from the clock that the writer belongs into
// the image.
//
// Undo. The engine keeps old values where Request.MayAbort is set. To abort it writes them
// back through Write, each record once and whole, under its old stamp: Txn.Stamp is not
// Txn.ID then. Commit follows, as for a transaction that changed nothing. So a
// record's stamp can fall back to what it was, and "has it changed?" is not to be asked of
// stamps. A nil value with the offset Whole deletes, in an undo as well: the record was
// absent before.
//
// The load. What the store starts with has stamp 0, or the stamps of the image that it was
// recovered from. A version of NewVersions that was never written is absent, also with
// stamp 0, so the two are not told apart by stamps: copy what is needed in Loaded.
//
// Points. The Point that Checkpoint returns has a Seq, and a transaction is in the image
// exactly when its Txn.Seq is at most that; the algorithm sets Txn.Seq in Begin or in
// Commit. Kind says what is counted, for people and file formats, and the entry's Oracle
// what the oracle holds the image to:
//
//	Kind "commit"   places in a commit log                oracle.Prefix
//	Kind "period"   how many points there have been       oracle.Prefix
//	Kind "version"  CPR's versions, of each worker        oracle.Session
//	Kind "epoch"    a global epoch                        oracle.Epoch
//	Kind "log"      epochs of the log                     oracle.Epoch
//
// Prefix and Epoch are checked alike, and in real time as well; Session is not.
//
// Deletes. A deleted record is a version without a value, with its deleter's stamp, and
// belongs into the image. Out.Put does that, and leaves out records that never were.
//
// Parts of a record. Write may change some bytes of a value. An algorithm that writes to
// another copy than the one that is read brings the rest over first.
//
// # What it is not
//
// It is no database. A deleted record keeps its slot, a table does not grow, scans
// are of consecutive keys (or of those that an Orderer names) and know nothing of
// phantoms, and a transaction whose keys depend on what it reads has to read them
// in one transaction and declare them in the next.
package store
