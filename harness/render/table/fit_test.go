package table

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestFit(t *testing.T) {
	g := Grid{Columns: Words("key", "value", "meaning")}
	g.Add("index", "dense|hash|another|something", "How a key finds its record, in words that go on.")
	g.Add("workers", "count", "How many.")
	check := func(width int, want string) {
		t.Helper()
		got, err := g.Fit(width)
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%d letters: %v\n%s", width, err, d)
		}
		for line := range strings.Lines(got) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "-\n")); width > 0 && n > width {
				t.Errorf("%d letters: a line of %d: %q", width, n, line)
			}
		}
	}
	whole, err := g.Text(false)
	if err != nil {
		t.Fatal(err)
	}
	check(0, whole)
	check(200, whole)
	check(30, "index\n  value:\n    dense|hash|another|\n    something\n  meaning: How a key finds\n"+
		"    its record, in words that\n    go on.\n\nworkers\n  value: count\n  meaning: How many.\n")
	got, err := g.Fit(60)
	if err != nil || !strings.Contains(got, "dense|hash|another|") || !strings.Contains(got, "\n         something") {
		t.Errorf("60 letters: %v\n%s", err, got)
	}
}
