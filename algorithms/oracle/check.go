package oracle

import "fmt"

// A Level is what an algorithm promises of its images.
type Level uint8

// The levels. Prefix and Epoch are checked alike; a report should name the one
// that was promised.
const (
	Prefix  Level = iota // a prefix of the commit order, real time respected
	Epoch                // cut between two epochs, real time respected
	Session              // a prefix of every worker's session (CPR)
)

// String returns the level's name.
func (l Level) String() string {
	switch l {
	case Prefix:
		return "prefix"
	case Epoch:
		return "epoch"
	case Session:
		return "session"
	}
	return fmt.Sprintf("level %d", uint8(l))
}

// realTime reports whether a transaction that ended before another began must
// be in with it.
func (l Level) realTime() bool { return l != Session }

// Rules say what to demand.
type Rules struct {
	Level Level
	// MinIn and MinOut are how many writing transactions each image must show
	// in and out, MinBetween how many more each image must show than the one
	// before it: an idle run proves nothing.
	MinIn, MinOut, MinBetween int
	// Limit is how many violations of each kind are explained; 0 means 5.
	Limit int
}

// limit is how many violations a report lists.
func (r Rules) limit() int {
	if r.Limit > 0 {
		return r.Limit
	}
	return defaultLimit
}

// An Image is what a checkpoint holds and what it claims.
type Image struct {
	Name string // for the report
	// Cut is the claim: a transaction is in exactly when its seq <= Cut.
	Cut   uint64
	State *State // what was read from it, complete; not nil
}

// CheckImages checks the history, every image, and the progress between
// images, which are given in the order in which they were taken.
func (h *History) CheckImages(images []*Image, rules Rules) *Report {
	report := h.Check(rules)
	if len(images) == 0 {
		report.add(Progress, "", func() string { return "no image was taken" })
	}
	for i, img := range images {
		report.merge(h.CheckImage(img, rules))
		if i > 0 {
			report.between(images[i-1], img, rules)
		}
	}
	return report
}

// between checks that an image got further than the one before it.
func (r *Report) between(prev, next *Image, rules Rules) {
	n := len(r.Images)
	if grown := r.Images[n-1].In - r.Images[n-2].In; grown < rules.MinBetween {
		r.add(Progress, next.Name, func() string {
			return fmt.Sprintf("%d more writing transactions in than in %s, at least %d wanted", grown, prev.Name,
				rules.MinBetween)
		})
	}
	if next.Cut < prev.Cut {
		r.add(Progress, next.Name, func() string {
			return fmt.Sprintf("its cut %d is before %s's, %d", next.Cut, prev.Name, prev.Cut)
		})
	}
}

// CheckImage checks one image: its records, its transactions and its claim.
func (h *History) CheckImage(img *Image, rules Rules) *Report {
	p := h.place(img, rules)
	p.checkTorn()
	p.close(rules.Level)
	p.checkClaim()
	p.checkProgress(rules)
	return &p.report
}

// Final checks a state that must hold everything committed: recovered with the
// whole log, or read from the live store. Tombstones are part of it.
func (h *History) Final(s *State, rules Rules) *Report {
	p := h.place(&Image{Name: "final state", Cut: Unplaced, State: s}, rules)
	for t := range h.txns {
		if p.marks[t]&out != 0 {
			p.add(Lost, func() string {
				return fmt.Sprintf("%s is lost: %s", h.name(uint32(t)), p.whyOut(uint32(t)))
			})
		}
	}
	p.tally()
	return &p.report
}
