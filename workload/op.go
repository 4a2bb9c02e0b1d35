package workload

import "time"

// A Kind says what an operation does to its record.
type Kind uint8

// The kinds of operation.
const (
	Read            Kind = iota // reads the whole record
	Update                      // overwrites one field, unseen
	Write                       // overwrites the whole record, unseen
	ReadModifyWrite             // reads the record, then overwrites one field of it
	Insert                      // adds a record
	Delete                      // removes a record; it may be gone already
	Scan                        // reads Length records in key order, from Key on
	kinds                       // how many there are
)

// kindNames are the configuration keys of the kinds, in their order.
var kindNames = [kinds]string{"read", "update", "write", "rmw", "insert", "delete", "scan"}

// String returns the kind's configuration key, such as "rmw".
func (k Kind) String() string {
	if k >= kinds {
		return "unknown"
	}
	return kindNames[k]
}

// Writes reports whether the operation changes its record, and so needs its
// lock exclusively.
func (k Kind) Writes() bool { return k != Read && k != Scan }

// A Ref says how an operation's Key is to be read.
type Ref uint8

// The ways to read Key.
const (
	// Absolute: Key is the key, below the number of records loaded.
	Absolute Ref = iota
	// BelowNewest: the key is the newest acknowledged insert minus Key, known
	// only when the operation runs. Resolve all of one transaction against
	// one reading of the newest: their keys are then distinct. Key is below
	// the number of records loaded, so the result never falls below 0.
	BelowNewest
	// Fresh: the key is the next unused one, drawn when the operation runs.
	// Key is 0 and means nothing.
	Fresh
)

// FieldAll as an operation's Field means the whole record.
const FieldAll = 1<<16 - 1

// An Op is one operation of a transaction. It is 16 bytes and holds no
// pointer: traces of millions are of no interest to the garbage collector.
type Op struct {
	Kind   Kind   // what it does
	Ref    Ref    // how Key is to be read
	Table  uint8  // 0 in all workloads of this package
	Field  uint16 // the field of an Update or ReadModifyWrite, 0..Fields-1; else FieldAll
	Length uint16 // of a Scan, in records, at least 1; else 0
	Key    uint64 // see Ref
}

// A Txn is one transaction: its operations and what its client does with it.
type Txn struct {
	Ops   []Op          // on distinct keys, in the order drawn; see Trace for its own order
	Hold  time.Duration // how long it holds its locks; 0 = as short as it can
	Long  bool          // one of the long transactions mixed in
	Abort bool          // the client aborts it after its last operation
}
