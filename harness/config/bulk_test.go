package config

import (
	"strings"
	"testing"
)

const bulkText = "algorithms: [none]\nrecords: 10k\nworkload: {name: bulk, row_size: 44-104}\n"

// Bulk takes few keys, and what is given of the others is refused with its line.
func TestBulkProblems(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		if got := messages(text); got != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
	check("workload: {name: bulk}\nalgorithms: [none]\n", "no error")
	check("workload: {name: bulk}\nalgorithms: [none, calc]\n",
		"configs/x.yaml:2: algorithms: bulk has no transactions and no checkpoints: write [none]; how rows are put is "+
			"workload.put")
	check(bulkText+"duration: 3s\n", "configs/x.yaml:4: duration: has no meaning with workload bulk: remove it")
	check(bulkText+"verify: off\ncheckpoint: {interval: 1s}\n",
		"configs/x.yaml:4: verify: has no meaning with workload bulk: remove it\n"+
			"configs/x.yaml:5: checkpoint.interval: has no meaning with workload bulk: remove it")
	check("algorithms: [none]\nrecords: 99\nworkload: {name: bulk}\n",
		"configs/x.yaml:2: workload.keys: a message of 100 rows needs as many records, there are 99")
	check("algorithms: [none]\nrecords: 2G\nworkload: {name: bulk}\n",
		"configs/x.yaml:2: records: 2G must be at most 1G with workload bulk")
	check(bulkText+"matrix: {workload.mix: [update, full]}\n",
		`configs/x.yaml:4: workload.mix: "full" is not one of update, resize, insert, mixed (where workload.mix=full)`)
	check("algorithms: [none]\nworkload: {name: bulk, row_size: 9-8}\n",
		`configs/x.yaml:2: workload.row_size: "9-8" is no range of bytes: write it like 44-104, or 100 for one length`)
	check("algorithms: [none]\nworkload: {name: blk}\n",
		`configs/x.yaml:2: workload.name: "blk" is not one of `+strings.Join(workloadNames(), ", ")+`: did you mean "bulk"?`)
}

// What bulk leaves idle is in no resolved configuration, and what it has is.
func TestBulkResolved(t *testing.T) {
	e := parse(t, bulkText)
	text, err := e.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"put: single", "row_size: 44-104", "page_size: 4KiB", "passes: 3", "keys: 100",
		"mix: update", "key_order: scattered"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, idle := range []string{"duration", "checkpoint", "verify", "workers", "distribution"} {
		if strings.Contains(string(text), idle) {
			t.Errorf("%q in\n%s", idle, text)
		}
	}
	if again := parse(t, string(text)); again.Hash() != e.Hash() {
		t.Error("read back it differs")
	}
	if other := parse(t, strings.Replace(bulkText, "44-104", "44-105", 1)); other.Hash() == e.Hash() {
		t.Error("the rows' size is not in the hash")
	}
}
