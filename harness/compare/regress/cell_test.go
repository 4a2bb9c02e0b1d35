package regress

import (
	"testing"

	"ckptbench/harness/result"
)

// The figures of a cell by value: the longest pause of all checkpoints, the mean
// without the cold one, the most memory, and of an open loop response times.
func TestCellByValue(t *testing.T) {
	tput, rel := 900.0, 0.9
	c := newCell([]*result.Trial{{
		Algorithm: "calc", Trial: 1, Status: result.OK, Verdict: result.Verdict{Mode: result.ModeTrial, OK: true, Images: 3},
		Throughput: &tput, Relative: &rel, Service: &result.Quantiles{Count: 9, P999: 1},
		Response: &result.Quantiles{Count: 9, P999: 7},
		Memory:   result.Memory{Data: 100, Rest: 20, Peak: 50, After: 30},
		Checkpoints: []result.Checkpoint{{N: 1, Cold: true, Pause: 9, Total: 90}, {N: 2, Pause: 1, Total: 2},
			{N: 3, Pause: 2, Total: 4}, {N: 4, Pause: 99, Total: 99, Error: "x"}},
	}})
	for _, f := range []struct {
		name string
		got  []float64
		want float64
	}{{"relative", c.relative, 0.9}, {"raw", c.raw, 900}, {"peak", c.peak, 0.5}, {"pause", c.pause, 9},
		{"total", c.total, 3}, {"p99.9", c.p999, 7}} {
		if len(f.got) != 1 || f.got[0] != f.want {
			t.Errorf("%s is %v, want %v", f.name, f.got, f.want)
		}
	}
}
