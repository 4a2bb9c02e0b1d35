package merge

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckptbench/harness/config"
	"ckptbench/harness/render/chart"
	"ckptbench/harness/render/page"
	"ckptbench/harness/result"
)

var known = config.Known{Algorithms: []config.Algorithm{{Name: "none", Default: true}, {Name: "calc", Default: true}}}

const text = `algorithms: [none, calc]
records: 1000
duration: 5s
trials: 2
matrix: {workload.theta: [0.5, 0.9], workload.keys: [1]}
workload: {name: ycsb-a, distribution: zipf}
`

// A part is a shard as a test wants it; edit changes every trial, last.
type part struct {
	shard   string
	machine string // "" is m and the shard's number
	config  string // "" is text
	leave   string // a trial to leave out
	edit    func(*result.Trial)
}

func (p part) save(t *testing.T, dir string) string {
	t.Helper()
	given := p.config
	if given == "" {
		given = text
	}
	e, err := config.Parse("swept.yaml", []byte(given), known)
	if err != nil {
		t.Fatal(err)
	}
	shard, err := result.ParseShard(p.shard)
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := e.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	m := result.Machine{ID: p.machine, CPU: "Slide Rule", Cores: 2, Warnings: []string{"warm"}}
	if m.ID == "" {
		m.ID = "m" + p.shard[:1]
	}
	dir = filepath.Join(dir, "swept"+shard.Dir()+p.machine)
	if err := result.SaveSetup(dir,
		result.Experiment{Config: []byte(given), Resolved: resolved, Machine: m, Shard: shard}); err != nil {
		t.Fatal(err)
	}
	cells := e.Cells()
	for i, c := range cells {
		for round := 1; round <= int(e.Trials); round++ {
			if !shard.Has(i, round, len(cells), int(e.Trials)) {
				continue
			}
			for _, a := range e.Algorithms {
				x := result.Trial{Schema: 1, Experiment: "swept", Algorithm: a, Params: params(c), Trial: round, Round: round,
					ConfigHash: c.Experiment.Hash(), Status: result.OK, Workers: 2, Records: 1000,
					Verdict: result.Verdict{Mode: "trial", OK: true},
					Elapsed: 1, Committed: 1e6, Throughput: new(1e6), Relative: new(1.0),
					Buckets: []result.Bucket{{Elapsed: 1, Commits: 1e6}}}
				if p.edit != nil {
					p.edit(&x)
				}
				if result.TrialDir(x) == p.leave {
					continue
				}
				if err := result.Save(dir, x); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return dir
}

func saved(t *testing.T, parts ...part) (dirs []string, out string) {
	t.Helper()
	dir := t.TempDir()
	for _, p := range parts {
		dirs = append(dirs, p.save(t, dir))
	}
	return dirs, filepath.Join(dir, "results", "whole")
}

// TestWhole merges four parts of four machines, whose trials are of the schema
// before machines, and asks for every trial and every machine.
func TestWhole(t *testing.T) {
	dirs, out := saved(t, part{shard: "2/3"}, part{shard: "1/3"}, part{shard: "3/3"})
	before := files(t, filepath.Dir(dirs[0]))
	if err := Merge(out, dirs, Options{AcrossMachines: true, Known: known}); err != nil {
		t.Fatal(err)
	}
	e, err := result.Load(out)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Trials) != 8 || !e.Shard.Whole() || e.Name != "swept" {
		t.Errorf("%d trials of %s, shard %v", len(e.Trials), e.Name, e.Shard)
	}
	if got := strings.Join(e.MachineIDs(), " "); got != "m2 m1 m3" {
		t.Errorf("machines %s", got)
	}
	var where []string
	for i := range e.Trials {
		x := &e.Trials[i]
		where = append(where, result.TrialDir(*x)+" "+e.MachineOf(x).ID)
	}
	slices.Sort(where)
	const want = `workload.theta=0.5,workload.keys=1/calc-1 m1
workload.theta=0.5,workload.keys=1/calc-2 m1
workload.theta=0.5,workload.keys=1/none-1 m1
workload.theta=0.5,workload.keys=1/none-2 m1
workload.theta=0.9,workload.keys=1/calc-1 m2
workload.theta=0.9,workload.keys=1/calc-2 m3
workload.theta=0.9,workload.keys=1/none-1 m2
workload.theta=0.9,workload.keys=1/none-2 m3`
	if got := strings.Join(where, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, file := range []string{"bench.txt", "resolved.yaml", "machines.json"} {
		if data, err := os.ReadFile(filepath.Join(out, file)); err != nil || len(data) == 0 {
			t.Errorf("%s: %v", file, err)
		}
	}
	if err := os.RemoveAll(filepath.Dir(out)); err != nil {
		t.Fatal(err)
	}
	if after := files(t, filepath.Dir(dirs[0])); after != before {
		t.Errorf("the parts, or what is beside them, changed:\n%s\n%s", before, after)
	}
}

// files lists names and contents below dir.
func files(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		b.WriteString(path + "\n" + string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestReportsNameEveryMachine reads a merged result as a person does.
func TestReportsNameEveryMachine(t *testing.T) {
	dirs, out := saved(t, part{shard: "1/3"}, part{shard: "2/3"}, part{shard: "3/3"})
	if err := Merge(out, dirs, Options{AcrossMachines: true, Known: known}); err != nil {
		t.Fatal(err)
	}
	e, err := result.Load(out)
	if err != nil {
		t.Fatal(err)
	}
	charts := chart.Charts(e, chart.NewStyle(known.Names()))
	if len(charts) < 4 {
		t.Errorf("%d charts", len(charts))
	}
	for _, c := range charts {
		svg, err := c.Encode("svg")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(svg), "3 machines") {
			t.Errorf("chart %s says nothing of machines", c.Name)
		}
	}
	for _, format := range append(slices.Clone(page.Formats), "html") {
		var b bytes.Buffer
		if format == "html" {
			err = page.WriteHTML(&b, page.Page{Exp: e})
		} else {
			err = page.Write(&b, e, format, page.Options{})
		}
		if err != nil {
			t.Fatal(err)
		}
		words := []string{"m1", "m2", "m3"}
		if format != "csv" {
			words = append(words, "measured on 3 machines", "m2, Slide Rule, 2 cores (1 round) and m3", "m3: warm")
		}
		for _, w := range words {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s does not say %q:\n%s", format, w, b.String())
			}
		}
	}
}

// TestRefused merges what must not be put together, and asks for a message that
// says why and for nothing to be written.
func TestRefused(t *testing.T) {
	one, two := part{shard: "1/2", machine: "m"}, part{shard: "2/2", machine: "m"}
	with := func(p part, edit func(*part)) part { edit(&p); return p }
	trial := func(p part, edit func(*result.Trial)) part { p.edit = edit; return p }
	here := Options{Known: known}
	cases := []struct {
		name  string
		parts []part
		o     Options
		want  string // in the error; empty: none
	}{
		{"all", []part{one, two}, here, ""},
		{"machines", []part{one, with(two, func(p *part) { p.machine = "m2" })}, here,
			"2 machines (m, Slide Rule, 2 cores; m2, Slide Rule, 2 cores)"},
		{"machines, meant", []part{one, with(two, func(p *part) { p.machine = "m2" })},
			Options{AcrossMachines: true, Known: known}, ""},
		{"same part twice", []part{one, with(one, func(p *part) { p.machine = "m2" }), two},
			Options{AcrossMachines: true, Known: known}, "calc-1 is in"},
		{"config", []part{one, with(two, func(p *part) { p.config = strings.Replace(text, "5s", "6s", 1) })}, here,
			"of different configurations: duration is 5s and 6s"},
		{"missing shard", []part{one}, here,
			"4 of the 8 trials are missing or were interrupted: workload.theta=0.9,workload.keys=1/none-1, "},
		{"missing shard is named", []part{one}, here, "shard 2/2 is not among the folders"},
		{"missing shard, meant", []part{one}, Options{Partial: true, Known: known}, ""},
		{"missing trial", []part{one, with(two, func(p *part) { p.leave = "workload.theta=0.9,workload.keys=1/calc-2" })},
			here, "shard 2/2, did not run to its end: run it again with --resume"},
		{"interrupted", []part{one, trial(two, func(x *result.Trial) { x.Status = result.Partial })}, here, "interrupted"},
		{"cuts", []part{one, {shard: "3/3", machine: "m"}}, here, "parts of different cuts"},
		{"a shard and a whole", []part{one, {shard: "", machine: "m"}}, here, "no shard"},
		{"workers", []part{with(one, func(p *part) { p.shard = "1/4" }),
			trial(part{shard: "2/4", machine: "m"}, func(x *result.Trial) { x.Workers = 8 })},
			Options{Partial: true, Known: known}, "set workers in the config"},
		{"hash", []part{with(one, func(p *part) { p.shard = "1/4" }),
			trial(part{shard: "2/4", machine: "m"}, func(x *result.Trial) { x.ConfigHash = "beef" })},
			Options{Partial: true, Known: known}, "different configurations"},
		{"one round of two machines", []part{one, trial(two, func(x *result.Trial) {
			if x.Algorithm == "calc" {
				x.Schema, x.Machine = result.Schema, "m2"
			}
		})}, Options{AcrossMachines: true, Known: known}, "are of one round and ran on machines"},
	}
	for _, c := range cases {
		dirs, out := saved(t, c.parts...)
		err := Merge(out, dirs, c.o)
		left, _ := filepath.Glob(filepath.Join(filepath.Dir(out), "*"))
		switch {
		case c.want == "" && (err != nil || len(left) != 1):
			t.Errorf("%s: %v, left %v", c.name, err, left)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || len(left) > 0):
			t.Errorf("%s: %v, left %v; want %q", c.name, err, left, c.want)
		}
	}
}

func TestNothingIsWrittenOver(t *testing.T) {
	dirs, out := saved(t, part{shard: "1/2", machine: "m"}, part{shard: "2/2", machine: "m"})
	check := func(out string, dirs []string, want string) {
		t.Helper()
		before := files(t, filepath.Dir(dirs[0]))
		if err := Merge(out, dirs, Options{Known: known}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if files(t, filepath.Dir(dirs[0])) != before {
			t.Error("files changed")
		}
	}
	check(dirs[0], dirs[1:], "not written over")
	check(out, []string{dirs[0], dirs[0] + "/."}, "named twice")
	check(out, []string{dirs[0], filepath.Join(dirs[0], "nowhere")}, "no such file")
	newer := filepath.Join(dirs[1], "trials", "workload.theta=0.9,workload.keys=1", "calc-1", "trial.json")
	data, err := os.ReadFile(newer)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(newer, bytes.Replace(data, []byte(`"schema": 1`), []byte(`"schema": 99`), 1),
		0o644); err != nil {
		t.Fatal(err)
	}
	check(out, dirs, "schema 99 is newer")
}
