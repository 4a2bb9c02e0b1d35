package chart

import (
	"image/color"
	"math"
	"slices"
	"strconv"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/units"
)

// newPlot returns an empty plot with our fonts, short ticks and axes that meet
// in the corner. Every text style has its own font in gonum: all are set here.
func newPlot() *gonum.Plot {
	p := gonum.New()
	p.BackgroundColor = nil // a panel's background would erase its neighbour's labels
	for _, a := range []*gonum.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font = textStyle(labelSize, ink).Font
		a.Label.Padding = 2
		a.Tick.Label.Font = textStyle(tickSize, ink).Font
		a.Tick.Length = 3
		a.Tick.LineStyle.Width = 0.5
		a.LineStyle.Width = 0.5
		a.Padding = 0
		a.Min, a.Max = 0, 1
	}
	p.X.Tick.Label.YAlign = draw.YTop
	return p
}

// frame draws the box round the data area, of which gonum draws two sides.
type frame struct{}

// The Plot methods of this package implement gonum's Plotter: they draw within c, in p's
// coordinates.
func (frame) Plot(c draw.Canvas, _ *gonum.Plot) {
	s := draw.LineStyle{Color: color.Black, Width: 0.5}
	c.StrokeLine2(s, c.Min.X, c.Max.Y, c.Max.X, c.Max.Y)
	c.StrokeLine2(s, c.Max.X, c.Min.Y, c.Max.X, c.Max.Y)
}

// rules draws hairlines at the labelled ticks, of Y or of X.
type rules struct{ vertical bool }

func (g rules) Plot(c draw.Canvas, p *gonum.Plot) {
	a := &p.Y
	if g.vertical {
		a = &p.X
	}
	for _, t := range a.Tick.Marker.Ticks(a.Min, a.Max) {
		n := a.Norm(t.Value)
		if t.IsMinor() || n <= 0 || n >= 1 {
			continue
		}
		if g.vertical {
			c.StrokeLine2(hairline, c.X(n), c.Min.Y, c.X(n), c.Max.Y)
		} else {
			c.StrokeLine2(hairline, c.Min.X, c.Y(n), c.Max.X, c.Y(n))
		}
	}
}

// siTicks labels about N round values, large ones with one SI prefix for the whole axis.
type siTicks struct{ N int }

func (t siTicks) Ticks(min, max float64) []gonum.Tick {
	step := nice((max - min) / float64(t.N))
	group := units.Group(math.Max(math.Abs(min), math.Abs(max)))
	if group == -1 {
		group = 0 // 0.2 and not 200m: these axes have their unit in their name, or none
	}
	div := math.Pow(1000, float64(group))
	dec := decimals(step / div)
	var ts []gonum.Tick
	for i := math.Ceil(min/step - 1e-9); i*step <= max+step*1e-9 && len(ts) < 50; i++ {
		label := "0"
		if i != 0 {
			label = strconv.FormatFloat(i*step/div, 'f', dec, 64) + units.Prefix(group)
		}
		ts = append(ts, gonum.Tick{Value: i * step, Label: label})
	}
	return ts
}

// nice rounds a step to about 1, 2, 2.5, 5 or 10 times a power of ten.
func nice(step float64) float64 {
	if !(step > 0) || math.IsInf(step, 0) {
		return 1
	}
	e := math.Pow(10, math.Floor(math.Log10(step)))
	for _, f := range []float64{1, 2, 2.5, 5} {
		if step/e <= f*1.15 { // rather a tick too many than 0, 2.5, 5 for 12
			return f * e
		}
	}
	return 10 * e
}

// decimals is how many a multiple of step needs.
func decimals(step float64) int {
	for d := range 9 {
		if s := step * math.Pow(10, float64(d)); math.Abs(s-math.Round(s)) < 1e-6 {
			return d
		}
	}
	return 9
}

// logTicks is for values mapped with math.Log10 on a linear axis. gonum's
// LogScale would do it alone, but it panics at 0 and gives away a quarter of the
// width of a labelled axis.
type logTicks struct{ label func(float64) string }

func (t logTicks) Ticks(min, max float64) []gonum.Tick {
	var ts []gonum.Tick
	every := math.Max(1, math.Ceil((max-min)/8))
	for e := math.Floor(min); e <= max+1e-9; e++ {
		for k := 1.0; k < 10; k++ {
			v := e + math.Log10(k)
			if v < min-1e-9 || v > max+1e-9 {
				continue
			}
			tick := gonum.Tick{Value: v}
			if k == 1 && math.Mod(e, every) == 0 {
				tick.Label = t.label(math.Pow(10, e))
			}
			ts = append(ts, tick)
		}
	}
	return ts
}

// unlabelled keeps ticks and drops their text. A tick with an empty label would
// be a minor one, so it becomes a blank.
type unlabelled struct{ gonum.Ticker }

func (u unlabelled) Ticks(min, max float64) []gonum.Tick {
	ts := slices.Clone(u.Ticker.Ticks(min, max)) // constant ones are everybody's
	for i := range ts {
		if ts[i].Label != "" {
			ts[i].Label = " "
		}
	}
	return ts
}

// hideLabels makes a an inner axis of a grid of panels. The font is nearly
// nothing, or the blanks would keep their space.
func hideLabels(a *gonum.Axis) {
	a.Tick.Marker = unlabelled{a.Tick.Marker}
	a.Tick.Label.Font.Size = 0.01
	a.Label.Text = ""
}

// hangingLabels draws the labels of X below a panel that has none of its own
// because its row's lower neighbours hold the axis, all but the missing one
// below it.
type hangingLabels struct{ ticker gonum.Ticker }

func (h hangingLabels) Plot(c draw.Canvas, p *gonum.Plot) {
	sty := aligned(textStyle(tickSize, ink), -0.5, -1)
	for _, t := range h.ticker.Ticks(p.X.Min, p.X.Max) {
		if n := p.X.Norm(t.Value); n >= 0 && n <= 1 {
			c.FillText(sty, vg.Point{X: c.X(n), Y: c.Min.Y - p.X.Tick.Length - 1}, t.Label)
		}
	}
}
