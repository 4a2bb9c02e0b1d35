package oracle

import (
	"fmt"
	"strings"
)

// A step leads from a transaction towards one that is in: the next transaction
// on the way, and the edge.
type step struct {
	next    uint32
	version uint32
	kind    Kind
}

// close looks for paths from a transaction that is out to one that is in, by a
// breadth-first search backwards. It runs in three rounds, each with one more
// sort of edge, so that the plainest explanation is found first. The search
// goes through free and torn transactions - whichever way one of them counts,
// a path through it is a violation - and stops at those that are out.
func (p *placing) close(level Level) {
	p.chain = make([]step, len(p.h.txns))
	s := search{placing: p, queue: make([]uint32, 0, len(p.h.txns))}
	for t, m := range p.marks {
		if m.isIn() {
			p.marks[t] |= reached
			p.chain[t].next = nobody
			s.queue = append(s.queue, uint32(t))
		}
	}
	s.run(WriteRead)
	s.run(SessionGap)
	if level.realTime() {
		s.run(RealTime)
	}
}

// A search is the state of close. The queue holds every transaction reached,
// in the order of reaching.
type search struct {
	*placing
	queue []uint32
	from  uint32 // the transaction whose predecessors are visited
	ended int    // transactions of byEnd visited for real time
}

// run expands every transaction reached by edges up to the limit: WriteRead
// (all data edges), SessionGap or RealTime. Those of earlier rounds only lack
// the edges that are new in this one.
func (s *search) run(limit Kind) {
	done := 0
	if limit != WriteRead {
		done = len(s.queue)
		for _, t := range s.queue[:done] {
			s.expand(t, limit)
		}
	}
	for ; done < len(s.queue); done++ {
		t := s.queue[done]
		s.from = t
		s.h.before(t, s.visit)
		for k := SessionGap; k <= limit; k++ {
			s.expand(t, k)
		}
	}
}

// expand visits t's predecessors by session or by real time.
func (s *search) expand(t uint32, k Kind) {
	switch k {
	case SessionGap:
		if u := s.h.predecessor(t); u != nobody {
			s.from = t
			s.visit(u, SessionGap, 0)
		}
	case RealTime:
		s.expandRealTime(t)
	}
}

// expandRealTime visits whoever ended before t began and was not visited so
// before: only a later beginning adds anything.
func (s *search) expandRealTime(t uint32) {
	s.from = t
	for h := s.h; s.ended < len(h.byEnd); s.ended++ {
		u := h.byEnd[s.ended]
		if h.txns[u].end >= h.txns[t].begin {
			return
		}
		s.visit(u, RealTime, 0)
	}
}

// visit notes that u comes before s.from.
func (s *search) visit(u uint32, k Kind, v uint32) {
	m := s.marks[u]
	switch {
	case m&(reached|reported) != 0:
	case m.isOut():
		s.marks[u] |= reported
		s.chain[u] = step{s.from, v, k}
		s.add(s.kindOf(u), func() string { return s.explain(u) })
	default:
		s.marks[u] |= reached
		s.chain[u] = step{s.from, v, k}
		s.queue = append(s.queue, u)
	}
}

// kindOf names the path from u after its least plain edge.
func (p *placing) kindOf(u uint32) Kind {
	k := WriteRead
	for ; p.chain[u].next != nobody; u = p.chain[u].next {
		k = max(k, p.chain[u].kind)
	}
	return k
}

// shown is how many edges of a path or cycle are listed.
const shown = 8

// explain tells the path from u, which is out, to a transaction that is in.
func (p *placing) explain(u uint32) string {
	var why []string
	t := u
	for p.chain[t].next != nobody {
		s := p.chain[t]
		if len(why) < shown {
			why = append(why, p.h.because(t, s.next, s.kind, s.version))
		} else if len(why) == shown {
			why = append(why, "...")
		}
		t = s.next
	}
	return fmt.Sprintf("%s is in the image (%s), but %s, which comes before it, is out (%s): %s",
		p.h.name(t), p.whyIn(t), p.h.name(u), p.whyOut(u), strings.Join(why, "; "))
}
