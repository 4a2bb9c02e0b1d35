package chart

import (
	"image/color"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

type colour = color.Color

// A panel is one of several small plots that share their axes.
type panel struct {
	title    string
	thumb    func(draw.Canvas) // the algorithm's key, or nil
	marker   func(draw.Canvas) // its short form, or nil
	right    string            // a figure at the right of the title line
	failed   string            // why there is nothing to see, or ""
	plotters []gonum.Plotter
	yMin     float64 // of an axis of its own
	yMax     float64 // likewise; 0: the panels' common ones
}

// multiples is a grid of panels.
type multiples struct {
	panels         []panel
	cols           int // 0: as many as fit
	xMin, xMax     float64
	yMin, yMax     float64
	logY           bool
	xLabel, yLabel string
	xTicks         gonum.Ticker // nil: round numbers
	least          vg.Length    // a panel's least width, with which cols is chosen
	ratio          float64      // a panel's height over its width
}

// titleHeight is the room for a panel's title, in points.
const titleHeight = tickSize * 1.7

// shape chooses the fewest rows, then the fewest columns for them: 9 panels
// where 5 fit are two rows of 5 and 4.
func (m multiples) shape(width vg.Length) (rows, cols int) {
	n := len(m.panels)
	cols = m.cols
	if cols == 0 {
		cols = max(1, min(int(width/m.least), n))
		rows = (n + cols - 1) / cols
		return rows, (n + rows - 1) / rows
	}
	return (n + cols - 1) / cols, cols
}

// height is what the grid needs at a width.
func (m multiples) height(width vg.Length) vg.Length {
	rows, cols := m.shape(width)
	const axes = 34 // of the labels left of the grid, about
	panel := (width-axes)/vg.Length(cols) - panelGap
	return vg.Length(rows)*(panel*vg.Length(m.ratio)+titleHeight+4) + 26
}

// panelGap is the room between panels, in points.
const panelGap = 7

// draw draws the grid on c.
func (m multiples) draw(c draw.Canvas) {
	rows, cols := m.shape(c.Max.X - c.Min.X)
	label := textStyle(labelSize, ink)
	ps := make([][]*gonum.Plot, rows)
	for i := range ps {
		ps[i] = make([]*gonum.Plot, cols)
		for j := range cols {
			if k := i*cols + j; k < len(m.panels) {
				ps[i][j] = m.plot(k, cols)
			}
		}
	}
	tiles := draw.Tiles{Rows: rows, Cols: cols, PadX: panelGap, PadY: titleHeight + 4,
		PadLeft: labelSize * 1.75, PadRight: 5, PadTop: titleHeight, PadBottom: labelSize * 1.35}
	canvases := gonum.Align(ps, tiles, c)
	var area vg.Rectangle // all data areas together
	for i := range ps {
		for j, p := range ps[i] {
			if p == nil {
				continue
			}
			p.Draw(canvases[i][j])
			d := p.DataCanvas(canvases[i][j])
			if i+j == 0 {
				area = d.Rectangle
			}
			area.Max.X, area.Min.Y = max(area.Max.X, d.Max.X), min(area.Min.Y, d.Min.Y)
		}
	}
	mid := vg.Point{X: (area.Min.X + area.Max.X) / 2, Y: (area.Min.Y + area.Max.Y) / 2}
	c.FillText(aligned(label, -0.5, 0), vg.Point{X: mid.X, Y: c.Min.Y + 2}, m.xLabel)
	label.Rotation = math.Pi / 2
	c.FillText(aligned(label, -0.5, -1), vg.Point{X: c.Min.X, Y: mid.Y}, m.yLabel)
}

// plot makes the k-th panel. Only the outer ones have labels.
func (m multiples) plot(k, cols int) *gonum.Plot {
	pn := m.panels[k]
	p := newPlot()
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = m.xMin, m.xMax, m.yMin, m.yMax
	p.X.Tick.Marker, p.Y.Tick.Marker = siTicks{4}, siTicks{4}
	if m.xTicks != nil {
		p.X.Tick.Marker = m.xTicks
	}
	own := pn.yMax > 0
	if own {
		p.Y.Min, p.Y.Max = pn.yMin, pn.yMax
	}
	if m.logY {
		makeLog(&p.Y)
	}
	if k%cols > 0 && !own {
		hideLabels(&p.Y)
	}
	if k+cols < len(m.panels) || k/cols < (len(m.panels)-1)/cols {
		if k+cols >= len(m.panels) {
			p.Add(hangingLabels{p.X.Tick.Marker})
		}
		hideLabels(&p.X)
	}
	p.Add(pn.plotters...)
	p.Add(frame{}, panelHead{pn})
	return p
}

// panelHead writes a panel's title line above the data area, and across it why
// it is empty. gonum's title would be centred on axes and all.
type panelHead struct{ panel }

func (h panelHead) Plot(c draw.Canvas, _ *gonum.Plot) {
	figure := aligned(textStyle(noteSize, dim), -1, -0.5)
	y := c.Max.Y + titleHeight/2
	e := h.entry(c.Max.X - c.Min.X - figure.Width(h.right) - 2)
	if e.name == h.title {
		c.FillText(figure, vg.Point{X: c.Max.X, Y: y + lift}, h.right)
	} else { // rather a name than a figure
		e = h.entry(c.Max.X - c.Min.X)
	}
	e.draw(c, c.Min.X, y)
	if h.failed == "" {
		return
	}
	note := textStyle(noteSize, alarm)
	lines := wrap(note, h.failed, c.Max.X-c.Min.X-6, 4)
	box := draw.Crop(c, 3, -3, 0, -10)
	c.FillText(aligned(textStyle(tickSize, alarm), 0, -1), vg.Point{X: box.Min.X, Y: c.Max.Y - 2}, "FAILED")
	fillLines(box, note, lines)
}

// entry is the panel's key and name in a given width: first the key is cut down
// to its marker, then the type gets smaller, and only then the name is cut.
func (h panelHead) entry(room vg.Length) entry {
	e := newEntry(h.title, h.thumb)
	if e.width() <= room {
		return e
	}
	if h.marker != nil {
		e.thumb, e.thumbWidth = h.marker, 5
	}
	for e.width() > room && e.style.Font.Size > noteSize {
		e.style.Font.Size -= 0.5
	}
	rest := room - (e.width() - e.style.Width(e.name))
	e.name = fit(e.style, e.name, rest)
	return e
}
