// Package pages is page memory: fixed pages off the Go heap, slotted data pages
// in them, and the free list that says which page has room for a row. It follows
// Apache Ignite's (AbstractDataPageIO, AbstractFreeList) and the proposal
// IEP-32, which inserts rows in batches: a page is taken from the free list
// once, filled, and put back once.
//
// Every page begins with a Head. A data page continues with
//
//	16  free      2 bytes  bytes that are neither header, item nor row
//	18  first     2 bytes  offset of the lowest row
//	20  direct    1 byte   direct items, which is live rows
//	21  indirect  1 byte   indirect items, all behind the direct ones
//	24  items     2 bytes each, growing up; rows grow down from the page's end
//
// A direct item is the offset of a row. An indirect item is (id, index of a
// direct item), one byte each, sorted by id: it stands for a row whose direct
// item was moved to fill a gap, so that a link stays valid until its row is
// removed. A row is
//
//	0  length    2 bytes  of the payload; bit 15: a link follows, bit 14: this
//	                      is not a row's first part
//	2  link      8 bytes  where the row goes on, if bit 15 is set
//	   payload
//
// Numbers are in the machine's byte order: a page is memory first, and a copy
// of it says with its CRC-32C whether it came back whole.
//
// The order of locks: a page's latch is taken before a free list's mutex, and
// never with another data page's latch held that a holder of this one may want:
// a page that is out of the free list has one filler, and readers and
// removers hold one latch at a time. An index's latches come before these.
//
// Other than the original's, a page closes the hole of a row that goes, by moving
// the rows below it; and a row may get another length where it is. One that gets
// shorter leaves a hole, into which it can grow again; all holes are squeezed out
// only where the gap between items and rows is too short. (The original compacts
// for the next row, and that was due at almost every row where lengths change.)
//
// Left out of the original: the page id of the list in the page (membership is
// kept beside the pages, since lists are built anew by recovery), lists striped
// over pages of their own (a mutex per bucket; contention differs from theirs),
// log records, partitions and eviction.
package pages
