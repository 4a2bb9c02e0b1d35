package page

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

var chart = Picture{Title: "Throughput <over> time",
	SVG: []byte("<?xml version=\"1.0\"?>\n<!-- x -->\n<svg height=\"3pt\" width=\"5pt\"><path d=\"M0,0\"/></svg>\n")}

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
		if strings.Contains(strings.ReplaceAll(got, "src=&#34;http://x", ""), bad) && bad != "src=" && bad != "http://" ||
			strings.Contains(got, "<link rel=\"stylesheet") {
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

// The page says right only of images that were looked at.
func TestPageSaysWhatWasNotChecked(t *testing.T) {
	trial := func(algorithm string, edit func(*result.Trial)) result.Trial {
		x := result.Trial{Schema: result.Schema, Algorithm: algorithm, Trial: 1, Status: result.OK, Committed: 1,
			Verdict: result.Verdict{Mode: result.ModeTrial, OK: true, Images: 3}, Checkpoints: []result.Checkpoint{{N: 1}}}
		edit(&x)
		return x
	}
	e := &result.Experiment{Name: "x", Trials: []result.Trial{
		trial("none", func(x *result.Trial) { x.Checkpoints, x.Verdict.Images = nil, 0 }),
		trial("calc", func(*result.Trial) {}),
		trial("cou", func(x *result.Trial) { x.Verdict = result.Verdict{Mode: result.ModeOff} }),
		trial("cpr", func(x *result.Trial) { x.Status, x.Verdict.OK = result.Partial, false }),
		trial("naive", func(x *result.Trial) { x.Overloaded = true }),
	}}
	got := page(t, Page{Exp: e})
	for _, want := range []string{
		"<td>none</td><td>trial</td><td>0</td><td>0</td><td>no images</td>",
		"<td>calc</td><td>trial</td><td>3</td><td>0</td><td>right</td>",
		"<td>cou</td><td>off</td><td>0</td><td>0</td><td>not checked: verify: off</td>",
		"<td>cpr</td><td>trial</td><td>3</td><td>0</td><td>not checked: interrupted</td>",
		"The images of 2 of 5 trials were not checked: cou, cpr.",
		"<li>Images NOT checked: cou (verify: off), cpr (interrupted).</li>",
		"<li>Interrupted: cpr (1 trial, which the figures are of).</li>",
		"<li>Overloaded, so that latencies grow with the trial: naive (1 of 1 trial).</li>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// The page says what images and results lie on; of a result of an earlier version, the
// file system alone.
func TestPageNamesDisks(t *testing.T) {
	folders := []result.Folder{
		{Use: "images and log", FileSystem: "xfs", Device: "loop0", Sector: 16384},
		{Use: "results", FileSystem: "tmpfs"},
	}
	check := func(m result.Machine, wants ...string) {
		t.Helper()
		got := page(t, Page{Exp: &result.Experiment{Name: "x", Machine: m}})
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
	}
	check(result.Machine{FileSystem: "xfs", Folders: folders},
		"<dt>images and log on</dt><dd>xfs on loop0, sectors of 16384 bytes</dd>", "<dt>results on</dt><dd>tmpfs</dd>")
	check(result.Machine{FileSystem: "ext4"}, "<dt>file system</dt><dd>ext4</dd>")
}
