package main

import (
	"bytes"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ckptbench/algorithms"
)

// table returns all mutants.
func table(t *testing.T) []mutant {
	t.Helper()
	ms, err := all()
	if err != nil {
		t.Fatal(err)
	}
	return ms
}

// Every mutant's texts are where it says, exactly once, and what comes out is
// still Go; so a change of the code that the table has to follow shows here.
func TestTableFits(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	names := map[string]bool{}
	for _, m := range table(t) {
		b, err := m.apply(root)
		if err != nil {
			t.Error(err)
			continue
		}
		before, err := os.ReadFile(filepath.Join(root, m.file))
		if err != nil {
			t.Error(err)
		}
		if bytes.Equal(before, b) {
			t.Errorf("%s changes nothing", m.name)
		}
		if _, err := parser.ParseFile(token.NewFileSet(), m.file, b, 0); err != nil {
			t.Errorf("%s: %v", m.name, err)
		}
		if names[m.name] || m.name == "" || m.fault == "" || m.seen == "" {
			t.Errorf("%q is there twice, or lacks a name, its fault, or where it was seen", m.name)
		}
		names[m.name] = true
	}
}

// There are enough of them, for every algorithm that takes images.
func TestTableCovers(t *testing.T) {
	const least, leastEach = 40, 3
	if n := len(table(t)); n < least {
		t.Errorf("%d mutants, want at least %d", n, least)
	}
	for _, e := range algorithms.All() {
		if e.Baseline || e.Unsound || e.Draft {
			continue
		}
		if measured, ok := algorithms.Find(strings.TrimSuffix(e.Name, "-log")); ok && measured.Unlogged &&
			measured.Name != e.Name {
			continue // the code of that one
		}
		n := 0
		for _, m := range choose(table(t), e.Name) {
			if m.room == e.Name && m.harmless == "" {
				n++
			}
		}
		if n < leastEach {
			t.Errorf("%d mutants of %s, want at least %d: add deliberate faults of it to algorithms/storetest/mutants, or, "+
				"as long as it is not to be contributed, set Draft in its line of algorithms/algorithms.go", n, e.Name, leastEach)
		}
	}
}

var declared = regexp.MustCompile(`(?m)^func (Test\w*)\(t \*testing\.T\)`)

// Every room's tests exist, but for packages that have none of their own; what a
// mutant names for itself exists.
func TestSuitesExist(t *testing.T) {
	for _, m := range table(t) {
		found := false
		for _, s := range m.suites() {
			exists := s.exists(t)
			found = found || exists
			if m.own != nil && !exists {
				t.Errorf("%s: %s has no test %s", m.name, s.pkg, s.run)
			}
		}
		if !found {
			t.Errorf("%s: none of its suites %v exists", m.name, m.suites())
		}
	}
}

// exists reports whether the package has a test that the suite runs.
func (s suite) exists(t *testing.T) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", filepath.FromSlash(s.pkg), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	run := regexp.MustCompile(s.run)
	return slices.ContainsFunc(files, func(file string) bool {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(declared.FindAllSubmatch(b, -1), func(f [][]byte) bool { return run.Match(f[1]) })
	})
}

func TestApplyRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte("package a // twice twice\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	check := func(m mutant, want string) {
		t.Helper()
		if _, err := m.apply(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want one with %q", m, err, want)
		}
	}
	check(mutant{file: "a.go", edits: one("twice", "")}, "2 times")
	check(mutant{file: "a.go", edits: one("never", "")}, "0 times")
	check(mutant{file: "a.go", edits: []edit{{"package a", "package b"}, {"package a", "package c"}}}, "0 times")
	check(mutant{file: "b.go"}, "b.go")
}

func TestFirstFailure(t *testing.T) {
	check := func(output, want string) {
		t.Helper()
		if got := firstFailure(strings.NewReader(output)); got != want {
			t.Errorf("%q from %q, want %q", got, output, want)
		}
	}
	check("=== RUN   Test\n--- PASS: Test (0.01s)\nPASS\n", "")
	check("=== RUN   Test/A\n    x.go:1: bad\n\x16    --- FAIL: Test/A (0.01s)\n\x16=== NAME  Test\n"+
		"\x16--- FAIL: Test (0.02s)\n", "Test/A")
	check("=== RUN   Test/A\n=== NAME  Test/B\npanic: index out of range\n\ngoroutine 7 [running]:\n",
		"Test/B (crashes: index out of range)")
	check("=== RUN   Test/A\npanic: Test/C hangs; its goroutines:\n", "Test/C (hangs)")
	check("panic: test timed out after 1m0s\n\trunning tests:\n\t\tTest/D (59s)\n", "Test/D (hangs)")
	check("=== CONT  Test/A\nfatal error: all goroutines are asleep - deadlock!\n",
		"Test/A (crashes: all goroutines are asleep - deadlock!)")
}

func TestSummary(t *testing.T) {
	killed := outcome{mutant: mutant{name: "a"}, killer: "Test/A"}
	excused := outcome{mutant: mutant{name: "b", harmless: "because"}}
	alive := outcome{mutant: mutant{name: "c"}}
	late := outcome{mutant: mutant{name: "e"}, late: true, err: errors.New("killed")}
	wrong := outcome{mutant: mutant{name: "d"}, err: errors.New("does not compile")}
	check := func(want int, os ...outcome) {
		t.Helper()
		var b bytes.Buffer
		if got := summary(&b, os); got != want {
			t.Errorf("exit code %d, want %d:\n%s", got, want, &b)
		}
		for _, o := range os {
			if !strings.Contains(b.String(), o.verdict()) {
				t.Errorf("no %q in\n%s", o.verdict(), &b)
			}
		}
	}
	check(allKilled, killed, excused)
	check(allKilled, killed, late)
	check(survived, killed, alive)
	check(broken, alive, wrong, killed)
}

// What became of mutants is kept, those that could not be tried apart, and not tried again;
// a file of another commit is refused.
func TestLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	l, err := openLedger(path, "abc1234")
	if err != nil {
		t.Fatal(err)
	}
	ms := []mutant{{room: "r", name: "a"}, {room: "r", name: "b", fault: "does", harmless: "because"},
		{room: "q", name: "c"}, {room: "q", name: "d"}, {room: "q", name: "e"}}
	for _, o := range []outcome{
		{mutant: ms[0], killer: "Test/A\t(hangs)", took: 1500 * time.Millisecond}, {mutant: ms[1]}, {mutant: ms[2]},
		{mutant: ms[3], late: true}, {mutant: ms[4], err: errors.New("does not compile")},
	} {
		if err := l.add(o); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := openLedger(path, "def5678"); err == nil || !strings.Contains(err.Error(), "abc1234") {
		t.Errorf("a file of another commit: %v", err)
	}
	if l, err = openLedger(path, "abc1234"); err != nil || len(l.known) != 3 {
		t.Fatalf("%d mutants: %v", len(l.known), err)
	}
	lab := &lab{ledger: l}
	if os := lab.tryAll(t.Context(), ms[:3], 1, io.Discard); os[0].killer != "Test/A (hangs)" ||
		os[0].took != 1500*time.Millisecond || os[1].verdict() != "(equivalent)" || os[2].verdict() != "SURVIVED" {
		t.Errorf("%+v", os)
	}
	var b bytes.Buffer
	l.report(&b, ms)
	const want = `Commit abc1234: 5 mutants: ` +
		`1 killed, 1 argued equivalent, 1 not killed, 2 not tried in the time there was.

| room | mutants | killed | equivalent | not killed | not tried |
|---|--:|--:|--:|--:|--:|
| q | 3 | 0 | 0 | 1 | 2 |
| r | 2 | 1 | 1 | 0 | 0 |

Argued equivalent:

* ` + "`b`" + ` does: because.
`
	if b.String() != want {
		t.Errorf("%s", &b)
	}
	if err := os.WriteFile(path, []byte("abc1234\na\t1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := openLedger(path, "abc1234"); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("half a line: %v", err)
	}
}

// A sample is the same for the same seed, another for another, and as large as
// asked for; everything comes in its turn.
func TestSample(t *testing.T) {
	var ms []mutant
	for i := range 95 {
		ms = append(ms, mutant{name: strconv.Itoa(i)})
	}
	names := func(n int, seed uint64) (out []string) {
		for _, m := range sample(ms, n, seed) {
			out = append(out, m.name)
		}
		return out
	}
	if got := names(1, 7); len(got) != 95 || got[94] != "94" {
		t.Errorf("all of them are %v", got)
	}
	if got := names(10, 7); len(got) != 10 || !slices.Equal(got, names(10, 7)) || slices.Equal(got, names(10, 8)) {
		t.Errorf("%v, then %v, by another seed %v", got, names(10, 7), names(10, 8))
	}
	seen := map[string]bool{}
	for seed := range uint64(100) {
		for _, name := range names(10, seed+1) {
			seen[name] = true
		}
	}
	if len(seen) != 95 {
		t.Errorf("%d of 95 are ever drawn", len(seen))
	}
}

// Hunks are read as they are written, or refused.
func TestParseHunks(t *testing.T) {
	ms, err := parseHunks("room",
		"A comment.\n\n== one\nfault: does\nseen: there\nfile: a/b.go\ntest: a ^TestA$\npauses: b ^(TestB|TestC)$\n"+
			" \tstays\n-\tgoes\n+\tcomes\n+\tas well\n@@\n-}\n\n== two\nfault: x: y\nfile: c.go\nharmless: why\n-a\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []mutant{
		{room: "room", name: "one", fault: "does", seen: "there", file: "a/b.go",
			own:   []suite{{"a", "^TestA$", true}, {"b", "^(TestB|TestC)$", false}},
			edits: []edit{{"\n\tstays\n\tgoes\n", "\n\tstays\n\tcomes\n\tas well\n"}, {"\n}\n", "\n"}}},
		{room: "room", name: "two", fault: "x: y", seen: foundHere, file: "c.go", harmless: "why",
			edits: []edit{{"\na\n", "\n"}}},
	}
	if !reflect.DeepEqual(ms, want) {
		t.Errorf("got  %+v\nwant %+v", ms, want)
	}
	for _, bad := range []string{"== a\nfault: x\n", "== a\nwhat\n-x\n", "== a\nwho: x\n-x\n", "== a\ntest: pkg\n-x\n",
		"== a\n+x\n", "== a\n-x\n@@\n"} {
		if _, err := parseHunks("room", bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}
