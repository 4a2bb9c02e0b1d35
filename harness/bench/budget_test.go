package bench

import (
	"fmt"
	"strings"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/harness/result"
)

// Data of four times the memory budget: the run completes and is verified, with
// images and without, recovery from snapshot pages included.
func TestMemoryBudget(t *testing.T) {
	text := strings.NewReplacer("{name: calc}", "{read: 50%, write: 50%, keys: 2}", "verify_duration: 100ms",
		"verify_duration: 500ms").Replace(small)
	for sink, index := range map[string]string{"file": "hash", "discard": "dense"} {
		t.Run(sink+","+index, func(t *testing.T) {
			text := strings.Replace(text, "checkpoint: {", fmt.Sprintf("checkpoint: {sink: %s, ", sink), 1)
			tr := &run1(t, text+"algorithms: [foedus]\nmemory_budget: 125KB\nindex: "+index+"\n").Trials[0]
			if tr.Status != result.OK || !tr.Verdict.OK || tr.Committed == 0 || tr.Memory.Data != 4*125_000 {
				t.Fatalf("status %s %s, verdict %+v, %d committed, of %d bytes", tr.Status, tr.Error, tr.Verdict, tr.Committed,
					tr.Memory.Data)
			}
			p, r := tr.Paging, tr.Recovery
			if p == nil || p.Budget != 125_000 || p.Peak == 0 || p.Fetched == 0 || p.Dropped == 0 {
				t.Errorf("paging %+v", p)
			}
			if r == nil || r.Snapshot == 0 || r.Checked == "" {
				t.Errorf("recovery %+v", r)
			}
		})
	}
}

// A benchmark of several tables keeps to its conditions with a budget.
func TestBudgetOfBenchmark(t *testing.T) {
	tr := &run1(t, bank+"algorithms: [foedus]\nmemory_budget: 64KiB\n").Trials[0]
	if tr.Status != result.OK || !tr.Verdict.OK || tr.Committed == 0 || tr.Paging == nil || tr.Paging.Fetched == 0 {
		t.Errorf("status %s %s, verdict %+v, %d committed, paging %+v", tr.Status, tr.Error, tr.Verdict, tr.Committed,
			tr.Paging)
	}
}

// The baseline that a rate is a share of has no budget.
func TestBudgetIsOfPaged(t *testing.T) {
	c := cell{Experiment: parse(t, small+"algorithms: [foedus]\nmemory_budget: 1MiB\n").Cells()[0].Experiment}
	for name, want := range map[string]int64{"none": 0, "foedus": 1 << 20} {
		e, _ := algorithms.Find(name)
		if o := c.options(e, t.TempDir()); o.Budget != want {
			t.Errorf("%s has a budget of %d bytes, want %d", name, o.Budget, want)
		}
	}
}
