package bench

import (
	"errors"
	"os"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// experimentIn reads a configuration of this project.
func experimentIn(t *testing.T, file string) *config.Experiment {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	x, err := config.Parse(file, text, known())
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// provocationUnder returns what provokes faults of an algorithm under a configuration of
// this project.
func provocationUnder(t *testing.T, file string, e algorithms.Entry, seed uint64) provocation {
	t.Helper()
	c := cell{Experiment: experimentIn(t, file).Cells()[0].Experiment, calm: true}
	var err error
	if c.bench, err = c.newBenchmark(); err != nil {
		t.Fatal(err)
	}
	p, err := provocationOf(c, e, t.TempDir(), 1)
	if err != nil {
		t.Fatal(err)
	}
	p.seed = seed
	return p
}

// families are algorithms of which each stands for those that keep versions as it does.
var families = []string{
	"naive-copy", "locking", "fuzzy", "cou", "zigzag", "pingpong", "hourglass", "piggyback", "calc", "pcalc", "cpr",
	"lineairdb", "push",
	"hyper", "flink", "pagestore", "foedus", "hekaton",
}

// judgedApart are algorithms of which each is opened, judged or recovered by the harness in a way of its
// own: every level of the oracle, partial images, a process beside, pages, and files in place of images.
// They are what the race detector is asked about.
var judgedApart = []string{
	"naive-copy", "fuzzy", "pcalc", "cpr", "lineairdb", "hyper", "pagestore", "foedus", "hekaton",
}

// The recorded run that provokes faults finds those that are planted in every family of
// algorithms, and nothing in the algorithms themselves.
func TestPlantedFaultsAreFound(t *testing.T) {
	skipUnderDetector(t)
	names := families
	if testing.Short() {
		names = []string{"naive-copy", "calc", "fuzzy"}
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) { findsPlanted(t, "../../configs/smoke.yaml", name) })
	}
}

// So does that of a benchmark.
func TestPlantedFaultsOfBenchmarks(t *testing.T) {
	skipUnderDetector(t)
	for _, name := range []string{"naive-copy", "calc", "fuzzy"} {
		t.Run("tpcc/"+name, func(t *testing.T) { findsPlanted(t, "../../configs/tpcc.yaml", name) })
	}
	t.Run("smallbank/calc", func(t *testing.T) { findsPlanted(t, "../../configs/smallbank.yaml", "calc") })
}

// findsPlanted fails the test where the run that provokes faults of an algorithm finds one
// that is not planted, or none that is.
func findsPlanted(t *testing.T, file, name string) {
	const tries = 3 // one is enough nearly always
	e, _ := algorithms.Find(name)
	p := provocationUnder(t, file, e, 1)
	n, sum, err := p.run(t.Context(), provokedRounds)
	if err != nil || n != provokedRounds || sum.images < provokedRounds*provokedImages || sum.transactions == 0 {
		t.Fatalf("%d rounds, %+v: %v", n, sum, err)
	}
	cs := controls(e, algorithms.Find)
	if len(cs) == 0 {
		t.Fatal("no fault is planted")
	}
	for _, c := range cs {
		found := result.Control{}
		for try := 0; try < tries && !found.Found; try++ {
			p.seed++
			if found, err = c.try(t.Context(), p, provokedRounds); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
		}
		if !found.Found || found.Fault != c.name {
			t.Errorf("%s: %+v", c.name, found)
		}
	}
}

// Where the checkpointer goes on, the next workers that come by are held up, and no more.
func TestWorkersAreHeldUp(t *testing.T) {
	p := newPauser(1)
	for range 2 {
		p.pause(-1, store.Marked)
		if p.caught.Load() || p.holds(store.Committed) || p.holds(store.Marked) {
			t.Error("held up where nothing can show")
		}
		for n := range 5 {
			if held := p.holds(store.Ended); held != (n < heldEnded) || p.caught.Load() {
				t.Errorf("worker %d before it commits: %v", n, held)
			}
		}
		for n := range 5 {
			if held := p.holds(store.Begun); held != (n < heldBegun) || !p.caught.Load() {
				t.Errorf("worker %d before it writes: %v", n, held)
			}
		}
	}
}

// Algorithms that are wrong on purpose are found wrong by the run that provokes, and
// have no controls of their own; nor has one that takes no checkpoints.
func TestWrongOnPurpose(t *testing.T) {
	for _, e := range algorithms.All() {
		if !e.Unsound && !e.Baseline {
			continue
		}
		if cs := controls(e, algorithms.Find); len(cs) > 0 {
			t.Errorf("%s has controls %+v", e.Name, cs)
		}
		if e.Baseline {
			continue
		}
		var wrong *wrongImage
		var err error
		for seed := uint64(1); seed <= 3 && err == nil; seed++ {
			p := provocationUnder(t, "../../configs/default.yaml", e, seed)
			_, _, err = p.run(t.Context(), provokedRounds)
		}
		if !errors.As(err, &wrong) {
			t.Errorf("%s: %v", e.Name, err)
		}
	}
}

// A trial says which planted faults its recorded run found.
func TestVerdictHasControls(t *testing.T) {
	skipUnderDetector(t)
	e := runWith(t, small+"algorithms: [none, naive-copy, calc]\n", Options{})
	for i := range e.Trials {
		x := &e.Trials[i]
		want := map[string]int{"none": 0, "naive-copy": 1, "calc": 2}[x.Algorithm]
		if x.Status != result.OK || len(x.Verdict.Controls) != want {
			t.Errorf("%s: %s, controls %+v", x.Algorithm, x.Status, x.Verdict.Controls)
		}
		for _, c := range x.Verdict.Controls {
			if c.Fault == "" || c.Rounds < 1 || c.Rounds > provokedRounds {
				t.Errorf("%s: %+v", x.Algorithm, c)
			}
		}
	}
}
