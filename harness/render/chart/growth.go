package chart

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// PauseSize draws each algorithm's pause against the number of records, both on
// logarithms, with a line of slope 1 to compare with. point is what else the
// matrix varies. Algorithms that never pause have no place on a logarithm; they
// are named below. It returns nil where the number of records does not vary.
func PauseSize(e *result.Experiment, point []result.Param, style Style) *Chart {
	c := growthChart{name: "pause-size", yLabel: "Pause", floor: 1e-6, band: result.Resolution,
		get: func(s result.Size) result.Stat { return s.Pause },
		fit: func(g result.Growth) result.Fit { return g.Pause }, never: "No transaction was ever kept from starting: "}
	return c.chart(e, point, style)
}

// DurationSize draws the same of the time from a checkpoint's trigger to its
// image being durable.
func DurationSize(e *result.Experiment, point []result.Param, style Style) *Chart {
	c := growthChart{name: "duration-size", yLabel: "Checkpoint, trigger to durable", floor: 1e-6,
		get: func(s result.Size) result.Stat { return s.Duration },
		fit: func(g result.Growth) result.Fit { return g.Duration }, never: "No time at all: "}
	return c.chart(e, point, style)
}

// A growthChart is a figure against the number of records.
type growthChart struct {
	name, yLabel, never string
	floor               float64 // least value with a place on the axis, s
	band                float64 // below which values are not told from zero; 0: none
	get                 func(result.Size) result.Stat
	fit                 func(result.Growth) result.Fit

	// Filled by lay; chart works on a copy of the receiver.
	lines []trend
	xs    [2]float64 // the axes' ends, of logarithms
	ys    [2]float64
}

// chart draws the growth at a point; nil where no algorithm was fitted.
func (c growthChart) chart(e *result.Experiment, point []result.Param, style Style) *Chart {
	style = style.with(e.Algorithms(nil))
	s := sheet{style: style, width: style.width(PageWidth)}
	var zero []string
	s.legend, zero = c.lay(e, point, style)
	if len(c.lines) == 0 {
		return nil
	}
	words := "In brackets: slope, 0 flat and 1 linear (Theil-Sen)."
	s.legend = append(s.legend, newEntry("slope 1", func(c draw.Canvas) {
		c.StrokeLine2(slopeLine, c.Min.X, c.Center().Y, c.Max.X, c.Center().Y)
	}))
	if c.band > 0 && math.Log10(c.band) > c.ys[0] {
		s.legend = append(s.legend, newEntry("below the resolution", fillThumb(bandFill)))
		words += " Resolution: " + units.Seconds(c.band) + "."
	}
	if len(zero) > 0 {
		words = c.never + strings.Join(zero, ", ") + ". " + words
	}
	views := growthViews(e, point, style)
	s.notes = gridNotes(views)
	s.about = gridAbout(views, "medians and ranges of all warm checkpoints")
	s.about.facts = append([]string{words}, s.about.facts...)
	s.body = max(2*vg.Inch, min(0.48*s.width, 3.2*vg.Inch))
	return s.chart(c.name, c.draw)
}

// lay takes in the lines of every algorithm at point, with their keys, and names
// those that have nothing above zero.
func (c *growthChart) lay(e *result.Experiment, point []result.Param, style Style) (keys []entry, zero []string) {
	for _, g := range e.Growth(style.order) {
		if !slices.Equal(g.Params, point) || len(g.Sizes) == 0 || !style.has(g.Algorithm) {
			continue
		}
		name, look := short(style.Label(g.Algorithm), maxName), style.Look(g.Algorithm)
		// Zero has no place on a logarithm, so it is named in the footer.
		if !c.add(g, look) {
			zero = append(zero, name)
			continue
		}
		// With too few sizes there is a line but no slope.
		if f := c.fit(g); f.Fitted() {
			name += fmt.Sprintf(" (%.2f)", f.Slope)
		}
		keys = append(keys, newEntry(name, lineThumb(look)))
	}
	c.finish()
	return keys, zero
}

// add takes a line in, and reports false where there is nothing above zero.
func (c *growthChart) add(g result.Growth, look Look) bool {
	// Seven places beside each other, for more lines they repeat.
	t := trend{look: look, shift: vg.Length(len(c.lines)%7) - 3}
	above := false
	for _, s := range g.Sizes {
		v := c.get(s)
		above = above || v.Median > 0
		log := func(y float64) float64 { return math.Log10(math.Max(y, c.floor)) }
		t.points = append(t.points, stem{math.Log10(s.Records), log(v.Median), log(v.Lo), log(v.Hi)})
	}
	if above {
		c.lines = append(c.lines, t)
	}
	return above
}

// finish sets the axes' ends.
func (c *growthChart) finish() {
	c.xs = [2]float64{math.Inf(1), math.Inf(-1)}
	c.ys = c.xs
	for _, t := range c.lines {
		for _, q := range t.points {
			c.xs = [2]float64{math.Min(c.xs[0], q.x), math.Max(c.xs[1], q.x)}
			c.ys = [2]float64{math.Min(c.ys[0], q.lo), math.Max(c.ys[1], q.hi)}
		}
	}
	// A margin, in powers of ten.
	c.xs = [2]float64{c.xs[0] - 0.08, c.xs[1] + 0.08}
	c.ys = [2]float64{c.ys[0] - 0.15, c.ys[1] + 0.2}
}

// draw draws both axes in logarithms, so that a power is a line.
func (c growthChart) draw(cv draw.Canvas) {
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = "Records", c.yLabel
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = c.xs[0], c.xs[1], c.ys[0], c.ys[1]
	p.X.Tick.Marker, p.Y.Tick.Marker = logTicks{units.Count}, logTicks{units.Seconds}
	if c.band > 0 {
		p.Add(floorBand{math.Log10(c.band)})
	}
	p.Add(rules{}, slopeOne{})
	for _, t := range c.lines {
		p.Add(t)
	}
	p.Add(frame{})
	p.Draw(draw.Crop(cv, 0, -9, 0, -3))
}

// growthViews are the matrix points that differ from point in the number of
// records only.
func growthViews(e *result.Experiment, point []result.Param, style Style) []view {
	var out []view
	for _, r := range e.Points() {
		rest := slices.DeleteFunc(slices.Clone(r), func(p result.Param) bool { return p.Key == "records" })
		// Points that have records among their parameters.
		if len(rest) < len(r) && slices.Equal(rest, point) {
			out = append(out, newView(e, r, style))
		}
	}
	return out
}

// A floorBand shades what lies below a value.
type floorBand struct{ top float64 }

func (b floorBand) Plot(c draw.Canvas, p *gonum.Plot) {
	if n := math.Min(p.Y.Norm(b.top), 1); n > 0 {
		fillBox(c, bandFill, c.Min.X, c.Min.Y, c.Max.X, c.Y(n))
	}
}

var (
	bandFill  = color.Gray{0xE8}
	slopeLine = draw.LineStyle{Color: color.Gray{0xB0}, Width: 1.6}
)

// slopeOne is what grows as the database does, where both axes are logarithms.
// It ends a little below the upper right corner.
type slopeOne struct{}

func (slopeOne) Plot(c draw.Canvas, p *gonum.Plot) {
	// From the upper end downwards: as far to the left as it is down, in powers of ten.
	x1, y1 := p.X.Max, p.Y.Max-0.1*(p.Y.Max-p.Y.Min)
	x0, y0 := p.X.Min, y1-(p.X.Max-p.X.Min)
	if y0 < p.Y.Min {
		x0, y0 = x0+p.Y.Min-y0, p.Y.Min
	}
	a := vg.Point{X: c.X(p.X.Norm(x0)), Y: c.Y(p.Y.Norm(y0))}
	b := vg.Point{X: c.X(p.X.Norm(x1)), Y: c.Y(p.Y.Norm(y1))}
	c.StrokeLine2(slopeLine, a.X, a.Y, b.X, b.Y)
}
