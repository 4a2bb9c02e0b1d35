package config

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what is found into the golden files")

var known = Known{[]Algorithm{
	{Name: "none", All: true, Default: true, Prefix: true},
	{Name: "naive", All: true, Default: true, Prefix: true},
	{Name: "zigzag", All: true, Default: true, Prefix: true},
	{Name: "pingpong", All: true, Default: true, Prefix: true},
	{Name: "calc", All: true, Default: true, Prefix: true},
	{Name: "cpr", All: true, Own: true, Prefix: true},
	{Name: "push", Budget: true, Own: true},
	{Name: "pagestore", Restore: true, Prefix: true},
}}

// TestBad holds the messages of every way to be wrong that we know against
// testdata/bad.txt, which says how it is laid out.
func TestBad(t *testing.T) {
	const file = "testdata/bad.txt"
	golden, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var found strings.Builder
	for i, section := range strings.Split(string(golden), "=== ") {
		if i == 0 {
			found.WriteString(section)
			continue
		}
		title, rest, _ := strings.Cut(section, "\n")
		input, _, ok := strings.Cut(rest, ">>>\n")
		if !ok {
			t.Fatalf("%s: section %q has no >>> line", file, title)
		}
		found.WriteString("=== " + title + "\n" + input + ">>>\n" + messages(input) + "\n\n")
	}
	got := strings.TrimRight(found.String(), "\n") + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != string(golden) {
		t.Errorf("messages differ (run with -update and read the difference):\n%s", firstDifference(got, string(golden)))
	}
	if strings.Contains(got, "no error") {
		t.Error("a section of", file, "is not an error")
	}
}

// messages reads a section: a configuration, and --set lines before it.
func messages(input string) string {
	var sets []string
	for strings.HasPrefix(input, "--set ") {
		line, rest, _ := strings.Cut(strings.TrimPrefix(input, "--set "), "\n")
		sets, input = append(sets, line), rest
	}
	if _, err := read("configs/x.yaml", []byte(input), sets, known); err != nil {
		return err.Error()
	}
	return "no error"
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got  " + g[i] + "\nwant " + w[i]
		}
	}
	return "one is longer"
}
