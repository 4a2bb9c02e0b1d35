package plot

import (
	"image/color"
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
	s := sheet{width: v.style.width(ColumnWidth), notes: v.notes(), footer: v.footer(tradeoffRange(shown))}
	s.body = max(1.9*vg.Inch, min(0.6*s.width, 3*vg.Inch))
	return s.chart("tradeoff", func(c draw.Canvas) {
		p := newPlot()
		p.X.Label.Text, p.Y.Label.Text = "Extra memory at most (× data)", "Throughput lost (%)"
		cl := newCloud(shown)
		p.X.Min, p.X.Max = cl.limits(func(q dot) (float64, float64) { return q.x, q.x })
		p.Y.Min, p.Y.Max = cl.limits(func(q dot) (float64, float64) { return q.lo, q.hi })
		p.X.Tick.Marker, p.Y.Tick.Marker = siTicks{5}, siTicks{5}
		p.Add(rules{}, rules{vertical: true}, cl, frame{})
		p.Draw(draw.Crop(c, 0, -9, 0, -3))
	})
}

func tradeoffRange(as []algorithm) string {
	for _, a := range as {
		if a.row.Relative.N > 1 {
			return "median and " + a.row.Relative.Range()
		}
	}
	return "medians"
}

// A cloud is labelled points.
type cloud struct{ dots []dot }

type dot struct {
	x, y, lo, hi float64
	name         string
	look         Look
}

func newCloud(as []algorithm) cloud {
	var cl cloud
	for _, a := range as {
		r := a.row.Relative
		cl.dots = append(cl.dots, dot{
			x: a.row.Peak.Median, y: 100 * (1 - r.Median), lo: 100 * (1 - r.Hi), hi: 100 * (1 - r.Lo),
			name: a.title(), look: a.look,
		})
	}
	return cl
}

// limits are an axis' ends: 0 is always on it, and there is room for labels.
func (cl cloud) limits(get func(dot) (float64, float64)) (lo, hi float64) {
	for _, q := range cl.dots {
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
	var taken []vg.Rectangle
	for _, q := range cl.dots {
		pt := at(q.x, q.y)
		lo, hi := at(q.x, q.lo), at(q.x, q.hi)
		c.StrokeLine2(draw.LineStyle{Color: color.Gray{0x78}, Width: 0.6}, lo.X, lo.Y, hi.X, hi.Y)
		taken = append(taken, around(pt, 2.5, 2.5))
	}
	sty := textStyle(noteSize+0.5, ink)
	for _, q := range cl.dots {
		pt := at(q.x, q.y)
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: q.look.Colour, Radius: 2.3, Shape: q.look.Shape}, pt)
		r, far := place(c.Rectangle, pt, sty.Width(q.name), sty.Font.Size, taken)
		taken = append(taken, r)
		mid := vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y+r.Max.Y)/2 + lift}
		if far {
			x := min(max(pt.X, r.Min.X), r.Max.X)
			y := min(max(pt.Y, r.Min.Y), r.Max.Y)
			c.StrokeLine2(draw.LineStyle{Color: color.Gray{0x78}, Width: 0.3}, pt.X, pt.Y, x, y)
		}
		c.FillText(aligned(sty, -0.5, -0.5), mid, q.name)
	}
}

func around(pt vg.Point, dx, dy vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: pt.X - dx, Y: pt.Y - dy}, Max: vg.Point{X: pt.X + dx, Y: pt.Y + dy}}
}

// place finds room for a label of w by h near pt, on ever wider circles; far
// means that it wants a line to its point. Where there is no room it takes the
// place with the least overlap.
func place(area vg.Rectangle, pt vg.Point, w, h vg.Length, taken []vg.Rectangle) (best vg.Rectangle, far bool) {
	least := math.Inf(1)
	for _, gap := range []vg.Length{3.5, 7, 12, 18, 26, 36} {
		for i := range 16 {
			a := 2 * math.Pi * float64(i) / 16
			dx, dy := vg.Length(math.Cos(a)), vg.Length(math.Sin(a))
			r := around(vg.Point{X: pt.X + dx*(gap+w/2), Y: pt.Y + dy*(gap+h/2)}, w/2, h/2)
			over := outside(area, r)
			for _, t := range taken {
				over += overlap(r, t)
			}
			if over < least-1e-9 {
				best, least, far = r, over, gap > 7
			}
		}
		if least == 0 {
			break
		}
	}
	return best, far
}

func overlap(a, b vg.Rectangle) float64 {
	w := min(a.Max.X, b.Max.X) - max(a.Min.X, b.Min.X)
	h := min(a.Max.Y, b.Max.Y) - max(a.Min.Y, b.Min.Y)
	return float64(max(w, 0) * max(h, 0))
}

// outside is the part of r that area does not hold, counted double: a label
// must not leave the frame.
func outside(area, r vg.Rectangle) float64 {
	size := float64((r.Max.X - r.Min.X) * (r.Max.Y - r.Min.Y))
	return 2 * (size - overlap(area, r))
}
