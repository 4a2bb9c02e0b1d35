package main

import (
	"bytes"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// The page of a result says how to repeat it: its command, with its configuration,
// is the experiment that was measured, key by key.
func TestPageRepeatsTheExperiment(t *testing.T) {
	check := func(name, text, wantLine string, flags ...string) {
		t.Helper()
		out := t.TempDir()
		path := write(t, name, text)
		status, _, errOut := command(t, append([]string{"run", path, "--out", out, "--plots", "", "-q"}, flags...)...)
		if status != 0 {
			t.Fatalf("status %d: %s", status, errOut)
		}
		dirs, err := filepath.Glob(filepath.Join(out, "*"))
		if err != nil || len(dirs) != 1 {
			t.Fatal(dirs, err)
		}
		status, page, errOut := command(t, "report", "--format", "html", dirs[0])
		if status != 0 {
			t.Fatal(errOut)
		}
		line := commandOf(t, page)
		if wantLine != "" && line != wantLine {
			t.Errorf("the page says %q, want %q", line, wantLine)
		}
		want, err := os.ReadFile(filepath.Join(dirs[0], "resolved.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if got := resolvedBy(t, line, configOf(t, page)); string(got) != string(want) {
			t.Errorf("%s resolves to\n%s\nwhat was measured is\n%s", line, got, want)
		}
	}
	text := tiny + "verify: off\n"
	check("plain.yaml", text+"algorithms: [none]\n", "ckptbench run plain.yaml")
	check("set.yaml", text, "ckptbench run set.yaml --set duration=120ms --set 'experiment.about=it'\\''s  a <test>' "+
		"--only=none,calc --trials=2 --isolate",
		"--set", "duration=120ms", "--set", "experiment.about=it's  a <test>",
		"--only", "none,calc", "--trials", "2", "--isolate")
	check("swept.yaml", text+"algorithms: [none]\n", "", "--set", "matrix.workload.keys=2,3", "--set", "seed=random")
	check("named.yaml", text+"algorithms: [none]\n",
		"ckptbench run other.yaml --set experiment.name=other --set checkpoint.interval=30ms",
		"--set", "experiment.name=other", "--set", "checkpoint.interval=30ms")
	check("workloadx", "recordcount=2000\nreadproportion=0.5\nupdateproportion=0.5\n",
		"ckptbench run workloadx.yaml",
		"--only", "none", "--trials", "1", "--set", "duration=100ms", "--set", "warmup=0s", "--set", "verify=off", "--set",
		"scale=0.5")
}

// commandOf returns the run command that the page shows.
func commandOf(t *testing.T, page string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^ckptbench run .*$`).FindString(strings.ReplaceAll(page, "<pre>", "\n"))
	line, _, _ := strings.Cut(html.UnescapeString(m), "   #")
	return line
}

// configOf returns the configuration that the page shows.
func configOf(t *testing.T, page string) []byte {
	t.Helper()
	_, rest, ok := strings.Cut(page, "<h3>Configuration</h3>\n<pre>")
	text, _, end := strings.Cut(rest, "</pre>")
	if !ok || !end {
		t.Fatal("the page shows no configuration")
	}
	return []byte(html.UnescapeString(text))
}

// resolvedBy is what a command line of a shell resolves the configuration to.
func resolvedBy(t *testing.T, line string, config []byte) []byte {
	t.Helper()
	script := "for w in " + strings.TrimPrefix(line, "ckptbench ") + "; do printf '%s\\0' \"$w\"; done"
	words, err := exec.Command("sh", "-c", script).Output()
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	args := strings.Split(strings.TrimSuffix(string(words), "\x00"), "\x00")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, args[1]), config, 0o644); err != nil {
		t.Fatal(err)
	}
	args[1] = filepath.Join(dir, args[1])
	var c commands
	var said bytes.Buffer
	k, err := kong.New(&c, kong.Writers(&said, &said), helpTexts())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Parse(args); err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	exps, err := c.Run.load()
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := exps[0].Resolved()
	if err != nil {
		t.Fatal(err)
	}
	return resolved
}
