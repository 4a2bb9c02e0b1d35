package chart

import (
	"image/color"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// A bar is one algorithm's line in a chart of level bars: its name, and one or
// more pieces end to end, or what went wrong.
type bar struct {
	name string
	// Their values may be below 0: the first then goes to the left.
	pieces []piece
	lo, hi float64 // whisker, if whisker is set
	text   string  // behind the bar
	under  float64 // a thin second bar below
	failed string

	whisker bool
}

// A piece is a part of a bar, in one fill.
type piece struct {
	v     float64
	fill  color.Color
	hatch bool
}

// sum is the bar's length.
func (b bar) sum() float64 {
	s := 0.0
	for _, p := range b.pieces {
		s += p.v
	}
	return s
}

// bars are level, so that names of any length are read without turning the head.
// gonum's bars and error bars cannot be lined up.
type bars struct {
	list   []bar
	xLabel string
	whole  vg.Length // of a row
	under  bool      // every row has room for its second bar
}

// height is what the bars and their axis take, in points.
func (b bars) height() vg.Length { return vg.Length(len(b.list))*b.whole + 27 }

// draw draws the bars below each other, their names at the left.
func (b bars) draw(c draw.Canvas) {
	p := newPlot()
	// A row each, the first on top, while the axis counts from below.
	n := len(b.list)
	p.X.Label.Text = b.xLabel
	p.Y.Min, p.Y.Max = 0, float64(n)
	var names gonum.ConstantTicks
	widest := vg.Length(0)
	for i, x := range b.list {
		p.X.Min = math.Min(p.X.Min, math.Min(x.sum(), x.lo))
		p.X.Max = math.Max(p.X.Max, math.Max(math.Max(x.sum(), x.hi), x.under))
		names = append(names, gonum.Tick{Value: float64(n-i) - 0.5, Label: x.name})
		widest = max(widest, barText().Width(x.text))
	}
	// About three quarters of the canvas is data: the names take the rest.
	p.X.Min, p.X.Max = b.room(p.X.Min, p.X.Max, (c.Max.X-c.Min.X)*0.75, widest+4)
	p.X.Tick.Marker, p.Y.Tick.Marker = siTicks{4}, names
	p.Y.Tick.Length = 0
	p.Add(rules{vertical: true}, b, frame{})
	p.Draw(draw.Crop(c, 0, -9, 0, -2))
}

// room widens the axis so that the text behind the longest bar fits in.
func (b bars) room(lo, hi float64, width, text vg.Length) (float64, float64) {
	if hi-lo <= 0 {
		hi = lo + 1
	}
	span := hi - lo
	hi += span * float64(text/(width-text))
	if lo < 0 {
		lo -= span * 0.04
	}
	return lo, hi
}

// barText is the style of the figures beside the bars.
func barText() draw.TextStyle { return textStyle(noteSize, dim) }

// Plot draws the bars; it is called by gonum.
func (b bars) Plot(c draw.Canvas, p *gonum.Plot) {
	zero := c.X(p.X.Norm(0))
	for i, x := range b.list {
		mid := c.Y(p.Y.Norm(float64(len(b.list)-i) - 0.5))
		half := b.whole * 0.33
		// In place of the bar: a length of 0 would be a figure.
		if x.failed != "" {
			note := textStyle(noteSize, alarm)
			c.FillText(aligned(note, 0, -0.5), vg.Point{X: zero + 3, Y: mid + lift},
				fit(note, "FAILED: "+x.failed, c.Max.X-zero-5))
			continue
		}
		low := mid - half
		if b.under {
			low += half * 0.7
		}
		if x.under > 0 {
			// At least half a point wide, so that a short pause is seen.
			fillBox(c, ink, zero, mid-half, max(c.X(p.X.Norm(x.under)), zero+0.5), low-0.8)
		}
		tip := b.pieces(c, p, x, low, mid+half)
		mid = (low + mid + half) / 2
		if x.whisker {
			tip = max(tip, whisker(c, c.X(p.X.Norm(x.lo)), c.X(p.X.Norm(x.hi)), mid))
		}
		// Behind whatever reaches farthest.
		c.FillText(aligned(barText(), 0, -0.5),
			vg.Point{X: max(tip, zero, c.X(p.X.Norm(x.under))) + 3, Y: mid + lift}, x.text)
	}
	// Else the frame marks the 0.
	if p.X.Min < 0 {
		c.StrokeLine2(draw.LineStyle{Color: color.Black, Width: 0.5}, zero, c.Min.Y, zero, c.Max.Y)
	}
}

// pieces draws a bar's pieces end to end and returns where they end.
func (b bars) pieces(c draw.Canvas, p *gonum.Plot, x bar, y0, y1 vg.Length) vg.Length {
	at, end := 0.0, c.X(p.X.Norm(0))
	for _, q := range x.pieces {
		x0, x1 := c.X(p.X.Norm(at)), c.X(p.X.Norm(at+q.v))
		at, end = at+q.v, max(end, x1)
		if x1 != x0 {
			fillPiece(c, q, vg.Rectangle{Min: vg.Point{X: min(x0, x1), Y: y0}, Max: vg.Point{X: max(x0, x1), Y: y1}})
		}
	}
	return end
}

// fillPiece fills and outlines a rectangle, with diagonals on it if hatched.
func fillPiece(c draw.Canvas, q piece, r vg.Rectangle) {
	fillBox(c, q.fill, r.Min.X, r.Min.Y, r.Max.X, r.Max.Y)
	if q.hatch {
		in := draw.Canvas{Canvas: c.Canvas, Rectangle: r}
		// Lines begin left of the box, so that its left corner is hatched too; what lies outside
		// is clipped.
		h := r.Max.Y - r.Min.Y
		for x := r.Min.X - h; x < r.Max.X; x += 2.2 {
			line := []vg.Point{{X: x, Y: r.Min.Y}, {X: x + h, Y: r.Max.Y}}
			c.StrokeLines(draw.LineStyle{Color: color.Gray{0x50}, Width: 0.5}, in.ClipLinesXY(line)...)
		}
	}
	c.SetLineStyle(draw.LineStyle{Color: color.Black, Width: 0.4})
	c.Stroke(r.Path())
}

// whisker draws a range on a white halo and returns its right end.
func whisker(c draw.Canvas, x0, x1, y vg.Length) vg.Length {
	halo, line := draw.LineStyle{Color: color.White, Width: 1.8}, draw.LineStyle{Color: color.Black, Width: 0.7}
	c.StrokeLine2(halo, x0, y, x1, y)
	c.StrokeLine2(line, x0, y, x1, y)
	for _, x := range []vg.Length{x0, x1} {
		c.StrokeLine2(line, x, y-1.7, x, y+1.7)
	}
	return x1
}

// Lost draws how many transactions each algorithm cost a trial against none: what its
// pair says, with the interval; without a pair, what trials of the same rounds say,
// the median and its range. It returns nil if nothing was compared with none.
func Lost(e *result.Experiment, point []result.Param, style Style) *Chart {
	v := newView(e, point, style)
	var list []bar
	what, any := "", false
	for _, a := range v.algs {
		switch s := a.row.Lost; {
		case a.row.Failed > 0:
			list = append(list, bar{name: a.label, failed: a.why()})
		case s.N > 0 && a.name != baseline:
			x := bar{name: a.title(), pieces: []piece{{v: s.Median, fill: a.look.Colour}}, text: units.SI(s.Median)}
			if s.N > 1 {
				x.whisker, x.lo, x.hi, what = true, s.Lo, s.Hi, s.Range()
			}
			list, any = append(list, x), true
		}
	}
	if !any {
		return nil
	}
	shown := "median"
	if what != "" {
		shown += " and " + what
	}
	return v.barChart("lost", bars{list: list, xLabel: "Transactions lost against none", whole: 12.5}, nil, shown)
}

// barChart is a chart of bars, a column wide.
func (v view) barChart(name string, b bars, legend []entry, shown string) *Chart {
	s := sheet{style: v.style, width: v.style.width(ColumnWidth), legend: legend, about: v.about(shown), body: b.height()}
	return s.chart(name, b.draw)
}

// parts of a checkpoint, in their order in time. Greys and a hatch, since
// colours mean algorithms.
var parts = []struct {
	name string
	get  func(*result.Row) result.Stat
	piece
}{
	{"wait", func(r *result.Row) result.Stat { return r.Wait }, piece{fill: color.White, hatch: true}},
	{"capture", func(r *result.Row) result.Stat { return r.Capture }, piece{fill: color.Gray{0x96}}},
	{"write", func(r *result.Row) result.Stat { return r.Write }, piece{fill: color.Gray{0xE2}}},
	{"sync", func(r *result.Row) result.Stat { return r.Sync }, piece{fill: color.Gray{0x40}}},
}

// Checkpoint draws what a checkpoint's time goes into: waiting for the point of
// consistency, capturing, writing and syncing, end to end; and below, since it
// overlaps with these, how long all workers were paused. It returns nil without
// checkpoints.
func Checkpoint(e *result.Experiment, point []result.Param, style Style) *Chart {
	v := newView(e, point, style)
	// One unit for all bars.
	unit, factor := "s", 1.0
	if v.longest() < 1 {
		unit, factor = "ms", 1000
	}
	var list []bar
	any := false
	for _, a := range v.algs {
		switch {
		case a.row.Failed > 0:
			list = append(list, bar{name: a.label, failed: a.why()})
		case a.row.Total.N > 0:
			x := bar{name: a.title(), under: factor * a.row.MeanPause.Median}
			for _, q := range parts {
				// q is a copy: the list of parts stays.
				q.piece.v = factor * max(q.get(&a.row).Median, 0)
				x.pieces = append(x.pieces, q.piece)
			}
			x.text = units.Duration(a.row.Total.Median)
			list, any = append(list, x), true
		}
	}
	if !any {
		return nil
	}
	var legend []entry
	for _, q := range parts {
		legend = append(legend, newEntry(q.name, func(c draw.Canvas) { fillPiece(c, q.piece, c.Rectangle) }))
	}
	legend = append(legend, newEntry("paused", func(c draw.Canvas) {
		fillBox(c, ink, c.Min.X, c.Center().Y-1, c.Max.X, c.Center().Y+1)
	}))
	b := bars{list: list, xLabel: "Checkpoint duration (" + unit + ")", whole: 14, under: true}
	return v.barChart("checkpoint", b, legend, "medians of each trial's mean without the cold first checkpoint")
}

// longest is the longest checkpoint of any algorithm, seconds.
func (v view) longest() float64 {
	l := 0.0
	for _, a := range v.algs {
		l = max(l, a.row.Total.Median)
	}
	return l
}
