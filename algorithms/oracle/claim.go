package oracle

import "fmt"

// checkClaim compares what the image shows with what it claims: in exactly
// when seq <= cut. Torn transactions have been reported.
// A transaction that only read counts if it has a place, see Unplaced.
func (p *placing) checkClaim() {
	for t := range p.h.txns {
		x, m := &p.h.txns[t], p.marks[t]
		// One that nothing says anything about is neither in nor out, and not judged.
		switch {
		case m.isIn() && x.seq > p.img.Cut && (x.writes || x.seq != Unplaced):
			p.add(Claim, func() string {
				return fmt.Sprintf("%s has seq %d, beyond the claimed cut %d, but is in: %s",
					p.h.name(uint32(t)), x.seq, p.img.Cut, p.whyIn(uint32(t)))
			})
		case m.isOut() && x.seq <= p.img.Cut:
			p.add(Claim, func() string {
				return fmt.Sprintf("%s has seq %d, within the claimed cut %d, but is out: %s",
					p.h.name(uint32(t)), x.seq, p.img.Cut, p.whyOut(uint32(t)))
			})
		}
	}
}

// tally counts the writing transactions that are in and out.
// A torn one counts as neither.
func (p *placing) tally() Tally {
	n := Tally{Image: p.img.Name}
	for t, m := range p.marks {
		switch {
		case !p.h.txns[t].writes:
		case m.isOut():
			n.Out++
		case m&out == 0:
			n.In++
		}
	}
	p.report.Images = append(p.report.Images, n)
	return n
}

// checkProgress checks that the image is neither empty nor all: one of no transactions
// would be consistent, and prove nothing.
// Rules say how many make an image worth judging.
func (p *placing) checkProgress(rules Rules) {
	n := p.tally()
	if n.In < rules.MinIn {
		p.add(Progress, func() string {
			return fmt.Sprintf("%d writing transactions are in, at least %d wanted", n.In, rules.MinIn)
		})
	}
	if n.Out < rules.MinOut {
		p.add(Progress, func() string {
			return fmt.Sprintf("%d writing transactions are out, at least %d wanted", n.Out, rules.MinOut)
		})
	}
}
