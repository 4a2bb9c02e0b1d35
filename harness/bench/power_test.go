package bench

import (
	"flag"
	"slices"
	"strings"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

var (
	powerRuns  = flag.Int("power", 0, "count in how many of so many runs each planted fault is found; 0: do not")
	powerOnly  = flag.String("power.only", "", "of these algorithms only, with commas between")
	powerFiles = flag.String("power.configs", "../../configs/smoke.yaml,../../configs/default.yaml",
		"under these configurations")
)

// powerLeast of twenty runs have to find a planted fault.
const powerLeast = 19

// Every planted fault is found in 19 of 20 runs, under the configurations that people
// run. It takes minutes: -power 20 asks for it. It also says how long it takes to provoke
// faults in an algorithm and to find the planted ones.
func TestPower(t *testing.T) {
	if *powerRuns == 0 {
		t.Skip("-power says how many runs")
	}
	for _, file := range strings.Split(*powerFiles, ",") {
		e := experimentIn(t, file)
		for _, name := range e.Algorithms {
			entry, _ := algorithms.Find(name)
			if *powerOnly != "" && !strings.Contains(","+*powerOnly+",", ","+name+",") || entry.Baseline {
				continue
			}
			t.Run(e.Info.Name+"/"+name, func(t *testing.T) { power(t, e, entry) })
		}
	}
}

// power runs the recorded runs of an algorithm under so many seeds.
func power(t *testing.T, e *config.Experiment, entry algorithms.Entry) {
	found, rounds := map[string]int{}, map[string]int{}
	var names []string
	var took []time.Duration
	failed := 0
	for seed := range uint64(*powerRuns) {
		x := *e
		x.Seed.Value = seed + 1
		r := &runner{exp: &x, scratch: t.TempDir(), o: Options{find: algorithms.Find}}
		out := &result.Trial{}
		began := time.Now()
		c := &cell{Experiment: x.Cells()[0].Experiment, calm: true}
		var err error
		if c.bench, err = c.newBenchmark(); err != nil {
			t.Fatal(err)
		}
		if err := r.provoke(t.Context(), c, entry, 1, out); err != nil {
			failed++
			if !entry.Unsound {
				t.Errorf("seed %d: %v", seed+1, err)
			}
		}
		took = append(took, time.Since(began))
		for _, k := range out.Verdict.Controls {
			if _, ok := rounds[k.Fault]; !ok {
				names = append(names, k.Fault)
			}
			rounds[k.Fault] += k.Rounds
			if k.Found {
				found[k.Fault]++
			}
		}
	}
	n := *powerRuns
	slices.Sort(took)
	t.Logf("%v a run, the median", took[n/2].Round(time.Millisecond))
	if entry.Unsound {
		names, found[entry.Name], rounds[entry.Name] = []string{entry.Name}, failed, n
	}
	for _, name := range names {
		t.Logf("%s: found in %d of %d runs, within %.1f rounds", name, found[name], n, float64(rounds[name])/float64(n))
		if found[name]*20 < n*powerLeast {
			t.Errorf("%s: found in %d of %d runs", name, found[name], n)
		}
	}
}
