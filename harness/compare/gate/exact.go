package gate

import (
	"fmt"
	"math"
	"strings"

	"ckptbench/harness/compare/remote"
	"ckptbench/harness/units"
)

// Records begins the names of figures that must not change at all: an image holds
// every record.
const Records = "records of image"

// An ExactLine is one figure that is the same at every run of the same code.
type ExactLine struct {
	Algorithm string  `json:"algorithm"`      // as in the table of algorithms
	Name      string  `json:"name"`           // of the figure
	Unit      string  `json:"unit,omitempty"` // of Base and Head
	Base      float64 `json:"base"`
	Head      float64 `json:"head"`
	Verdict   Verdict `json:"verdict"`       // equal, or not
	Why       string  `json:"why,omitempty"` // for a person
}

// CompareExact compares an algorithm's exact figures. All of them are costs: more
// is worse. A difference of the last digits of a share is none.
func CompareExact(algorithm string, base, head []remote.Figure) []ExactLine {
	var lines []ExactLine
	for _, b := range base {
		// NaN until head's figure is found, which may be 0. It never leaves: JSON has none.
		l := ExactLine{Algorithm: algorithm, Name: b.Name, Unit: b.Unit, Base: b.Value, Head: math.NaN(), Verdict: Same}
		for _, h := range head {
			if h.Name == b.Name {
				l.Head = h.Value
			}
		}
		switch {
		case math.IsNaN(l.Head):
			l.Head, l.Verdict, l.Why = 0, Shown, "head does not count it"
		case math.Abs(l.Head-l.Base) <= 1e-9*math.Abs(l.Base):
		case strings.HasPrefix(l.Name, Records):
			l.Verdict, l.Why = Regressed, "an image must hold every record"
		case l.Head > l.Base:
			l.Verdict = Regressed
		default:
			l.Verdict = Faster
		}
		lines = append(lines, l)
	}
	return lines
}

// words says a line in a sentence: "calc: image bytes 1,200 -> 1,300".
func (l ExactLine) words() string {
	return fmt.Sprintf("%s: %s %s -> %s", l.Algorithm, l.Name, units.Trimmed(l.Base, 3), units.Trimmed(l.Head, 3))
}
