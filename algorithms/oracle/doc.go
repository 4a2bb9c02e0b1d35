// Package oracle decides whether a checkpoint image is transaction-consistent.
// It knows no algorithm: it knows what the transactions read and wrote, and
// what the image holds.
//
// # Model
//
// A record is a pair (table, key). Each version of a record carries a stamp:
// the id of the transaction that wrote it, or the stamp of the initial load
// (0 unless the load is itself a recovered state). A delete is a write whose
// version is absent; it carries the deleter's stamp, and images contain it.
// Reading an absent record yields the stamp of the absent version.
//
// Ids are unique and not zero. The ids of the writers of one record ascend in
// the order in which they wrote it; ids seen on different records say nothing
// about order. Hence the versions of a record are known and ordered from the
// ids alone, and with them every dependency between two transactions:
//
//	write-read   V read the version U wrote
//	write-write  V wrote the version after U's
//	read-write   U read the version before V's (the anti-dependency)
//	session      U came before V in the same worker
//	real time    U ended before V began
//
// # What an image says
//
// A record whose image stamp is U's shows U as in; a version later than the
// image's shows its writer as out; an earlier one shows nothing by itself (its
// writer is bound by the write-write edge). A transaction shown both ways is
// torn. One shown neither way - read-only, or overwritten everywhere - is
// free: it may count as in or out, whichever fits.
//
// The image is consistent when no path of dependencies leads from a
// transaction that is out to one that is in, the steps between being free.
// That is decided by one search backwards from all that are in, first over the
// data edges, then with sessions, then with real time; so a violation is
// explained by the plainest edges that show it. A session-consistent image
// (CPR) is held to all but real time.
//
// # Use
//
// Workers record into their Log while they run. When they stand still,
// Recorder.History indexes what they did; readers fill a State from an image;
// History.CheckImages compares. All three hold their data in flat arrays
// without pointers: per access the recorder takes 24 bytes, indexing about 80
// and the index 25; a state takes 32 bytes per record.
//
//	r := oracle.NewRecorder(workers, 5_000_000)
//	log := r.Worker(i)                        // in worker i
//	log.Begin(); log.Read(0, key, stamp); log.Write(0, key); log.Commit(id, seq)
//	...
//	h, err := r.History(oracle.Ranges{{Table: 0, First: 0, Count: n}})
//	report := h.CheckImages(images, oracle.Rules{Level: oracle.Prefix, MinIn: 1, MinOut: 1})
//	err = report.Err()
package oracle
