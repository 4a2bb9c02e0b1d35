package figure

import (
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/internal/nearest"
	"ckptbench/harness/render/chart"
	"ckptbench/harness/result"
)

// looks reads the colours and markers of algorithms.
func (r *reader) looks() {
	r.style.Colours, r.style.Markers = map[string]color.NRGBA{}, map[string]draw.GlyphDrawer{}
	for _, text := range r.f.Color {
		name, value, ok := r.look("color", text, "an algorithm and its colour, as in calc=#c00")
		if !ok {
			continue
		}
		c, ok := hexColour(value)
		if !ok {
			r.bad("color", "%q is no colour: write #c00 or #cc0000, red, green and blue in hexadecimal", value)
		}
		r.style.Colours[name] = c
	}
	for _, text := range r.f.Marker {
		name, value, ok := r.look("marker", text, "an algorithm and its marker, as in calc=square")
		if !ok {
			continue
		}
		m := chart.Marker(value)
		if m == nil {
			r.unknown("marker", "marker", value, chart.MarkerNames())
		}
		r.style.Markers[name] = m
	}
}

// look reads an algorithm and what it is to have.
func (r *reader) look(option, text, example string) (name, value string, ok bool) {
	name, value, ok = r.pair(option, text, example)
	if ok && !slices.Contains(r.names.algorithms, name) {
		r.unknown(option, "algorithm here", name, r.names.algorithms)
		return "", "", false
	}
	return name, strings.TrimSpace(value), ok
}

// hexColour reads #rgb and #rrggbb.
func hexColour(text string) (color.NRGBA, bool) {
	digits, ok := strings.CutPrefix(text, "#")
	if len(digits) == 3 {
		digits = string([]byte{digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]})
	}
	v, err := strconv.ParseUint(digits, 16, 32)
	if !ok || len(digits) != 6 || err != nil {
		return color.NRGBA{}, false
	}
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}, true
}

// What a figure may be, inches and points: below the least no axis has room for its ticks.
const (
	leastWidth, mostWidth = 2.0, 40.0
	leastFont, mostFont   = 4.0, 24.0
	ownFont               = 8.0 // of a chart that is not told
)

// sizes reads the width and the size of the type.
func (r *reader) sizes() {
	width, size := chart.ColumnWidth, ownFont
	if r.f.Width != "" {
		w, ok := inches(r.f.Width)
		switch near := nearest.Of(r.f.Width, []string{"column", "page"}); {
		case !ok && near != "":
			r.bad("width", "%q is no width: did you mean %q?", r.f.Width, near)
		case !ok:
			r.bad("width", "%q is no width: write column, page or a length, such as 84mm, 8.4cm, 3.3in or 240pt", r.f.Width)
		case w < leastWidth || w > mostWidth:
			r.bad("width", "%s is %.4g in: a chart has %g to %g", r.f.Width, w, leastWidth, mostWidth)
		}
		width, r.style.Width = w, w
	}
	if r.f.FontSize == "" {
		return
	}
	text := strings.TrimSpace(strings.TrimSuffix(r.f.FontSize, "pt"))
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= leastFont && v <= mostFont) {
		r.bad("font_size", "%q is no size of type: write its points, %g to %g, as in 8", r.f.FontSize, leastFont, mostFont)
		return
	}
	size = v
	if width*ownFont/size < 0.8*leastWidth {
		r.bad("font_size", "%s pt has no room in a chart of %.4g in: the most is %.2g, or make it wider", text, width,
			math.Floor(width*ownFont/(0.8*leastWidth)))
	}
	r.style.FontSize = size
}

// inches reads a width.
func inches(text string) (float64, bool) {
	switch text {
	case "column":
		return chart.ColumnWidth, true
	case "page":
		return chart.PageWidth, true
	}
	units := []struct {
		name string
		inch float64
	}{{"mm", 25.4}, {"cm", 2.54}, {"in", 1}, {"pt", 72}}
	for _, u := range units {
		if number, ok := strings.CutSuffix(text, u.name); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
			return v / u.inch, err == nil && v > 0 && !math.IsInf(v, 0)
		}
	}
	return 0, false
}

// ranges reads the ends of axes, of which there has to be one.
func (r *reader) ranges() {
	value := func(s string) (float64, bool) {
		v, ok := result.Quantity(s)
		return v, ok && !math.IsInf(v, 0)
	}
	r.style.Y = r.rangeOf("y_range", r.f.YRange, "0:5M", value)
	if r.f.YRange != "" && !r.style.Ranged() {
		r.bad("y_range", "no chart that is drawn has such an axis: "+
			"timeline, timeline-all, grid and memory have, and a sweep of one panel")
	}
	r.style.Time = r.rangeOf("time_range", r.f.TimeRange, "2s:8s", func(s string) (float64, bool) {
		d, err := time.ParseDuration(s)
		return d.Seconds(), err == nil
	})
	if r.f.TimeRange != "" && !r.axis(func(k chart.Kind) bool { return k.Time }) {
		r.bad("time_range", "no chart that is drawn has an axis of time: timeline, timeline-all, grid and memory have")
	}
	if r.f.LogY && !r.axis(func(k chart.Kind) bool { return k.Value }) {
		r.bad("log_y", "no chart that is drawn has such an axis: timeline, timeline-all, grid, memory and sweep have")
	}
}

// axis reports whether a chart that is wanted has an axis.
func (r *reader) axis(has func(chart.Kind) bool) bool {
	return slices.ContainsFunc(chart.Kinds(), func(k chart.Kind) bool {
		return has(k) && (r.style.Kinds == nil || slices.Contains(r.style.Kinds, k.Name))
	})
}

// rangeOf reads low:high, of which either may be left out.
func (r *reader) rangeOf(option, text, example string, value func(string) (float64, bool)) (ends chart.Range) {
	if text == "" {
		return ends
	}
	low, high, ok := strings.Cut(text, ":")
	if !ok || low == "" && high == "" {
		r.bad(option, "%q is no range: write its ends, as in %s", text, example)
		return ends
	}
	for _, end := range []struct {
		text string
		v    *float64
	}{{low, &ends.Lo}, {high, &ends.Hi}} {
		if end.text == "" {
			continue
		}
		if *end.v, ok = value(end.text); !ok || *end.v < 0 {
			r.bad(option, "%q is no end of a range: write both as in %s", end.text, example)
		}
	}
	if high != "" && ends.Hi <= ends.Lo {
		r.bad(option, "%s ends before it begins: write the lower end first, as in %s", text, example)
	}
	return ends
}
