// Package harness has no code of its own: its rooms are below it. The test here holds the picture of which of them
// may know which.
package harness

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// floors are the rooms from the top to the bottom of the house. A room knows only rooms on floors below its own, so
// each does one thing with what the one before has made: a configuration is run, a run leaves a result, and results
// are drawn and compared without anything that could run one.
var floors = [][]string{
	{"cmd/ckptbench"},
	{"render/figure"},
	{"bench", "compare/claims", "compare/gate", "compare/merge", "compare/regress", "doctor", "render/chart",
		"render/page"},
	{"bench/journal", "bench/judge", "bench/latency", "bench/tsc", "compare/builds", "compare/remote", "render/table"},
	{"result"},
	{"config/cost"},
	{"config"},
	{"config/ycsbfile"},
	{"host", "internal/edits", "internal/nearest", "lock", "result/paired", "units"},
}

// measuring are the rooms that know the algorithms and their store.
var measuring = []string{"bench", "cmd/ckptbench"}

func TestArrowsPointDown(t *testing.T) {
	floor := map[string]int{}
	for n, rooms := range floors {
		for _, r := range rooms {
			floor[r] = n
		}
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`,
		"ckptbench/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		from, inHarness := strings.CutPrefix(words[0], "ckptbench/harness/")
		if at, known := floor[from]; inHarness && !known {
			t.Errorf("%s is on no floor", from)
		} else if inHarness {
			seen++
			for _, to := range words[1:] {
				if room, ok := strings.CutPrefix(to, "ckptbench/harness/"); ok && floor[room] <= at {
					t.Errorf("%s imports %s, which is not below it", from, room)
				}
				if strings.HasPrefix(to, "ckptbench/algorithms") && !slices.Contains(measuring, from) {
					t.Errorf("%s imports %s, and is no room that measures", from, to)
				}
			}
		} else if i := slices.IndexFunc(words[1:], func(w string) bool {
			return strings.HasPrefix(w, "ckptbench/harness/")
		}); i >= 0 {
			t.Errorf("%s imports %s: the harness knows the algorithms, and not the other way round", words[0], words[1+i])
		}
	}
	if seen != len(floor) {
		t.Errorf("%d rooms are on floors, and %d of them are there", len(floor), seen)
	}
}
