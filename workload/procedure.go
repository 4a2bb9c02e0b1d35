package workload

import (
	"errors"
	"iter"
)

// Errors by which a call's body ends its transaction. Either is returned before
// the body wrote anything, unless the call's MayAbort says otherwise.
var (
	// ErrAgain means that the records declared were the wrong ones, as the
	// body found out by reading them. The call has noted what it saw: declare
	// and run it again.
	ErrAgain = errors.New("the records declared were not the right ones")
	// ErrAbort means that the transaction is to be rolled back, as the
	// benchmark demands of some.
	ErrAbort = errors.New("rolled back by its client")
)

// An Access declares one record that a call will use.
type Access struct {
	Table int    // its number among the benchmark's
	Key   uint64 // within the table
	Write bool   // it may be written; otherwise it is only read
}

// A Tx is a transaction in progress on the records declared, by their number in
// the declaration. All their locks are held. store.Txn is one.
type Tx interface {
	// Read returns the value of record i; ok is false when it is absent. The
	// value is valid until it is written or the body returns.
	Read(i int) (v []byte, ok bool)
	// Write writes v at offset off, or makes it the whole value where off is
	// Whole; an absent record is then present.
	Write(i, off int, v []byte)
	// Delete makes record i absent.
	Delete(i int)
}

// Whole as an offset means the whole value.
const Whole = -1

// A Table is what a benchmark needs of one table.
type Table struct {
	Name      string // for files and messages
	ValueSize int    // of the largest value, bytes
	Capacity  uint64 // keys, present or not
	Hash      bool   // keys are not below Capacity, and need an index
}

// A Benchmark is a set of tables and of stored procedures on them, as SmallBank
// and TPC-C are. Its methods may be called concurrently.
type Benchmark interface {
	// Tables returns the tables, which Access.Table numbers.
	Tables() []Table
	// Load yields every record that table i starts with. The value is valid
	// until the next one is asked for.
	Load(i int) iter.Seq2[uint64, []byte]
	// Client returns the calls of client i of n, a stream drawn from seed.
	Client(seed uint64, i, n int) Client
	// Check decides whether a state meets the benchmark's consistency
	// conditions. The error names the condition and the records.
	Check(s State) error
}

// A Client draws one client's calls, one after another, for one goroutine.
type Client interface {
	// Next draws the next call. It is valid until Next is called again.
	Next() Call
}

// MaxAhead is how many calls ahead of the last a Lookahead can be asked for.
const MaxAhead = 7

// A Lookahead is a Client that knows what its next calls will use, as a server
// with requests waiting does. A client need not be one.
type Lookahead interface {
	Client
	// Ahead appends the records of the call that comes n after the one that
	// Next returned last, n from 1 to MaxAhead, as far as they are known.
	Ahead(n int, a []Access) []Access
}

// A Call is one transaction to run: its records are declared, their locks are
// taken, and Body runs; again and again for as long as it returns ErrAgain.
type Call interface {
	// Kind names the procedure, such as "new-order".
	Kind() string
	// Declare appends the records that Body will use.
	Declare(a []Access) []Access
	// MayAbort reports whether Body may return ErrAbort after it wrote.
	MayAbort() bool
	// Body is the transaction. It may run more than once, as a transaction
	// that did not get its locks is tried again.
	Body(tx Tx) error
}

// A State is a whole database at one point, such as an image holds. Values are
// valid until the next record is asked for.
type State interface {
	// Get returns the value of a record; ok is false when it is absent.
	Get(table int, key uint64) (v []byte, ok bool)
	// All yields every record of a table that is present, in no order.
	All(table int) iter.Seq2[uint64, []byte]
}
