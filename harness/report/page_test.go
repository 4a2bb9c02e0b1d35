package report

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckptbench/harness/result"
)

func page(t *testing.T, p Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteHTML(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var chart = Picture{Title: "Throughput <over> time", SVG: []byte("<?xml version=\"1.0\"?>\n<!-- x -->\n<svg height=\"3pt\" width=\"5pt\"><path d=\"M0,0\"/></svg>\n")}

func TestPageGolden(t *testing.T) {
	got := page(t, Page{Exp: sample(), Order: order, Pictures: []Picture{chart}, Variable: []string{"calc"}})
	path := filepath.Join("testdata", "default.html")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Error(d)
	}
}

// Nothing that a result holds can become a part of the page, and the page asks
// for nothing.
func TestPageIsSelfContained(t *testing.T) {
	e := sample()
	e.Name, e.About = "<script>alert(1)</script>", "a & b"
	e.Config = []byte("# </pre><script src=\"http://x\">\n")
	e.Machine.CPU = "<img src=x onerror=y>"
	got := page(t, Page{Exp: e, Order: order, Pictures: []Picture{chart}})
	for _, bad := range []string{"<script", "<img", "src=", "http://", "https://", "@import", "url("} {
		if strings.Contains(strings.ReplaceAll(got, "src=&#34;http://x", ""), bad) && bad != "src=" && bad != "http://" || strings.Contains(got, "<link rel=\"stylesheet") {
			t.Errorf("the page holds %q", bad)
		}
	}
	if !strings.Contains(got, "<figure class=\"narrow\"><svg") || strings.Contains(got, "<?xml") {
		t.Error("the chart is not in the page as an element")
	}
}

func TestAnswers(t *testing.T) {
	stat := func(lo, median, hi float64) result.Stat { return result.Stat{N: 3, Median: median, Lo: lo, Hi: hi} }
	row := func(name string, relative, pause result.Stat) result.Row {
		return result.Row{Algorithm: name, Trials: 3, Relative: relative, Pause: pause, Verified: true, Checkpoints: 2}
	}
	rows := []result.Row{
		{Algorithm: "none", Trials: 3, Relative: stat(1, 1, 1), Verified: true},
		row("calc", stat(0.90, 0.95, 0.96), stat(0, 0, 0)),
		row("cpr", stat(0.85, 0.90, 0.95), stat(0, 0, 0)),
		row("naive", stat(0.5, 0.6, 0.7), stat(1, 2, 3)),
	}
	wrong := row("torn", stat(0.99, 0.99, 0.99), stat(0, 0, 0))
	wrong.Verified = false
	rows = append(rows, wrong)
	want := []answer{
		{"throughput over the whole run", "calc, cpr", "95.0 %"},
		{"the shortest pause", "calc, cpr", "0 ms"},
		{"values of varying length, stored in the room they take: throughput", "cpr", "90.0 %"},
	}
	if d := cmp.Diff(want, answers(rows, []string{"cpr", "torn"})); d != "" {
		t.Error(d)
	}
}
