package glean

import (
	"context"
	"fmt"
)

// Leaves calls f with every leaf whose page is another one than in the snapshot
// before, nil for none: its new page, or 0 where nothing is left in it. It reads
// the interior pages that changed. Both snapshots have to be of the same tables.
// It is how a reader of volatile pages learns which of them it has to drop or read again when a
// new snapshot is installed. f is called in the order of tables and leaves, by the caller's
// goroutine.
func (sn *Snapshot) Leaves(ctx context.Context, before *Snapshot, f func(table int, leaf uint64, p Pointer)) error {
	for i := range sn.shapes {
		var old Pointer
		if before != nil {
			old = before.m.roots[i]
		}
		c := changes{ctx: ctx, sn: sn, before: before, s: &sn.shapes[i], f: f}
		if err := c.node(sn.m.roots[i], old, c.s.levels, 0); err != nil {
			return fmt.Errorf("leaves of snapshot %d: %w", sn.m.number, err)
		}
	}
	return nil
}

// changes is a walk over two trees at once, where they differ.
type changes struct {
	ctx        context.Context
	sn, before *Snapshot
	s          *shape
	f          func(table int, leaf uint64, p Pointer)
}

// node compares the new tree with the old one below a node: equal pointers mean equal
// subtrees, as pages are never overwritten.
func (c *changes) node(p, old Pointer, level int, index uint64) error {
	// A subtree that a snapshot has in common with the one before is not read: that is what makes
	// the walk short.
	if p == old {
		return nil
	}
	if level == 0 {
		// p is 0 for a leaf of which nothing is left.
		c.f(c.s.id, index, p)
		return nil
	}
	if c.ctx.Err() != nil {
		return context.Cause(c.ctx)
	}
	now, err := c.sn.children(p, c.s, level, index)
	if err != nil {
		return err
	}
	was, err := c.before.children(old, c.s, level, index)
	if err != nil {
		return err
	}
	for i := range now {
		child := index*c.s.fanout + uint64(i)
		// The last interior page of each level has room for more children than there are leaves;
		// those must be null.
		if child*c.s.span(level-1) >= c.s.leaves && now[i]|was[i] != 0 {
			return c.sn.damage(p, fmt.Errorf("a child beyond the end of table %q", c.s.Name))
		}
		if err := c.node(now[i], was[i], level-1, child); err != nil {
			return err
		}
	}
	return nil
}

// children returns what an interior page points to; nothing where there is no
// page.
func (sn *Snapshot) children(p Pointer, s *shape, level int, index uint64) ([]Pointer, error) {
	if p == 0 {
		return make([]Pointer, s.fanout), nil
	}
	page, err := sn.page(p, s, level, index, nil)
	if err != nil {
		return nil, err
	}
	ps, err := pointers(page.payload, s.fanout)
	if err != nil {
		return nil, sn.damage(p, err)
	}
	return ps, nil
}
