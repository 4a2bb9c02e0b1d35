package glean

import "fmt"

// roots builds the root pages, last, from what the reducers made of their
// children, and returns the roots of all tables.
// It runs in the caller's goroutine when all reducers have ended, and writes to the first
// reducer's file.
func (j *job) roots() ([]Pointer, error) {
	roots := make([]Pointer, len(j.d.shapes))
	// A table without changes keeps its old root, and with it all its pages.
	if j.old != nil {
		copy(roots, j.old.m.roots)
	}
	changed := make([][]rootChild, len(roots))
	for _, r := range j.reducers {
		for _, c := range r.children {
			changed[c.table] = append(changed[c.table], c)
		}
	}
	// Any composer would do; the roots are few.
	c := &j.reducers[0].compose
	for t, cs := range changed {
		if len(cs) == 0 {
			continue
		}
		s := &j.d.shapes[t]
		children, err := c.root(s)
		if err != nil {
			return nil, err
		}
		// The old root is read a second time so that its bytes are counted as dead.
		if p := roots[t]; p != 0 {
			if _, err := c.take(p, s, s.levels, 0); err != nil {
				return nil, err
			}
		}
		set := map[uint64]bool{}
		for _, x := range cs {
			// Two partitions that composed one child would mean that the changes of one are lost.
			if set[x.child] {
				return nil, fmt.Errorf("child %d of table %q was composed by two partitions", x.child, s.Name)
			}
			set[x.child] = true
			children[x.child] = x.p
		}
		if roots[t], err = interior(c.out, place{t, s.levels, 0}, children, &c.wrote); err != nil {
			return nil, err
		}
	}
	return roots, nil
}
