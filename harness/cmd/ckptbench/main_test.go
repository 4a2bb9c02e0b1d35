package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckptbench/algorithms"
)

// command runs the command in a folder of its own.
func command(t *testing.T, args ...string) (status int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	status = ckptbench(t.Context(), args, &o, &e)
	return status, o.String(), e.String()
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

const tiny = `records: 2k
workload: {name: calc}
workers: 2
duration: 100ms
warmup: 0s
bucket: 20ms
verify_duration: 50ms
trials: 1
checkpoint: {first: 10ms, interval: 40ms}
`

func TestMistakesAreExplained(t *testing.T) {
	check := func(status int, want string, args ...string) {
		t.Helper()
		got, out, errOut := command(t, args...)
		if got != status || !strings.Contains(out+errOut, want) {
			t.Errorf("%v: status %d, want %d; said %q, want %q", args, got, status, out+errOut, want)
		}
	}
	misspelt := write(t, "x.yaml", "recrods: 5\n")
	check(2, misspelt+`:1: unknown key "recrods": did you mean "records"?`, "run", misspelt)
	check(2, `did you mean "records"?`, "validate", misspelt)
	check(2, "no such file", "run", "nowhere.yaml")
	check(2, "run: no experiment given", "run")
	check(2, "validate: no experiment given", "validate")
	check(2, "plot: no result given; name the folder of one: there is no result yet", "plot")
	check(2, "report: no result given", "report")
	check(2, "is a folder: name an experiment: there are "+misspelt, "run", filepath.Dir(misspelt))
	check(2, "did you mean ../../../configs/default.yaml?", "run", "../../../configs/defualt.yaml")
	check(2, "did you mean ../../../configs/default.yaml?", "run", "../../../configs/default")
	check(2, "the nearest names are ../../../configs/", "run", "../../../configs/qqqqqq")
	check(2, `none of the keys has "qqqqqq" in it; the nearest are `, "list", "keys", "qqqqqq")
	check(2, "unknown property \"readpropotion\": did you mean \"readproportion\"?", "run",
		write(t, "workloadx", "recordcount=9\nreadpropotion=1\n"))
	check(2, `did you mean "run"?`, "rnu")
	check(2, "unknown flag --onyl", "run", misspelt, "--onyl", "calc")
	good := write(t, "good.yaml", tiny)
	check(2, `unknown algorithm "crp": did you mean "cpr"?`, "run", good, "--only", "crp")
	check(2, "are both named good", "run", good, good)
	check(2, "--format must be one of", "run", good, "--format", "jpg")
	check(1, "make the folder of the charts", "run", good, "--plots", good)
	check(1, "make the result folder", "run", good, "--out", good, "--plots", "")
	check(2, `all stands for a list and is not in one`, "run", good, "--only", "all,calc")
	check(2, "workload.theta", "run", good, "--set", "workload.theta=big")
	check(1, "impossible memory", "run", good, "--set", "records=1G", "--set", "record_size=1MiB")
	check(0, "good.yaml: ok", "validate", good)
	check(0, "Usage: ckptbench <command>")
	check(1, "no image, manifest or log", "verify", t.TempDir())
	check(1, "give the directory of one experiment", "plot", "nowhere")
}

func TestListNamesAlgorithms(t *testing.T) {
	status, out, errOut := command(t, "list", "--json")
	var rows []map[string]string
	if err := json.Unmarshal([]byte(out), &rows); err != nil || status != 0 {
		t.Fatalf("status %d, %v, %s", status, err, errOut)
	}
	var names []string
	for _, r := range rows {
		if r["variant_of"] == "" {
			names = append(names, r["name"])
		}
	}
	var want []string
	for _, e := range algorithms.All() {
		if e.Variant == "" {
			want = append(want, e.Name)
		}
	}
	if !slices.Equal(names, want) || !slices.Contains(names, "calc") {
		t.Errorf("got %v, want %v", names, want)
	}
	for _, what := range []string{"algorithms", "workloads", "charts", "formats", "keys"} {
		if status, out, errOut := command(t, "list", what); status != 0 || strings.Count(out, "\n") < 5 ||
			strings.Contains(out, " \n") {
			t.Errorf("list %s: status %d, %q %q", what, status, out, errOut)
		}
	}
	var all map[string][]map[string]string
	status, out, errOut = command(t, "list", "everything", "--json", "--configs", "../../../configs")
	if err := json.Unmarshal([]byte(out), &all); err != nil || status != 0 || len(all) != len(listings) {
		t.Errorf("list everything: status %d, %v, %d listings, %s", status, err, len(all), errOut)
	}
	for _, x := range all["experiments"] {
		if x["minutes"] == "" || x["disk"] == "" || x["trials"] == "0" {
			t.Errorf("what %s takes: %v", x["experiment"], x)
		}
	}
	if status, out, _ := command(t, "list", "everything", "--configs", "../../../configs"); status != 0 ||
		strings.Count(out, "# ") < len(listings) {
		t.Errorf("list everything: status %d, %s", status, out)
	}
	if status, out, _ := command(t, "list", "experiments", "--configs", "../../../configs"); status != 0 ||
		!strings.Contains(out, "default.yaml") {
		t.Errorf("list experiments: status %d, %q", status, out)
	}
}

// A dry run says what would be run: all is every algorithm whose images are
// right, with its variants.
func TestAllIsEverySoundAlgorithm(t *testing.T) {
	good, sound := write(t, "good.yaml", tiny), 0
	for _, e := range algorithms.All() {
		if !e.Unsound {
			sound++
		}
	}
	_, out, errOut := command(t, "run", "--dry-run", good, "--only", "all")
	if want := fmt.Sprintf("of %d algorithms", sound); !strings.Contains(out, want) {
		t.Errorf("said %q, want %q; %s", out, want, errOut)
	}
}

func TestConfigsAreValid(t *testing.T) {
	paths, err := filepath.Glob("../../../configs/*.yaml")
	more, _ := filepath.Glob("../../../configs/*/*.yaml")
	if err != nil || len(paths) < 8 || len(more) < 1 {
		t.Fatalf("%d and %d configs, %v", len(paths), len(more), err)
	}
	if status, out, errOut := command(t, append([]string{"validate"}, append(paths, more...)...)...); status != 0 {
		t.Errorf("status %d\n%s%s", status, out, errOut)
	}
}

// The whole way of a user: run, look at the files, report, draw again, and find
// a byte that was flipped.
func TestRunAndAfter(t *testing.T) {
	dir := t.TempDir()
	results, plots := filepath.Join(dir, "results"), filepath.Join(dir, "plots")
	config := write(t, "tiny.yaml", tiny)
	status, out, errOut := command(t, "run", config, "--out", results, "--plots", plots, "--format", "svg",
		"--only", "none,calc", "--set", "keep_images=true")
	if status != 0 {
		t.Fatalf("status %d\n%s%s", status, out, errOut)
	}
	if !strings.Contains(out, "calc") || !strings.Contains(out, "txn/s") {
		t.Errorf("no table: %s", out)
	}
	for _, name := range []string{"results/tiny/config.yaml", "results/tiny/resolved.yaml", "results/tiny/machine.json",
		"results/tiny/bench.txt", "results/tiny/trials/calc-1/trial.json", "results/tiny/trials/calc-1/timeline.csv",
		"results/tiny/trials/calc-1/events.csv", "plots/tiny-timeline.svg"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, format := range []string{"table", "markdown", "csv", "latex"} {
		if status, out, errOut := command(t, "report", filepath.Join(results, "tiny"), "--format", format); status != 0 ||
			!strings.Contains(out, "calc") {
			t.Errorf("report %s: status %d, %s%s", format, status, out, errOut)
		}
	}
	if status, _, errOut := command(t, "plot", filepath.Join(results, "tiny"), "--out", t.TempDir(), "--format",
		"png"); status != 0 {
		t.Errorf("plot: status %d, %s", status, errOut)
	}
	sameFigures(t, filepath.Join(results, "tiny"))
	flip(t, filepath.Join(results, "tiny"))
}

// sameFigures draws everything twice and asks for the same bytes: what a paper
// shows is made again from what is stored.
func sameFigures(t *testing.T, dir string) {
	t.Helper()
	drawn := func() map[string]string {
		out, files := t.TempDir(), map[string]string{}
		if status, _, errOut := command(t, "plot", dir, "--out", out, "--format", "svg,pdf,tex"); status != 0 {
			t.Fatal(errOut)
		}
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
		for _, format := range []string{"table", "markdown", "csv", "latex", "html"} {
			status, text, errOut := command(t, "report", dir, "--format", format)
			if status != 0 {
				t.Fatal(errOut)
			}
			files[format] = text
		}
		return files
	}
	first, again := drawn(), drawn()
	if len(first) != len(again) || !strings.Contains(first["tiny-table.tex"], `\toprule`) ||
		first["tiny-timeline.pdf"] == "" || first["tiny-timeline.tex"] == "" {
		t.Errorf("%d and %d figures, table %q", len(first), len(again), first["tiny-table.tex"])
	}
	for name, data := range first {
		if again[name] != data {
			t.Errorf("%s is not the same when it is drawn again", name)
		}
	}
}

func flip(t *testing.T, dir string) {
	if status, out, errOut := command(t, "verify", dir); status != 0 || strings.Contains(out, "DAMAGED") {
		t.Fatalf("verify: status %d, %s%s", status, out, errOut)
	}
	images, err := filepath.Glob(filepath.Join(dir, "images/calc-1/images/image-*"))
	if err != nil || len(images) == 0 {
		t.Fatalf("no image was kept: %v", err)
	}
	data, err := os.ReadFile(images[0])
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(images[0], data, 0o644); err != nil {
		t.Fatal(err)
	}
	status, out, _ := command(t, "verify", dir)
	if status != 1 || !strings.Contains(out, "DAMAGED") || !strings.Contains(out, filepath.Base(images[0])) {
		t.Errorf("a flipped byte: status %d, %s", status, out)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errOut bytes.Buffer
	config := write(t, "tiny.yaml", tiny)
	if status := ckptbench(ctx, []string{"run", config, "--out", t.TempDir(), "--plots", ""}, &out,
		&errOut); status != exitInterrupted {
		t.Errorf("status %d, want %d: %s", status, exitInterrupted, errOut.String())
	}
}

func TestDryRunRunsNothing(t *testing.T) {
	out := t.TempDir()
	status, said, errOut := command(t, "run", write(t, "tiny.yaml", tiny), "--out", out, "--dry-run", "--only",
		"none,calc")
	left, err := os.ReadDir(out)
	if status != 0 || err != nil || len(left) != 0 || errOut != "" ||
		!strings.HasPrefix(said, "tiny: 2 trials of 2 algorithms") {
		t.Errorf("status %d, %d files, %v: %s%s", status, len(left), err, said, errOut)
	}
}
