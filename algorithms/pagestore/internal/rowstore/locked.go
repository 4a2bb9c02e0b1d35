package rowstore

import (
	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/pagestore/internal/pages"
)

// What a database asks of the store whose transactions lock keys, and that takes
// checkpoints.

// Update overwrites the row of its key in place, and reports whether it could:
// not where the key has no row, or one of another length or of several pages. The
// tree is only read, so nobody else may be putting or removing this key.
func (s *Store) Update(row []byte) (bool, error) {
	link, found := s.tree.Find(Key(row))
	if !found {
		return false, nil
	}
	return s.rows.Update(pages.Link(link), row)
}

// Scan calls fn with the first part of every row from a key on in the keys' order,
// walking the tree's leaves, until fn returns false. The leaf and the row's page
// are latched meanwhile, so fn must not use the store. Rows that others put or
// remove meanwhile are met or not.
func (s *Store) Scan(from uint64, fn func(head []byte) bool) (err error) {
	s.tree.Scan(from, func(_, link uint64) bool {
		more := false
		err = s.rows.View(pages.Link(link), func(head []byte) { more = fn(head) })
		return more && err == nil
	})
	return err
}

// NewCapture has a checkpoint's capture keep an eye on the rows' pages: once, and
// before the store is used. It is to be closed before the store is.
func (s *Store) NewCapture(m *arena.Meter) (*pages.Capture, error) { return s.rows.NewCapture(m) }
