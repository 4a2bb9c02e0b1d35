// Package rows puts messages of rows into page memory in every way that
// IEP-32 speaks of, so that they can be compared: into the free list alone, row
// by row or at once, which is what its published table measures, and into a table
// with an index, in three ways that it proposes and never measured.
//
// It is no algorithm and no store.Store: there are no transactions and no
// checkpoints. What it has besides is what a comparison needs: rows can be taken
// out again, and all that is there can be compared with what ought to be.
package rows

import (
	"errors"
	"fmt"
	"slices"

	"ckptbench/algorithms/internal/arena"
)

// A Way is how a message is put.
type Way string

// The ways. The first two want keys that are not there, and find no row by its
// key.
const (
	Insert     Way = "insert"      // into the free list, row by row
	InsertRows Way = "insert-rows" // into the free list, at once
	Single     Way = "single"      // IEP-32's A: into the table, row by row
	Invoke     Way = "invoke"      // B: sorted, by the tree's InvokeAll
	Find       Way = "find"        // C: sorted, by FindAll, InsertRows and PutAll
)

// Ways returns all of them.
func Ways() []Way { return []Way{Insert, InsertRows, Single, Invoke, Find} }

// Options say what a Loader is to hold.
type Options struct {
	Way      Way
	PageSize int    // bytes, a power of two from 1 KiB to 16 KiB
	Keys     uint64 // all are below
	Bytes    int64  // of all rows at any time, at most
}

// A Loader is page memory with rows in it. A row begins with its key, 8 bytes in
// little-endian order. It is used by one goroutine.
type Loader struct {
	subject
	meter *arena.Meter
}

// A subject is what rows are put into.
type subject interface {
	// Load puts a row of a new key, by itself.
	Load(row []byte) error
	// Put puts a message, whose rows have different keys. It may order them anew.
	// This is what is measured; Note, which does what only the comparison needs,
	// comes after it.
	Put(rows [][]byte) error
	Note(rows [][]byte)
	// Remove removes rows, whose keys are there.
	Remove(keys []uint64) error
	// Read appends key's row to dst, where it is there.
	Read(key uint64, dst []byte) (row []byte, found bool, err error)
	// Held returns what there is.
	Held() Held
	// unreachable removes the rows that no key leads to, and returns how many.
	unreachable() (int, error)
	close() error
}

// Held is what is in page memory.
type Held struct {
	Rows       int64
	Bytes      int64 // of the rows, with their keys
	Pages      int   // with rows in them
	IndexPages int
}

// Open returns an empty loader. Memory is used as rows come.
func Open(o Options) (*Loader, error) {
	l := &Loader{meter: new(arena.Meter)}
	var err error
	switch o.Way {
	case Insert, InsertRows:
		l.subject, err = newHeap(o, l.meter)
	case Single, Invoke, Find:
		l.subject, err = newTable(o, l.meter)
	default:
		err = fmt.Errorf("no way to put rows is called %q: want one of %s", o.Way, Ways())
	}
	if err != nil {
		return nil, fmt.Errorf("rows: %w", err)
	}
	return l, nil
}

// pages returns how many pages to reserve: they need only addresses, and in the
// worst case half of each is empty.
func (o Options) pages() int { return int(3*o.Bytes/int64(o.PageSize)) + int(o.Keys/200) + 1000 }

// Memory returns the bytes of page memory in use.
func (l *Loader) Memory() int64 { return l.meter.Used() }

// Close gives the memory back.
func (l *Loader) Close() error { return l.close() }

// ErrWrong is wrapped by the error of Compare where a row is not what it ought to
// be, is there and ought not to, or is not there.
var ErrWrong = errors.New("page memory does not hold what was put into it")

// Compare compares all rows with those that each yields, all that there ought to
// be, and returns the sum of their digests. Nothing can be put afterwards.
func (l *Loader) Compare(
	each func(func(key uint64, row []byte) error) error, digest func(row []byte) uint64,
) (sum uint64, err error) {
	var got []byte
	var rows, bytes int64
	err = each(func(key uint64, want []byte) error {
		var found bool
		var err error
		got, found, err = l.Read(key, got[:0])
		switch {
		case err != nil:
			return fmt.Errorf("%w: key %d: %w", ErrWrong, key, err)
		case !found:
			return fmt.Errorf("%w: there is no row of key %d", ErrWrong, key)
		case !slices.Equal(got, want):
			return fmt.Errorf("%w: key %d has %d bytes, which are not the %d that were put last", ErrWrong, key, len(got),
				len(want))
		}
		rows, bytes, sum = rows+1, bytes+int64(len(want)), sum+digest(got)
		return nil
	})
	if err != nil {
		return 0, err
	}
	if h := l.Held(); h.Rows != rows || h.Bytes != bytes {
		return 0, fmt.Errorf("%w: %d rows of %d bytes are there, want %d of %d", ErrWrong, h.Rows, h.Bytes, rows, bytes)
	}
	switch n, err := l.unreachable(); {
	case err != nil:
		return 0, fmt.Errorf("%w: %w", ErrWrong, err)
	case n > 0:
		return 0, fmt.Errorf("%w: no key leads to %d rows", ErrWrong, n)
	}
	return sum, nil
}
