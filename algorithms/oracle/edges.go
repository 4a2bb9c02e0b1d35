package oracle

import "fmt"

// before visits every transaction that a data edge puts before t, with the
// edge's kind and the version t read, wrote (write-write) or replaced
// (read-write). Visits may repeat.
// The three kinds of edges are those of a serialization graph: write-read, write-write,
// read-write.
func (h *History) before(t uint32, visit func(u uint32, k Kind, v uint32)) {
	for _, a := range h.accessesOf(t) {
		// An access is a version's number, with a bit where the transaction made it.
		switch v := a &^ wrote; {
		case a == nothing:
		case a&wrote == 0:
			if u := h.writer(v); u != nobody {
				visit(u, WriteRead, v)
			}
		default:
			// The version before the one it wrote: its writer and its readers come first.
			if u := h.writer(v - 1); u != nobody {
				visit(u, WriteWrite, v-1)
			}
			for _, u := range h.readersOf(v - 1) {
				if u != t {
					visit(u, ReadWrite, v-1)
				}
			}
		}
	}
}

// after visits every transaction that a data edge puts after t: the same edges
// from the other end.
func (h *History) after(t uint32, visit func(u uint32, k Kind, v uint32)) {
	for _, a := range h.accessesOf(t) {
		if a == nothing {
			continue
		}
		// Whoever made the next version comes after the readers of this one.
		v, k := a&^wrote, ReadWrite
		if a&wrote != 0 {
			k = WriteWrite
			for _, u := range h.readersOf(v) {
				visit(u, WriteRead, v)
			}
		}
		if u := h.follower(v); u != nobody && u != t {
			visit(u, k, v)
		}
	}
}

// predecessor returns the transaction before t in its session, or nobody.
// Transactions of a session are next to each other, in its order.
func (h *History) predecessor(t uint32) uint32 {
	if h.txns[t].number == 1 {
		return nobody
	}
	return t - 1
}

// because says in words why u comes before t.
// v is the version that the edge is about.
func (h *History) because(u, t uint32, k Kind, v uint32) string {
	switch k {
	case WriteRead:
		return fmt.Sprintf("%s read %s from %s", h.name(t), h.recordName(h.recordOf(v)), h.name(u))
	case WriteWrite:
		return fmt.Sprintf("%s overwrote %s, which %s wrote", h.name(t), h.recordName(h.recordOf(v)), h.name(u))
	case ReadWrite:
		return fmt.Sprintf("%s overwrote the version of %s that %s read", h.name(t), h.recordName(h.recordOf(v)), h.name(u))
	case SessionGap:
		return fmt.Sprintf("%s came before %s in its session", h.name(u), h.name(t))
	}
	return fmt.Sprintf("%s ended (ticket %d) before %s began (ticket %d)", h.name(u), h.txns[u].end, h.name(t),
		h.txns[t].begin)
}
