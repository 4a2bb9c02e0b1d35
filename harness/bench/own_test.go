package bench

import (
	"strings"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/harness/result"
)

// With checkpoint.sink: own what recovers from files of its own writes nothing
// else, all others their images; every one is verified, and recovered.
func TestOwnFiles(t *testing.T) {
	// or the log would grow faster than it is compacted
	text := strings.Replace(strings.Replace(small, "checkpoint: {", "checkpoint: {sink: own, ", 1), "duration: 250ms",
		"duration: 1s", 1) + "wal: async\nrate: 5k/s\n"
	e := run1(t, text+"algorithms: [none, calc, fuzzy, hekaton, foedus]\n")
	for i := range e.Trials {
		tr := &e.Trials[i]
		a, _ := algorithms.Find(tr.Algorithm)
		own := !a.Own.None()
		if tr.Status != result.OK || !tr.Verdict.OK || tr.Committed == 0 {
			t.Errorf("%s: status %s %s, verdict %+v, %d committed", tr.Algorithm, tr.Status, tr.Error, tr.Verdict, tr.Committed)
		}
		if a.Baseline {
			continue
		}
		if len(tr.Checkpoints) == 0 || tr.Verdict.Images < recordedImages+1 {
			t.Errorf("%s: %d checkpoints, verdict %+v", tr.Algorithm, len(tr.Checkpoints), tr.Verdict)
		}
		taken := 0
		for _, c := range tr.Checkpoints {
			if c.Error != "" {
				continue
			}
			if taken++; own != (c.Bytes == 0) || own != (c.OwnWritten > 0) {
				t.Errorf("%s: checkpoint %+v", tr.Algorithm, c)
			}
		}
		if taken == 0 {
			t.Errorf("%s: no checkpoint was taken", tr.Algorithm)
		}
		r := tr.Recovery
		if r == nil || r.Records != 5000 || r.Bytes == 0 || strings.Contains(r.Checked, "own files") != own {
			t.Errorf("%s: recovery %+v", tr.Algorithm, r)
		}
	}
}

// A benchmark of several tables is recovered from own files as well.
func TestOwnFilesOfBenchmark(t *testing.T) {
	tr := &run1(t, strings.Replace(bank, "checkpoint: {", "checkpoint: {sink: own, ", 1)+
		"algorithms: [hekaton]\n").Trials[0]
	if tr.Status != result.OK || !tr.Verdict.OK || tr.Committed == 0 || tr.Recovery == nil {
		t.Errorf("status %s %s, verdict %+v, %d committed, recovery %+v", tr.Status, tr.Error, tr.Verdict, tr.Committed,
			tr.Recovery)
	}
}
