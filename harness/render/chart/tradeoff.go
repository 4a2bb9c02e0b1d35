package chart

import (
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/result"
)

// Tradeoff draws what each algorithm costs in throughput against what it costs
// in memory, at most, one labelled point each; the best lie in the lower left.
// It returns nil if nothing was compared with none.
func Tradeoff(e *result.Experiment, point []result.Param, style Style) *Chart {
	v := newView(e, point, style)
	shown := v.drawable(func(a algorithm) bool {
		return a.row.Relative.N > 0 && a.row.Peak.N > 0 && a.name != baseline
	})
	if len(shown) == 0 {
		return nil
	}
	s := sheet{style: v.style, width: v.style.width(widthFor(len(shown))), notes: v.notes(),
		about: v.about(tradeoffRange(shown))}
	s.legend = []entry{newEntry("better", towards)}
	s.body = max(1.9*vg.Inch, min(0.6*s.width, 3.4*vg.Inch))
	return s.chart("tradeoff", func(c draw.Canvas) {
		p := newPlot()
		p.X.Label.Text, p.Y.Label.Text = "Extra memory at most (× data)", "Throughput lost (%)"
		cl := newCloud(shown)
		p.X.Min, p.X.Max = cl.limits(func(q spot) (float64, float64) { return q.left, q.right })
		p.Y.Min, p.Y.Max = cl.limits(func(q spot) (float64, float64) { return q.lo, q.hi })
		p.X.Tick.Marker, p.Y.Tick.Marker = siTicks{5}, siTicks{5}
		p.Add(rules{}, rules{vertical: true}, cl, frame{})
		p.Draw(draw.Crop(c, 0, -9, 0, -3))
	})
}

// widthFor is a column for a few algorithms, and a page for many.
func widthFor(n int) float64 {
	if n > 12 {
		return PageWidth
	}
	return ColumnWidth
}

// tradeoffRange says in the footer what points and whiskers are.
func tradeoffRange(as []algorithm) string {
	for _, a := range as {
		if a.row.Relative.N > 1 {
			return "median and " + a.row.Relative.Range()
		}
	}
	return "medians"
}

// A cloud is labelled points.
type cloud struct{ spots []spot }

// A spot is an algorithm: memory across, loss of throughput up.
type spot struct {
	x, y                float64
	lo, hi, left, right float64 // their ranges
	name                string
	look                Look
}

// newCloud makes a spot of each algorithm.
func newCloud(as []algorithm) cloud {
	var cl cloud
	for _, a := range as {
		r := a.row.Relative
		cl.spots = append(cl.spots, spot{
			x: a.row.Peak.Median, left: a.row.Peak.Lo, right: a.row.Peak.Hi, y: 100 * (1 - r.Median), lo: 100 * (1 - r.Hi),
			hi:   100 * (1 - r.Lo),
			name: a.title(), look: a.look,
		})
	}
	return cl
}

// limits are an axis' ends: 0 is always on it, and there is room for labels.
func (cl cloud) limits(get func(spot) (float64, float64)) (lo, hi float64) {
	for _, q := range cl.spots {
		a, b := get(q)
		lo, hi = math.Min(lo, a), math.Max(hi, b)
	}
	if hi == lo {
		hi = lo + 1
	}
	room := (hi - lo) * 0.1
	if lo < 0 {
		lo -= room
	} else {
		lo -= room / 2 // a point on the axis keeps its marker whole
	}
	return lo, hi + room
}

func (cl cloud) Plot(c draw.Canvas, p *gonum.Plot) {
	at := func(x, y float64) vg.Point { return vg.Point{X: c.X(p.X.Norm(x)), Y: c.Y(p.Y.Norm(y))} }
	ls := cl.labels(c.Rectangle, at)
	for i, q := range cl.spots {
		lo, hi, left, right := at(q.x, q.lo), at(q.x, q.hi), at(q.left, q.y), at(q.right, q.y)
		whisk := draw.LineStyle{Color: tint(q.look.Colour, 0.3), Width: 0.6}
		c.StrokeLine2(whisk, lo.X, lo.Y, hi.X, hi.Y)
		c.StrokeLine2(whisk, left.X, left.Y, right.X, right.Y)
		if l := ls[i]; l.far {
			end := l.nearest(l.at)
			c.StrokeLine2(draw.LineStyle{Color: tint(q.look.Colour, 0.3), Width: 0.4}, l.at.X, l.at.Y, end.X, end.Y)
		}
	}
	for i, q := range cl.spots {
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: q.look.Colour, Radius: 2.3, Shape: q.look.Shape}, ls[i].at)
		mid := vg.Point{X: (ls[i].box.Min.X + ls[i].box.Max.X) / 2, Y: (ls[i].box.Min.Y+ls[i].box.Max.Y)/2 + lift}
		sty := textStyle(noteSize+0.5, shade(q.look.Colour, 0.35))
		c.FillText(aligned(sty, -0.5, -0.5), mid, q.name)
	}
}

// labels are the spots' names in their places.
func (cl cloud) labels(area vg.Rectangle, at func(x, y float64) vg.Point) []label {
	sty := textStyle(noteSize+0.5, ink)
	ls := make([]label, len(cl.spots))
	for i, q := range cl.spots {
		ls[i] = label{at: at(q.x, q.y), w: sty.Width(q.name), h: sty.Font.Size}
	}
	place(area, ls)
	return ls
}

// towards is an arrow to the lower left.
func towards(c draw.Canvas) {
	mid := c.Center()
	l := draw.LineStyle{Color: dim, Width: 0.8}
	x, y := mid.X-3, mid.Y-3
	c.StrokeLine2(l, mid.X+3, mid.Y+3, x, y)
	c.StrokeLine2(l, x, y, x+3, y)
	c.StrokeLine2(l, x, y, x, y+3)
}
