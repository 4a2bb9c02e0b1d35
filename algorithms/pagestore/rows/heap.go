package rows

import (
	"encoding/binary"
	"errors"
	"fmt"

	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/pagestore/internal/pages"
)

// A heap is rows in pages that no index leads to: what the free list is measured
// by. The links are kept beside it, by key.
type heap struct {
	space   *pages.Space
	rows    *pages.Rows
	batched bool
	links   []pages.Link // by key; 0: not there
	last    []pages.Link // of the message that was put last
}

// newHeap returns an empty heap for the keys below Options.Keys.
func newHeap(o Options, m *arena.Meter) (*heap, error) {
	h := &heap{batched: o.Way == InsertRows, links: make([]pages.Link, o.Keys)}
	var err error
	if h.space, err = pages.NewSpace(o.PageSize, o.pages(), m); err != nil {
		return nil, err
	}
	if h.rows, err = pages.NewRows(h.space, keyBytes); err != nil {
		return nil, errors.Join(err, h.space.Close())
	}
	return h, nil
}

// keyBytes is how many bytes of a row are its key, a little-endian number at the start.
const keyBytes = 8

// keyOf reads a row's key.
func keyOf(row []byte) uint64 { return binary.LittleEndian.Uint64(row) }

// close gives the pages back.
func (h *heap) close() error { return errors.Join(h.rows.Close(), h.space.Close()) }

// Load puts one row, before the messages. The key must be new.
func (h *heap) Load(row []byte) error {
	l, err := h.rows.Insert(row)
	if err == nil {
		h.links[keyOf(row)] = l
	}
	return err
}

// Put puts the rows of a message and remembers their links for Note, outside of the time
// that is measured.
func (h *heap) Put(rows [][]byte) error {
	if cap(h.last) < len(rows) {
		h.last = make([]pages.Link, len(rows))
	}
	h.last = h.last[:len(rows)]
	if h.batched {
		return h.rows.InsertRows(rows, h.last)
	}
	for i, row := range rows {
		l, err := h.rows.Insert(row)
		if err != nil {
			return fmt.Errorf("row %d of %d: %w", i, len(rows), err)
		}
		h.last[i] = l
	}
	return nil
}

// Note files the links of the message that was put last.
func (h *heap) Note(rows [][]byte) {
	for i, row := range rows {
		h.links[keyOf(row)] = h.last[i]
	}
}

// Remove removes the rows of keys that are there.
func (h *heap) Remove(keys []uint64) error {
	for _, key := range keys {
		if err := h.rows.Remove(h.links[key]); err != nil {
			return fmt.Errorf("remove key %d: %w", key, err)
		}
		h.links[key] = 0
	}
	return nil
}

// Read appends a row to dst, or reports that there is none of the key.
func (h *heap) Read(key uint64, dst []byte) ([]byte, bool, error) {
	if h.links[key] == 0 {
		return dst, false, nil
	}
	row, err := h.rows.Read(h.links[key], dst)
	return row, err == nil, err
}

// Held is what the pages hold. There is no index.
func (h *heap) Held() Held {
	return Held{Rows: h.rows.Count(), Bytes: h.rows.Bytes(), Pages: h.rows.Pages()}
}

// unreachable counts the rows in the pages that are not those of the links.
func (h *heap) unreachable() (n int, err error) {
	h.rows.Walk(func(l pages.Link, head []byte) {
		if len(head) < keyBytes || keyOf(head) >= uint64(len(h.links)) || h.links[keyOf(head)] != l {
			n++
		}
	})
	return n, nil
}
