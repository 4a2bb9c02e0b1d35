package config

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzParse: no input is a panic, every error is Problems with words, and what
// parses is read back from what it is resolved to.
func FuzzParse(f *testing.F) {
	golden, err := os.ReadFile("testdata/bad.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, section := range strings.Split(string(golden), "=== ")[1:] {
		_, rest, _ := strings.Cut(section, "\n")
		input, _, _ := strings.Cut(rest, ">>>\n")
		f.Add([]byte(input))
	}
	f.Add([]byte(example))
	f.Add([]byte("matrix: {workload.name: [calc, ycsb-a], seed: [1, random]}"))
	f.Add([]byte(bulkText + "matrix: {workload.put: [single, find], workload.page_size: [1KiB, 16KiB], " +
		"workload.row_size: [8, 44-104]}"))
	f.Add([]byte("matrix: {workload.name: [calc, bulk]}\nduration: 3s\nalgorithms: [none]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := Parse("x.yaml", data, known)
		if err != nil {
			problems, ok := err.(Problems)
			if !ok || len(problems) == 0 || problems[0].Text == "" {
				t.Fatalf("a strange error: %#v", err)
			}
			return
		}
		text, err := e.Resolved()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("x.yaml", text, known)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if d := cmp.Diff(e, again, sameExperiment); d != "" || e.Hash() != again.Hash() {
			t.Fatalf("read back it differs: %s\n%s", d, text)
		}
		if twice, _ := again.Resolved(); string(twice) != string(text) {
			t.Fatalf("resolved twice:\n%s\n%s", text, twice)
		}
	})
}

// FuzzSet: as FuzzParse, for what comes from a command line.
func FuzzSet(f *testing.F) {
	for _, s := range []string{"records=1M", "matrix.records=1,2", "matrix={}", "algorithms=[calc]",
		"workload={name: calc}", "a.b=c", "="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, set string) {
		e, err := Parse("x.yaml", []byte(example[strings.Index(example, "record_size"):]), known)
		if err != nil {
			t.Fatal(err)
		}
		before := e.Hash()
		if err := e.Set(set); err != nil {
			if _, ok := err.(Problems); !ok || e.Hash() != before {
				t.Fatalf("a strange error: %#v", err)
			}
			return
		}
		checkRoundTrip(t, e)
	})
}
