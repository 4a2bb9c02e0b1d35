package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ckptbench/harness/compare/claims"
	"ckptbench/harness/config"
	"ckptbench/harness/config/cost"
)

// planned is a line of configs/reproduce.txt.
type planned struct {
	config string
	flags  []string
}

func reproducePlan(t *testing.T) (plan []planned) {
	t.Helper()
	data, err := os.ReadFile("../../../configs/reproduce.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		words = slices.DeleteFunc(words, func(w string) bool { return strings.HasPrefix(w, "ends=") })
		plan = append(plan, planned{words[0], words[1:]})
	}
	return plan
}

// sets are the keys that a line lays over its config.
func (p planned) sets() []string {
	sets := []string{"scale=0.05"}
	for i, f := range p.flags {
		switch {
		case f == "--set":
			sets = append(sets, p.flags[i+1])
		case strings.HasPrefix(f, "--only="):
			sets = append(sets, "algorithms="+strings.TrimPrefix(f, "--only="))
		case strings.HasPrefix(f, "--trials="):
			sets = append(sets, "trials="+strings.TrimPrefix(f, "--trials="))
		}
	}
	return sets
}

// Every config of a paper is in the plan, and one experiment of every claim, with the algorithms
// that the claim is about. The whole takes some 40 minutes, by the program's estimate.
func TestReproducePlan(t *testing.T) {
	exps := map[string]*config.Experiment{}
	var total time.Duration
	for _, p := range reproducePlan(t) {
		e, err := config.Load(filepath.Join("../../../configs", p.config+".yaml"), p.sets(), known())
		if err != nil {
			t.Errorf("%s: %v", p.config, err)
			continue
		}
		exps[p.config] = e
		total += cost.Of(e, copies).Time
	}
	for _, path := range paperConfigs(t) {
		name := "paper/" + strings.TrimSuffix(filepath.Base(path), ".yaml")
		if exps[name] == nil {
			t.Errorf("%s is not in the plan", name)
		}
	}
	for _, c := range claims.All() {
		if !slices.ContainsFunc(c.Configs, func(name string) bool { return exps[name] != nil && decides(c, exps[name]) }) {
			t.Errorf("no experiment of the plan decides %s: it takes one of %v with %v", c.ID, c.Configs, c.Algorithms())
		}
	}
	if total > 50*time.Minute {
		t.Errorf("the plan takes %s", total)
	}
}

func decides(c claims.Claim, e *config.Experiment) bool {
	return !slices.ContainsFunc(c.Algorithms(), func(a string) bool { return !slices.Contains(e.Algorithms, a) })
}

// A fake program stands in for ckptbench: it notes what it was called with, and ends as FAKE says.
const fakeProgram = `#!/bin/sh
case "$*" in
*--dry-run*) echo "x: 1 trials of 1 algorithms at 1 points, about 1m0s, 1 MiB of memory (none)" >&2; exit 0 ;;
claims*) echo "3 claims: 1 held"; exit 0 ;;
esac
echo "$*" >> "$NOTES"
name=$(basename "$2" .yaml)
mkdir -p "$OUT/$name/trials"
eval "exit \${FAKE_$name:-0}"
`

// Experiments that are finished are not run again; one that failed or was interrupted is, and the
// others are run all the same.
func TestReproduceGoesOn(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write("fake", fakeProgram)
	write("plan", "# comment\none --trials=2\ntwo ends=1\n\nthree --set scale=0.5\nfour\n")
	reproduce := func(wantStatus int, want []string, env ...string) string {
		t.Helper()
		notes := filepath.Join(dir, "notes")
		_ = os.Remove(notes)
		c := exec.CommandContext(t.Context(), "../../reproduce.sh")
		c.Env = append(os.Environ(), "CKPT="+filepath.Join(dir, "fake"), "PLAN="+filepath.Join(dir, "plan"), "NOTES="+notes,
			"OUT="+filepath.Join(dir, "out"), "CARD="+filepath.Join(dir, "card"), "FOR=")
		c.Env = append(c.Env, env...)
		out, _ := c.CombinedOutput()
		if got := c.ProcessState.ExitCode(); got != wantStatus {
			t.Errorf("%v: status %d, want %d: %s", env, got, wantStatus, out)
		}
		ran, _ := os.ReadFile(notes)
		var got []string
		for _, m := range regexp.MustCompile(`configs/(\w+).yaml`).FindAllStringSubmatch(string(ran), -1) {
			got = append(got, m[1])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v: ran %v, want %v: %s", env, got, want, out)
		}
		return string(ran) + string(out)
	}
	out := reproduce(130, []string{"one", "two", "three"}, "FAKE_two=2", "FAKE_three=130")
	for _, want := range []string{
		"run configs/one.yaml --resume --for 0s --out " + filepath.Join(dir, "out") +
			" --plots  --set scale=0.05 --trials=2\n",
		"--plots  --set scale=0.5\n", "reproduce: 1 of 4: one, about 1 min; about 4 min left of all\n",
		"two ended with status 2, and the others run on", "1 of 4 are finished, about 3 min are left",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in %s", want, out)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "card")); err == nil {
		t.Error("there is a scorecard before the experiments are through")
	}
	out = reproduce(1, []string{"two", "three", "four"}, "FAKE_two=1", "FAKE_four=1")
	if !strings.Contains(out, "failed: four; make reproduce tries them again") {
		t.Error(out)
	}
	reproduce(0, []string{"four"}, "FOR=1h")
	if out = reproduce(0, nil); !strings.Contains(out, "3 claims: 1 held") {
		t.Error(out)
	}
	if card, err := os.ReadFile(filepath.Join(dir, "card")); err != nil || !strings.Contains(string(card), "3 claims") {
		t.Errorf("%v, %s", err, card)
	}
	reproduce(2, nil, "FOR=soon")
}
