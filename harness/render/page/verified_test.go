package page

import (
	"testing"

	"ckptbench/harness/result"
)

// The note on verification says how images were checked, and which planted faults were
// found.
func TestVerifyNote(t *testing.T) {
	rows := []result.Row{
		{Algorithm: "calc", Mode: result.ModeTrial, How: result.How{Oracle: 18, Whole: 3, Recovered: 1}, Planted: 2},
		{Algorithm: "fuzzy", Mode: result.ModeTrial, How: result.How{Oracle: 18, Records: 3, Recovered: 1}, Planted: 1},
	}
	const checked = "Verification: trial. Images right: 36 of recorded runs judged by the oracle, " +
		"3 of measured runs compared with all that their transactions wrote, " +
		"3 of measured runs, of mixed versions, compared record by record, 2 recovered from and compared with memory."
	if got, want := verifyNote(rows), checked+" Planted faults found: 3 of 3."; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	rows[1].Missed = []string{"changes that are not logged"}
	want := checked + " Planted faults found: 2 of 3. NOT found, so that the recorded run says little: fuzzy (changes " +
		"that are not logged)."
	if got := verifyNote(rows); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	for i := range rows { // of an older result
		rows[i].How, rows[i].Planted, rows[i].Missed = result.How{}, 0, nil
	}
	if got := verifyNote(rows); got != "Verification: trial." {
		t.Error(got)
	}
}
