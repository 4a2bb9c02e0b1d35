// Package pairs keeps a database on disk as Hekaton's checkpoints do (Diaconu
// et al., SIGMOD 2013, §7; Faerber et al., "Main Memory Database Systems",
// §4.1): in pairs of a data file and a delta file, fed from the redo log alone.
//
// A data file holds the versions that were inserted in a range of the log, one
// after the other. The delta file beside it holds which of them were deleted or
// overwritten since. Both are only ever appended to. A checkpoint is a manifest
// that names the pairs, and how long each file was; what is behind that does not
// count. A merge joins pairs next to each other whose live rows fit into one
// file. To load the state, each data file is read through its delta file, all in
// parallel, as a record has one live row at most.
//
// # Feeding
//
// Apply takes the changes of the log, those of one record in the order of their
// stamps. They gather in a window, in which only a record's last version counts.
// A change of a part of a record needs what was there before; where the window
// does not have it, its block is read back from the data file. Which row is a
// record's live one is known from an index in memory: Hekaton's log names the
// version that a transaction replaces, this one does not. A deleted record
// becomes a row without a value, as recovery wants to know who deleted it.
//
// Publish makes the state at the end of an epoch durable. After an error of
// Apply, Put or Publish the Set is unusable: Open finds the last state
// published, and the feeding goes on from its epoch.
//
// # Files
//
// All integers are little-endian. Both kinds of files, data-<number> and
// delta-<number>, begin with
//
//	0 magic "ckptdata" or "ckptdead"   8 version u32 = 1   12 CRC-32C u32 of bytes 0..11 and 16..23
//	16 number u64
//
// and go on with blocks
//
//	0 CRC-32C u32 of bytes 4 to the end, begun with that of the number   4 length u32 of the payload
//	8 rows u32 in it   12 first u32: rows in the blocks before
//
// whose payload is, in a data file, rows
//
//	key u64, stamp u64, table u32, length u32 (bit 31: no value), value
//
// and in a delta file the epoch u64 at which, and the numbers u32 of the rows
// that died. A row's number is its place in the data file, from 0.
//
// The manifest is a text that ends in its own checksum; it is replaced by a
// rename when everything that it names is synced.
//
// Note: data files without delta files, with the newest version winning while
// they are loaded, would need no index. But then how much of a file is alive is
// not known without reading it, and files could not be loaded in any order.
package pairs
