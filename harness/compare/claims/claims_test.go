package claims

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
	"ckptbench/harness/render/table"
	"ckptbench/harness/result"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s differs (run with -update and read the difference):\n%s", file, d)
	}
}

func TestClaimsAreComplete(t *testing.T) {
	if n := len(All()); n < 25 {
		t.Errorf("%d claims", n)
	}
	seen, id := map[string]bool{}, regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)
	bases := []Basis{Text, Drawn, Abstract, Code, Retold, Disputed, Unverified}
	for _, c := range All() {
		switch {
		case !id.MatchString(c.ID):
			t.Errorf("%q is no id", c.ID)
		case seen[c.ID]:
			t.Errorf("%s is there twice", c.ID)
		case !strings.HasSuffix(strings.TrimSuffix(c.Says, ")"), ".") && !strings.HasSuffix(c.Says, ").") || c.Source == "" ||
			c.Theirs == "":
			t.Errorf("%s lacks a sentence, a source or a figure: %+v", c.ID, c)
		case c.WhyNot != "" && !strings.HasSuffix(c.WhyNot, "."):
			t.Errorf("%s: why it does not hold is no sentence: %s", c.ID, c.WhyNot)
		case !slices.Contains(bases, c.Basis) || len(c.Configs) == 0 || c.Decide == nil:
			t.Errorf("%s lacks a basis, a config or a decision: %+v", c.ID, c)
		}
		seen[c.ID] = true
	}
}

// Every experiment that a claim names is there, runs the algorithms that the
// claim is about, and sweeps the keys by which it chooses its points.
func TestClaimsCanBeDecided(t *testing.T) {
	var known config.Known
	for _, e := range algorithms.All() {
		known.Algorithms = append(known.Algorithms, config.Algorithm{Name: e.Name, All: !e.Unsound, Default: e.Variant == ""})
	}
	for _, c := range All() {
		for _, name := range c.Configs {
			e, err := config.Load(filepath.Join("../../../configs", name+".yaml"), nil, known)
			if err != nil {
				t.Errorf("%s: %v", c.ID, err)
				continue
			}
			if e.Info.Name != filepath.Base(name) {
				t.Errorf("%s: results of %s are called %s", c.ID, name, e.Info.Name)
			}
			needs := c.Decide.needs()
			for _, a := range needs.algorithms {
				if !slices.Contains(e.Algorithms, a) {
					t.Errorf("%s: %s does not run %s", c.ID, name, a)
				}
			}
			for _, key := range needs.keys {
				if !slices.ContainsFunc(e.Matrix, func(sw config.Sweep) bool { return sw.Key == key }) {
					t.Errorf("%s: %s does not sweep %s", c.ID, name, key)
				}
			}
			if cell := e.Cells()[0].Experiment; needs.open && cell.Rate.Closed() {
				t.Errorf("%s: %s is a closed loop", c.ID, name)
			}
			checkPoints(t, c, e)
		}
	}
}

// checkPoints finds out whether the claim's points are in the matrix: it may
// lack trials, but no points.
func checkPoints(t *testing.T, c Claim, e *config.Experiment) {
	t.Helper()
	var points [][]result.Param
	for _, cell := range e.Cells() {
		var p []result.Param
		for _, x := range cell.Params {
			p = append(p, result.Param(x))
		}
		points = append(points, p)
	}
	for _, w := range c.Decide.needs().wheres {
		if len(w.of(points)) == 0 {
			t.Errorf("%s: %s has no point %s", c.ID, e.Info.Name, w)
		}
	}
}

func TestClaimsGolden(t *testing.T) {
	var b strings.Builder
	for _, c := range All() {
		fmt.Fprintf(&b, "%s\n  %s\n  %s: %s (%s)\n  %s: %s\n", c.ID, c.Says, c.Source, c.Theirs, c.Basis,
			strings.Join(c.Configs, ", "), c.Decide)
	}
	golden(t, "claims.txt", b.String())
}

// The first experiment that allows it decides; otherwise the first says why not.
func TestJudge(t *testing.T) {
	short, long := newLab(), newLab()
	short.exp.Name, long.exp.Name = "short", "long"
	short.exp.Machine.CPU, long.exp.Machine.CPU = "fast", "fast"
	short.exp.Machine.Cores, long.exp.Machine.Cores = 2, 2
	long.exp.Machine.Commit = "0123456789abcdef"
	short.trial("calc", 100, 0)
	long.trial("calc", 100, 0)
	long.trial("cpr", 300, 0)
	long.exp.Resolved = []byte("scale: \"0.05 applied\"\nmatrix: {workload.theta: [0.9]}\n")
	long.exp.Machine.Warnings = []string{"busy"}
	exps := []*result.Experiment{short.exp, long.exp}
	claim := func(algorithm string) Claim {
		return Claim{ID: "x", Configs: []string{"paper/short", "long"},
			Decide: Threshold{Algorithm: algorithm, Figure: throughput, Bounds: atLeast(200)}}
	}
	check := func(c Claim, exps []*result.Experiment, want Verdict) {
		t.Helper()
		vs := Judge(exps, []Claim{c})
		if len(vs) != 1 {
			t.Fatalf("%d verdicts", len(vs))
		}
		got := vs[0]
		got.Claim = Claim{}
		if d := cmp.Diff(want, got, cmp.AllowUnexported(Claim{})); d != "" {
			t.Error(d)
		}
	}
	check(claim("calc"), exps,
		Verdict{Outcome: NotHeld, Ours: "100 txn/s", Result: "short", On: "fast, 2 cores", Trials: 1})
	check(claim("cpr"), exps,
		Verdict{Outcome: Held, Ours: "300 txn/s", Result: "long", On: "fast, 2 cores, commit 0123456789", Scale: "0.05",
			Trials: 1, Warnings: []string{"busy"}})
	check(claim("push"), exps,
		Verdict{Outcome: NotMeasurable, Why: "short: push was not run", Result: "short", On: "fast, 2 cores"})
	check(claim("calc"), nil, Verdict{Outcome: NotMeasurable, Why: "run configs/paper/short.yaml"})
	many := claim("calc")
	many.Cores = 64
	check(many, nil, Verdict{Outcome: NotMeasurable, Why: "run configs/paper/short.yaml, on 64 cores"})
	check(many, exps, Verdict{Outcome: NotMeasurable, Why: "needs 64 cores, short has 2", Result: "short",
		On: "fast, 2 cores"})
	short.exp.Resolved = []byte("matrix: {records: [1M, 2M], rate: [70%, 90%]}\n")
	check(claim("calc"), exps[:1],
		Verdict{Outcome: NotMeasurable, Why: "short has 1 of its 4 points: run it again with --resume", Result: "short",
			On: "fast, 2 cores"})
	check(claim("calc"), exps,
		Verdict{Outcome: NotHeld, Ours: "100 txn/s", Result: "long", On: "fast, 2 cores, commit 0123456789", Scale: "0.05",
			Trials: 1, Warnings: []string{"busy"}})
	short.exp.Resolved = nil
	short.exp.Machine.GOMAXPROCS = 64
	check(many, exps, Verdict{Outcome: NotHeld, Ours: "100 txn/s", Result: "short", On: "fast, 2 cores", Trials: 1})
}

func TestWrite(t *testing.T) {
	c := Claim{ID: "calc-rest", Says: "At rest CALC costs | next to nothing, however long this sentence may become.",
		Source: "Ren et al. 2016, figure 2 (a)",
		Theirs: "0.99", Basis: Drawn, Configs: []string{"paper/calc-fig2"},
		Decide: Threshold{Algorithm: "calc", Figure: rest, Bounds: atLeast(0.99), Slack: 0.04}}
	known := c
	known.ID, known.Source, known.WhyNot = "slides-say", "slides; of 2022", "One record | is too few."
	vs := []Verdict{
		{Claim: c, Outcome: Held, Ours: "0.980", Result: "calc-fig2", Scale: "0.05", Trials: 1, On: "fast, 2 cores",
			Warnings: []string{"the machine was not idle"}},
		{Claim: c, Outcome: NotHeld, Ours: "0.5", Result: "calc-fig2", Trials: 6, On: "fast, 2 cores",
			Warnings: []string{"the machine was not idle"}},
		{Claim: known, Outcome: NotHeld, Ours: "0.5", Result: "variable", Trials: 6, On: "slow, 2 cores"},
		{Claim: c, Outcome: NotMeasurable, Why: "calc failed: \x1b[31mred"},
	}
	for _, format := range table.Formats {
		var b strings.Builder
		if err := Write(&b, vs, format); err != nil {
			t.Error(err)
		}
		golden(t, "write."+format+".txt", b.String())
	}
	if err := Write(&strings.Builder{}, vs, "csv"); err == nil ||
		!strings.Contains(err.Error(), "want one of table, markdown, json") {
		t.Errorf("an unknown format: %v", err)
	}
}
