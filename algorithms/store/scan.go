package store

// An Orderer is an Algorithm that has an order of the keys there are. Without one
// a scan reads consecutive keys, as everywhere here where keys are numbers; and
// an algorithm with a tree is asked.
type Orderer interface {
	// Keys appends to dst the keys of the records of a table that are there,
	// from one on, in order, up to n of them, and of those between that are
	// deleted: whether the transaction that did so commits is not known yet.
	// Transactions may be running; the caller is none.
	Keys(dst []uint64, table int, from uint64, n int) []uint64
}

// Scan appends to dst the declarations of the records that a scan reads: up to n
// of a table, from key on, in the order of their keys, to be read. They are those
// that are there (see Orderer), or else consecutive keys up to last, where key
// itself is always among them. The table must exist.
//
// The keys are named before any lock is taken, and then locked like all others.
// A record that is deleted meanwhile is absent to the transaction, and one that
// comes meanwhile is not in the scan: it is no defence against phantoms, with
// either kind of order.
func (w *Worker) Scan(dst []Access, table int, key uint64, n int, last uint64) []Access {
	if o := w.store.orderer; o != nil {
		w.scanned = o.Keys(w.scanned[:0], table, key, n)
		for _, k := range w.scanned {
			dst = append(dst, Access{Key: k, Table: uint16(table)})
		}
		return dst
	}
	dst = append(dst, Access{Key: key, Table: uint16(table)})
	for i := 1; i < n && key+uint64(i) <= last; i++ {
		dst = append(dst, Access{Key: key + uint64(i), Table: uint16(table)})
	}
	return dst
}
