package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckptbench/harness/config"
	"ckptbench/harness/render/figure"
	"ckptbench/harness/result"
)

// skewResult makes a result of none, calc and cpr at three skews in a folder, and returns it.
func skewResult(t *testing.T, figures string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "skew")
	e := result.Experiment{Name: "skew", Machine: result.Machine{CPU: "made up", Cores: 2},
		Config: []byte("records: 1M\n"), Resolved: []byte("algorithms: [none, calc, cpr]\n" + figures)}
	if err := result.SaveSetup(dir, e); err != nil {
		t.Fatal(err)
	}
	for k, theta := range []string{"0.6", "0.9", "0.99"} {
		for i, a := range []string{"none", "calc", "cpr"} {
			for n := 1; n <= 2; n++ {
				rate := 1e6 * (1 - 0.1*float64(k)) * (1 - 0.05*float64(i)) * (1 + 0.01*float64(n))
				if err := result.Save(dir, skewTrial(a, theta, n, rate)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return dir
}

// skewTrial is a made up trial of ten seconds with a checkpoint at 4.
func skewTrial(algorithm, theta string, n int, rate float64) result.Trial {
	x := result.Trial{Schema: result.Schema, Experiment: "skew", Algorithm: algorithm, Trial: n, Round: n,
		Status: result.OK, Verdict: result.Verdict{Mode: "trial", OK: true, Images: 1}, Elapsed: 10,
		Params: []result.Param{{Key: "workload.theta", Value: theta}},
		Memory: result.Memory{Data: 1 << 20, Rest: 1 << 10, Peak: 1 << 18}}
	relative := rate / 1.01e6
	x.Throughput, x.Relative, x.Committed = &rate, &relative, uint64(10*rate)
	for i := range 100 {
		x.Buckets = append(x.Buckets, result.Bucket{Start: 0.1 * float64(i), Elapsed: 0.1, Commits: uint64(rate / 10)})
	}
	if algorithm != "none" {
		x.Checkpoints = []result.Checkpoint{{N: 1, Trigger: 4, Pause: 0.1, Total: 1, Capture: 0.5, Write: 0.5}}
	}
	return x
}

// drawnBy plots with arguments and returns the files by name.
func drawnBy(t *testing.T, args ...string) map[string]string {
	t.Helper()
	out := t.TempDir()
	args = append(append([]string{"plot"}, args...), "--out", out, "--format", "svg,pdf,tex")
	if status, _, errOut := command(t, args...); status != 0 {
		t.Fatalf("%v: status %d, %s", args, status, errOut)
	}
	files := map[string]string{}
	paths, err := filepath.Glob(filepath.Join(out, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = string(data)
	}
	return files
}

// namesOf are the files that begin so, sorted.
func namesOf(files map[string]string, prefix string) (names []string) {
	for name := range files {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// A figure asked for by flags, by a config, by a file beside the result and by a file that is
// named is the same bytes, and so it is drawn a second time.
func TestFiguresAreTheSameBytes(t *testing.T) {
	flags := []string{"--name", "skew", "--chart", "timeline,sweep", "--panels", "throughput", "--only", "cpr,calc",
		"--points", "theta=0.6,0.99", "--label", "theta=Zipf skew", "--label", "cpr=Ours", "--width", "84mm",
		"--y-range", "0:5M", "--time-range", "2s:8s", "--font-size", "7", "--color", "cpr=#c00", "--marker", "cpr=square",
		"--no-footer"}
	list := `figures:
  - name: skew
    chart: [timeline, sweep]
    panels: throughput
    only: [cpr, calc]
    points: {theta: [0.6, 0.99]}
    label: {theta: Zipf skew, cpr: Ours}
    width: 84mm
    y_range: "0:5M"
    time_range: 2s:8s
    font_size: 7
    color: {cpr: "#c00"}
    marker: {cpr: square}
    no_footer: true
`
	plain := skewResult(t, "")
	want := drawnBy(t, append([]string{plain}, flags...)...)
	var names []string
	for _, chart := range []string{"skew-skew-sweep", "skew-skew-timeline-workload-theta-0p6",
		"skew-skew-timeline-workload-theta-0p99"} {
		names = append(names, chart+"-caption.tex", chart+".caption.txt", chart+".pdf", chart+".svg", chart+".tex")
	}
	slices.Sort(names)
	if got := namesOf(want, ""); !slices.Equal(got, names) {
		t.Fatalf("files\n%q, want\n%q", got, names)
	}
	same := func(how string, got map[string]string) {
		t.Helper()
		if have := namesOf(got, "skew-skew"); !slices.Equal(have, names) {
			t.Errorf("%s: files %q", how, have)
		}
		for _, name := range names {
			if got[name] != want[name] {
				t.Errorf("%s: %s has other bytes than by flags", how, name)
			}
		}
	}
	same("a second time", drawnBy(t, append([]string{plain}, flags...)...))
	same("config", drawnBy(t, skewResult(t, list)))
	file := write(t, "paper.yaml", list)
	same("a named file", drawnBy(t, plain, "--figures", file))
	if err := os.WriteFile(filepath.Join(plain, "figures.yaml"), []byte(list), 0o644); err != nil {
		t.Fatal(err)
	}
	same("a file beside the result", drawnBy(t, plain))
}

// The options do what they say to the picture.
func TestFigureOptions(t *testing.T) {
	dir := skewResult(t, "")
	files := drawnBy(t, dir, "--name", "f", "--chart", "sweep", "--panels", "throughput", "--only", "cpr,calc", "--label",
		"theta=Zipf skew", "--label", "cpr=Ours", "--width", "84mm", "--color", "cpr=#c00")
	svg := files["skew-f.svg"]
	for _, want := range []string{"Zipf skew", ">Ours<", "#CC0000", `width="238.11`, "made up"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in the picture", want)
		}
	}
	for _, not := range []string{">cpr<", "workload.theta", "longest pause", ">none<"} {
		if strings.Contains(svg, not) {
			t.Errorf("%s is in the picture", not)
		}
	}
	if n := len(files); n != 3 {
		t.Errorf("%d files, want 3: %q", n, namesOf(files, ""))
	}
}

// What is wrong with a figure is exit 2, and names the flag, or the line, and the nearest name.
func TestFigureErrors(t *testing.T) {
	dir := skewResult(t, "")
	check := func(want string, args ...string) {
		t.Helper()
		args = append([]string{"plot", dir, "--out", t.TempDir(), "--format", "svg"}, args...)
		if status, _, errOut := command(t, args...); status != 2 || !strings.Contains(errOut, want) {
			t.Errorf("%v: status %d, want 2 and %q in\n%s", args, status, want, errOut)
		}
	}
	check(`--only: "clac" is no algorithm here: did you mean "calc"?`, "--only", "clac")
	check(`--points: "0.98" is no value of workload.theta`, "--points", "theta=0.98")
	check(`--width: "colum" is no width: did you mean "column"?`, "--width", "colum")
	check(`--chart: no result has what nines shows`, "--chart", "nines")
	check("--figures: the file says how its figures are drawn", "--figures", "x.yaml", "--chart", "sweep")
	file := func(text string) string { return write(t, "f.yaml", text) }
	check(`f.yaml:3: unknown key "widht" in figures: did you mean "width"?`, "--figures",
		file("figures:\n  - name: a\n    widht: 84mm\n"))
	check(`f.yaml:2: figures: a figure has no name`, "--figures", file("figures:\n  - chart: sweep\n"))
	check(`f.yaml:3: figures: two figures are called a`, "--figures", file("figures:\n  - name: a\n  - name: a\n"))
	check(`f.yaml:1: unknown key "figure"`, "--figures", file("figure:\n  - name: a\n"))
	check(`f.yaml:2: figures: width: "wide" is no width`, "--figures", file("figures:\n  - {name: a, width: wide}\n"))
	check(`f.yaml:2: figures: log_y`, "--figures", file("figures:\n  - {name: a, log_y: yes}\n"))
	check(`f.yaml:2: figures: label is a single value`, "--figures", file("figures:\n  - {name: a, label: x}\n"))
}

// Figures of a config are checked with it, and change nothing that is measured.
func TestFiguresOfConfig(t *testing.T) {
	with := func(figure string) (status int, errOut string) {
		status, _, errOut = command(t, "validate", write(t, "c.yaml", "records: 1M\nfigures:\n  - "+figure+"\n"))
		return status, errOut
	}
	if status, errOut := with("{name: a, chart: sweep, width: column}"); status != 0 {
		t.Error(errOut)
	}
	for figure, want := range map[string]string{
		"{name: a, only: clac}":    `did you mean "calc"?`,
		"{name: a, chart: swep}":   `did you mean "sweep"?`,
		"{name: a, y_rnge: '0:1'}": `did you mean "y_range"?`,
		"{name: a.before}":         "result",
	} {
		status, errOut := with(figure)
		if status != 2 || !strings.Contains(errOut, want) || !strings.Contains(errOut, ":3: ") {
			t.Errorf("%s: status %d, want 2, line 3 and %q in %s", figure, status, want, errOut)
		}
	}
	hash := func(text string) string {
		e, err := config.Parse("x.yaml", []byte(text), known())
		if err != nil {
			t.Fatal(err)
		}
		resolved, err := e.Resolved()
		if err != nil {
			t.Fatal(err)
		}
		again, err := config.Parse("x.yaml", resolved, known())
		if err != nil {
			t.Fatalf("%v\n%s", err, resolved)
		}
		a, b := e.Figures, again.Figures
		for i := range a {
			a[i].At, b[i].At = "", ""
		}
		if fmt.Sprint(a) != fmt.Sprint(b) || again.Hash() != e.Hash() {
			t.Errorf("resolved is another experiment:\n%s", resolved)
		}
		return e.Hash()
	}
	figures := "figures:\n  - {name: a, label: {calc: \"a: b\"}, only: [calc]}\n"
	if a, b := hash("records: 1M\n"), hash("records: 1M\n"+figures); a != b {
		t.Errorf("hash %s with figures and %s without", b, a)
	}
}

// A table for a paper has the chosen columns of the chosen algorithms at the chosen points in one
// tabular, by flags and by a config the same bytes.
func TestFigureTables(t *testing.T) {
	want := `% Needs \usepackage{booktabs} and \usepackage{xcolor}.
% skew
\begin{tabular}{lrrrr}
\toprule
 & \multicolumn{2}{c}{Skew 0.6} & \multicolumn{2}{c}{Skew 0.99} \\
\cmidrule(lr){2-3}\cmidrule(lr){4-5}
 & txn/s & pause (ms) & txn/s & pause (ms) \\
\midrule
Ours & 913,500 [909,000, 918,000] & 100 [100, 100] & 730,800 [727,200, 734,400] & 100 [100, 100] \\
calc & 964,250 [959,500, 969,000] & 100 [100, 100] & 771,400 [767,600, 775,200] & 100 [100, 100] \\
\bottomrule
\end{tabular}
`
	flags := []string{"--name", "costs", "--columns", "txn/s,pause", "--only", "cpr,calc", "--points", "theta=0.6,0.99",
		"--label", "theta=Skew", "--label", "cpr=Ours", "--intervals"}
	dir := skewResult(t, "")
	files := drawnBy(t, append([]string{dir}, flags...)...)
	if got := files["skew-costs.tex"]; got != want || len(files) != 1 {
		t.Errorf("%d files, the table is\n%s\nwant\n%s", len(files), got, want)
	}
	list := "figures:\n- {name: costs, columns: [txn/s, pause], only: [cpr, calc], points: {theta: [0.6, 0.99]}, " +
		"label: {theta: Skew, cpr: Ours}, intervals: true}\n"
	if got := drawnBy(t, skewResult(t, list))["skew-costs.tex"]; got != want {
		t.Errorf("by a config the table is\n%s", got)
	}
	one := drawnBy(t, dir, "--columns", "pause", "--only", "calc")["skew-table.tex"]
	head := " & \\multicolumn{3}{c}{pause (ms)} \\\\\n\\cmidrule(lr){2-4}\n" +
		" & theta 0.6 & theta 0.9 & theta 0.99 \\\\\n\\midrule\ncalc & 100 & 100 & 100 \\\\\n"
	if !strings.Contains(one, head) {
		t.Errorf("a table of one column is\n%s", one)
	}
	for args, said := range map[string]string{
		"--columns pauze":               `--columns: "pauze" is no column: did you mean "pause"?`,
		"--columns pause --chart sweep": "--columns: a table has no chart",
		"--intervals":                   "--intervals: a chart has its intervals",
	} {
		args := append([]string{"plot", dir, "--out", t.TempDir()}, strings.Fields(args)...)
		if status, _, errOut := command(t, args...); status != 2 || !strings.Contains(errOut, said) {
			t.Errorf("%v: status %d, want 2 and %q in %s", args, status, said, errOut)
		}
	}
}

// The figures that the README shows are right.
func TestReadmeFigures(t *testing.T) {
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(data), "```yaml\nfigures:")
	text, _, _ = strings.Cut(text, "```")
	figures, err := config.Figures("README.md", []byte("figures:"+text), false)
	if err != nil || len(figures) != 2 {
		t.Fatalf("%d figures, %v", len(figures), err)
	}
	for _, f := range figures {
		if err := figure.Check(f, known().Names()); err != nil {
			t.Error(err)
		}
	}
}
