package result

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// TestShards checks that every unit is dealt exactly once, that shards differ by
// at most a unit, and that no point is cut that need not be.
func TestShards(t *testing.T) {
	for points := 1; points <= 7; points++ {
		for rounds := 1; rounds <= 6; rounds++ {
			for n := 1; n <= points*rounds+2; n++ {
				checkDeal(t, points, rounds, n)
			}
		}
	}
}

func checkDeal(t *testing.T, points, rounds, n int) {
	t.Helper()
	fewest, most, cut := points*rounds, 0, 0
	dealt := map[[2]int]int{}
	for i := 1; i <= n; i++ {
		s, size := Shard{i, n}, 0
		for p := range points {
			k, first := s.Rounds(p, points, rounds)
			if k > 0 && !s.Has(p, first, points, rounds) || first > 1 && s.Has(p, first-1, points, rounds) {
				t.Errorf("%s: the first round of point %d is not %d", s, p, first)
			}
			if k > 0 && k < rounds {
				cut++
			}
			for r := 1; r <= rounds; r++ {
				if s.Has(p, r, points, rounds) {
					dealt[[2]int{p, r}]++
					size++
				}
			}
		}
		fewest, most = min(fewest, size), max(most, size)
	}
	for unit, times := range dealt {
		if times != 1 {
			t.Errorf("%d points, %d rounds, %d shards: unit %v is dealt %d times", points, rounds, n, unit, times)
		}
	}
	if len(dealt) != points*rounds || most-fewest > 1 {
		t.Errorf("%d points, %d rounds, %d shards: %d units dealt, %d to %d each", points, rounds, n, len(dealt),
			fewest, most)
	}
	if points%n == 0 && cut > 0 {
		t.Errorf("%d points on %d machines: %d parts of points", points, n, cut)
	}
}

func TestParseShard(t *testing.T) {
	check := func(text string, want Shard, bad string) {
		t.Helper()
		s, err := ParseShard(text)
		if s != want || (err == nil) != (bad == "") || err != nil && !strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v, %v; want %v, %q", text, s, err, want, bad)
		}
	}
	check("", Shard{}, "")
	check("1/1", Shard{1, 1}, "")
	check("3/8", Shard{3, 8}, "")
	check("0/8", Shard{}, "counted from 1")
	check("9/8", Shard{}, "not one of 8")
	check("-1/8", Shard{}, "not one of 8")
	check("1/0", Shard{}, "there are 0 shards")
	check("1/99999999", Shard{}, "want 1 to")
	for _, text := range []string{"3", "a/b", "1/2/3", "1 / 2", "/", "1/"} {
		check(text, Shard{}, "want i/n")
	}
}

// TestSchemaBefore reads a trial as it was written before machines were in it.
func TestSchemaBefore(t *testing.T) {
	dir := t.TempDir()
	x := sample()
	x.Schema, x.Machine = 1, ""
	if err := Save(dir, x); err != nil {
		t.Fatal(err)
	}
	if err := SaveSetup(dir, Experiment{Machine: Machine{ID: "old"}}); err != nil {
		t.Fatal(err)
	}
	e, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := e.MachineOf(&e.Trials[0]).ID; got != "old" || len(e.MachineIDs()) != 1 || len(e.Warnings()) != 1 {
		t.Errorf("the trial ran on %q, machines %v, warnings %v", got, e.MachineIDs(), e.Warnings())
	}
	x.Machine = "new"
	if err := Save(dir, x); err == nil || !strings.Contains(err.Error(), "schema is 1") {
		t.Errorf("a machine in schema 1: %v", err)
	}
}

func TestShardIsRefused(t *testing.T) {
	check := func(file, text, want string) {
		t.Helper()
		dir := t.TempDir()
		if err := SaveSetup(dir, Experiment{Machine: Machine{ID: "m"}}); err != nil {
			t.Fatal(err)
		}
		if err := writeSync(filepath.Join(dir, file), []byte(text)); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s with %q: %v, want %q", file, text, err, want)
		}
	}
	check("shard.json", `{"index":3,"of":2}`, "not one of 2")
	check("shard.json", `{"index":1}`, "0 shards")
	check("shard.json", `{`, "unexpected")
	check("machines.json", `[]`, "names no machine")
	check("machines.json", `{}`, "cannot unmarshal")
}

// TestBenchOfSeveralMachines keeps each machine's lines below its own facts.
func TestBenchOfSeveralMachines(t *testing.T) {
	x, y := sample(), sample()
	x.Machine, y.Machine, y.Trial = "m1", "m2", 7
	e := Experiment{Name: "demo", Trials: []Trial{x, y}}
	e.Machine = Machine{ID: "m1", CPU: "Slide Rule", Commit: "abc"}
	e.Machines = []Machine{e.Machine, {ID: "m2", CPU: "Abacus"}}
	var b bytes.Buffer
	if err := WriteBench(&b, &e); err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(b.String(), "machine: m2\n")
	if len(parts) != 2 || strings.Count(parts[0], "\nBenchmarkCkpt") != 1 ||
		strings.Count(parts[1], "\nBenchmarkCkpt") != 1 ||
		!strings.Contains(parts[0], "cpu: Abacus") || !strings.Contains(parts[1], "commit: \n") {
		t.Errorf("got\n%s", b.String())
	}
}
