package claims

import (
	"fmt"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// A Proof holds where the images of an algorithm were found right in every
// trial, or, if Wrong is set, wrong in one at least. That none was found wrong
// does not disprove the latter: the interleaving may not have come up.
type Proof struct {
	Algorithm string // whose images
	Wrong     bool   // they must be found wrong; otherwise right
	At        Where  // the points it is about
}

// String is the rule.
func (d Proof) String() string {
	if d.Wrong {
		return fmt.Sprintf("an image of %s is found wrong%s", d.Algorithm, d.At.behind())
	}
	return fmt.Sprintf("every image of %s is found right, by the oracle too%s", d.Algorithm, d.At.behind())
}

// needs implements Decision.
func (d Proof) needs() (n needs) {
	n.add([]string{d.Algorithm}, Figure{}, d.At)
	return n
}

// decide implements Decision by how images were checked, and what was found.
func (d Proof) decide(v *view) (ruling, error) {
	points, err := v.points(d.At)
	if err != nil {
		return ruling{}, err
	}
	// Transactions are those that the oracle has recorded; images without any were checked by
	// less.
	images, txns, trials, found := 0, uint64(0), 0, ""
	for _, p := range points {
		for _, t := range v.exp.At(d.Algorithm, p) {
			trials++
			// Before counts, which refuses failed trials: a wrong image is the finding here.
			if t.Judged() == result.Wrong {
				found = firstLine(t.Verdict.Detail)
			} else if err := counts(t); err != nil {
				return ruling{}, fmt.Errorf("%s%s %w", d.Algorithm, at(p), err)
			}
			images, txns = images+t.Verdict.Images, txns+t.Verdict.Transactions
		}
	}
	switch {
	case trials == 0:
		return ruling{}, fmt.Errorf("%s was not run", d.Algorithm)
	case found != "":
		return ruling{held: d.Wrong, ours: "wrong: " + found, trials: trials}, nil
	case images == 0 || txns == 0:
		return ruling{}, fmt.Errorf("no image of %s was put before the oracle", d.Algorithm)
	}
	if d.Wrong {
		return ruling{}, fmt.Errorf("none of %d images of %s was found wrong, which proves nothing: more trials", images,
			d.Algorithm)
	}
	ours := fmt.Sprintf("%d images right, %s transactions recorded", images, units.Large(float64(txns)))
	return ruling{held: true, ours: ours, trials: trials}, nil
}

// every kind of decision is one
var _ = []Decision{Threshold{}, Ratio{}, Order{}, Monotone{}, Growth{}, Proof{}}
