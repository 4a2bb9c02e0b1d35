package page

import (
	"strings"
	"testing"

	"ckptbench/harness/result"
	"ckptbench/workload"
)

func bulkExperiment(failed bool) *result.Experiment {
	e := &result.Experiment{Name: "messages"}
	for round := 1; round <= 2; round++ {
		for i, put := range []string{workload.PutInsert, workload.PutInsertRows} {
			x := result.Trial{
				Schema: result.Schema, Algorithm: "none", Trial: round, Round: round, Status: result.OK,
				Verdict: result.Verdict{Mode: result.ModelVerdict, OK: true},
				Params:  []result.Param{{Key: "workload.row_size", Value: "44-104"}, {Key: "workload.put", Value: put}},
				Bulk: &result.Bulk{Put: put, Rows: 5000, Elapsed: 0.001 * float64(2-i),
					Messages: result.Quantiles{Count: 50, P50: uint64(20000 - 10000*i), P99: 40000}, Bytes: 40000, Pages: 10 + i,
					PageSize: 4096},
			}
			if failed && i == 1 && round == 2 {
				x.Status, x.Error, x.Bulk, x.Verdict.OK = result.Failed, "there is no row of key 7", nil, false
			}
			e.Trials = append(e.Trials, x)
		}
	}
	return e
}

// Every format has the table of messages, with what is compared and what was
// published, and no table of transactions.
func TestBulkTable(t *testing.T) {
	want := map[string][]string{
		"table":    {"insert-rows  5,000,000", "10.0", "50.0", "43.4", "compared with a model"},
		"markdown": {"insert-rows", " 2.00 |", "50.0"},
		"latex":    {"insert-rows & 5,000,000", "43.4"},
		"csv":      {"workload.row_size,workload.put,trials", "44-104,insert-rows,2,0,5e+06"},
	}
	for format, words := range want {
		var b strings.Builder
		if err := Write(&b, bulkExperiment(false), format, Options{}); err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s has no %q:\n%s", format, w, &b)
			}
		}
		if strings.Contains(b.String(), "txn/s") {
			t.Errorf("%s speaks of transactions:\n%s", format, &b)
		}
	}
	var b strings.Builder
	if err := WriteHTML(&b, Page{Exp: bulkExperiment(false)}); err != nil ||
		!strings.Contains(b.String(), "every row was compared with a model") {
		t.Errorf("the page does not say how rows were checked: %v", err)
	}
}

// A way that failed has no figures, but says why.
func TestBulkTableOfFailures(t *testing.T) {
	var b strings.Builder
	if err := Write(&b, bulkExperiment(true), "table", Options{}); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); !strings.Contains(s, "FAILED: there is no row of key 7") || strings.Contains(s, "5,000,000") ||
		!strings.Contains(s, "2,500,000") {
		t.Error(s)
	}
}
