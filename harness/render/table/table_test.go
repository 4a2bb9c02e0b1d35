package table

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample has a row that failed, a cell with what formats give a meaning, and two lines in one cell.
func sample() Grid {
	g := Grid{Columns: []Column{{Name: "algorithm", Words: true}, {Name: "pause", Unit: "ms"}, {Name: "why", Words: true}}}
	g.Add("calc|x", "-1.5", "a_b\n50 %")
	g.Rows = append(g.Rows, Row{Cells: []string{"zigzag"}, Why: "FAILED: disk full"})
	return g
}

func TestFormats(t *testing.T) {
	check := func(what, got, want string) {
		t.Helper()
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
	}
	g := sample()
	text, err := g.Text(false)
	if err != nil {
		t.Fatal(err)
	}
	check("text", text, "algorithm   pause  why\n"+
		"             (ms)\n"+
		"-------------------------\n"+
		"calc|x       -1.5  a_b\n"+
		"                   50 %\n"+
		"zigzag     FAILED: disk full\n")
	red, err := g.Text(true)
	if err != nil {
		t.Fatal(err)
	}
	check("in colour", red[len(text)-len("zigzag     FAILED: disk full\n"):],
		"\x1b[31mzigzag     FAILED: disk full\x1b[0m\n")
	check("narrow markdown", g.NarrowMarkdown(), "| algorithm | pause (ms) | why |\n|---|---|---|\n"+
		"| calc\\|x | -1.5 | a\\_b\n50 % |\n| zigzag | FAILED | – |\n")
	check("LaTeX", g.LaTeX(),
		"\\begin{tabular}{lrl}\n\\toprule\nalgorithm & pause & why \\\\\n & (ms) &  \\\\\n\\midrule\n"+
			"calc\\textbar{}x & \\ensuremath{-}1.5 & a\\_b\n50 \\% \\\\\n"+
			"zigzag & \\multicolumn{2}{l}{\\textcolor{red}{FAILED: disk full}} \\\\\n\\bottomrule\n\\end{tabular}\n")
	csv, err := g.CSV()
	if err != nil {
		t.Fatal(err)
	}
	check("CSV", csv, "algorithm,pause,why\ncalc|x,-1.5,\"a_b\n50 %\"\nzigzag,FAILED,–\n")
	want := []map[string]string{{"algorithm": "calc|x", "pause": "-1.5", "why": "a_b\n50 %"}, {"algorithm": "zigzag",
		"pause": "FAILED", "why": "–"}}
	if d := cmp.Diff(want, g.Objects()); d != "" {
		t.Errorf("objects (-want +got):\n%s", d)
	}
}

// Tables with different columns go below one another, each column once and where its own table has it.
func TestJoin(t *testing.T) {
	a, b := Grid{Columns: Words("name", "last")}, Grid{Columns: Words("name", "between", "last")}
	a.Add("a", "1")
	b.Add("b", "2", "3")
	want := Grid{Columns: Words("name", "between", "last"), Rows: []Row{{Cells: []string{"a", "", "1"}},
		{Cells: []string{"b", "2", "3"}}}}
	if d := cmp.Diff(want, a.Join(b)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff(Grid{Columns: Words("name", "last"), Rows: []Row{{Cells: []string{"a", "1"}}}}, a); d != "" {
		t.Errorf("the table itself has changed (-want +got):\n%s", d)
	}
}
