package regress

import (
	"strings"
	"testing"

	"ckptbench/harness/result"
)

// An A/A run gives the floor, which every comparison prints.
func TestNoiseFloorIsPrinted(t *testing.T) {
	with := func(ratios ...float64) *Side {
		e := shape{}.make()
		for i, r := range ratios {
			x := e.Trials[0]
			x.Algorithm, x.Trial, x.Round, x.Relative = result.Again, i+1, i+1, &r
			e.Trials = append(e.Trials, x)
		}
		return NewSide(e)
	}
	says := func(base, head *Side, want string) {
		t.Helper()
		r, err := Compare(base, head, Options{Order: order})
		if err != nil {
			t.Fatal(err)
		}
		if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, want) {
			t.Errorf("notes %q, want %q", notes, want)
		}
	}
	says(with(), with(), "Noise floor: not measured")
	says(with(0.97, 1, 1.01), with(0.96, 1, 1), "base ±3.0 %, head ±4.0 %")
}
