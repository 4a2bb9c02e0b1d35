package claims

import (
	"testing"

	"ckptbench/harness/result"
)

func TestMergeTime(t *testing.T) {
	got, ok := mergeTime.of(&result.Trial{Collapse: &result.Collapse{N: 4, Time: 2}}, nil)
	if !ok || got != 0.5 {
		t.Errorf("four merges of two seconds take %v each (%v)", got, ok)
	}
	for _, c := range []*result.Collapse{nil, {}} {
		if got, ok := mergeTime.of(&result.Trial{Collapse: c}, nil); ok {
			t.Errorf("no merge takes %v", got)
		}
	}
}
