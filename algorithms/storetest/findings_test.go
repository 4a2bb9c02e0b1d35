package storetest

import (
	"slices"
	"strings"
	"testing"

	"ckptbench/algorithms/oracle"
)

// TestFindings: a suite that failed says which tests, of what classes, and how to repeat
// them; one that passed says nothing.
func TestFindings(t *testing.T) {
	f := &findings{suite: "Test", algorithm: "x", seed: 7, tests: 9}
	f.end("Wrap", false)
	var b strings.Builder
	if f.print(&b); b.Len() > 0 {
		t.Errorf("a suite that passed says %q", b.String())
	}
	f.add("Test/Chain/again", brokenReport(t))
	f.end("Chain", true)
	f.end("BackToBack", true)
	f.print(&b)
	lines := strings.Split(b.String(), "\n")
	want := []string{
		"x: 2 of 9 tests of the conformance suite failed: BackToBack, Chain",
		"       1 × write-read: " + oracle.WriteRead.Meaning(),
		"       2 × seq order: " + oracle.SeqOrder.Meaning(),
		"       1 × other: a test failed for a reason that it states itself",
		"again: STORETEST_SEED=7 go test -run '^Test$/^(BackToBack|Chain)$' ./algorithms/storetest",
		"details follow", "",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("said\n%s\nwant\n%s", b.String(), strings.Join(want, "\n"))
	}
}

// brokenReport is the oracle's of an image that holds a transaction and not the one whose
// write it read.
func brokenReport(t *testing.T) *oracle.Report {
	t.Helper()
	r := oracle.NewRecorder(1, 0)
	log := r.Worker(0)
	log.Begin()
	log.Write(0, 1)
	log.Commit(1<<16, 2)
	log.Begin()
	log.Read(0, 1, 1<<16)
	log.Write(0, 2)
	log.Commit(2<<16, 1)
	h, err := r.History(oracle.Ranges{{Table: 0, First: 1, Count: 2}})
	if err != nil {
		t.Fatal(err)
	}
	state := oracle.NewState(1, nil)
	state.Shard(0).Put(0, 1, 0, true, nil)
	state.Shard(0).Put(0, 2, 2<<16, true, nil)
	report := h.CheckImages([]*oracle.Image{{Name: "image", State: state, Cut: 1}}, oracle.Rules{Level: oracle.Session})
	if report.Count(oracle.WriteRead) != 1 {
		t.Fatalf("the oracle says %v", report.Err())
	}
	return report
}
