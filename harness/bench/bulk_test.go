package bench

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"ckptbench/algorithms/pagestore/rows"
	"ckptbench/harness/result"
	"ckptbench/workload"
)

const messages = `
algorithms: [none]
records: 1k
workload: {name: bulk, keys: 50, passes: 2, row_size: 20-90, page_size: 1KiB}
trials: 2
`

// Every way is measured and compared with the model, in every round, and all that
// did the same have the same digest.
func TestBulk(t *testing.T) {
	e := run1(t, messages+"matrix:\n  workload.mix: [update, mixed]\n  workload.put: [single, invoke, find]\n")
	if len(e.Trials) != 12 {
		t.Fatalf("%d trials, want 12", len(e.Trials))
	}
	digests := map[string]map[string]bool{}
	for i := range e.Trials {
		x := &e.Trials[i]
		b := x.Bulk
		if x.Status != result.OK || !x.Verdict.OK || x.Verdict.Mode != result.ModelVerdict || b == nil ||
			x.Throughput != nil || x.Workers != 1 {
			t.Fatalf("%v: %s %s, %+v, %+v", x.Params, x.Status, x.Error, x.Verdict, b)
		}
		if b.Rows != 2000 || b.Messages.Count != 40 || b.Messages.P50 == 0 || b.Rate() <= 0 || b.Pages == 0 ||
			b.IndexPages == 0 || b.Put != x.Params[1].Value {
			t.Errorf("%v: %+v", x.Params, b)
		}
		if held := int64(1000); b.Held < held || b.Held > held && x.Params[0].Value == "update" {
			t.Errorf("%v: %d rows are held", x.Params, b.Held)
		}
		round := x.Params[0].Value + string(rune('0'+x.Round))
		if digests[round] == nil {
			digests[round] = map[string]bool{}
		}
		digests[round][b.Digest] = true
	}
	for round, ds := range digests {
		if len(ds) != 1 {
			t.Errorf("%s: the ways come to different rows: %v", round, ds)
		}
	}
	if len(digests) != 4 {
		t.Errorf("rounds %v, want 4", digests)
	}
}

func TestBulkWithoutIndex(t *testing.T) {
	e := run1(t, messages+"matrix:\n  workload.put: [insert, insert-rows]\n")
	for i := range e.Trials {
		b := e.Trials[i].Bulk
		if b == nil || b.Held != 1000 || b.IndexPages != 0 || b.Bytes < 20*1000 || b.PageSize != 1024 {
			t.Errorf("%v: %+v", e.Trials[i].Params, b)
		}
	}
	points := e.BulkPoints(workload.Puts(), workload.PutBase)
	if len(points) != 1 || len(points[0].Ways) != 2 || points[0].Ways[1].Gain.N != 2 || points[0].Ways[0].Gain.N != 0 {
		t.Errorf("%+v", points)
	}
}

// A trial whose rows are not what the model says fails, and has no figure.
func TestBulkFindsWrongRows(t *testing.T) {
	c := cell{Experiment: parse(t, messages).Cells()[0].Experiment}
	out := &result.Trial{}
	l, err := c.newLoad(workload.Seed{Master: 1}, out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.rows.Close() }()
	l.pass = func(n int) {
		if n == 2 { // somebody else puts a row
			if err := l.rows.Load(slices.Repeat([]byte{255, 7}, 30)); err != nil {
				t.Fatal(err)
			}
		}
	}
	var wrong *wrongImage
	if err := l.wrong(l.run(t.Context())); !errors.As(err, &wrong) || !errors.Is(err, rows.ErrWrong) || out.Bulk != nil {
		t.Errorf("%v, figures %+v", err, out.Bulk)
	}
}

// The ways that are compared take turns at being first, and nothing else does.
func TestTurns(t *testing.T) {
	check := func(text string, round int, want ...int) {
		t.Helper()
		r, err := newRunner(parse(t, text), Options{Out: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.turns(round); !slices.Equal(got, want) {
			t.Errorf("round %d: %d, want %d", round, got, want)
		}
	}
	const last = "matrix:\n  workload.mix: [update, insert]\n  workload.put: [single, invoke, find]\n"
	check(messages+last, 1, 0, 1, 2, 3, 4, 5)
	check(messages+last, 2, 1, 2, 0, 4, 5, 3)
	check(messages+last, 3, 2, 0, 1, 5, 3, 4)
	check(messages+"matrix:\n  workload.put: [single, find]\n  workload.mix: [update, insert]\n", 2, 2, 0, 3, 1)
	check("algorithms: [none]\nmatrix: {records: [1k, 2k]}\n", 2, 0, 1)
}

// Shards would part the ways that are compared.
func TestBulkIsNotSharded(t *testing.T) {
	_, err := Run(t.Context(), parse(t, messages), Options{Out: t.TempDir(), Shard: result.Shard{Index: 1, Of: 2}})
	if err == nil || !strings.Contains(err.Error(), "run it whole") {
		t.Error(err)
	}
}

// Package rows and the workload have the same names for the same ways.
func TestWaysHaveOneName(t *testing.T) {
	var ways []string
	for _, w := range rows.Ways() {
		ways = append(ways, string(w))
	}
	if !slices.Equal(ways, workload.Puts()) {
		t.Errorf("rows has %q, workload %q", ways, workload.Puts())
	}
}
