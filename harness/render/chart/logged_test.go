package chart

import (
	"testing"

	"ckptbench/harness/result"
)

// None under a log is drawn behind what is logged where none is not, and has no panel
// of its own then.
func TestLogRuns(t *testing.T) {
	made := func(names ...string) (as []algorithm) {
		for _, name := range names {
			x := &result.Trial{Buckets: []result.Bucket{{Elapsed: 1, Commits: 5}, {Start: 1, Elapsed: 1, Commits: 5}}}
			if name == "hekaton" || name == logBase || name == "none async" {
				x.Log = "async"
			}
			if name == "none async" {
				name = baseline
			}
			as = append(as, algorithm{name: name, trial: x})
		}
		return as
	}
	for _, c := range []struct {
		names []string
		want  bool
	}{
		{[]string{"none", "none-log", "hekaton"}, true},
		{[]string{"none-log", "hekaton"}, true},
		{[]string{"none", "hekaton"}, false},
		{[]string{"none", "none-log", "calc"}, false},
		{[]string{"none async", "none-log", "hekaton"}, false},
	} {
		if got := logRuns(made(c.names...)) != nil; got != c.want {
			t.Errorf("%q: a line behind: %t, want %t", c.names, got, c.want)
		}
	}
}
