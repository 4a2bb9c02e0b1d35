package chart

import (
	"bytes"
	"compress/zlib"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckptbench/harness/result"
)

var update = flag.Bool("update", false, "write the golden files anew")

var formats = []string{"pdf", "svg", "png", "tex"}

// TestSameBytes renders twice: the same result is the same file, in every
// format.
func TestSameBytes(t *testing.T) {
	e := spoil(demo(2), "zigzag", "cou")
	e.Trials = slices.DeleteFunc(e.Trials, func(t result.Trial) bool {
		return !slices.Contains([]string{"none", "naive", "cou", "zigzag"}, t.Algorithm)
	})
	s := NewStyle(order)
	s.Width = 2 // small pictures of few: it is the bytes that count
	render := func(c *Chart, format string) []byte {
		data, err := c.Encode(format)
		if err != nil || len(data) == 0 {
			t.Fatalf("%s: %d bytes, %v", c.Name, len(data), err)
		}
		return data
	}
	a, b := Charts(e, s), Charts(e, s)
	if len(a) != 7 || len(b) != len(a) {
		t.Fatalf("%d and %d charts, want 7", len(a), len(b))
	}
	for i := range a {
		for _, f := range formats {
			if (f == "pdf" || f == "png") && i%3 > 0 {
				continue // the slow ones, of some
			}
			if !bytes.Equal(render(a[i], f), render(b[i], f)) {
				t.Errorf("%s as %s differs from one drawing to the next", a[i].Name, f)
			}
		}
	}
}

// The charts over sizes, and of every algorithm, are the same bytes too.
func TestSameBytesOfMany(t *testing.T) {
	if testing.Short() {
		t.Skip("draws 14 pictures")
	}
	render := func() map[string][]byte {
		out := map[string][]byte{}
		s := NewStyle(manyOrder)
		many, sizes := demoMany(), demoSizes(shapes10)
		charts := []*Chart{Tradeoff(many, nil, s), PauseSize(sizes, nil, s), DurationSize(sizes, nil, s)}
		for _, c := range append(charts, TimelineAll(many, nil, s)...) {
			for _, f := range []string{"svg", "tex"} {
				data, err := c.Encode(f)
				if err != nil {
					t.Fatal(err)
				}
				out[c.Name+"."+f] = data
			}
		}
		return out
	}
	a, b := render(), render()
	if len(a) != 2*(3+4) {
		t.Errorf("%d charts", len(a))
	}
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs from one drawing to the next", name)
		}
	}
}

// A sweep of the number of records says which algorithm never paused, and which
// has no figures, and nothing is drawn of that.
func TestPauseSize(t *testing.T) {
	e := demoSizes(shapes10)
	for i := range e.Trials {
		if x := &e.Trials[i]; x.Algorithm == "zigzag" && x.Records == 1e6 {
			x.Status, x.Error, x.Throughput, x.Relative, x.Lost = result.Failed, "image 1 is wrong", nil, nil, nil
		}
	}
	c := PauseSize(e, nil, NewStyle(order))
	all := strings.Join(svgTexts(t, c), "\n")
	for _, want := range []string{"naive (", "pingpong (0.00)", "zigzag FAILED", "kept from starting: fuzzy, calc, cpr.",
		"slope 1", "below the resolution"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if strings.Contains(all, "zigzag (") {
		t.Error("a failed algorithm has a line")
	}
	if Grid(demoSizes(shapesMany()), NewStyle(manyOrder)) != nil || Grid(e, NewStyle(order)) == nil {
		t.Error("a grid of more lines than can be told apart, or none of ten")
	}
	if PauseSize(demo(1), nil, Style{}) != nil || DurationSize(demo(1, "0.5", "1"), nil, Style{}) != nil {
		t.Error("a chart over sizes where there is one size")
	}
}

// TestTexts compares every text of every chart, with its place on the page in
// whole points, with the golden file.
func TestTexts(t *testing.T) {
	var got bytes.Buffer
	cases := []*result.Experiment{demo(3), spoil(demo(7), "zigzag", "cou"), demo(1, "0.5", "0.99", "1.2"), demoMany(),
		demoSizes(shapes10)}
	for i, e := range cases {
		fmt.Fprintf(&got, "== experiment %d\n", i)
		for _, c := range Charts(e, NewStyle(order)) {
			if strings.Contains(c.Name, "zipf") || strings.Contains(c.Name, "records") {
				continue // as without a matrix
			}
			fmt.Fprintf(&got, "-- %s %.0fx%.0f\n", c.Name, c.Width, c.Height)
			for _, s := range svgTexts(t, c) {
				fmt.Fprintln(&got, s)
			}
		}
	}
	golden := filepath.Join("testdata", "texts.txt")
	if *update {
		os.MkdirAll("testdata", 0o755)
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); d != "" {
		t.Errorf("charts changed (-update if they should):\n%s", d)
	}
}

// svgTexts renders c, checks that it is well formed and without NaN, and returns
// its texts with their places.
func svgTexts(t *testing.T, c *Chart) []string {
	t.Helper()
	data, err := c.Encode("svg")
	if err != nil {
		t.Fatal(err)
	}
	if i := bytes.Index(data, []byte("NaN")); i >= 0 {
		t.Errorf("%s: NaN in %q", c.Name, data[max(0, i-80):i+3])
	}
	if n := bytes.Count(data, []byte("font-family:Liberation")); n > 0 {
		t.Errorf("%s: %d texts without a font to fall back to", c.Name, n)
	}
	var out []string
	place := ""
	dec := xml.NewDecoder(bytes.NewReader(data))
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		switch x := tok.(type) {
		case xml.StartElement:
			if x.Name.Local == "text" {
				place = "text"
				var px, py float64
				for _, a := range x.Attr {
					switch a.Name.Local {
					case "x":
						fmt.Sscan(a.Value, &px)
					case "y":
						fmt.Sscan(a.Value, &py)
					}
				}
				place = fmt.Sprintf("%4.0f %4.0f ", px, math.Abs(py))
			}
		case xml.CharData:
			if s := strings.TrimSpace(string(x)); place != "" && s != "" {
				out = append(out, place+s)
			}
		case xml.EndElement:
			place = ""
		}
	}
}

// TestAwkward draws results that have little or odd data in them.
func TestAwkward(t *testing.T) {
	one := func(x result.Trial) *result.Experiment {
		x.Schema, x.Trial = result.Schema, 1
		if x.Algorithm == "" {
			x.Algorithm = "calc"
		}
		if x.Status == "" {
			x.Status = result.OK
		}
		return &result.Experiment{Name: "x", Trials: []result.Trial{x}}
	}
	f := func(v float64) *float64 { return &v }
	bucket := []result.Bucket{{Start: 0, Elapsed: 0.1, Commits: 10}}
	cases := []struct {
		name   string
		e      *result.Experiment
		charts string
	}{
		{"nothing", &result.Experiment{}, ""},
		{"no data", one(result.Trial{}), ""},
		{"no throughput", one(result.Trial{Buckets: bucket}), ""},
		{"one bucket", one(result.Trial{Throughput: f(100), Buckets: bucket}), "timeline timeline-all memory"},
		{"only none", one(result.Trial{Algorithm: "none", Throughput: f(100), Buckets: bucket}), "timeline timeline-all"},
		{"nothing committed",
			one(result.Trial{Throughput: f(0), Buckets: []result.Bucket{{Elapsed: 1}, {Start: 1, Elapsed: 1}}}),
			"timeline timeline-all memory"},
		{"only warm-up", one(result.Trial{Throughput: f(1), Buckets: []result.Bucket{{Start: -1, Elapsed: 0.5}}}), ""},
		{"no length", one(result.Trial{Throughput: f(1), Buckets: []result.Bucket{{Start: 1}, {Start: 1}}}), ""},
		{"far off",
			one(result.Trial{Throughput: f(1e300),
				Buckets: []result.Bucket{{Start: 0, Elapsed: 1e-6, Commits: math.MaxUint64}, {Start: 1e308, Elapsed: 1e308}}}),
			"timeline timeline-all memory"},
		{"failed", one(result.Trial{Status: result.Failed, Error: "image 1 is wrong"}), ""},
		{"failed without a reason", one(result.Trial{Status: result.Failed, Buckets: bucket}), ""},
		{"lost is negative",
			one(result.Trial{Throughput: f(1), Lost: f(-5e6), Relative: f(1.5), Memory: result.Memory{Data: 10, Peak: 0}}),
			"lost tradeoff"},
		{"one size",
			one(result.Trial{Throughput: f(1), Records: 5, Params: []result.Param{{Key: "records", Value: "5"}},
				Checkpoints: []result.Checkpoint{{N: 1, Pause: 1, Total: 2}}}), "checkpoint"},
		{"lost is zero", one(result.Trial{Throughput: f(1), Lost: f(0)}), "lost"},
		{"a checkpoint without length", one(result.Trial{Throughput: f(1), Checkpoints: []result.Checkpoint{{N: 1}}}),
			"checkpoint"},
		{"a checkpoint that failed",
			one(result.Trial{Throughput: f(1), Checkpoints: []result.Checkpoint{{N: 1, Error: "cancelled"}}}), ""},
		{"one latency",
			one(result.Trial{Throughput: f(1),
				Service: &result.Quantiles{Count: 1, P50: 5, P90: 5, P99: 5, P999: 5, P9999: 5, Max: 5}}), "nines"},
		{"latencies of 0", one(result.Trial{Throughput: f(1), Service: &result.Quantiles{Count: 9}}), ""},
		{"odd names",
			one(result.Trial{Algorithm: "a<b>&\"é\"\n\\_%$#{}~^|½λ⁴" + strings.Repeat("long", 60), Status: result.Partial,
				Throughput: f(1), Buckets: bucket, Error: strings.Repeat("w ", 400)}), "timeline timeline-all memory"},
	}
	for _, c := range cases {
		for _, width := range []float64{0, 0.1} {
			s := Style{Width: width}
			var names []string
			for _, chart := range Charts(c.e, s) {
				names = append(names, chart.Name)
				svgTexts(t, chart)
				for _, f := range []string{"pdf", "tex"} {
					if _, err := chart.Encode(f); err != nil {
						t.Errorf("%s: %v", c.name, err)
					}
				}
			}
			if got := strings.Join(names, " "); got != c.charts {
				t.Errorf("%s: charts %q, want %q", c.name, got, c.charts)
			}
		}
	}
}

func TestFailedIsNotDrawn(t *testing.T) {
	e := spoil(demo(1), "zigzag", "")
	v := newView(e, nil, NewStyle(order))
	for _, a := range v.algs {
		if (a.trial == nil) != (a.name == "zigzag") {
			t.Errorf("%s: shown is %v", a.name, a.trial != nil)
		}
	}
	for _, c := range Charts(e, NewStyle(order)) {
		data, err := c.Encode("svg")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(data, []byte("FAILED")) || !bytes.Contains(data, []byte("#C00000")) {
			t.Errorf("%s: no red note of the failed algorithm", c.Name)
		}
	}
}

func TestTexIsEscaped(t *testing.T) {
	e := demo(1)
	for i := range e.Trials {
		if e.Trials[i].Algorithm == "calc" {
			e.Trials[i].Algorithm = "calc_50%<#&"
		}
	}
	data, err := Timeline(e, nil, NewStyle(order)).Encode("tex")
	if err != nil {
		t.Fatal(err)
	}
	if want := `calc\_50\%\textless{}\#\&`; !bytes.Contains(data, []byte(want)) {
		t.Errorf("no %s", want)
	}
	text := regexp.MustCompile(`\\selectfont (.*)\}\}`)
	bare := regexp.MustCompile(`(^|[^\\])[%#&_]`)
	for _, m := range text.FindAllSubmatch(data, -1) {
		if bare.Match(m[1]) {
			t.Errorf("not escaped: %s", m[1])
		}
	}
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("%%")) || bytes.Contains(data, []byte("documentclass")) {
		t.Error("not a picture for \\input")
	}
}

func TestPDFText(t *testing.T) {
	data, err := Memory(demo(1), nil, NewStyle(order)).Encode("pdf")
	if err != nil {
		t.Fatal(err)
	}
	var content []byte
	for _, part := range bytes.Split(data, []byte("stream\n")) {
		if z, err := zlib.NewReader(bytes.NewReader(part)); err == nil {
			text, _ := io.ReadAll(z) // ends at the next object
			if bytes.Contains(text, []byte("BT ")) {
				content = append(content, text...)
			}
		}
	}
	if !bytes.Contains(content, []byte("(Extra memory \\(\xD7 data\\))")) {
		t.Error("the × is not in cp1252")
	}
	if bytes.Contains(content, []byte("\xC3\x97")) {
		t.Error("UTF-8 in the page")
	}
}

func TestDrawFiles(t *testing.T) {
	if _, err := Draw(demo(1), t.TempDir(), []string{"svg", "gif"}, Style{}); err == nil {
		t.Error("gif is a format")
	}
	e := demo(1, "1/2", "0.5")
	e.Name = "a b/../c"
	dir := t.TempDir()
	files, err := Draw(e, dir, []string{"svg"}, Style{})
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "a_b_--_c-timeline-zipf-0p5.svg"); !slices.Contains(files, want) {
		t.Errorf("no %s in %v", want, files)
	}
	for i, f := range files {
		if filepath.Dir(f) != dir || slices.Contains(files[:i], f) {
			t.Errorf("%s: outside, or written twice", f)
		}
	}
}
