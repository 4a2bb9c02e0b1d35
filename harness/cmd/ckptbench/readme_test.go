package main

import (
	flags "flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckptbench/algorithms"
)

var update = flags.Bool("update", false, "write generated parts of README.md anew")

const readme = "../../../README.md"

// TestReadmeTable: the README's table of algorithms is the one of the program, variants in
// the row of their algorithm. -update writes it anew.
func TestReadmeTable(t *testing.T) {
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(data), "<!-- algorithms: generated, see TestReadmeTable -->\n")
	_, tail, ok2 := strings.Cut(rest, "<!-- end -->")
	if !ok || !ok2 {
		t.Fatal("README.md has no place for the table of algorithms")
	}
	want := head + "<!-- algorithms: generated, see TestReadmeTable -->\n" + algorithmTable() + "<!-- end -->" + tail
	if *update {
		if err := os.WriteFile(readme, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(data) != want {
		t.Error("README.md's table of algorithms is another than the program's: go test -run TestReadmeTable ./harness/cmd/ckptbench -update")
	}
}

// algorithmTable is a Markdown table of the algorithms, a row each.
func algorithmTable() string {
	var b strings.Builder
	b.WriteString("| algorithm | variants | an image is | blocks new transactions | copies of the data | needs a log | from |\n|---|---|---|---|---|---|---|\n")
	for _, e := range algorithms.All() {
		if e.Variant != "" {
			continue
		}
		var variants []string
		for _, v := range algorithms.All() {
			if v.Variant == e.Name {
				variants = append(variants, "`"+v.Name+"`")
			}
		}
		image, log := e.Oracle.String(), "no"
		switch {
		case e.Baseline:
			image = "–"
		case e.Mixed:
			image = "mixed versions, until its log repairs it"
		}
		if e.NeedsLog {
			log = "yes"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s |\n",
			e.Name, strings.Join(variants, " "), image, e.Quiesces, e.Copies, log, e.Paper)
	}
	return b.String()
}

// TestReadmeCommands: every command of every README is one that the program or the Makefile
// has, with flags that it has, and every run is one that a dry run accepts.
func TestReadmeCommands(t *testing.T) {
	t.Chdir("../../..")
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	files := []string{"README.md", "harness/README.md", "configs/README.md", "results/README.md", "PAPER_NOTES.md"}
	n := 0
	for _, file := range files {
		for _, line := range commandsOf(t, file) {
			n++
			args := strings.Fields(line)
			switch {
			case args[0] == "make" && len(args) > 1:
				if !strings.Contains(string(makefile), "\n"+args[1]+":") && !strings.Contains(string(makefile), " "+args[1]+":") {
					t.Errorf("%s: %q: the Makefile has no %s", file, line, args[1])
				}
			case strings.HasSuffix(args[0], "ckptbench") && len(args) > 1:
				checkCommand(t, file, args[1:])
			}
		}
	}
	if n < 30 {
		t.Errorf("%d commands in %v", n, files)
	}
}

// commandsOf returns the commands of a document's code, without comments.
func commandsOf(t *testing.T, file string) (lines []string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	code := false
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			code = !code
			continue
		}
		line, _, _ = strings.Cut(line, " #")
		line = strings.TrimPrefix(strings.TrimSpace(line), "go run ./harness/cmd/")
		line = strings.TrimPrefix(line, "srun ")
		if code && (strings.HasPrefix(line, "make ") || strings.HasPrefix(line, "ckptbench ") || strings.HasPrefix(line, "./ckptbench ")) {
			lines = append(lines, line)
		}
	}
	return lines
}

// checkCommand runs a command that only looks, and asks of the others whether their flags
// are there.
func checkCommand(t *testing.T, file string, args []string) {
	t.Helper()
	name := args[0]
	runs := name == "run" && !slices.ContainsFunc(args, func(a string) bool { return strings.ContainsAny(a, "\\$") || strings.HasPrefix(a, "workloads/") })
	if runs || slices.Contains([]string{"list", "validate", "schema"}, name) {
		if runs {
			args = append(args, "--dry-run", "--out", t.TempDir())
		}
		if status, _, errOut := command(t, expand(t, args)...); status != 0 {
			t.Errorf("%s: %v: status %d, %s", file, args, status, errOut)
		}
		return
	}
	status, help, _ := command(t, name, "--help")
	if status != 0 {
		t.Errorf("%s: %v: there is no %s", file, args, name)
	}
	for _, a := range args[1:] {
		if f, _, _ := strings.Cut(a, "="); strings.HasPrefix(f, "--") && !strings.Contains(help, f) {
			t.Errorf("%s: %v: %s has no %s", file, args, name, f)
		}
	}
}

// expand expands patterns, as a shell does.
func expand(t *testing.T, args []string) (all []string) {
	t.Helper()
	for _, a := range args {
		paths, err := filepath.Glob(a)
		if err != nil || len(paths) == 0 {
			paths = []string{a}
		}
		all = append(all, paths...)
	}
	return all
}
