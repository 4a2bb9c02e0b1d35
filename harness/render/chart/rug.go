package chart

import (
	"image/color"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A rug shows when each algorithm took its checkpoints, a thin row for each,
// the pause in a darker shade. Its names and keys are the chart's legend.
type rug struct{ algs []algorithm }

// rugRow is the height of an algorithm's row, in points.
const rugRow = 7.5

// height is the rug's, in points.
func (r rug) height() vg.Length { return vg.Length(len(r.algs))*rugRow + 4 }

// names is the room the names take left of the rug.
func (r rug) names() vg.Length {
	var w vg.Length
	for _, a := range r.algs {
		w = max(w, rugText().Width(a.title()))
	}
	return w + thumbWidth + 2*thumbGap + 2
}

// rugText is the style of the names.
func rugText() draw.TextStyle { return textStyle(noteSize+0.5, ink) }

// draw draws the rug at the top of c, over the data area of p.
func (r rug) draw(c draw.Canvas, p *gonum.Plot, data draw.Canvas) {
	rowCanvas := data
	for i, a := range r.algs {
		rowCanvas.Max.Y = c.Max.Y - 1 - vg.Length(i)*rugRow
		rowCanvas.Min.Y = rowCanvas.Max.Y - rugRow
		e := newEntry(a.title(), lineThumb(a.look))
		e.style = rugText()
		e.draw(c, data.Min.X-r.names(), rowCanvas.Center().Y)
		row := draw.Crop(rowCanvas, 0, 0, 1.4, -1.4)
		c.StrokeLine2(hairline, row.Min.X, row.Center().Y, row.Max.X, row.Center().Y)
		r.bars(row, p, a)
	}
}

// bars draws the checkpoints of one algorithm; darker where its workers were paused.
func (r rug) bars(row draw.Canvas, p *gonum.Plot, a algorithm) {
	light, dark := tint(a.look.Colour, 0.55), shade(a.look.Colour, 0.45)
	if a.look.Colour == ink {
		light, dark = tint(ink, 0.6), ink
	}
	fill := func(s span, f color.Color) {
		if x0, x1, ok := extent(row, p, s); ok {
			fillBox(row, f, x0, row.Min.Y, x1, row.Max.Y)
		}
	}
	for _, s := range windows(a.trial) {
		fill(s, light)
	}
	for _, s := range pauses(a.trial) {
		fill(s, dark)
	}
	foot := row // what the host took is marked in the lower half, so that a checkpoint shows above
	foot.Max.Y = row.Center().Y
	for _, s := range hostTaken(a.trial) {
		if x0, x1, ok := extent(foot, p, s); ok {
			fillBox(foot, hostFill, x0, foot.Min.Y, x1, foot.Max.Y)
		}
	}
}

// A smallRug is a rug inside a panel of a grid: no names, the rows at the top.
type smallRug struct{ algs []algorithm }

// smallRow is rugRow in a small panel, without names.
const smallRow = 2.2

func (r smallRug) Plot(c draw.Canvas, p *gonum.Plot) {
	for i, a := range r.algs {
		row := c
		row.Max.Y = c.Max.Y - 2 - vg.Length(i)*smallRow
		row.Min.Y = row.Max.Y - smallRow + 0.6
		rug(r).bars(row, p, a)
	}
}
