package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ckptbench/algorithms"
)

// documents are those that a reader is sent to.
func documents() []string {
	return []string{"README.md", "PAPER_NOTES.md", "configs/README.md", "harness/README.md",
		"results/README.md", "results/questions.md", "results/power-cuts.md", "results/mutants.md"}
}

// A tree is the Go files of the repository with what each declares.
type tree struct {
	names map[string][]string // by path: functions, types, methods with and without their type, constants, variables
	tests map[string]bool     // functions of test files
}

func parseTree(t *testing.T) *tree {
	t.Helper()
	tr := &tree{names: map[string][]string{}, tests: map[string]bool{}}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case !strings.HasSuffix(path, ".go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		tr.names[path] = declaredIn(f)
		if strings.HasSuffix(path, "_test.go") {
			for _, n := range tr.names[path] {
				tr.tests[n] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// declaredIn returns the names that a file declares outside of functions.
func declaredIn(f *ast.File) (names []string) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names = append(names, d.Name.Name)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names = append(names, s.Name.Name)
				case *ast.ValueSpec:
					for _, n := range s.Names {
						names = append(names, n.Name)
					}
				}
			}
		}
	}
	return names
}

// files returns the files whose path ends in end and that declare all of names.
func (tr *tree) files(end string, names []string) (paths []string) {
	for p, declared := range tr.names {
		missing := func(name string) bool { return !slices.Contains(declared, name) }
		if (p == end || strings.HasSuffix(p, "/"+end)) && !slices.ContainsFunc(names, missing) {
			paths = append(paths, p)
		}
	}
	return paths
}

var (
	reference = regexp.MustCompile("`([a-z0-9_/]+\\.go)(?::([A-Za-z0-9_, ]+))?`")
	configRef = regexp.MustCompile(`configs/[a-z0-9/-]+\.yaml`)
	testRef   = regexp.MustCompile(`\b(Test|Benchmark)[A-Z][A-Za-z0-9]+\b`)
	linkRef   = regexp.MustCompile(`\]\(([^)#:]+)(?:#([^)]+))?\)`)
	packageAt = regexp.MustCompile(`\./(algorithms|harness|workload)[a-z/]*`)
)

// TestReferences: every file, function, config, test, package and link that a document
// names is there. A path is given by its end, which only one file with these functions has.
func TestReferences(t *testing.T) {
	t.Chdir("../../..")
	tr := parseTree(t)
	n := 0
	for _, doc := range documents() {
		data, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		for _, m := range reference.FindAllStringSubmatch(text, -1) {
			names := strings.FieldsFunc(m[2], func(c rune) bool { return c == ',' || c == ' ' })
			n += 1 + len(names)
			if files := tr.files(m[1], names); len(files) != 1 {
				t.Errorf("%s: %s: %d files end so and declare that, want 1; name more of the path, or where it is now: %v",
					doc, m[0], len(files), tr.files(m[1], nil))
			}
		}
		for _, config := range configRef.FindAllString(text, -1) {
			exists(t, doc, config)
		}
		for _, name := range testRef.FindAllString(text, -1) {
			if !tr.tests[name] {
				t.Errorf("%s: there is no %s", doc, name)
			}
		}
		for _, dir := range packageAt.FindAllString(text, -1) {
			exists(t, doc, dir)
		}
		for _, m := range linkRef.FindAllStringSubmatch(text, -1) {
			target := filepath.Join(filepath.Dir(doc), m[1])
			if target == "results/scorecard.md" {
				continue // make reproduce writes it
			}
			if exists(t, doc, target) && m[2] != "" && !hasHeading(t, target, m[2]) {
				t.Errorf("%s: %s has no heading #%s", doc, target, m[2])
			}
		}
	}
	if n < 150 {
		t.Errorf("%d references were looked at", n)
	}
}

func exists(t *testing.T, doc, path string) bool {
	t.Helper()
	_, err := os.Stat(path)
	if err != nil {
		t.Errorf("%s names %s: %v", doc, path, err)
	}
	return err == nil
}

// hasHeading reports whether a document has a heading with that anchor, as GitHub makes them.
func hasHeading(t *testing.T, file, anchor string) bool {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "#") {
			continue
		}
		title := strings.ToLower(strings.TrimSpace(strings.TrimLeft(line, "#")))
		title = regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(title, "")
		if strings.ReplaceAll(title, " ", "-") == anchor {
			return true
		}
	}
	return false
}

// TestPaperNotes: they have a section of every algorithm, which names its variants, and
// answer the seven questions in 300 lines.
func TestPaperNotes(t *testing.T) {
	data, err := os.ReadFile("../../../PAPER_NOTES.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, e := range algorithms.All() {
		switch {
		case e.Draft:
		case e.Variant == "" && !strings.Contains(text, "\n## "+e.Name+"\n"):
			t.Errorf("PAPER_NOTES.md has no section \"## %s\": say there what it takes from its paper and where it "+
				"departs from it, or, as long as it is not to be contributed, set Draft in its line of algorithms/algorithms.go",
				e.Name)
		case !strings.Contains(text, "`"+e.Name+"`"):
			t.Errorf("PAPER_NOTES.md does not name `%s`", e.Name)
		}
	}
	if n := strings.Count(text, "\n"); n > 300 {
		t.Errorf("PAPER_NOTES.md has %d lines, want 300 at most: reasons belong in package docs, figures in results/", n)
	}
	if n := strings.Count(text, "?** "); n != 7 {
		t.Errorf("%d questions, want 7", n)
	}
}

// TestPackageDocs: the doc of every algorithm's package has the steps of its paper, and each
// name that stands behind a step is declared: in the package, or in the one named before it.
func TestPackageDocs(t *testing.T) {
	t.Chdir("../../..")
	tr := parseTree(t)
	name := regexp.MustCompile(`^[A-Za-z][A-Za-z]*(\.[A-Za-z]+)?$`)
	for _, e := range algorithms.All() {
		if e.Variant != "" || e.Baseline || e.Draft {
			continue
		}
		steps := stepsOf(t, e.Name)
		if len(steps) < 3 {
			t.Errorf("package %s: its doc has %d steps of its paper: list them below a heading \"# The paper's steps\", "+
				"each with the "+
				"function that it is in (as algorithms/calc/calc.go does), or, as long as it is not to be contributed, set "+
				"Draft in its line "+
				"of algorithms/algorithms.go", e.Name, len(steps))
		}
		for _, step := range steps {
			for _, n := range strings.Split(step[strings.LastIndex(step, "  ")+1:], ",") {
				n = strings.TrimSpace(n)
				dir, declared := "algorithms/"+e.Name+"/", n
				if pkg, member, ok := strings.Cut(n, "."); ok {
					dir, declared = "/"+pkg+"/", member
				}
				if name.MatchString(n) && !tr.declares(dir, declared) {
					t.Errorf("package %s: %q: there is no %s", e.Name, step, n)
				}
			}
		}
	}
}

// declares reports whether a file in a folder whose path has dir in it declares name.
func (tr *tree) declares(dir, name string) bool {
	for path, names := range tr.names {
		if strings.Contains(path, dir) && slices.Contains(names, name) {
			return true
		}
	}
	return false
}

// stepsOf returns the lines of the list of steps in the doc of an algorithm's package.
func stepsOf(t *testing.T, algorithm string) (steps []string) {
	t.Helper()
	data, err := os.ReadFile("algorithms/" + algorithm + "/" + algorithm + ".go")
	if err != nil {
		t.Fatal(err)
	}
	doc, _, _ := strings.Cut(string(data), "\npackage ")
	heading := regexp.MustCompile(`(?m)^// # The (.* )?steps$`).FindStringIndex(doc)
	if heading == nil {
		return nil
	}
	for line := range strings.Lines(doc[heading[1]:]) {
		switch {
		case strings.HasPrefix(line, "// # "):
			return steps
		case strings.HasPrefix(line, "//\t"):
			steps = append(steps, strings.TrimSpace(strings.TrimPrefix(line, "//")))
		}
	}
	return steps
}
