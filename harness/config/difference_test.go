package config

import (
	"slices"
	"testing"
)

func TestDifferences(t *testing.T) {
	check := func(a, b string, want ...string) {
		t.Helper()
		x, errX := parse(t, a).Resolved()
		y, errY := parse(t, b).Resolved()
		if errX != nil || errY != nil {
			t.Fatal(errX, errY)
		}
		if got := Differences(x, y); !slices.Equal(got, want) {
			t.Errorf("%q and %q differ in %q, want %q", a, b, got, want)
		}
	}
	check("records: 1M", "records: 1000k")
	check("trials: 3\nexperiment: {name: a}\nalgorithms: [none]", "trials: 4\nalgorithms: [calc]") // no trial differs
	check("record_size: 100", "record_size: 200B\nwal: sync", "record_size is 100B and 200B", "wal is off and sync")
	check("workload: {name: calc, theta: 0.5, distribution: zipf}", "workload: {name: calc}",
		"workload.distribution is zipf and uniform", "workload.theta is 0.5 and not set",
		"workload.key_order is scattered and not set")
	check("matrix: {records: [1k, 2k]}", "matrix: {records: [1k, 3k]}",
		"matrix.records is [1000 2000] and [1000 3000]")
	if got := Differences([]byte("records: 1M"), []byte("[")); got != nil {
		t.Errorf("of no configuration: %q", got)
	}
}
