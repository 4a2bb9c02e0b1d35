package chart

import (
	"math"
	"slices"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/result"
)

// A figure is one panel of a sweep.
type figure struct {
	name  string // of PanelNames
	title string
	// Of an N of 0: the row has no such figure; a panel that no row has is left out.
	get  func(*result.Row) result.Stat
	unit string
	// From base units to unit; may be changed to fit what there is.
	scale float64
}

var figures = []figure{
	{"throughput", "throughput", func(r *result.Row) result.Stat { return r.Relative }, "% of none", 100},
	{"p99.9", "p99.9 response", response, "µs", 1e-3},
	{"pause", "longest pause", func(r *result.Row) result.Stat { return r.Pause }, "s", 1},
	{"checkpoint", "checkpoint", func(r *result.Row) result.Stat { return r.Total }, "s", 1},
	{"recovery", "recovery", func(r *result.Row) result.Stat { return r.Recovery }, "s", 1},
	{"durable", "until a commit is durable, p50", func(r *result.Row) result.Stat { return r.DurableP50 }, "µs",
		1e-3},
	{"lag", "behind the log", func(r *result.Row) result.Stat { return r.Lag }, "MB", 1e-6},
	{"read", "read", func(r *result.Row) result.Stat { return r.ReadPer }, "bytes per byte logged", 1},
	{"written", "written", func(r *result.Row) result.Stat { return r.WrittenPer }, "bytes per byte logged", 1},
}

// response is of an open loop alone: in a closed one a pause delays only one
// transaction of each worker.
func response(r *result.Row) result.Stat {
	if !r.Open {
		return result.Stat{}
	}
	return r.P999
}

// maxLines is what a panel holds.
const maxLines = 8

// Sweeps draws the main figures over the one parameter of a matrix that takes
// several numbers, database size or skew say, a line for each algorithm. Where a
// second parameter varies whose values are words there is a line for each of them,
// or, where those are too many, a chart for each of them. There is none where no
// such parameter varies, or others do too.
func Sweeps(e *result.Experiment, style Style) []*Chart {
	style = style.ranged("sweep")
	points := style.points(e)
	key, by := sweepKeys(points)
	if key < 0 {
		return nil
	}
	lines := linesOf(e, points, by, style)
	drawn := 0
	for _, l := range lines {
		if l.algorithm != baseline {
			drawn++
		}
	}
	// The baseline is in no panel, so it takes no room there.
	if by < 0 || drawn <= maxLines {
		return appendChart(nil, sweepOf(e, points, key, lines, result.Param{}, style))
	}
	var charts []*Chart
	for _, v := range valuesOf(points, by) {
		var some []line
		for _, l := range lines {
			if l.value == v {
				l.name, l.label = l.algorithm, style.Label(l.algorithm)
				some = append(some, l)
			}
		}
		charts = appendChart(charts, sweepOf(e, points, key, some, result.Param{Key: points[0][by].Key, Value: v}, style))
	}
	return charts
}

// appendChart appends a chart that could be drawn.
func appendChart(list []*Chart, c *Chart) []*Chart {
	if c == nil {
		return list
	}
	return append(list, c)
}

// sweepOf draws these lines; word is the second parameter that all of them are of,
// if they are of one. It returns nil if there is no figure.
func sweepOf(
	e *result.Experiment, points [][]result.Param, key int, lines []line, word result.Param, style Style,
) *Chart {
	style = style.with(e.Algorithms(nil))
	for _, l := range lines {
		// Lines by a second parameter have names that are no algorithm's, and take looks of
		// their own.
		style = style.with([]string{l.name})
	}
	rows := slices.DeleteFunc(e.Aggregate(style.order), func(r result.Row) bool {
		return !style.has(r.Algorithm) || !slices.ContainsFunc(points, func(p []result.Param) bool {
			return slices.Equal(p, r.Params)
		})
	})
	name, file := short(style.keyLabel(points[0][key].Key), 40), "sweep"
	if word.Key != "" {
		name += ", at " + short(style.keyLabel(word.Key), 30) + " " + short(style.Label(word.Value), 20)
		file += "-" + fileName(word.Key) + "-" + fileName(word.Value)
	}
	// All panels have the same axis.
	ticks, pos := sweepAxis(points, key)
	m := multiples{xLabel: name, ratio: 0.75, least: 1.3 * vg.Inch, xTicks: ticks, xMax: 1, logY: style.LogY}
	var drawn []line
	for _, f := range style.panels() {
		if p, shown := f.panel(lines, style, rows, pos); p.yMax > 0 && len(shown) > 0 {
			m.panels = append(m.panels, p)
			for _, l := range shown {
				if !slices.Contains(drawn, l) {
					drawn = append(drawn, l)
				}
			}
		}
	}
	if len(m.panels) == 0 {
		return nil
	}
	views := allViews(e, points, style)
	s := sheet{style: style, width: style.width(PageWidth), notes: gridNotes(views),
		about: gridAbout(views, "medians and their ranges")}
	for _, l := range drawn {
		s.legend = append(s.legend, newEntry(short(l.label, maxName), lineThumb(style.Look(l.name))))
	}
	s.body = m.height(s.inner())
	return s.chart(file, m.draw)
}

// panel draws f for every line that has it and returns these.
func (f figure) panel(
	lines []line, style Style, rows []result.Row, pos func([]result.Param) float64,
) (panel, []line) {
	top, low := 0.0, math.Inf(1)
	// The panel's height is of all rows, so that charts by a second parameter have the same
	// axis.
	for _, r := range rows {
		if s := f.get(&r); r.Algorithm != baseline && s.N > 0 {
			top = max(top, s.Hi)
			if s.Lo > 0 {
				low = min(low, s.Lo)
			}
		}
	}
	switch {
	case f.unit == "s" && top < 1:
		f.unit, f.scale = "ms", 1000
	case f.unit == "µs" && top >= 1e7:
		f.unit, f.scale = "ms", 1e-6
	}
	p := panel{title: f.title + " (" + f.unit + ")", plotters: []gonum.Plotter{rules{}}}
	if top > 0 {
		p.yMin, p.yMax = style.valueAxis(f.scale*low, 1.08*f.scale*top)
	}
	var drawn []line
	for i, l := range lines {
		// Lines are moved sideways by parts of a point, from the middle to both sides.
		t := trend{look: style.Look(l.name), shift: vg.Length(i) - vg.Length(len(lines)-1)/2}
		for _, r := range rows {
			if s := f.get(&r); l.has(&r) && s.N > 0 && l.algorithm != baseline {
				t.points = append(t.points, stem{pos(r.Params), f.scale * s.Median, f.scale * s.Lo, f.scale * s.Hi})
			}
		}
		if len(t.points) > 0 {
			p.plotters, drawn = append(p.plotters, t), append(drawn, l)
		}
	}
	return p, drawn
}

// A line of a sweep is one algorithm, or one at one value of a second parameter.
type line struct {
	name, algorithm string // name is what its look goes by
	by              int    // the second parameter, or -1
	value           string
	label           string // in the legend
}

// has reports whether a row is a point of the line.
func (l line) has(r *result.Row) bool {
	return r.Algorithm == l.algorithm && (l.by < 0 || r.Params[l.by].Value == l.value)
}

// linesOf returns the lines of a sweep. One whose algorithm is the only one has
// the value's name alone.
func linesOf(e *result.Experiment, points [][]result.Param, by int, style Style) []line {
	var lines []line
	names := style.algorithms(e)
	for _, a := range names {
		if by < 0 {
			lines = append(lines, line{a, a, by, "", style.Label(a)})
			continue
		}
		for _, v := range valuesOf(points, by) {
			name, label := v, style.Label(v)
			if len(names) > 1 {
				name, label = a+", "+v, style.Label(a)+", "+label
			}
			lines = append(lines, line{name, a, by, v, label})
		}
	}
	return lines
}

// valuesOf are those of parameter k, in order of appearance.
func valuesOf(points [][]result.Param, k int) []string {
	var values []string
	for _, p := range points {
		values = appendNew(values, p[k].Value)
	}
	return values
}

// allViews is a view of each point.
func allViews(e *result.Experiment, points [][]result.Param, style Style) []view {
	views := make([]view, len(points))
	for i, p := range points {
		views[i] = newView(e, p, style)
	}
	return views
}

// sweepKeys are the places of the only parameter that varies with numbers for its
// values, and of the only one with words, -1 where there is none. The former is -1
// as well where more of either kind vary.
func sweepKeys(points [][]result.Param) (key, by int) {
	key, by = -1, -1
	if len(points) < 2 {
		return -1, -1
	}
	for k := range points[0] {
		varies, numbers := false, true
		for _, p := range points {
			// Points of one matrix have the same keys in one order; others are no matrix.
			if len(p) != len(points[0]) || p[k].Key != points[0][k].Key {
				return -1, -1
			}
			v, ok := result.Quantity(p[k].Value)
			numbers = numbers && ok && v >= 0
			varies = varies || p[k].Value != points[0][k].Value
		}
		switch {
		case !varies:
		case numbers && key < 0:
			key = k
		case !numbers && by < 0:
			by = k
		default:
			return -1, -1
		}
	}
	return key, by
}

// sweepAxis maps the parameter's values to 0..1, by their logarithm if they
// span a decade or more, with a tick at each that has room for its label.
func sweepAxis(points [][]result.Param, key int) (gonum.Ticker, func([]result.Param) float64) {
	value := func(p []result.Param) float64 {
		v, _ := result.Quantity(p[key].Value)
		return v
	}
	lo, hi := value(points[0]), value(points[0])
	for _, p := range points {
		lo, hi = math.Min(lo, value(p)), math.Max(hi, value(p))
	}
	mapped := value
	if lo > 0 && hi >= 10*lo {
		mapped = func(p []result.Param) float64 { return math.Log10(value(p)) }
		lo, hi = math.Log10(lo), math.Log10(hi)
	}
	// A margin at both ends, so that markers lie within the frame.
	pos := func(p []result.Param) float64 {
		if hi == lo {
			return 0.5
		}
		return 0.07 + 0.86*(mapped(p)-lo)/(hi-lo)
	}
	var ticks gonum.ConstantTicks
	last := math.Inf(-1)
	for _, p := range points {
		t := gonum.Tick{Value: pos(p), Label: short(p[key].Value, 10)}
		// The tick stays, without its label.
		if t.Value-last < 0.14 {
			t.Label = ""
		} else {
			last = t.Value
		}
		ticks = append(ticks, t)
	}
	return ticks, pos
}

// A trend is one algorithm's figure over the parameter.
type trend struct {
	points []stem
	look   Look
	shift  vg.Length // so that whiskers do not lie on one another
}

// A stem is a point of a trend with its range.
type stem struct{ x, y, lo, hi float64 }

func (t trend) Plot(c draw.Canvas, p *gonum.Plot) {
	// Points of a matrix need not be in the order of their values.
	slices.SortFunc(t.points, func(a, b stem) int {
		switch {
		case a.x < b.x:
			return -1
		case a.x > b.x:
			return 1
		}
		return 0
	})
	// What lies beyond the axis is drawn at its end.
	at := func(x, y float64) vg.Point {
		return vg.Point{X: c.X(p.X.Norm(x)) + 0.3*t.shift, Y: c.Y(math.Max(0, math.Min(1, p.Y.Norm(y))))}
	}
	var line []vg.Point
	for _, q := range t.points {
		line = append(line, at(q.x, q.y))
		lo, hi := at(q.x, q.lo), at(q.x, q.hi)
		c.StrokeLine2(draw.LineStyle{Color: t.look.Colour, Width: 0.5}, lo.X, lo.Y, hi.X, hi.Y)
	}
	c.StrokeLines(draw.LineStyle{Color: t.look.Colour, Width: 0.9, Dashes: t.look.Dashes}, line)
	for _, pt := range line {
		c.DrawGlyphNoClip(glyph(t.look), pt)
	}
}
