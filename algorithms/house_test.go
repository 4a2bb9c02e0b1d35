package algorithms_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"ckptbench/algorithms"
)

// imports lists the module's packages with what each imports, without its tests.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "../...").Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all[p.ImportPath] = p.Imports
	}
}

const (
	here     = "ckptbench/algorithms/"
	internal = here + "internal/"
	common   = here + "store"
)

// own returns the packages of the algorithms that have one of their name.
func own(all map[string][]string) (paths []string) {
	for _, e := range algorithms.All() {
		if _, ok := all[here+e.Name]; ok {
			paths = append(paths, here+e.Name)
		}
	}
	return paths
}

// within reports whether a package is path, or below it.
func within(pkg, path string) bool { return pkg == path || strings.HasPrefix(pkg, path+"/") }

// strangers returns the imports by which a package that all algorithms share knows one of
// them.
func strangers(all map[string][]string, paths []string) (found []string) {
	for pkg, imported := range all {
		shared := within(pkg, common) || strings.HasPrefix(pkg, internal)
		for _, i := range imported {
			if shared && slices.ContainsFunc(paths, func(path string) bool { return within(i, path) }) {
				found = append(found, pkg+" imports "+i)
			}
		}
	}
	slices.Sort(found)
	return found
}

// lonely returns the packages under internal with fewer than two users: the packages
// that import them, of which those under one algorithm, or under store, are one user.
func lonely(all map[string][]string, paths []string) (found []string) {
	owners := append(slices.Clone(paths), common)
	for pkg := range all {
		if !strings.HasPrefix(pkg, internal) {
			continue
		}
		users := map[string]bool{}
		for other, imported := range all {
			if !slices.Contains(imported, pkg) || within(other, pkg) {
				continue
			}
			if i := slices.IndexFunc(owners, func(path string) bool { return within(other, path) }); i >= 0 {
				other = owners[i]
			}
			users[other] = true
		}
		if len(users) < 2 {
			found = append(found, pkg)
		}
	}
	slices.Sort(found)
	return found
}

// What all algorithms share knows none of them, and what one needs stands under it.
func TestHouse(t *testing.T) {
	all := imports(t)
	paths := own(all)
	if len(paths) < 10 {
		t.Errorf("only %q are packages of algorithms", paths)
	}
	for _, s := range strangers(all, paths) {
		t.Errorf("%s: have the algorithm's entry bring it", s)
	}
	for _, pkg := range lonely(all, paths) {
		t.Errorf("%s has one user, or none: it belongs under that one", pkg)
	}
}

// The test sees what it is there for.
func TestHouseSees(t *testing.T) {
	paths := []string{here + "calc", here + "foedus"}
	all := map[string][]string{
		here + "calc":                  {common, internal + "shared"},
		here + "foedus":                {common, internal + "alone", here + "foedus/internal/glean"},
		here + "foedus/internal/glean": {internal + "alone", "fmt"},
		common:                         {internal + "shared", here + "foedus/internal/glean"},
		common + "/internal/clock":     {here + "foedusx"},
		here + "foedusx":               nil,
		internal + "shared":            {here + "calc"},
		internal + "alone":             nil,
		internal + "unused":            nil,
	}
	if got, want := strangers(all, paths),
		[]string{internal + "shared imports " + here + "calc",
			common + " imports " + here + "foedus/internal/glean"}; !slices.Equal(got, want) {
		t.Errorf("strangers are %q, want %q", got, want)
	}
	if got, want := lonely(all, paths), []string{internal + "alone", internal + "unused"}; !slices.Equal(got, want) {
		t.Errorf("lonely are %q, want %q", got, want)
	}
}
