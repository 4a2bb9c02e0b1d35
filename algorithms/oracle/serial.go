package oracle

import (
	"fmt"
	"strings"
)

// Check checks the history itself: the ids, that nobody read what was never
// committed, that the transactions are strictly serializable, and that seq
// agrees with their dependencies (with real time too, unless the level is
// Session, where seq counts for each worker apart).
//
// It holds against the engine, not against an image, but an image's verdict is
// worth nothing where it fails.
func (h *History) Check(rules Rules) *Report {
	report := &Report{limit: rules.limit()}
	report.merge(&h.faults)
	h.checkSerializable(report)
	h.checkSeq(report, rules.Level)
	return report
}

// checkSerializable puts the transactions in an order that respects data and
// real time (which covers sessions), by removing those that nothing precedes.
// What cannot be removed holds a cycle.
//
// Real time costs one extra count per transaction: it is admitted once nobody
// who remains ended before it began.
func (h *History) checkSerializable(report *Report) {
	waits := make([]uint32, len(h.txns)) // predecessors that remain, and 1 until admitted
	for t := range h.txns {
		waits[t]++
		h.after(uint32(t), func(u uint32, _ Kind, _ uint32) { waits[u]++ })
	}
	ready := make([]uint32, 0, len(h.txns))
	release := func(u uint32, _ Kind, _ uint32) {
		if waits[u]--; waits[u] == 0 {
			ready = append(ready, u)
		}
	}
	removed := make([]bool, len(h.txns))
	ended, begun := 0, 0
	for done := 0; ; done++ {
		for ended < len(h.byEnd) && removed[h.byEnd[ended]] {
			ended++
		}
		for ; begun < len(h.byBegin) && h.admitted(h.byBegin[begun], ended); begun++ {
			release(h.byBegin[begun], RealTime, 0)
		}
		if done == len(ready) {
			break
		}
		removed[ready[done]] = true
		h.after(ready[done], release)
	}
	if len(ready) < len(h.txns) {
		report.add(Cycle, "", func() string { return h.cycle(removed) })
	}
}

// admitted reports whether nobody from byEnd[ended] on ended before t began.
func (h *History) admitted(t uint32, ended int) bool {
	return ended == len(h.byEnd) || h.txns[h.byEnd[ended]].end >= h.txns[t].begin
}

// cycle walks backwards among the transactions that were not removed, of which
// each has a predecessor, until it meets itself, and tells the cycle.
func (h *History) cycle(removed []bool) string {
	first := uint32(nobody) // of those left, the one that ended first
	for _, t := range h.byEnd {
		if !removed[t] {
			first = t
			break
		}
	}
	back := make(map[uint32]step) // from each transaction on the walk to the one before it
	t := first
	for {
		if _, met := back[t]; met {
			break
		}
		s := step{next: nobody}
		h.before(t, func(u uint32, k Kind, v uint32) {
			if s.next == nobody && !removed[u] {
				s = step{u, v, k}
			}
		})
		if s.next == nobody {
			s = step{first, 0, RealTime}
		}
		back[t] = s
		t = s.next
	}
	return h.tellCycle(back, t)
}

// tellCycle describes a cycle through start, at most shown of its steps. back leads from
// each transaction to the one that precedes it.
func (h *History) tellCycle(back map[uint32]step, start uint32) string {
	var why []string
	n, t := 0, start
	for {
		s := back[t]
		if n++; n <= shown {
			why = append(why, h.because(s.next, t, s.kind, s.version))
		}
		if t = s.next; t == start {
			break
		}
	}
	if n > shown {
		why = append(why, "...")
	}
	return fmt.Sprintf("%d transactions precede each other in a circle: %s", n, strings.Join(why, "; "))
}

// checkSeq compares seq with every edge. Unplaced transactions are left out.
func (h *History) checkSeq(report *Report, level Level) {
	check := func(u, t uint32, k Kind, v uint32) {
		a, b := &h.txns[u], &h.txns[t]
		if a.seq <= b.seq || !b.placed() || !a.placed() {
			return
		}
		report.add(SeqOrder, "", func() string {
			return fmt.Sprintf("%s has seq %d and %s has %d, but %s", h.name(u), a.seq, h.name(t), b.seq, h.because(u, t, k, v))
		})
	}
	for i := range h.txns {
		t := uint32(i)
		h.before(t, func(u uint32, k Kind, v uint32) { check(u, t, k, v) })
		if u := h.predecessor(t); u != nobody {
			check(u, t, SessionGap, 0)
		}
	}
	if level.realTime() {
		h.checkSeqRealTime(check)
	}
}

// placed reports whether the transaction has a place in the order that is claimed.
func (t *txn) placed() bool { return t.writes || t.seq != Unplaced }

// checkSeqRealTime sweeps over the beginnings and compares each with the
// highest seq that had ended.
func (h *History) checkSeqRealTime(check func(u, t uint32, k Kind, v uint32)) {
	ended, highest := 0, uint32(nobody)
	for _, t := range h.byBegin {
		for ; ended < len(h.byEnd) && h.txns[h.byEnd[ended]].end < h.txns[t].begin; ended++ {
			u := h.byEnd[ended]
			if h.txns[u].placed() && (highest == nobody || h.txns[u].seq > h.txns[highest].seq) {
				highest = u
			}
		}
		if highest != nobody {
			check(highest, t, RealTime, 0)
		}
	}
}
