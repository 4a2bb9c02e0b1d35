package cpr

import (
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// The form without aborts is the one of Tsavorite, the store of Garnet: a
// transaction takes its version when it begins and counts as one of that
// version from then on; when it has all its locks it verifies that the version
// is still the current one, and moves to the next if it is not.
//
// That it verifies under all its locks is what makes the abort unnecessary. Let
// T be of v and U of v+1, and let them share a record that one of them writes.
// At the moment it verified, each had all its locks; T's moment came before the
// change of the version and U's after it; and they cannot both have had the
// record. So T had released it before U got it: U follows T, and T never meets
// a record of v+1. The same holds of one that U only read, so reads need not be
// stamped, and there is no PREPARE in which to look out for stamps.
//
// Garnet counts the transactions of each version in two counters; the clock's words are
// those here. Garnet has PREPARE for operations outside of transactions; here it would
// be a wait and nothing else.
//
// Moving breaks no session's prefix. A worker's later transaction begins after
// an earlier one has verified, and versions only rise. What comes out is more
// than the session's prefix: all points are the one moment at which the version
// changes, so the image also respects the order of real time between workers.

// verify settles which version tx belongs to. A transaction that has verified in v
// has been in the clock under v since it began, and the capture waits for it. A
// transaction that moves does so in the clock as well, before it has read or
// written anything, and from then on holds up the end of v+1 and not that of v.
func (c *cpr) verify(tx *store.Txn) {
	now := c.env.Clock.Now()
	sched.Point("cpr.verify")
	if versionOf(now) != versionOf(tx.Start) {
		tx.Start, _ = c.env.Clock.TryEnter(tx.Worker()) // never refused: CPR does not close the clock
	}
	tx.Seq = versionOf(tx.Start)
}

// versionOf returns the version of the transactions that run under a word of
// the clock: v, and from IN-PROGRESS on v+1.
func versionOf(word uint64) uint64 {
	if word%phases >= inProgress {
		return word/phases + 1
	}
	return word / phases
}
