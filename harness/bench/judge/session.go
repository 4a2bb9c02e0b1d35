package judge

// A Write is what a transaction does to one record.
type Write struct {
	Key       uint64 // the record's
	Field     int    // the field that is overwritten, or Whole
	Delete    bool   // the record is removed
	IfPresent bool   // nothing is done where the record is absent
}

// Whole as a Write's Field is the whole record.
const Whole = -1

// A Txn is a transaction that committed. Its Writes are valid until the next is read.
type Txn struct {
	ID     uint64  // the transaction's, as records carry it
	Writes []Write // in the order done
}

// A Session yields one worker's committed transactions, in their order.
// It is made from what a client was given to run and what it noted.
type Session interface {
	// Next reads the next transaction into t, whose Writes it may reuse. It
	// returns false at the end.
	Next(t *Txn) bool
	// Fork returns a session that goes on from the same place.
	Fork() Session
}

// A cursor is a session and the transaction that it is at.
type cursor struct {
	session Session
	worker  int
	txn     Txn
	n       uint64 // transactions read, this one included
	until   uint64 // how many may be read
}

// next moves on to the next transaction, if there is one that may be read.
func (c *cursor) next() bool {
	if c.n >= c.until || !c.session.Next(&c.txn) {
		return false
	}
	c.n++
	return true
}

// merge calls f with the transactions of all sessions in the order of their ids, until
// f returns an error. done is how many of each were read before; it is brought up to
// date. Of worker i no more than until[i] are read in all.
// Ids ascend with the order in which transactions follow each other, so this is an order in
// which they could have run.
func merge(sessions []Session, done, until []uint64, f func(worker int, n uint64, t *Txn) error) error {
	var heap []*cursor
	for i, s := range sessions {
		c := &cursor{session: s, worker: i, n: done[i], until: until[i]}
		// A session without a transaction is not in the heap.
		if c.next() {
			heap = append(heap, c)
		}
	}
	for i := len(heap) / 2; i >= 0; i-- {
		sink(heap, i)
	}
	for len(heap) > 0 {
		c := heap[0]
		if err := f(c.worker, c.n, &c.txn); err != nil {
			return err
		}
		done[c.worker] = c.n
		if !c.next() {
			last := len(heap) - 1
			heap[0], heap = heap[last], heap[:last]
		}
		sink(heap, 0)
	}
	return nil
}

// sink restores the order of a heap, smallest id first, of which only i may be too
// large for its place.
func sink(heap []*cursor, i int) {
	for {
		least := i
		for _, j := range [2]int{2*i + 1, 2*i + 2} {
			if j < len(heap) && heap[j].txn.ID < heap[least].txn.ID {
				least = j
			}
		}
		if least == i {
			return
		}
		heap[i], heap[least] = heap[least], heap[i]
		i = least
	}
}
