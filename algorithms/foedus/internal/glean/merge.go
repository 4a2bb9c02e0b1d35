package glean

import "io"

// A merge reads several sorted runs as one.
// It is for one reducer, which alone calls it. Values are read from all runs at the same time, so
// a merge holds a buffer for every run and one entry of each.
type merge struct {
	heads []head // a heap: the least entry is the first
}

// A head is the next entry of a stream.
type head struct {
	e   entry
	v   []byte
	s   stream
	run int // decides between equals, which there are none of in one log
}

// newMerge merges sorted streams. Of equal entries, that of the earlier stream comes
// first.
// The heap is built from the bottom up, in linear time.
func newMerge(streams []stream) (*merge, error) {
	m := &merge{}
	for i, s := range streams {
		h := head{s: s, run: i}
		more, err := h.advance()
		if err != nil {
			return nil, err
		}
		// An empty stream never gets into the heap.
		if more {
			m.heads = append(m.heads, h)
		}
	}
	for i := len(m.heads)/2 - 1; i >= 0; i-- {
		m.down(i)
	}
	return m, nil
}

// advance reads the next entry of the stream; false is its end.
func (h *head) advance() (bool, error) {
	var err error
	h.e, h.v, err = h.s.next()
	if err == io.EOF {
		return false, nil
	}
	return err == nil, err
}

// peek returns the next entry and its value, or nil at the end. They are valid
// until the next call of pop.
func (m *merge) peek() (*entry, []byte) {
	if len(m.heads) == 0 {
		return nil, nil
	}
	return &m.heads[0].e, m.heads[0].v
}

// pop goes on to the next entry.
// The entry that peek returned is replaced in place.
func (m *merge) pop() error {
	more, err := m.heads[0].advance()
	if err != nil {
		return err
	}
	if !more {
		last := len(m.heads) - 1
		m.heads[0] = m.heads[last]
		m.heads = m.heads[:last]
	}
	m.down(0)
	return nil
}

// less is the order of two heads.
func (m *merge) less(i, j int) bool {
	c := m.heads[i].e.compare(&m.heads[j].e)
	return c < 0 || c == 0 && m.heads[i].run < m.heads[j].run
}

// down restores the heap below i.
func (m *merge) down(i int) {
	for {
		least := i
		for _, c := range []int{2*i + 1, 2*i + 2} {
			if c < len(m.heads) && m.less(c, least) {
				least = c
			}
		}
		if least == i {
			return
		}
		m.heads[i], m.heads[least] = m.heads[least], m.heads[i]
		i = least
	}
}
