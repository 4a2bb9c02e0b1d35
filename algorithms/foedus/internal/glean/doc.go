// Package glean makes snapshots from a log and the snapshot before, and from
// nothing else: the log gleaner of FOEDUS (Kimura, SIGMOD 2015, and its code).
// Transactions never meet it.
//
// # A gleaning
//
// One mapper for each logger reads the epochs in (base, until] and sends every
// change to the reducer of its partition. A reducer collects changes; when its
// buffer is full it sorts them by page, record, epoch and writer, drops what a
// later one makes void, and spills the run to a file. When the mappers are done
// it merges its runs, the last from memory, and composes the new pages on top of
// the old ones. Then the roots are built, everything is synced, and a manifest
// is published by an atomic rename: that is the commit. Unless every mapper and
// every reducer reported success, and all changes that were read are accounted
// for, nothing is published. Readers get the new snapshot only after that; then
// what no snapshot needs any more is removed.
//
// # Trees
//
// A table is a tree of a fixed shape: leaves under interior pages of a fixed
// fan-out. A leaf of an array holds a run of slots; a leaf of a hash index is a
// bin, one page as long as its records need. So the leaf of a key is found by
// reckoning, and partitions, which are runs of the root's children, share no
// page but the root. A null pointer is a page on which there never was a record.
// A page never changes: to change one, it and those above it are written anew,
// and all others are shared by pointer with the snapshots before. When the files
// have grown to Options.Garbage times the size of the pages reached, a gleaning
// writes all pages anew; so ids of snapshots come free again, and can wrap.
//
// # Files
//
//	snapshot-<number>          manifest, text; the number ascends
//	pages-<id>-<partition>     pages written for one snapshot; 4 KiB of header
//	run-<partition>-<n>        sorted run; removed at the end
//
// The two newest manifests and what they refer to are kept. Integers are
// little-endian. A page file begins with 4 KiB of which the first 32 bytes are:
//
//	 0  magic "ckptpage"    8 version u32 = 1
//	12  file u32: id << 8 | partition
//	16  zeros              28 CRC-32C u32 of bytes 0..27
//
// The pages follow, multiples of 4 KiB:
//
//	 0  CRC-32C u32 of bytes 4 to the end
//	 4  length u32
//	 8  pointer u64 to this page: id u16, partition u8, offset / 4 KiB in 40 bits
//	16  kind u8: 1 interior, 2 array, 3 hash     17 level u8, 0 is a leaf
//	18  table u16          20 bytes used after the header u32
//	24  number u64 of the node within its level
//	32  interior: pointers u64. Array: slots of stamp u64, length + 1 u32 (0 is
//	    absent), value, to a multiple of 8. Hash: key u64, then as a slot but as
//	    long as the value is; ascending keys.
//
// # Where it differs from FOEDUS
//
// Pages are composed while nothing refers to them; FOEDUS sets the pointers of
// its volatile pages during composition, so that a gleaning that failed left
// pointers to files that the next one truncated. A failed part fails the whole;
// there execute() reported success all the same. Waiting is on channels, not in
// steps of 10 ms. A change is ordered by 8 bytes of epoch, so a window may be as
// long as it likes (there: 2^16 epochs). A bin is one long page instead of a
// chain. Pages that never held anything are not written. Log files, old
// snapshots and sorted runs are removed, and old snapshots are merged, which
// FOEDUS documents and does not do. The log holds after-images, so an increment
// is the overwrite of its field, and folds like one. Not there: Masstree and
// sequential storages. Volatile pages are not here, but with the reader: Layout,
// Leaves and ReadLeaf are for them.
package glean
