package page

import (
	"testing"

	"ckptbench/harness/result"
)

// Both what stayed disturbed and what was run again name the algorithm and the
// reason.
func TestDisturbedNotes(t *testing.T) {
	rows := []result.Row{
		{Algorithm: "none", Trials: 3},
		{Algorithm: "calc", Trials: 3, Noisy: 1, Worst: result.Disturbance{StoodStill: 2},
			Repeats: 3, Repeated: []string{"the process stood still for 2.00 s", "others used 9 % of the machine"}},
		{Algorithm: "cpr", Trials: 3, Repeats: 1}, // from before the reasons were stored
	}
	want := "Noisy trials, kept and counted: calc 1 of 3 (the process stood still for 2.00 s)."
	if got := noisyNote(rows); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	want = "Run again because something disturbed the trial, which is kept in the folder noisy: " +
		"calc 3× (the process stood still for 2.00 s; others used 9 % of the machine), cpr 1× (disturbed)."
	if got := repeatsNote(rows); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := repeatsNote(rows[:1]); got != "" {
		t.Errorf("nothing was run again: %q", got)
	}
}
