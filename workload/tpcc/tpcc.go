package tpcc

import (
	"errors"
	"fmt"
	"sync/atomic"

	"ckptbench/workload"
)

// A Benchmark is TPC-C of one size. All methods may be called concurrently; a
// Client belongs to one goroutine.
type Benchmark struct {
	cfg    Config // resolved
	nu     nurand
	middle []uint16 // the customer that a last name means, by district and name
	hints  []hint   // by district
}

var _ workload.Benchmark = (*Benchmark)(nil)

// A hint is the state of a district as the last transaction that had it locked saw it.
// The next transaction declares its records from it. A hint may be stale: a body checks
// it under its locks, and corrects it and asks to run again when it is wrong. Each field
// changes only while the rows that it describes are locked, except history.
type hint struct {
	next    atomic.Uint32 // D_NEXT_O_ID
	oldest  atomic.Uint32 // order of the oldest NEW-ORDER row; D_NEXT_O_ID where there is none
	history atomic.Uint64 // rows ever written to the history
	_       [48]byte
}

// New returns the benchmark that c describes, or the error of Validate. It
// draws the names of all customers: about a second for 100 warehouses.
func New(c Config) (*Benchmark, error) {
	c, err := c.Resolve()
	if err != nil {
		return nil, fmt.Errorf("tpcc: %w", err)
	}
	b := &Benchmark{cfg: c, hints: make([]hint, c.districts())}
	b.nu = newNurand(newRandom(b.rowSeed(seedConstants), 0))
	b.middle = b.index()
	for i := range b.hints {
		h := &b.hints[i]
		h.next.Store(uint32(c.Customers) + 1)
		h.oldest.Store(c.delivered() + 1)
		h.history.Store(uint64(c.Customers))
	}
	return b, nil
}

// Config returns the configuration with its defaults filled in.
func (b *Benchmark) Config() Config { return b.cfg }

// errAbsent means that the database is none of this benchmark's.
var errAbsent = errors.New("tpcc: a row is absent that always exists; load the store with the same configuration")

// present reports whether the records of these numbers exist.
func present(tx workload.Tx, is ...int) bool {
	for _, i := range is {
		if _, ok := tx.Read(i); !ok {
			return false
		}
	}
	return true
}

// get returns a record, nil where it is absent.
func get(tx workload.Tx, i int) row {
	v, ok := tx.Read(i)
	if !ok {
		return nil
	}
	return v
}
