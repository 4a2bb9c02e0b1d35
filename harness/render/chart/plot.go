// Package chart draws the results of an experiment as charts for a paper: PDF,
// SVG, PNG and TeX, the same bytes for the same result. It reads results and
// nothing else, so that every chart can be drawn again without a run.
//
// Every chart is a function of an experiment, a matrix point and a Style, and
// returns nil where the result has nothing for it; one that may need several
// pages returns them all. Draw calls every one.
//
// Three rules hold throughout. An algorithm keeps its colour, dash and marker in
// every chart. A failed one is a red note and never a line. Nothing is
// translucent: the PDF and TeX backends of gonum/plot get alpha wrong.
package chart

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
	"ckptbench/workload"
)

// A Chart is a picture that has not been rendered yet. It is immutable; Encode
// may be called concurrently.
type Chart struct {
	Name          string    // "timeline", at one of several matrix points "timeline-zipf-0p99"
	Width, Height vg.Length // and Height: in points
	Point         string    // the matrix point for people, "zipf 0.99"; empty for one of all points
	Caption       []string  // what it shows, of what, and what to beware of: a sentence or two each
	draw          func(draw.Canvas)
}

// Encode renders c as "pdf", "svg", "png" (300 dpi) or "tex" (a pgfpicture to
// be \input).
func (c *Chart) Encode(format string) ([]byte, error) {
	canvas, err := newCanvas(c.Width, c.Height, format)
	if err != nil {
		return nil, err
	}
	c.draw(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("render %s as %s: %w", c.Name, format, err)
	}
	return b.Bytes(), nil
}

// Draw renders every chart that style wants and e has data for into dir, in each format, as
// <experiment>-<chart>.<format>, and returns the files written. Where the style leaves the
// footers out, what they say goes to <experiment>-<chart>.caption.txt. An experiment
// without trials gives no file and no error.
func Draw(e *result.Experiment, dir string, formats []string, style Style) ([]string, error) {
	for _, f := range formats {
		if _, err := newCanvas(1, 1, f); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("draw: %w", err)
	}
	var files []string
	for _, c := range style.named(Charts(e, style)) {
		written, err := c.write(e, dir, formats, style.NoFooter)
		if files = append(files, written...); err != nil {
			return files, err
		}
	}
	return files, nil
}

// named gives charts the name that was asked for: alone to an only one, else before their own.
func (s Style) named(charts []*Chart) []*Chart {
	for _, c := range charts {
		switch {
		case s.As == "":
		case len(charts) == 1:
			c.Name = fileName(s.As)
		default:
			c.Name = fileName(s.As) + "-" + c.Name
		}
	}
	return charts
}

// write writes c in each format, and its caption if that is wanted.
func (c *Chart) write(e *result.Experiment, dir string, formats []string, caption bool) (files []string, err error) {
	for _, f := range formats {
		data, err := c.Encode(f)
		if err != nil {
			return files, err
		}
		name := filepath.Join(dir, FileName(e, c.Name, f))
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return files, fmt.Errorf("draw: %w", err)
		}
		files = append(files, name)
	}
	if !caption {
		return files, nil
	}
	written, err := WriteCaption(e, dir, c.Name, c.Caption, slices.Contains(formats, "tex"))
	return append(files, written...), err
}

// WriteCaption writes a caption, a line for each of its parts, as
// <experiment>-<name>.caption.txt, and if tex is asked for, as <experiment>-<name>-caption.tex
// too, to be \input in a \caption. It returns the files written.
func WriteCaption(e *result.Experiment, dir, name string, caption []string, tex bool) (files []string, err error) {
	text := strings.Join(caption, "\n") + "\n"
	path := filepath.Join(dir, FileName(e, name, "caption.txt"))
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return nil, fmt.Errorf("write a caption: %w", err)
	}
	if !tex {
		return []string{path}, nil
	}
	lines := make([]string, len(caption))
	for i, l := range caption {
		lines[i] = units.LaTeX(l)
	}
	// without a line's end, which would be a blank before what follows the \input
	text = strings.Join(lines, "\n") + "%\n"
	texPath := filepath.Join(dir, FileName(e, name+"-caption", "tex"))
	if err := os.WriteFile(texPath, []byte(text), 0o644); err != nil {
		return []string{path}, fmt.Errorf("write a caption: %w", err)
	}
	return []string{path, texPath}, nil
}

// FileName is what a chart of e, or anything that stands beside the charts, is
// called: "default-timeline.svg".
func FileName(e *result.Experiment, what, format string) string {
	return fileName(e.Name) + "-" + what + "." + format
}

// Charts returns every chart that style wants and e has data for: those of each matrix
// point, then those over the matrix.
func Charts(e *result.Experiment, style Style) []*Chart {
	if points := e.BulkPoints(workload.Puts(), workload.PutBase); len(points) > 0 {
		return bulkCharts(e, points, style)
	}
	out := pointCharts(e, style)
	var sweeps [][]result.Param
	for _, g := range e.Growth(nil) {
		if !slices.ContainsFunc(sweeps, func(p []result.Param) bool { return slices.Equal(p, g.Params) }) {
			sweeps = append(sweeps, g.Params)
		}
	}
	for i, suffix := range pointSuffixes(sweeps) {
		if style.Points != nil && !style.Points(sweeps[i]) {
			continue
		}
		if style.shows("pause-size") {
			out = appendNamed(out, suffix, sweeps[i], style, PauseSize(e, sweeps[i], style))
		}
		if style.shows("duration-size") {
			out = appendNamed(out, suffix, sweeps[i], style, DurationSize(e, sweeps[i], style))
		}
	}
	if style.shows("grid") {
		out = appendChart(out, Grid(e, style))
	}
	if style.shows("sweep") {
		out = append(out, Sweeps(e, style)...)
	}
	return out
}

// pointCharts are those of each matrix point.
func pointCharts(e *result.Experiment, style Style) (out []*Chart) {
	points := e.Points()
	suffixes := pointSuffixes(points)
	kinds := []struct {
		name string
		make func(*result.Experiment, []result.Param, Style) []*Chart
	}{
		{"timeline", one(Timeline)}, {"timeline-all", TimelineAll}, {"nines", one(Nines)}, {"lost", one(Lost)},
		{"checkpoint", one(Checkpoint)}, {"memory", one(Memory)}, {"tradeoff", one(Tradeoff)},
	}
	for i, p := range points {
		if style.Points != nil && !style.Points(p) {
			continue
		}
		for _, k := range kinds {
			if style.shows(k.name) {
				out = appendNamed(out, suffixes[i], p, style, k.make(e, p, style)...)
			}
		}
	}
	return out
}

// one makes a list of a kind that is one chart or none.
func one(
	chart func(*result.Experiment, []result.Param, Style) *Chart,
) func(*result.Experiment, []result.Param, Style) []*Chart {
	return func(e *result.Experiment, p []result.Param, s Style) []*Chart {
		return appendChart(nil, chart(e, p, s))
	}
}

// appendNamed appends the charts of a point that could be drawn.
func appendNamed(out []*Chart, suffix string, point []result.Param, style Style, charts ...*Chart) []*Chart {
	for _, c := range charts {
		if c != nil {
			c.Name += suffix
			c.Point = style.pointTitle(point)
			out = append(out, c)
		}
	}
	return out
}

// pointSuffixes names the points in file names: nothing for an only one.
func pointSuffixes(points [][]result.Param) []string {
	out := make([]string, len(points))
	if len(points) < 2 {
		return out
	}
	seen := map[string]bool{}
	for i, p := range points {
		parts := make([]string, len(p))
		for k, kv := range p {
			parts[k] = fileName(kv.Key) + "-" + fileName(kv.Value)
		}
		s := "-" + strings.Join(parts, "-")
		if seen[s] { // two values that differ only in signs
			s += fmt.Sprintf("-%d", i+1)
		}
		seen[s] = true
		out[i] = s
	}
	return out
}

// Stem is a name as files of charts have it: see FileName.
func Stem(name string) string { return fileName(name) }

// fileName keeps what LaTeX, make and shells take without quotes. A dot would begin an
// extension for \includegraphics: between digits it becomes a p, elsewhere a hyphen, so that
// workload.theta 0.6 is workload-theta-0p6.
func fileName(s string) string {
	s = strings.TrimLeft(s, ".")
	digit := func(i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '.' && digit(i-1) && digit(i+1):
			b.WriteByte('p')
		case r == '.':
			b.WriteByte('-')
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	name := b.String()
	if name == "" {
		return "_"
	}
	return name[:min(len(name), 80)]
}
