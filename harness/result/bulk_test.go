package result

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// bulkTrial is a trial of a way, with the median message's time.
func bulkTrial(size, put string, round int, ns uint64, pages int) Trial {
	return Trial{
		Schema: Schema, Algorithm: "none", Trial: round, Round: round, Status: OK,
		Verdict: Verdict{Mode: ModelVerdict, OK: true},
		Params:  []Param{{Key: putKey, Value: put}, {Key: "workload.row_size", Value: size}},
		Bulk: &Bulk{Put: put, Rows: 100, Elapsed: 0.5, Messages: Quantiles{Count: 1, P50: ns, P99: 2 * ns}, Bytes: 2048,
			Pages: pages, PageSize: 1024},
	}
}

var putOrder = []string{"slow", "quick", "third"}

func slow(string) string { return "slow" }

// Ways are compared within a round, whatever the others are like.
func TestBulkPoints(t *testing.T) {
	e := &Experiment{Trials: []Trial{
		bulkTrial("100-200", "quick", 1, 50, 3), bulkTrial("100-200", "slow", 1, 100, 2),
		bulkTrial("100-200", "quick", 2, 400, 3), bulkTrial("100-200", "slow", 2, 1600, 2),
		bulkTrial("44-104", "slow", 1, 7, 4),
	}}
	ps := e.BulkPoints(putOrder, slow)
	if len(ps) != 2 || ps[0].RowSize() != "44-104" || ps[1].RowSize() != "100-200" {
		t.Fatalf("points %+v, want by the ends of their ranges", ps)
	}
	base, quick := ps[1].Ways[0], ps[1].Ways[1]
	if base.Put != "slow" || quick.Put != "quick" || base.Gain.N != 0 || quick.Gain.N != 2 {
		t.Fatalf("ways %+v", ps[1].Ways)
	}
	if g := quick.Gain; g.Lo != 2 || g.Hi != 4 || g.Median != 3 {
		t.Errorf("gain %+v, want 2 to 4", g)
	}
	if s := quick.Saved(); s.Lo != 0.5 || s.Hi != 0.75 {
		t.Errorf("saved %+v, want a half to three quarters", s)
	}
	if quick.MorePages.Median != 1.5 || quick.Rate.Median != 200 || quick.Full.Median != 2048./3/1024 ||
		quick.Tail.Hi != 800e-9 {
		t.Errorf("%+v", quick)
	}
	if w := ps[0].Ways; len(w) != 1 || w[0].Trials != 1 {
		t.Errorf("ways %+v", w)
	}
}

// One failed trial withholds a way's figures, and those that are compared with it.
func TestBulkPointsOfFailures(t *testing.T) {
	fail := func(x Trial) Trial {
		x.Status, x.Error, x.Bulk, x.Verdict.OK = Failed, "there is no row of key 7", nil, false
		return x
	}
	e := &Experiment{Trials: []Trial{
		bulkTrial("8", "quick", 1, 50, 3), fail(bulkTrial("8", "quick", 2, 50, 3)),
		bulkTrial("8", "slow", 1, 100, 2), bulkTrial("8", "slow", 2, 100, 2),
	}}
	w := e.BulkPoints(putOrder, slow)[0].Ways
	if w[1].Failed != 1 || w[1].Trials != 0 || w[1].Gain.N != 0 || w[1].Rate.N != 0 ||
		!slices.Equal(w[1].Errors, []string{"there is no row of key 7"}) || w[0].Trials != 2 {
		t.Errorf("%+v", w)
	}
	x := fail(bulkTrial("8", "quick", 1, 50, 3))
	if x.Bulk = bulkTrial("8", "quick", 1, 50, 3).Bulk; x.Check() == nil {
		t.Error("a failed trial with figures passes")
	}
	if plain := (&Experiment{Trials: []Trial{{Algorithm: "calc"}}}).BulkPoints(putOrder, slow); plain != nil {
		t.Errorf("of transactions: %+v", plain)
	}
}

func TestRangesAreSorted(t *testing.T) {
	vs := []string{"100-32000", "1040-8040", "44-104", "ycsb-a", "140-340", "7"}
	slices.SortFunc(vs, compareValues)
	if got := fmt.Sprint(vs); got != "[7 44-104 140-340 1040-8040 100-32000 ycsb-a]" {
		t.Error(got)
	}
}

// Messages have lines of their own for benchstat.
func TestBulkBench(t *testing.T) {
	e := &Experiment{Name: "x", Trials: []Trial{bulkTrial("8", "quick", 1, 50, 3)}}
	var b strings.Builder
	if err := WriteBench(&b, e); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Unit rows/s better=higher\n",
		"/workload.put=quick/workload.row_size=8-1 1 200 rows/s 50 message-ns 100 message-p99-ns 3 pages\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
}
