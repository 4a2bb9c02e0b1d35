package storetest

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"ckptbench/algorithms"
	"ckptbench/algorithms/oracle"
)

// An entry is an algorithm under test, with what the suite found.
type entry struct {
	algorithms.Entry
	found *findings
}

// findings are the faults that one run of the suite found, by class.
type findings struct {
	suite     string // the test that runs the suite
	algorithm string
	seed      uint64
	tests     int

	mu    sync.Mutex
	kinds map[oracle.Kind]int // protected by mu, as are the others
	// Full names, subtests included.
	judged []string // tests whose images the oracle did not let pass
	failed []string // names of the tests that failed
	// They have their own message, and no class.
	others int // of them, those that failed without the oracle
}

// add adds what the oracle found in a test.
func (f *findings) add(test string, r *oracle.Report) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.kinds == nil {
		f.kinds = map[oracle.Kind]int{}
	}
	for _, k := range oracle.Kinds() {
		if n := r.Count(k); n > 0 {
			f.kinds[k] += n
		}
	}
	f.judged = append(f.judged, test)
}

// end notes that a test of the suite has ended.
func (f *findings) end(name string, failed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !failed {
		return
	}
	f.failed = append(f.failed, name)
	test := f.suite + "/" + name
	// A failure that the oracle found is in kinds already.
	if !slices.ContainsFunc(f.judged, func(j string) bool { return j == test || strings.HasPrefix(j, test+"/") }) {
		f.others++
	}
}

// print writes the summary of a suite that failed, and nothing of one that passed.
func (f *findings) print(w io.Writer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.failed) == 0 {
		return
	}
	slices.Sort(f.failed)
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d of %d tests of the conformance suite failed: %s\n",
		f.algorithm, len(f.failed), f.tests, strings.Join(f.failed, ", "))
	for _, k := range oracle.Kinds() {
		if n := f.kinds[k]; n > 0 {
			fmt.Fprintf(&b, "%8d × %v: %s\n", n, k, k.Meaning())
		}
	}
	if f.others > 0 {
		fmt.Fprintf(&b, "%8d × other: a test failed for a reason that it states itself\n", f.others)
	}
	fmt.Fprintf(&b, "again: %s\ndetails follow\n", f.command())
	_, _ = io.WriteString(w, b.String()) // there is nobody to tell
}

// command returns the command that runs the tests that failed again.
// The seed is part of it, so that the same transactions are drawn.
func (f *findings) command() string {
	run := "^" + strings.ReplaceAll(f.suite, "/", "$/^") + "$/^(" + strings.Join(f.failed, "|") + ")$"
	return fmt.Sprintf("%s=%d go test -run '%s' %s", Variable, f.seed, run, testedPackage())
}

// testedPackage returns the package under test as a path below the module's folder.
func testedPackage() string {
	here, err := os.Getwd()
	for dir := here; err == nil; {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			rel, _ := filepath.Rel(dir, here) // both are absolute
			return "./" + filepath.ToSlash(rel)
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return "."
}
