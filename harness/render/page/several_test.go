package page

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"ckptbench/harness/result"
)

// Several results are one CSV file with the columns of all, and one document.
func TestSeveralResults(t *testing.T) {
	plain, swept := sample(), sample()
	plain.Name, swept.Name = "plain", "swept"
	for i := range swept.Trials {
		swept.Trials[i].Params = []result.Param{{Key: "records", Value: "1k"}}
	}
	var b bytes.Buffer
	if err := WriteCSV(&b, []*result.Experiment{plain, swept}, Options{Order: order}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll() // refuses rows of different lengths
	if err != nil {
		t.Fatal(err)
	}
	name, records, throughput := slices.Index(rows[0], "experiment"), slices.Index(rows[0], "records"),
		slices.Index(rows[0], "throughput_txn_s")
	if name != 0 || records != 1 || throughput < 0 {
		t.Fatalf("columns %v", rows[0])
	}
	seen := map[string]int{}
	for _, r := range rows[1:] {
		seen[r[name]+" "+r[records]]++
	}
	if len(seen) != 2 || seen["plain "] != seen["swept 1k"] || 2*seen["plain "] != len(rows)-1 {
		t.Errorf("rows of %v", seen)
	}
	b.Reset()
	if err := WriteHTML(&b, Page{Exp: plain, Order: order}, Page{Exp: swept, Order: order}); err != nil {
		t.Fatal(err)
	}
	for text, n := range map[string]int{"<html": 1, "</html>": 1, "<h1>plain</h1>": 1, "<h1>swept</h1>": 1,
		`id="verdict"`: 1, `id="verdict-2"`: 1} {
		if got := strings.Count(b.String(), text); got != n {
			t.Errorf("%s is there %d times, want %d", text, got, n)
		}
	}
}
