package chart

import (
	"bytes"
	"image/color"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckptbench/harness/result"
)

// texts are the texts of a chart without their places.
func texts(t *testing.T, c *Chart) (all []string) {
	t.Helper()
	for _, s := range svgTexts(t, c) {
		all = append(all, s[10:])
	}
	return all
}

// names are those of charts.
func names(charts []*Chart) (all []string) {
	for _, c := range charts {
		all = append(all, c.Name)
	}
	return all
}

// chosen is the only chart that a style wants of e.
func chosen(t *testing.T, e *result.Experiment, s Style) *Chart {
	t.Helper()
	charts := Charts(e, s)
	if len(charts) != 1 {
		t.Fatalf("charts %v, want one", names(charts))
	}
	return charts[0]
}

// Kinds and points say which charts there are.
func TestChosenCharts(t *testing.T) {
	e := demo(1, "0.5", "0.99")
	s := NewStyle(order)
	s.Kinds = []string{"sweep", "timeline"}
	check := func(want ...string) {
		t.Helper()
		if got := names(Charts(e, s)); !slices.Equal(got, want) {
			t.Errorf("charts %v, want %v", got, want)
		}
	}
	check("timeline-zipf-0p5", "timeline-zipf-0p99", "sweep")
	s.Points = func(p []result.Param) bool { return p[0].Value == "0.99" }
	check("timeline-zipf-0p99")
	s.Kinds, s.Points = nil, nil
	for _, c := range Charts(e, s) {
		if KindOf(c.Name).Shows == "" {
			t.Errorf("%s is of no kind", c.Name)
		}
	}
}

// Only says which algorithms a chart has, and in which order; labels what is written for them,
// for a key and for a value.
func TestChosenAlgorithms(t *testing.T) {
	s := NewStyle(order)
	s.Kinds, s.Only = []string{"timeline"}, []string{"cpr", "calc"}
	s.Labels = map[string]string{"cpr": "Ours", "zipf": "Skew", "0.5": "half"}
	got := texts(t, chosen(t, demo(1), s))
	ours, calc := slices.Index(got, "Ours"), slices.Index(got, "calc")
	if ours < 0 || calc < ours || slices.Contains(got, "cpr") || slices.Contains(got, "naive") {
		t.Errorf("texts %q, want Ours before calc and nothing of the others", got)
	}
	s.Kinds = []string{"sweep"}
	got = texts(t, chosen(t, demo(1, "0.5", "0.99"), s))
	if !slices.Contains(got, "Skew") || !slices.Contains(got, "Ours") || slices.Contains(got, "zipf") {
		t.Errorf("texts %q, want Skew in place of zipf and Ours of cpr", got)
	}
	s.Kinds = []string{"grid"}
	if got = texts(t, chosen(t, demo(1, "0.5", "0.99"), s)); !slices.Contains(got, "Skew half") {
		t.Errorf("texts %q, want a panel Skew half", got)
	}
}

// A width is exact, of every chart; a larger type is larger by as much and leaves the width.
func TestChosenSizes(t *testing.T) {
	e := demo(2, "0.5", "0.99")
	s := NewStyle(order)
	s.Width = 84 / 25.4
	for _, c := range Charts(e, s) {
		if w := float64(c.Width); w < 238.110 || w > 238.111 {
			t.Errorf("%s is %v pt wide, want 84 mm, 238.11", c.Name, w)
		}
	}
	s.Kinds, s.FontSize = []string{"sweep"}, 10
	c := chosen(t, e, s)
	data, err := c.Encode("svg")
	if err != nil {
		t.Fatal(err)
	}
	if w := float64(c.Width); w < 238.110 || w > 238.111 || !bytes.Contains(data, []byte("font-size:10px")) ||
		!bytes.Contains(data, []byte("font-size:8.75px")) || bytes.Contains(data, []byte("font-size:8px")) {
		t.Errorf("%v pt wide; type of 10 and 8.75 px, and none of 8 px, is wanted", w)
	}
}

// A legend's entry that is wider than the chart has a smaller type.
func TestLegendFits(t *testing.T) {
	long := newEntry("host took over 5 % of the workers' time (25 % in a checkpoint)", lineThumb(Look{Shape: marker{}}))
	l := newLegend([]entry{long, newEntry("none", nil)}, 150)
	if w := l.width(); w > 150.001 || w < 149 {
		t.Errorf("the legend is %v wide, want 150", w)
	}
	if l.entries[1].style.Font.Size != tickSize {
		t.Error("an entry that fits has another type")
	}
}

// The ends of the axes are those asked for.
func TestChosenRanges(t *testing.T) {
	s := NewStyle(order)
	s.Kinds, s.Only = []string{"timeline-all"}, []string{"calc"}
	s.Y, s.Time = Range{0, 5e6}, Range{2, 8}
	v := newView(demo(1), nil, s)
	var m multiples
	m.axes(s, v.drawable(hasTimeline), throughput, peak)
	if m.xMin != 2 || m.xMax != 8 || m.yMin != 0 || m.yMax != 5e6 {
		t.Errorf("axes %v to %v and %v to %v, want 2 to 8 and 0 to 5e6", m.xMin, m.xMax, m.yMin, m.yMax)
	}
	got := texts(t, chosen(t, demo(1), s))
	for _, want := range []string{"2", "8", "4M"} {
		if !slices.Contains(got, want) {
			t.Errorf("no tick %s in %q", want, got)
		}
	}
	for _, b := range v.algs[0].trial.Buckets {
		if b.Start+b.Elapsed <= 2 || b.Start >= 8 {
			t.Errorf("a bucket at %v s", b.Start)
		}
	}
	s.Y, s.Time, s.LogY = Range{1e5, 1e7}, Range{}, true
	got = texts(t, chosen(t, demo(1), s))
	for _, want := range []string{"100k", "1M", "10M"} {
		if !slices.Contains(got, want) {
			t.Errorf("no tick %s of a logarithmic axis in %q", want, got)
		}
	}
}

// A range of values is of one axis: throughput over time, or else memory, or else a sweep of
// one panel.
func TestRangeIsOfOneAxis(t *testing.T) {
	for _, c := range []struct {
		kinds, panels []string
		want          string
	}{
		{nil, nil, "timeline"}, {[]string{"grid", "memory"}, nil, "timeline"}, {[]string{"memory", "sweep"}, nil, "memory"},
		{[]string{"sweep"}, []string{"pause"}, "sweep"}, {[]string{"sweep"}, nil, ""}, {[]string{"nines"}, nil, ""},
	} {
		s := Style{Kinds: c.kinds, Panels: c.panels, Y: Range{0, 7}}
		if got := s.ranges(); got != c.want || s.Ranged() != (c.want != "") {
			t.Errorf("%v %v: the range is of %q, want %q", c.kinds, c.panels, got, c.want)
		}
		if s.ranged("memory").Y.Hi == 7 != (c.want == "memory") {
			t.Errorf("%v %v: memory has the range, or has not", c.kinds, c.panels)
		}
	}
}

// A colour and a marker that are asked for are drawn; what varies the algorithm keeps its own.
func TestChosenLooks(t *testing.T) {
	s := NewStyle(order)
	s.Kinds, s.Only = []string{"timeline-all"}, []string{"calc"}
	s.Colours = map[string]color.NRGBA{"calc": {0xCC, 0x00, 0x00, 0xFF}}
	data, err := chosen(t, demo(1), s).Encode("svg")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(data, []byte("#CC0000")) || bytes.Contains(data, []byte("#0072B2")) {
		t.Error("calc is not drawn in #CC0000, or in its own blue too")
	}
	if len(MarkerNames()) != 43 || Marker("Open-Square") == nil || Marker("sqare") != nil {
		t.Errorf("markers %v", MarkerNames())
	}
}

// Without footers what they say stands in a file beside the chart: every warning, and not in
// the picture.
func TestCaptions(t *testing.T) {
	e := demo(2)
	e.Machine.Warnings = []string{"one is wrong", "two is 50 % off", "three is so too"}
	s := NewStyle(order)
	s.Kinds, s.NoFooter, s.As = []string{"lost"}, true, "fig.1"
	dir := t.TempDir()
	files, err := Draw(e, dir, []string{"svg", "tex"}, s)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, filepath.Base(f))
	}
	want := []string{"demo-fig-1.svg", "demo-fig-1.tex", "demo-fig-1.caption.txt", "demo-fig-1-caption.tex"}
	if !slices.Equal(got, want) {
		t.Fatalf("files %v, want %v", got, want)
	}
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	caption, tex, picture := read(want[2]), read(want[3]), read(want[0])
	for _, w := range e.Machine.Warnings {
		if !strings.Contains(caption, "\nWarning: "+w+"\n") {
			t.Errorf("no warning %q in the caption\n%s", w, caption)
		}
	}
	if !strings.HasPrefix(caption, KindOf("lost").Shows+"\n") || !strings.Contains(caption, "AMD EPYC 7B13") {
		t.Errorf("the caption says neither what is shown nor where it was measured:\n%s", caption)
	}
	if !strings.Contains(tex, `50 \% off`) || !strings.HasSuffix(tex, "%\n") {
		t.Errorf("the caption for LaTeX is not escaped, or ends with a blank:\n%s", tex)
	}
	if strings.Contains(picture, "is wrong") || strings.Contains(picture, "AMD") {
		t.Error("the footer is in the picture")
	}
}

// The names of files have no dots but before their extension, whatever the experiment, its
// keys and values are called.
func TestFileNames(t *testing.T) {
	for name, want := range map[string]string{
		"workload.theta": "workload-theta", "0.99": "0p99", "a.b.c": "a-b-c", "1.5.2": "1p5p2", ".x": "x", "x.": "x-",
		"v1.x": "v1-x", "": "_", "a b/../c": "a_b_--_c", "..": "_", "µ.5": "_-5",
	} {
		if got := fileName(name); got != want {
			t.Errorf("%q is %q in a file's name, want %q", name, got, want)
		}
	}
	e := demo(1, "0.5", "0.99")
	e.Name = "v1.2.paper"
	for _, c := range Charts(e, NewStyle(order)) {
		if name := FileName(e, c.Name, "pdf"); strings.Count(name, ".") != 1 {
			t.Errorf("%s has a dot too many", name)
		}
	}
}

// Axes without a unit of their own say 0.2 and not 200m.
func TestNoMilli(t *testing.T) {
	for _, c := range []struct {
		top  float64
		want []string
	}{{0.9, []string{"0.2", "0.4", "0.6", "0.8"}}, {0.05, []string{"0.02", "0.04"}}, {5e6, []string{"2M", "4M"}}} {
		var got []string
		for _, tick := range (siTicks{4}).Ticks(0, c.top) {
			got = append(got, tick.Label)
		}
		for _, w := range c.want {
			if !slices.Contains(got, w) {
				t.Errorf("no tick %s up to %v: %v", w, c.top, got)
			}
		}
	}
}

// An algorithm that is not listed stands out: its colour is strong, and far from every listed
// one (35 in CIELAB; sky and blue, both listed, are 27 apart).
func TestUnlistedStandOut(t *testing.T) {
	full := [3][3]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
	for i, c := range spareColours {
		x := lab(full, c)
		if chroma := sq(x[1]) + sq(x[2]); chroma < sq(60) {
			t.Errorf("spare colour %d is pale", i)
		}
		for _, name := range slices.Sorted(maps.Keys(looks)) {
			y := lab(full, looks[name].Colour)
			if d := sq(x[0]-y[0]) + sq(x[1]-y[1]) + sq(x[2]-y[2]); d < sq(35) {
				t.Errorf("spare colour %d is near that of %s", i, name)
			}
		}
	}
}
