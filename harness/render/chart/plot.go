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
	"ckptbench/workload"
)

// A Chart is a picture that has not been rendered yet. It is immutable; Encode
// may be called concurrently.
type Chart struct {
	Name          string    // "timeline", at one of several matrix points "timeline-zipf-0.99"
	Width, Height vg.Length // and Height: in points
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

// Draw renders every chart that e has data for into dir, in each format, as
// <experiment>-<chart>.<format>, and returns the files written. An experiment
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
	for _, c := range Charts(e, style) {
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
	}
	return files, nil
}

// FileName is what a chart of e, or anything that stands beside the charts, is
// called: "default-timeline.svg".
func FileName(e *result.Experiment, what, format string) string {
	return fileName(e.Name) + "-" + what + "." + format
}

// Charts returns every chart that e has data for: those of each matrix point,
// then those over the matrix.
func Charts(e *result.Experiment, style Style) []*Chart {
	if points := e.BulkPoints(workload.Puts(), workload.PutBase); len(points) > 0 {
		return bulkCharts(e, points, style)
	}
	var out []*Chart
	add := func(suffix string, c *Chart) {
		if c != nil {
			c.Name += suffix
			out = append(out, c)
		}
	}
	points := e.Points()
	suffixes := pointSuffixes(points)
	for i, p := range points {
		add(suffixes[i], Timeline(e, p, style))
		for _, page := range TimelineAll(e, p, style) {
			add(suffixes[i], page)
		}
		for _, chart := range []func(*result.Experiment, []result.Param, Style) *Chart{
			Nines, Lost, Checkpoint, Memory, Tradeoff,
		} {
			add(suffixes[i], chart(e, p, style))
		}
	}
	var sweeps [][]result.Param
	for _, g := range e.Growth(nil) {
		if !slices.ContainsFunc(sweeps, func(p []result.Param) bool { return slices.Equal(p, g.Params) }) {
			sweeps = append(sweeps, g.Params)
		}
	}
	for i, suffix := range pointSuffixes(sweeps) {
		add(suffix, PauseSize(e, sweeps[i], style))
		add(suffix, DurationSize(e, sweeps[i], style))
	}
	add("", Grid(e, style))
	for _, c := range Sweeps(e, style) {
		add("", c)
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

// fileName keeps what LaTeX, make and shells take without quotes.
func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '_'
	}, s)
	if s = strings.TrimLeft(s, "."); s == "" {
		return "_"
	}
	return s[:min(len(s), 80)]
}
