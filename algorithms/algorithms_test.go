package algorithms_test

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
)

// Every line of the table says all there is to say, and contradicts neither
// itself nor another.
func TestTable(t *testing.T) {
	name := regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	seen := map[string]bool{}
	for _, e := range algorithms.All() {
		check := func(ok bool, what string) {
			t.Helper()
			if !ok {
				t.Errorf("%s: %s", e.Name, what)
			}
		}
		check(name.MatchString(e.Name), "its name is no name for files and configs")
		check(!seen[e.Name], "it is there twice")
		check(e.Variant == "" || seen[e.Variant], "the algorithm it is a variant of does not stand before it")
		check(e.New != nil, "nothing builds it")
		check(e.Quiesces != "" && e.Copies != "" && e.Summary != "" && e.Paper != "", "a property is missing")
		check(!strings.HasSuffix(e.Summary, "."), "its summary ends in a full stop")
		check(e.CopyBytes > 0 == strings.ContainsAny(e.Copies, "123456789"),
			"CopyBytes and Copies disagree: the one is above 0 exactly where the other has a digit above 0")
		check(!e.Variable || e.CopyBytes <= 1, "it stores values of variable length, but keeps more than one copy")
		seen[e.Name] = true
	}
	if es := algorithms.All(); len(es) == 0 || !es[0].Baseline {
		t.Error("the baseline does not come first")
	}
}

// Find finds all there are, and nothing else.
func TestFind(t *testing.T) {
	for _, want := range algorithms.All() {
		got, ok := algorithms.Find(want.Name)
		if !ok || got.Name != want.Name || got.Summary != want.Summary {
			t.Errorf("Find(%q) = %q, %v", want.Name, got.Name, ok)
		}
	}
	for _, name := range []string{"", "None", "cal", "calc "} {
		if e, ok := algorithms.Find(name); ok {
			t.Errorf("Find(%q) found %q", name, e.Name)
		}
	}
}

// Apply tells the store all that it needs; an algorithm that needs a log does
// not open without one, and says so.
func TestApply(t *testing.T) {
	for _, e := range algorithms.All() {
		o := store.Options{Tables: []store.TableSpec{{Name: "t", ValueSize: 8, Capacity: 4}}, Workers: 1}
		e.Apply(&o)
		s, err := store.Open(o)
		if errors.Is(err, errors.ErrUnsupported) {
			continue // it needs a platform that this is not
		}
		if (err != nil) != e.NeedsLog {
			t.Errorf("%s: open without a log: %v", e.Name, err)
		}
		if err == nil {
			if err := s.Close(); err != nil {
				t.Errorf("%s: close: %v", e.Name, err)
			}
		}
	}
}

// Every algorithm has the conformance suite run against it by a test in its
// own package.
func TestEveryAlgorithmIsTested(t *testing.T) {
	for _, e := range algorithms.All() {
		if e.Unlogged { // recorded with a log of every change it is this variant
			if log, ok := algorithms.Find(e.Name + "-log"); !ok || !log.NeedsLog || log.Unlogged {
				t.Errorf("%s: there is no variant %s-log that it is recorded as", e.Name, e.Name)
			}
			continue
		}
		dir := e.Name
		if e.Variant != "" {
			dir = e.Variant
		}
		src, err := os.ReadFile(dir + "/" + dir + "_test.go")
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		if !strings.Contains(string(src), `storetest.Test(t, "`+e.Name+`")`) {
			t.Errorf("%s: algorithms/%s/%s_test.go does not run the conformance suite; it has to say\n"+
				"\tfunc Test(t *testing.T) { storetest.Test(t, %q) }", e.Name, dir, dir, e.Name)
		}
	}
}
