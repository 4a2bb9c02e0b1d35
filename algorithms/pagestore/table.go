package pagestore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"unsafe"

	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/internal/record"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/pagestore/internal/pages"
	"ckptbench/algorithms/pagestore/internal/rowstore"
	"ckptbench/algorithms/store"
)

const (
	pageSize = 4096 // Ignite's
	keyBytes = 8
	headed   = keyBytes + 12 // of a row before its value: key, stamp, length + 1
)

// A row is its key and then a store.Version, no longer than its value wants.

// version returns the version in a row that begins at a multiple of 8.
func version(row []byte) *store.Version {
	return (*store.Version)(unsafe.Pointer(&row[keyBytes]))
}

// parse returns the stamp and the value of a row that may begin anywhere; nil for
// a record that is absent.
func parse(row []byte) (stamp uint64, v []byte) {
	stamp = binary.NativeEndian.Uint64(row[keyBytes:])
	if !present(row) {
		return stamp, nil
	}
	return stamp, row[headed:]
}

// appendRow appends a whole row to dst.
func appendRow(dst []byte, stamp, key uint64, v []byte) []byte {
	n := uint32(0)
	if v != nil {
		n = uint32(len(v)) + 1
	}
	dst = binary.LittleEndian.AppendUint64(dst, key)
	dst = binary.NativeEndian.AppendUint64(dst, stamp)
	dst = binary.NativeEndian.AppendUint32(dst, n)
	return append(dst, v...)
}

// present reports whether the record of a row exists. The row of a deleted record has length 0.
func present(row []byte) bool { return binary.NativeEndian.Uint32(row[headed-4:]) != 0 }

// A table is the rows of one table, and what a checkpoint knows of their pages.
type table struct {
	rows    *rowstore.Store
	capture *pages.Capture
}

// newTable opens a table's rows and their capture.
func newTable(env *store.Env, spec store.TableSpec, page int) (_ *table, err error) {
	t := &table{}
	if t.rows, err = rowstore.New(page, reserve(spec, page, env.Workers), env.Live); err != nil {
		return nil, err
	}
	if t.capture, err = t.rows.NewCapture(env.Meter); err != nil {
		return nil, errors.Join(err, t.rows.Close())
	}
	return t, nil
}

// spare is how many pages there are beyond those that rows can need: of those who
// have one in hand, and for batches that are stored before what they replace goes.
const spare = 256

// reserve returns how many pages a table's rows can come to need, so that a write,
// which has no way to fail, never has to. A new page is taken only where none is
// empty, so there are no more than parts of rows, and what the workers are about
// to remove: a page each, at the very worst. It is address space, not memory.
func reserve(spec store.TableSpec, page, workers int) int {
	most := page - 64 // of a row, in one page; it is a little more
	parts := (headed + spec.ValueSize + most - 1) / most
	return (int(spec.Capacity)+2*workers)*parts + spare
}

// write applies a write to a row, and returns the memory that it used for that.
// The caller holds the record's lock.
func (t *table) write(row []byte, stamp, key uint64, off int, v []byte) []byte {
	row, err := t.change(row[:0], stamp, key, off, v)
	sched.Point("pagestore.write")
	if err == nil {
		err = t.put(row)
	}
	if err != nil { // all pages there can ever be need of are reserved, and links are right
		panic(broken("write", key, err))
	}
	return row
}

// put puts a row in place or, where that cannot be, as the row store does.
func (t *table) put(row []byte) error {
	done, err := t.rows.Update(row)
	if done || err != nil {
		return err
	}
	return t.rows.Put(row)
}

// change makes row, which is empty, what key's row becomes.
func (t *table) change(row []byte, stamp, key uint64, off int, v []byte) (_ []byte, err error) {
	end := max(off, 0) + len(v)
	row = slices.Grow(row, headed+end)
	found := false
	if off != store.Whole {
		if row, found, err = t.rows.Get(key, row); err != nil {
			return row, err
		}
	}
	if !found {
		row = append(binary.LittleEndian.AppendUint64(row, key), make([]byte, headed-keyBytes)...)
	}
	row = slices.Grow(row, max(0, headed+end-len(row)))
	ver := (*store.Version)(unsafe.Pointer(unsafe.SliceData(row[keyBytes:])))
	ver.Apply(stamp, off, v)
	return row[:headed+ver.Len()], nil
}

// broken says what cannot be.
func broken(what string, key uint64, err error) string {
	return fmt.Sprintf("page store: %s key %d: %v", what, key, err)
}

// close gives the table's memory back.
func (t *table) close() error { return errors.Join(t.capture.Close(), t.rows.Close()) }

// A worker is what one worker reads and writes by.
type worker struct {
	rows []byte // read by its transaction, one after another from multiples of 8
	row  []byte // being written
	told int    // bytes of both that the meter knows of
	_    [64]byte
}

// account counts the worker's memory.
func (w *worker) account(m *arena.Meter) {
	if n := cap(w.rows) + cap(w.row); n != w.told {
		m.Add(int64(n - w.told))
		w.told = n
	}
}

// begin forgets what the transaction before has read.
func (w *worker) begin() { w.rows = w.rows[:0] }

// read returns a copy of key's version, or nil. It is valid until begin: where the
// memory has to be replaced by more, what was read lies in the old.
func (w *worker) read(t *table, key uint64) *store.Version {
	at := (len(w.rows) + 7) &^ 7
	w.rows = slices.Grow(w.rows, at-len(w.rows)+record.VersionBytes(0)+keyBytes)[:at]
	rows, found, err := t.rows.Get(key, w.rows)
	if err != nil { // the index names a row that is not there
		panic(broken("read", key, err))
	}
	w.rows = rows
	if !found {
		return nil
	}
	return version(rows[at:])
}
