package chart

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A sheet is the page a chart is drawn on: a legend above, the chart's body, and
// notes and a footer below.
//
// All its lengths are those of the layout, which is the chart's by style.scale.
type sheet struct {
	style  Style
	width  vg.Length
	body   vg.Length // its height
	legend []entry
	notes  []string // in red: what failed
	about  about
}

const (
	margin = 2
	// lift puts the middle of lower-case letters, not of the line, where a text's
	// middle is asked for.
	lift = 0.8
)

// inner is the width within the margins.
func (s sheet) inner() vg.Length { return s.width - 2*margin }

// chart makes the chart; body gets its canvas. The name is that of a Kind, or begins with it.
func (s sheet) chart(name string, body func(draw.Canvas)) *Chart {
	legend := newLegend(s.legend, s.inner())
	note, foot := textStyle(noteSize, alarm), textStyle(noteSize, dim)
	var notes, lines []string
	for _, n := range s.notes {
		notes = append(notes, wrap(note, clean(n), s.inner(), 2)...)
	}
	var footer []string
	if !s.style.NoFooter {
		footer = s.about.footer()
	}
	for _, f := range footer {
		lines = append(lines, wrap(foot, clean(f), s.inner(), 2)...)
	}
	height := s.body + legend.height() + linesHeight(len(notes)+len(lines)) + 2*margin
	k := s.style.scale()
	return &Chart{Name: name, Width: k * s.width, Height: k * height, Caption: s.about.caption(name, s.notes),
		draw: func(c draw.Canvas) { s.draw(zoom(c, k), legend, notes, lines, body) }}
}

// draw draws the legend, the body and the lines below it, each of a kind in its colour.
func (s sheet) draw(c draw.Canvas, legend legend, notes, lines []string, body func(draw.Canvas)) {
	note, foot := textStyle(noteSize, alarm), textStyle(noteSize, dim)
	below := linesHeight(len(notes) + len(lines))
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	in := draw.Crop(c, margin, -margin, margin, -margin)
	legend.draw(in)
	body(draw.Crop(in, 0, 0, below, -legend.height()))
	low := in
	low.Max.Y = low.Min.Y + below - 3
	fillLines(low, note, notes)
	low.Max.Y -= vg.Length(len(notes)) * lineHeight(note)
	fillLines(low, foot, lines)
}

// linesHeight is the room of n lines of notes below a chart.
func linesHeight(n int) vg.Length {
	if n == 0 {
		return 0
	}
	return vg.Length(n)*lineHeight(textStyle(noteSize, dim)) + 3
}

// An entry is one item of a legend: a small picture, or none, and a name.
type entry struct {
	name  string
	thumb func(draw.Canvas)
	style draw.TextStyle

	thumbWidth vg.Length
}

// newEntry is an entry of a legend, with its sample.
func newEntry(name string, thumb func(draw.Canvas)) entry {
	return entry{name: name, thumb: thumb, style: textStyle(tickSize, ink), thumbWidth: thumbWidth}
}

// A legend lays entries out in rows and columns. gonum's has one column and
// lies inside the data area.
type legend struct {
	entries []entry
	widths  []vg.Length // of the columns
}

const (
	thumbWidth = 17
	thumbGap   = 3
	columnGap  = 9
	rowHeight  = tickSize * 1.35
)

// width is the entry's, in points.
func (e entry) width() vg.Length {
	w := e.style.Width(e.name)
	if e.thumb != nil {
		w += e.thumbWidth + thumbGap
	}
	return w
}

// narrowed is e with its type so small that it fits in w.
func (e entry) narrowed(w vg.Length) entry {
	if room := w - (e.width() - e.style.Width(e.name)); e.width() > w && room > 0 {
		e.style.Font.Size *= room / e.style.Width(e.name)
	}
	return e
}

// newLegend takes as many columns as fit in w.
func newLegend(entries []entry, w vg.Length) legend {
	es := make([]entry, len(entries))
	for i, e := range entries {
		es[i] = e.narrowed(w)
	}
	for cols := len(es); cols > 0; cols-- {
		// No more columns than the rows need: 9 entries in 2 rows are 5 and 4.
		rows := (len(es) + cols - 1) / cols
		l := legend{entries: es, widths: make([]vg.Length, (len(es)+rows-1)/rows)}
		for i, e := range es {
			k := i % len(l.widths)
			l.widths[k] = max(l.widths[k], e.width())
		}
		if l.width() <= w || cols == 1 {
			return l
		}
	}
	return legend{}
}

// width is the legend's, with its columns side by side.
func (l legend) width() vg.Length {
	w := vg.Length(len(l.widths)-1) * columnGap
	for _, x := range l.widths {
		w += x
	}
	return w
}

// height is the legend's, 0 without entries.
func (l legend) height() vg.Length {
	if len(l.entries) == 0 {
		return 0
	}
	rows := (len(l.entries) + len(l.widths) - 1) / len(l.widths)
	return vg.Length(rows)*rowHeight + 3
}

// draw centres the legend at the top of c.
func (l legend) draw(c draw.Canvas) {
	for i, e := range l.entries {
		x := (c.Min.X + c.Max.X - l.width()) / 2
		for _, w := range l.widths[:i%len(l.widths)] {
			x += w + columnGap
		}
		y := c.Max.Y - vg.Length(i/len(l.widths))*rowHeight
		e.draw(c, x, y-rowHeight/2)
	}
}

// draw puts the entry's left edge at x and its middle at y.
func (e entry) draw(c draw.Canvas, x, y vg.Length) {
	if e.thumb != nil {
		box := c
		box.Min, box.Max = vg.Point{X: x, Y: y - rowHeight*0.3}, vg.Point{X: x + e.thumbWidth, Y: y + rowHeight*0.3}
		e.thumb(box)
		x += e.thumbWidth + thumbGap
	}
	c.FillText(aligned(e.style, 0, -0.5), vg.Point{X: x, Y: y + lift}, e.name)
}

// lineThumb is an algorithm's key: its line and its marker.
func lineThumb(l Look) func(draw.Canvas) {
	return func(c draw.Canvas) {
		y := c.Center().Y
		c.StrokeLine2(draw.LineStyle{Color: l.Colour, Width: 1, Dashes: l.Dashes}, c.Min.X, y, c.Max.X, y)
		c.DrawGlyphNoClip(glyph(l), c.Center())
	}
}

// markThumb is its marker alone.
func markThumb(l Look) func(draw.Canvas) {
	return func(c draw.Canvas) { c.DrawGlyphNoClip(glyph(l), c.Center()) }
}

// glyph is the marker of a look.
func glyph(l Look) draw.GlyphStyle {
	return draw.GlyphStyle{Color: l.Colour, Radius: 1.9, Shape: l.Shape}
}

// fillThumb is a swatch.
func fillThumb(fill color.Color) func(draw.Canvas) {
	return func(c draw.Canvas) {
		c.SetColor(fill)
		c.Fill(c.Rectangle.Path())
	}
}

// fillBox fills a rectangle, given in any order of corners.
func fillBox(c draw.Canvas, fill color.Color, x0, y0, x1, y1 vg.Length) {
	c.SetColor(fill)
	c.Fill(vg.Rectangle{Min: vg.Point{X: min(x0, x1), Y: min(y0, y1)},
		Max: vg.Point{X: max(x0, x1), Y: max(y0, y1)}}.Path())
}
