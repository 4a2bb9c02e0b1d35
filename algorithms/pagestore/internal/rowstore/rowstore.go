// Package rowstore is a table in page memory: rows of any length in data pages,
// found by an 8-byte key through a B+ tree whose values are links. It has the
// three ways to put a batch that Apache Ignite's proposal IEP-32 names, and none
// of which it measured.
//
// A row is stored before the index names it and removed after the index has
// forgotten it, with the leaf latched: what the index names is there, and a
// reader, who has the leaf latched too, sees it whole. A change that ends between
// the two leaves a row that nobody can reach, which Reclaim removes.
package rowstore

import (
	"encoding/binary"
	"errors"
	"fmt"

	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/pagestore/internal/btree"
	"ckptbench/algorithms/pagestore/internal/pages"
)

// keyBytes begin every row, so that a row without an index tells whose it is.
const keyBytes = 8

// errShort means that a row has no whole key.
var errShort = fmt.Errorf("row is shorter than its key of %d bytes", keyBytes)

// A Store is a table. Its methods may be called concurrently, but for Reclaim
// and Close.
type Store struct {
	data, index *pages.Space // each with pages of its own, so that a scan meets no others
	rows        *pages.Rows
	tree        *btree.Tree
}

// New returns an empty store with n pages of size bytes for rows, and as many as
// that for the index.
func New(size, n int, m *arena.Meter) (*Store, error) {
	s := new(Store)
	if err := s.open(size, n, m); err != nil {
		return nil, errors.Join(fmt.Errorf("row store: %w", err), s.Close())
	}
	return s, nil
}

// open makes the spaces of rows and index, for n pages each.
func (s *Store) open(size, n int, m *arena.Meter) (err error) {
	if s.data, err = pages.NewSpace(size, n, m); err != nil {
		return err
	}
	if s.index, err = pages.NewSpace(size, n, m); err != nil {
		return err
	}
	if s.rows, err = pages.NewRows(s.data, keyBytes); err != nil {
		return err
	}
	s.tree, err = btree.New(s.index)
	return err
}

// Close gives the memory back. Nobody may be using the store.
func (s *Store) Close() error {
	var errs []error
	if s.rows != nil {
		errs = append(errs, s.rows.Close())
	}
	for _, space := range []*pages.Space{s.data, s.index} {
		if space != nil {
			errs = append(errs, space.Close())
		}
	}
	return errors.Join(errs...)
}

// Len returns how many keys there are.
func (s *Store) Len() int64 { return s.tree.Count() }

// A Usage is how much of its page memory a store uses.
type Usage struct {
	Data, Index int   // pages with rows in them, and the index's
	Bytes       int64 // of all rows, with their keys
}

// Usage returns what is used now.
func (s *Store) Usage() Usage {
	return Usage{Data: s.rows.Pages(), Index: int(s.index.InUse()), Bytes: s.rows.Bytes()}
}

// Key returns the key of a row.
func Key(row []byte) uint64 { return binary.LittleEndian.Uint64(row) }

// Get appends key's row to dst, key and value, and reports whether there is one.
func (s *Store) Get(key uint64, dst []byte) (row []byte, found bool, err error) {
	row = dst
	found = s.tree.View(key, func(link uint64) {
		row, err = s.rows.Read(pages.Link(link), dst)
	})
	return row, found, err
}

// Put stores a row under its key, in place where it can be. The error is
// pages.ErrFull, and then the old row is there.
func (s *Store) Put(row []byte) error {
	if len(row) < keyBytes {
		return fmt.Errorf("put: %w", errShort)
	}
	c := change{s: s}
	err := s.tree.Invoke(Key(row), func(old uint64, found bool) (btree.Op, uint64) {
		return c.put(row, pages.Link(old), found)
	})
	return c.end(err)
}

// Remove removes key's row, and reports whether there was one.
func (s *Store) Remove(key uint64) (found bool, err error) {
	rerr := s.tree.Invoke(key, func(old uint64, there bool) (btree.Op, uint64) {
		if found = there; found {
			err = s.rows.Remove(pages.Link(old))
		}
		return btree.Remove, 0
	})
	return found, errors.Join(rerr, err)
}

// A change is what the closure of one Invoke did.
type change struct {
	s      *Store
	filler *pages.Filler // nil: a page is taken for each row
	new    pages.Link    // stored by it, and not yet named by the index
	err    error
}

// put decides for a row: in place, or stored anew, and then the old one goes.
func (c *change) put(row []byte, old pages.Link, found bool) (btree.Op, uint64) {
	c.new = 0
	if found {
		if done, err := c.s.rows.Update(old, row); done || err != nil {
			c.err = err
			return btree.Keep, 0
		}
	}
	link, err := c.store(row)
	if err != nil {
		c.err = err
		return btree.Keep, 0
	}
	if found {
		c.err = c.s.rows.Remove(old)
	} else {
		c.new = link
	}
	return btree.Put, uint64(link)
}

func (c *change) store(row []byte) (pages.Link, error) {
	if c.filler == nil {
		return c.s.rows.Insert(row)
	}
	return c.filler.Insert(row)
}

// end returns the change's error; where the index refused the key, the row that
// was stored for it goes.
func (c *change) end(err error) error {
	if err != nil && c.new != 0 {
		return errors.Join(err, c.err, c.s.rows.Remove(c.new))
	}
	return errors.Join(err, c.err)
}

// Reclaim removes the rows that the index does not name, as a change leaves them
// that ended in its middle, and returns how many. Nobody else may be using the
// store.
func (s *Store) Reclaim() (n int, err error) {
	type row struct {
		key  uint64
		link pages.Link
	}
	var lost []row
	s.rows.Walk(func(l pages.Link, head []byte) {
		if len(head) < keyBytes {
			lost = append(lost, row{0, l})
			return
		}
		if link, ok := s.tree.Find(Key(head)); !ok || pages.Link(link) != l {
			lost = append(lost, row{Key(head), l})
		}
	})
	for _, r := range lost {
		if err := s.rows.Remove(r.link); err != nil {
			return n, fmt.Errorf("reclaim the row of key %d: %w", r.key, err)
		}
		n++
	}
	return n, nil
}
