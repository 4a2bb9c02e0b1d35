//go:build !race

package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"ckptbench/harness/config"
	"ckptbench/harness/config/cost"
	"ckptbench/harness/units"
)

// The memory that dry runs tell is what a run takes, to a quarter, from one worker to
// many: of traces, of the store, of what clients keep with a log and of what checks. The
// race detector takes as much again.
func TestMemoryEstimateHolds(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const text = `
algorithms: [%s]
records: %s
record_size: 100B
workers: %d
duration: 400ms
warmup: 50ms
verify: %s
verify_duration: 250ms
checkpoint: {first: 50ms, interval: 100ms}
wal: %s
trials: 1
`
	for _, c := range []struct {
		algorithm, records string
		workers            int
		verify, wal        string
	}{
		{"calc", "20k", 1, "off", "off"}, {"calc", "20k", 64, "off", "off"},
		{"calc", "200k", 2, "trial", "off"}, {"calc", "20k", 64, "trial", "off"},
		{"pingpong", "500k", 2, "off", "off"}, {"none", "20k", 8, "off", "sync"},
	} {
		if testing.Short() && (c.workers > 2 || c.verify != "off") {
			continue
		}
		given := fmt.Sprintf(text, c.algorithm, c.records, c.workers, c.verify, c.wal)
		e, err := config.Parse("memory.yaml", []byte(given), known())
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(exe, "run", write(t, "memory.yaml", given), "--out", t.TempDir(), "--plots", "", "--repeat-noisy",
			"0", "--quiet")
		cmd.Env = append(os.Environ(), asCommand+"=1")
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%+v: %v\n%s", c, err, said)
		}
		used := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
		told := cost.Of(e, copies).Memory
		if told < used*3/4 || told > used*5/4 {
			t.Errorf("%+v: %s used, %s told", c, units.Size(used), units.Size(told))
		}
	}
}
