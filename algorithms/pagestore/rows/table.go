package rows

import (
	"cmp"
	"fmt"
	"slices"

	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/pagestore/internal/rowstore"
)

// A table is rows in pages that an index leads to.
type table struct {
	store *rowstore.Store
	batch *rowstore.Batch
	way   rowstore.Way
	// Its memory is kept from message to message.
	order []keyed // of the message that is put
}

// newTable returns an empty table that is put into in the way of o.
func newTable(o Options, m *arena.Meter) (*table, error) {
	s, err := rowstore.New(o.PageSize, o.pages(), m)
	if err != nil {
		return nil, err
	}
	ways := map[Way]rowstore.Way{Single: rowstore.Single, Invoke: rowstore.Invoking, Find: rowstore.Finding}
	return &table{store: s, batch: s.NewBatch(), way: ways[o.Way]}, nil
}

// close gives the pages back.
func (t *table) close() error { return t.store.Close() }

// Load puts one row, before the messages.
func (t *table) Load(row []byte) error { return t.store.Put(row) }

// Put sorts the rows where the way wants that and they are not.
// Rows belong to the caller, and come back in another order.
func (t *table) Put(rows [][]byte) error {
	if t.way == rowstore.Single {
		for i, row := range rows {
			if err := t.store.Put(row); err != nil {
				return fmt.Errorf("row %d of %d: %w", i, len(rows), err)
			}
		}
		return nil
	}
	t.sort(rows)
	return t.batch.Put(rows, t.way)
}

// A keyed is a row with its key beside it, so that comparing two reads neither.
type keyed struct {
	key uint64
	row []byte
}

// sort sorts the rows by key, where they are not sorted.
func (t *table) sort(rows [][]byte) {
	t.order = t.order[:0]
	sorted := true
	for i, row := range rows {
		t.order = append(t.order, keyed{rowstore.Key(row), row})
		sorted = sorted && (i == 0 || t.order[i-1].key <= t.order[i].key)
	}
	if sorted {
		return
	}
	slices.SortFunc(t.order, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
	for i := range rows {
		rows[i] = t.order[i].row
	}
}

// Note has nothing to do: the index knows.
func (t *table) Note([][]byte) {}

// Remove removes the rows of keys; one that is not there is an ErrWrong.
func (t *table) Remove(keys []uint64) error {
	for _, key := range keys {
		switch found, err := t.store.Remove(key); {
		case err != nil:
			return fmt.Errorf("remove key %d: %w", key, err)
		case !found:
			return fmt.Errorf("%w: there is no key %d to be removed", ErrWrong, key)
		}
	}
	return nil
}

// Read appends a row to dst, or reports that there is none of the key.
// The row is a copy.
func (t *table) Read(key uint64, dst []byte) ([]byte, bool, error) { return t.store.Get(key, dst) }

// Held is what the pages hold, those of the index apart.
func (t *table) Held() Held {
	u := t.store.Usage()
	return Held{Rows: t.store.Len(), Bytes: u.Bytes, Pages: u.Data, IndexPages: u.Index}
}

// unreachable removes the rows that the index does not lead to, and counts them.
func (t *table) unreachable() (int, error) { return t.store.Reclaim() }
