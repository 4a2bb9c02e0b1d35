// Package wal is a redo log for an in-memory store under strict two-phase
// locking: per-worker rings, loggers that write them out, and epochs that say
// how far the log is whole.
//
// # Epochs
//
// Time is cut into epochs of Options.Interval. A transaction reads the epoch
// inside Commit, while it holds all its locks, so epochs respect the order of
// conflicting transactions: the second one on a record never has the smaller
// epoch. An epoch e is closed when the current epoch is past it and every
// buffer has since been seen outside Commit (or in a later one). A worker that
// is idle, or in a transaction but not in Commit, holds nothing back. A logger
// that finds e closed drains its rings, writes an epoch mark, syncs, and only
// then is e durable for it; the durable epoch is the least over the loggers.
// While nobody commits and nobody waits, marks are written in every tenth epoch
// only, so Durable may then lag by that much.
//
// # Acknowledgements
//
// Commit never waits for the disk (only for room in the ring), and neither need
// the worker: as in Silo (Tu et al., SOSP 2013, §4.10) it continues with the next
// transaction, and the acknowledgement of this one is released once its epoch,
// which Commit returned, is durable. That goes for transactions that only read,
// too: what they saw may not be durable yet. Durable says how far that is,
// DurableAt when it came so far, WaitDurable waits for it, and Want keeps an epoch
// without changes from lagging. What durable means is up to Options.Sync: with it
// the fdatasync that covers the epoch has returned, for all loggers; without it
// the records are written and survive the process, but not a power cut. The
// caller that acknowledges bounds what is outstanding; the log does not.
//
// # Files
//
// Each logger writes a chain of segments log-<logger>-<number>. A run of the
// log (Open to Close or to the crash) is a session; sessions and segments never
// overwrite older ones. All integers are little-endian.
//
//	header, 96 bytes:
//	  0  magic "ckptwal\x00"
//	  8  version u32 = 1      12 flags u32 (1 = synced at each group commit, 2 = the log before was lost)
//	 16  logger u32           20 loggers u32 of this session
//	 24  number u64           the <number> of the file name
//	 32  session u64          1, 2, …
//	 40  part u64             0, 1, … within the session and logger
//	 48  prev u64             the epoch at which the sessions before are cut
//	 56  base u64             the epochs of this session are above it
//	 64  first u64            everything below it is in earlier parts
//	 72  before u64           no epoch above it is in earlier parts
//	 80  durable u64          announced when the segment was begun
//	 88  u32: with flag 2, base less the epoch that the session goes on from; else 0
//	 92  CRC-32C of bytes 0..91
//
//	frame, a multiple of 8 bytes:
//	  0  CRC-32C u32 of bytes 8 to the end, begun with the seed below XOR the length
//	  4  length u32, of the whole frame
//	  8  kind u8 (1 changes, 2 note, 3 mark, 4 end)   9 padding u8, 0..7   10 zero u16   12 zero u32
//	 16  epoch u64
//	 24  stamp u64            of the transaction; of a mark: the epoch announced as durable before it
//	 32  body, then padding
//
//	changes, one after the other:
//	  kind u8 (1 set, 2 put, 3 delete), table uvarint, key u64,
//	  set: offset uvarint; set and put: length uvarint, bytes
//
//	note chunk: kind u8, last u8, zero u16, sequence u32, bytes; the stamp numbers the notes
//
// The seed is the CRC-32C of session u64 and logger u32, so that a frame is
// valid in its own chain only. A mark e says that all records of epochs <= e of
// this logger stand before it (later ones may, too). A segment ends with an end
// frame; only the last of a session has none. Frames are never written before
// the header and the file's name are synced, and a segment is synced before
// the next is begun, without Options.Sync as well: only the last segment of
// each logger can be torn.
//
// # What is cut and what is damage
//
// A session is cut at the last mark common to all its loggers. Everything
// behind is dropped: transactions of that epoch were never announced. The next
// session notes where it found the cut, so a later reader that does not get that
// far knows that something was lost. Before that it writes the last segments anew, as
// files of their own, unless they were closed in order: that they can be read does not
// say that they are on the disk, and after a sync that failed no other will say it.
//
// A torn tail and a damaged one look alike, so each mark carries the durable
// epoch announced before it: if any mark, also one behind the bad place, speaks
// of an epoch beyond the common one, then the log was whole there once, and
// this is a Damage error with file and offset. What cannot be told from a torn
// tail is damage within the very last group before a crash; Close, and the
// marks of an idle log, confirm theirs. Without Options.Sync nothing is promised
// across a power cut, so a bad place in the last segment is cut and reported in
// ReplayInfo.Cuts.
//
// # A log that lost its end
//
// A log may be opened to go on from a state that is above its end: its files were
// removed, and an image was not. What the log held between the two is known to nobody.
// The session says so in its headers (flag 2), for all time: a replay that begins below
// the state is a Damage error, from whatever older image. See Gap.
//
// # Replay
//
// Replay reads all loggers in parallel and in step: a window ends at a mark that
// every logger has passed, so all records up to its epoch are there. Within a
// window each part (a hash of table and key) is sorted by stamp and handed over
// while the next window is read. As the stamps of one record ascend with its
// epochs, each record sees its changes in ascending stamp order. Memory: two
// windows of at most 8 MiB per logger, rounded up to the next mark, plus what
// the faster loggers read ahead, times about two for the index.
//
// Note: sorting all changes of the tail at once would be simpler, but would ask
// for memory in proportion to the log.
//
// The changes of one transaction to one record have the same stamp and come in
// the order in which they were made. They are after-images: apply a change
// unless the record's stamp is newer; applying one twice does no harm.
package wal
