package config

import (
	"slices"
	"strings"

	"ckptbench/workload"
)

// Idle tells whether a key means nothing, with e's workload or with what
// acknowledges its transactions.
func (e *Experiment) Idle(key string) bool { return e.idleInWorkload(key) || e.implied(key) }

// idleInWorkload tells whether a key means nothing with e's workload: a benchmark of
// stored procedures has tables of its own, and bulk has no store.
func (e *Experiment) idleInWorkload(key string) bool {
	switch {
	case e.Workload.Name == workload.Bulk:
		return idleInBulk(key)
	case key == "record_size" || strings.HasPrefix(key, "large."):
		return e.Workload.IsBenchmark()
	}
	return (key == "records" || key == "verify_records") && e.Workload.Name == workload.TPCC
}

// forgetIdle gives keys that mean nothing their defaults back.
func (e *Experiment) forgetIdle() {
	d := defaults("", e.known)
	for i := range rows {
		if r := &rows[i]; e.Idle(r.name) {
			text, _ := r.at(&d).MarshalText() // no field of ours fails to write
			_ = r.at(e).UnmarshalText(text)   // or to read what it wrote
		}
	}
}

// idleInBulk tells whether a key means nothing with bulk, which has no
// transactions, no checkpoints and no images, and runs until its messages are
// put.
func idleInBulk(key string) bool {
	group, _, _ := strings.Cut(key, ".")
	used := []string{"experiment", algorithmsKey, "scale", "records", "workload", "trials", "seed", matrixKey, figuresKey}
	return !slices.Contains(used, group)
}
