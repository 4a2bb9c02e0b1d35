package oracle

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
)

// History indexes what the workers committed so far. The workers must stand
// still meanwhile and may go on afterwards; a transaction left open is not
// part of it, so that whatever it wrote counts as never committed. The initial
// database may be nil for an empty one.
func (r *Recorder) History(initial Initial) (*History, error) {
	// The numbers of accesses and of transactions, to make the columns as long as they will be.
	n, commits := 0, 0
	for _, l := range r.logs {
		n += l.start
		commits += l.commits.n
	}
	// Numbers of both are 32 bits, some of which are taken for marks.
	if max(n, commits) > most {
		return nil, fmt.Errorf("history of %d transactions, %d accesses is too long: record at most %d by giving "+
			"NewRecorder a limit", commits, n, most)
	}
	if initial == nil {
		initial = Ranges(nil)
	}
	h := &History{initial: initial, faults: Report{limit: defaultLimit}}
	b := builder{h: h}
	b.flatten(r, n, commits)
	// Sorted by record; accesses of one record stay in the order of their logs.
	items := sortItems(b.items)
	b.reserve(items)
	for lo, hi := 0, 0; lo < len(items); lo = hi {
		for hi = lo; hi < len(items) && items[hi].key == items[lo].key && items[hi].table == items[lo].table; hi++ {
		}
		b.record(items[lo:hi])
	}
	h.indexReaders()
	// Real time is judged along these.
	h.byBegin = h.byTicket(func(t *txn) uint64 { return t.begin })
	h.byEnd = h.byTicket(func(t *txn) uint64 { return t.end })
	h.checkIDs()
	return h, nil
}

// A builder holds what only the indexing needs, a column per access.
type builder struct {
	h *History
	// By place in the log; the other columns are by the same place.
	items  []item
	stamps []uint64
	kinds  []kind
	// Transactions, by their number.
	owners []uint32
	writes []writing // scratch
}

// A writing is an access that wrote, while the versions of a record are put into order.
type writing struct {
	id     uint64
	access uint32
	owner  uint32
}

// flatten lays the logs' committed transactions and their n accesses end to
// end.
// A transaction's number is its place here: workers one after another, each in its own order.
func (b *builder) flatten(r *Recorder, n, commits int) {
	b.h.accesses = make([]uint32, n)
	b.items = make([]item, 0, n)
	b.stamps = make([]uint64, 0, n)
	b.kinds = make([]kind, 0, n)
	b.owners = make([]uint32, 0, n)
	b.h.txns = make([]txn, 0, commits)
	for w, l := range r.logs {
		from := 0
		for i := range l.commits.n {
			c := l.commits.at(i)
			b.transaction(c, w, i+1)
			// Accesses of a transaction that was left open lie behind the last commit, and are
			// not read.
			for j := range c.accesses {
				b.access(l.accesses.at(from + j))
			}
			from += c.accesses
		}
	}
}

// transaction adds a transaction; its accesses follow.
func (b *builder) transaction(c *commit, worker, number int) {
	b.h.txns = append(b.h.txns, txn{
		id: c.id, seq: c.seq, begin: c.begin, end: c.end,
		first: uint32(len(b.items)), number: uint32(number), worker: uint32(worker),
	})
}

// access adds an access of the transaction added last.
func (b *builder) access(a *access) {
	t := len(b.h.txns) - 1
	// A transaction writes or it does not, however many accesses it has.
	if a.kind != read && !b.h.txns[t].writes {
		b.h.txns[t].writes = true
		b.h.writing++
	}
	b.items = append(b.items, item{key: a.key, table: a.table, ref: uint32(len(b.items))})
	b.stamps = append(b.stamps, a.stamp)
	b.kinds = append(b.kinds, a.kind)
	b.owners = append(b.owners, uint32(t))
}

// reserve makes room for the records and versions, of which a record has one
// more than writes: growing would copy them several times over.
func (b *builder) reserve(items []item) {
	records, versions := 0, 0
	for i, it := range items {
		if i == 0 || it.key != items[i-1].key || it.table != items[i-1].table {
			records++
			versions++
		}
		if b.kinds[it.ref] != read {
			versions++
		}
	}
	b.h.records = make([]record, 0, records)
	b.h.writers = make([]uint32, 0, versions)
	b.h.stamps = make([]uint64, 0, versions)
}

// record indexes one record from its accesses.
// Versions come first, as reads are resolved against them.
func (b *builder) record(items []item) {
	h := b.h
	table, key := items[0].table, items[0].key
	// The version that the history begins with has no writer.
	stamp, present := h.initial.At(int(table), key)
	if present {
		h.loaded++
	}
	h.records = append(h.records, record{key: key, table: table, first: uint32(len(h.writers))})
	h.addVersion(version(nobody, present), stamp)
	b.makeVersions(items)
	for _, it := range items {
		if b.kinds[it.ref] == read {
			h.accesses[it.ref] = b.versionRead(len(h.records)-1, it.ref)
		}
	}
}

// addVersion appends a version to the record added last.
func (h *History) addVersion(writer uint32, stamp uint64) {
	h.writers = append(h.writers, writer)
	h.stamps = append(h.stamps, stamp)
}

// version is a version's word: its writer, and whether that left the record absent.
func version(writer uint32, present bool) uint32 {
	if present {
		return writer
	}
	return writer | gone
}

// makeVersions appends the record's versions in the order of their writers'
// ids. A transaction's last write of the record decides what it left.
func (b *builder) makeVersions(items []item) {
	h := b.h
	b.writes = b.writes[:0]
	for _, it := range items {
		if b.kinds[it.ref] != read {
			owner := b.owners[it.ref]
			b.writes = append(b.writes, writing{h.txns[owner].id, it.ref, owner})
		}
	}
	// Ids ascend with the order of commits on a record, so this is the order of its versions.
	slices.SortFunc(b.writes, func(x, y writing) int {
		return cmp.Or(cmp.Compare(x.id, y.id), cmp.Compare(x.access, y.access))
	})
	loaded := h.stamps[len(h.stamps)-1]
	for i, w := range b.writes {
		if w.id <= loaded && loaded > 0 {
			b.faultOrder(w.owner, items[0], loaded)
		}
		left := version(w.owner, b.kinds[w.access] == write)
		// An earlier write of the same transaction: no other can have seen it.
		if i > 0 && b.writes[i-1].owner == w.owner {
			h.writers[len(h.writers)-1] = left
			h.accesses[w.access] = nothing
			continue
		}
		h.accesses[w.access] = uint32(len(h.writers)) | wrote
		h.addVersion(left, w.id)
	}
}

// faultOrder notes an id that does not ascend from the initial stamp: after a
// recovery the ids must go on from the stamps recovered.
func (b *builder) faultOrder(t uint32, it item, stamp uint64) {
	b.h.faults.add(BadID, "", func() string {
		return fmt.Sprintf("%s wrote %s, which started with the stamp %#x, not below its id", b.h.name(t),
			recordName(it.table, it.key), stamp)
	})
}

// versionRead returns the version of record r that an access read; nothing
// when it is the transaction's own, or none's.
// A stamp that no version has is a fault of the history: a read of something that never
// committed.
func (b *builder) versionRead(r int, access uint32) uint32 {
	h := b.h
	stamp, owner := b.stamps[access], b.owners[access]
	v, ok := h.versionOf(r, stamp)
	switch {
	case ok && h.writer(v) == owner:
		return nothing
	case ok:
		return v
	}
	h.faults.add(DirtyRead, "", func() string {
		return fmt.Sprintf("%s read %s with stamp %#x, which no committed transaction gave it%s",
			h.name(owner), h.recordName(r), stamp, h.elsewhere(stamp))
	})
	return nothing
}

// indexReaders turns the accesses round: who read each version.
func (h *History) indexReaders() {
	// A counting sort: how many read each version, then where each version's readers begin.
	at := make([]uint32, len(h.writers)+2)
	n := uint32(0)
	for _, a := range h.accesses {
		if a < wrote {
			at[a+2]++
			n++
		}
	}
	for v := 2; v < len(at); v++ {
		at[v] += at[v-1]
	}
	h.readers = make([]uint32, n)
	// Readers of a version come out in the order of their numbers.
	for t := range h.txns {
		for _, a := range h.accessesOf(uint32(t)) {
			if a < wrote {
				h.readers[at[a+1]] = uint32(t)
				at[a+1]++
			}
		}
	}
	h.readersAt = at[:len(h.writers)+1]
}

// byTicket returns the transactions in ascending order of one of their numbers.
func (h *History) byTicket(ticket func(*txn) uint64) []uint32 {
	items := make([]item, len(h.txns))
	for t := range h.txns {
		items[t] = item{key: ticket(&h.txns[t]), ref: uint32(t)}
	}
	order := make([]uint32, len(items))
	for i, it := range sortItems(items) {
		order[i] = it.ref
	}
	return order
}

// checkIDs notes the ids that are 0 or given twice.
func (h *History) checkIDs() {
	byID := h.byTicket(func(t *txn) uint64 { return t.id })
	for i, t := range byID {
		switch {
		case h.txns[t].id == 0:
			h.faults.add(BadID, "", func() string { return h.name(t) + " has id 0, which is the initial load's" })
		case i > 0 && h.txns[byID[i-1]].id == h.txns[t].id:
			h.faults.add(BadID, "", func() string { return h.name(byID[i-1]) + " and " + h.name(t) + " share an id" })
		}
	}
}

// elsewhere says of a stamp that does not belong where it was found whose it
// is, if anybody's. It searches; only explanations ask.
func (h *History) elsewhere(stamp uint64) string {
	t := slices.IndexFunc(h.txns, func(t txn) bool { return t.id == stamp })
	if t < 0 {
		return ""
	}
	return fmt.Sprintf(" (%s committed, but never wrote it)", h.name(uint32(t)))
}

// find returns the place of a record the history touches.
// Records are sorted by table and key.
func (h *History) find(table uint32, key uint64) (int, bool) {
	return sort.Find(len(h.records), func(i int) int {
		return cmp.Or(cmp.Compare(table, h.records[i].table), cmp.Compare(key, h.records[i].key))
	})
}
