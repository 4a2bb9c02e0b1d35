package oracle

import (
	"fmt"
	"iter"
	"slices"
	"sort"
)

// A History is what the committed transactions did, indexed for checking. It
// does not change; checks may run concurrently.
type History struct {
	txns    []txn // by worker, each worker's in the order of its session
	records []record
	// accesses holds the transactions' accesses in their order: a version,
	// with the wrote bit when the transaction made it; nothing for a repeat.
	accesses []uint32
	// writers names each version's transaction, with the gone bit when the
	// version is absent. A record's versions are consecutive and begin with
	// the initial one, whose writer is nobody.
	writers []uint32
	stamps  []uint64 // of each version
	// readers of version v are readers[readersAt[v]:readersAt[v+1]].
	readersAt, readers []uint32
	byEnd, byBegin     []uint32 // transactions by ticket
	initial            Initial
	loaded             int // records present initially that the history touches
	writing            int // transactions that wrote
	faults             Report
}

// A txn is a committed transaction, 40 bytes: histories have millions.
type txn struct {
	id, seq, begin, end uint64
	first               uint32 // its first access
	number              uint32 // its place in its session, from 1
	worker              uint32
	writes              bool
}

// A record is a record that the history touches. Its versions are consecutive numbers, in
// the order in which they were written.
type record struct {
	key   uint64
	table uint32
	first uint32 // its initial version
}

// The bits and special values of the 32-bit numbers below.
const (
	wrote   = 1 << 31
	gone    = 1 << 31
	nobody  = 1<<31 - 1
	nothing = 1<<32 - 1
	most    = 1<<30 - 1 // accesses or transactions: versions, at most twice as many, must fit beside the bits
)

// Len returns the number of committed transactions.
func (h *History) Len() int { return len(h.txns) }

// Writing returns the number of committed transactions that wrote something.
func (h *History) Writing() int { return h.writing }

// Accesses returns the number of reads and writes, repeats included.
func (h *History) Accesses() int { return len(h.accesses) }

// accessesOf returns the accesses of transaction t.
func (h *History) accessesOf(t uint32) []uint32 {
	if int(t)+1 < len(h.txns) {
		return h.accesses[h.txns[t].first:h.txns[t+1].first]
	}
	return h.accesses[h.txns[t].first:]
}

// writer returns the transaction that made version v, or nobody.
func (h *History) writer(v uint32) uint32 { return h.writers[v] &^ gone }

// follower returns the transaction that overwrote version v, or nobody.
func (h *History) follower(v uint32) uint32 {
	if int(v)+1 == len(h.writers) {
		return nobody
	}
	return h.writer(v + 1) // nobody when v+1 is the next record's initial version
}

// readersOf returns the transactions that read version v.
func (h *History) readersOf(v uint32) []uint32 {
	return h.readers[h.readersAt[v]:h.readersAt[v+1]]
}

// recordOf returns the place of the record version v belongs to.
func (h *History) recordOf(v uint32) int {
	return sort.Search(len(h.records), func(i int) bool { return h.records[i].first > v }) - 1
}

// versionsEnd returns the version after the last of record r.
func (h *History) versionsEnd(r int) uint32 {
	if r+1 < len(h.records) {
		return h.records[r+1].first
	}
	return uint32(len(h.writers))
}

// versionOf returns the version of record r with this stamp.
func (h *History) versionOf(r int, stamp uint64) (v uint32, ok bool) {
	first := h.records[r].first
	if stamp == h.stamps[first] {
		return first, true
	}
	i, ok := slices.BinarySearch(h.stamps[first+1:h.versionsEnd(r)], stamp)
	return first + 1 + uint32(i), ok
}

// A Txn is one committed transaction as others may want to see it.
type Txn struct {
	Worker     int
	Number     int // its place in its session, from 1
	ID, Seq    uint64
	Begin, End uint64 // tickets
	Ops        []Op   // in the order recorded, repeats of a write left out
}

// An Op is one access: a read of the version with Stamp, or a write of it.
type Op struct {
	Table      int
	Key, Stamp uint64
	Write      bool
	Delete     bool // the version is absent
}

// All yields the transactions, worker by worker.
func (h *History) All() iter.Seq[Txn] {
	return func(yield func(Txn) bool) {
		for i, t := range h.txns {
			x := Txn{Worker: int(t.worker), Number: int(t.number), ID: t.id, Seq: t.seq, Begin: t.begin, End: t.end}
			for _, a := range h.accessesOf(uint32(i)) {
				if a != nothing {
					x.Ops = append(x.Ops, h.op(a))
				}
			}
			if !yield(x) {
				return
			}
		}
	}
}

// op describes an access.
func (h *History) op(a uint32) Op {
	v := a &^ wrote
	rec := h.records[h.recordOf(v)]
	return Op{Table: int(rec.table), Key: rec.key, Stamp: h.stamps[v], Write: a&wrote != 0, Delete: h.writers[v]&gone != 0}
}

// name names transaction t for a person.
func (h *History) name(t uint32) string {
	x := h.txns[t]
	return fmt.Sprintf("T(worker %d, #%d, id %#x)", x.worker, x.number, x.id)
}

// author names who made version v.
func (h *History) author(v uint32) string {
	if w := h.writer(v); w != nobody {
		return h.name(w)
	}
	return "the initial load"
}

// recordName names record r in messages.
func (h *History) recordName(r int) string {
	return recordName(h.records[r].table, h.records[r].key)
}

// recordName names a record in messages.
func recordName(table uint32, key uint64) string {
	return fmt.Sprintf("record %d of table %d", key, table)
}
