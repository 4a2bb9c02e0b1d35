package chart

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/result"
)

// The greys of a panel, opaque and apart from each other in print.
var (
	windowFill     = color.Gray{0xEA}
	windowFillDark = color.Gray{0xB0} // of a thin bar
	pauseFill      = color.Gray{0xB4}
	backLine       = draw.LineStyle{Color: color.Gray{0xA0}, Width: 0.5}
	logLine        = draw.LineStyle{Color: color.Gray{0x60}, Width: 0.5}
)

// Timeline draws throughput over time at one matrix point, a panel for each
// algorithm with none behind it in grey, and none under a log in a darker grey
// behind those that are logged where none is not, the checkpoints shaded and the pauses
// darker. In one panel ten lines at nearly the same height could not be told
// apart; here a hole, a dip and a standing tax each show at a glance. Lines are
// solid: a dash would make holes of its own, and the title has the key. It
// returns nil without a timeline.
func Timeline(e *result.Experiment, point []result.Param, style Style) *Chart {
	v := newView(e, point, style)
	shown := v.drawable(hasTimeline)
	if len(shown) == 0 {
		return nil
	}
	w := v.style.width(PageWidth)
	m := multiples{xLabel: "Time (s)", yLabel: "Throughput (txn/s)", least: panelWidth(w), ratio: 0.72}
	m.axes(v.style, shown, throughput, peak)
	back, backMarks := baselineRuns(shown, baseline)
	behindLog := logRuns(shown)
	for _, a := range v.algs {
		if (a.name == baseline || a.name == logBase && behindLog != nil) && len(v.algs) > 1 {
			continue // it is in every panel, or in every one of those that are logged
		}
		if p, ok := v.timelinePanel(a, back, behindLog, backMarks); ok {
			m.panels = append(m.panels, p)
		}
	}
	if len(m.panels) == 0 {
		return nil
	}
	s := sheet{style: v.style, width: w, about: v.about("the median one shown"),
		legend: v.style.timelineLegend(back != nil, behindLog != nil)}
	if anyHostTaken(shown) {
		s.legend = append(s.legend, hostEntry())
	}
	s.body = m.height(s.inner())
	return s.chart("timeline", m.draw)
}

// panelWidth is the least width of a panel: five to a page, three to a column.
func panelWidth(chart vg.Length) vg.Length {
	if chart < 5*vg.Inch {
		return 0.98 * vg.Inch
	}
	return 1.3 * vg.Inch
}

// extents returns the axes' ends for a measure over algorithms, and the least value above
// 0; top takes the largest value that is to be seen.
func extents(as []algorithm, value measure, top func([][]step) float64) (xMax, yLow, yMax float64) {
	yLow = math.Inf(1)
	for _, a := range as {
		runs := steps(a.trial, value, panelSteps)
		xMax, yLow, yMax = max(xMax, end(runs)), min(yLow, lowest(runs)), max(yMax, top(runs))
	}
	// Nothing was committed; an axis still needs a length.
	if yMax <= 0 {
		yMax = 1
	}
	return xMax, yLow, 1.1 * yMax
}

// axes sets m's ends to hold a measure over algorithms, or to what the style says.
func (m *multiples) axes(s Style, as []algorithm, value measure, top func([][]step) float64) {
	x, low, y := extents(as, value, top)
	m.xMin, m.xMax = s.timeAxis(x)
	m.yMin, m.yMax = s.valueAxis(low, y)
	m.logY = s.LogY
}

// panelSteps is about one step per dot of a small panel at 300 dpi; chartSteps
// of a whole chart.
const (
	panelSteps = 400
	chartSteps = 1400
)

// logRuns returns the line of the baseline under a log, or nil where nothing else is
// logged, or the baseline is.
func logRuns(as []algorithm) [][]step {
	others := false
	for _, a := range as {
		// Then it is behind the others as it is, and comparable with them.
		if a.name == baseline && a.trial.Log != "" {
			return nil
		}
		others = others || a.name != logBase && a.trial.Log != ""
	}
	if !others {
		return nil
	}
	runs, _ := baselineRuns(as, logBase)
	return runs
}

// baselineRuns returns a baseline's line, and when the host took its time.
func baselineRuns(as []algorithm, name string) ([][]step, []span) {
	for _, a := range as {
		if a.name == name {
			return steps(a.trial, throughput, panelSteps), hostTaken(a.trial)
		}
	}
	return nil, nil
}

// timelinePanel is the panel of one algorithm, with none behind it; ok is false where
// there is nothing to draw.
func (v view) timelinePanel(a algorithm, back, behindLog [][]step, backMarks []span) (panel, bool) {
	p := panel{title: a.title(), thumb: lineThumb(a.look), marker: markThumb(a.look)}
	behind := stair{runs: back, style: backLine}
	switch {
	case a.row.Failed > 0:
		p.failed = a.why()
		p.plotters = []gonum.Plotter{rules{}}
		return p, true
	case a.trial == nil || !hasTimeline(a):
		return p, false
	}
	// Of all trials, while the line is of one.
	if r := a.row.Relative; r.N > 0 && a.name != baseline {
		p.right = fmt.Sprintf("%.1f %%", 100*r.Median)
	}
	line := stair{runs: steps(a.trial, throughput, panelSteps), style: draw.LineStyle{Color: a.look.Colour, Width: 0.9}}
	// In the order in which they cover each other: the algorithm's own line last.
	p.plotters = []gonum.Plotter{bands{windows(a.trial), windowFill}, bands{pauses(a.trial), pauseFill}, rules{},
		footMarks{backMarks, hostFillBack}, footMarks{hostTaken(a.trial), hostFill}, behind}
	if a.trial.Log != "" && behindLog != nil {
		p.plotters = append(p.plotters, stair{runs: behindLog, style: logLine})
	}
	p.plotters = append(p.plotters, line)
	return p, true
}

// timelineLegend names what the panels share.
func (s Style) timelineLegend(back, log bool) []entry {
	var es []entry
	if back {
		es = append(es, newEntry(short(s.Label(baseline), maxName), func(c draw.Canvas) {
			c.StrokeLine2(backLine, c.Min.X, c.Center().Y, c.Max.X, c.Center().Y)
		}))
	}
	if log {
		es = append(es, newEntry("none under a log, behind those that have one", func(c draw.Canvas) {
			c.StrokeLine2(logLine, c.Min.X, c.Center().Y, c.Max.X, c.Center().Y)
		}))
	}
	es = append(es, newEntry("checkpoint, trigger to durable", fillThumb(windowFill)),
		newEntry("all workers paused", fillThumb(pauseFill)))
	if back {
		es = append(es, newEntry("%: of none's throughput", nil))
	}
	return es
}

// TimelineAll draws the same in one panel, the lines over one another, with the
// rug above: a row for each algorithm with its checkpoints and pauses. Of more
// algorithms than can be told apart in one panel it makes several charts, with
// none in each. It returns nil without a timeline.
func TimelineAll(e *result.Experiment, point []result.Param, style Style) []*Chart {
	v := newView(e, point, style)
	shown := v.drawable(hasTimeline)
	if len(shown) == 0 {
		return nil
	}
	var axes multiples // of which the ends are used
	axes.axes(v.style, shown, throughput, peak)
	pages := paged(shown)
	var out []*Chart
	for i, page := range pages {
		c := v.timelinePage(page, axes)
		if len(pages) > 1 {
			c.Name += fmt.Sprintf("-%d", i+1)
		}
		out = append(out, c)
	}
	return out
}

// timelinePage draws all algorithms in one picture, a page wide.
func (v view) timelinePage(shown []algorithm, axes multiples) *Chart {
	s := sheet{style: v.style, width: v.style.width(PageWidth), notes: v.notes(), about: v.about("the median one shown")}
	if anyHostTaken(shown) {
		s.legend = append(s.legend, hostEntry())
	}
	r := rug{algs: shown}
	s.body = r.height() + max(1.3*vg.Inch, min(0.3*s.width, 2.2*vg.Inch))
	return s.chart("timeline-all", func(c draw.Canvas) {
		p := newPlot()
		p.X.Label.Text, p.Y.Label.Text = "Time (s)", "Throughput (txn/s)"
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = axes.xMin, axes.xMax, axes.yMin, axes.yMax
		p.X.Tick.Marker, p.Y.Tick.Marker = siTicks{6}, siTicks{4}
		if axes.logY {
			makeLog(&p.Y)
		}
		p.Add(rules{})
		addLines(p, shown, 1.0, chartSteps)
		p.Add(frame{})
		// The rug is above the data area and shares its time axis.
		body := draw.Crop(c, 0, -6, 0, -r.height())
		// The rug's names lie left of the data area and may need more room than
		// the axis does.
		if lack := r.names() - (p.DataCanvas(body).Min.X - body.Min.X); lack > 0 {
			body.Min.X += lack
		}
		p.Draw(body)
		r.draw(c, p, p.DataCanvas(body))
	})
}

// How many lines are told apart in one panel: so many on each page, if they do
// not all go on one.
const (
	mostLines = 10
	pageLines = 7
)

// paged cuts algorithms into pages of about the same length, each with the
// baseline. Those of one hue stay together.
func paged(as []algorithm) [][]algorithm {
	if len(as) <= mostLines {
		return [][]algorithm{as}
	}
	var base []algorithm
	var kin [][]algorithm
	for _, a := range as {
		switch n := len(kin); {
		case a.name == baseline:
			base = append(base, a)
		case n > 0 && kin[n-1][0].look.Colour == a.look.Colour:
			kin[n-1] = append(kin[n-1], a)
		default:
			kin = append(kin, []algorithm{a})
		}
	}
	rest := len(as) - len(base)
	left := (rest + pageLines - 1) / pageLines // pages
	var pages [][]algorithm
	for len(kin) > 0 {
		page := slices.Clone(base)
		// What is left is spread evenly over the pages that are left.
		for want := (rest + left - 1) / max(left, 1); len(kin) > 0; kin = kin[1:] {
			if n := len(page) - len(base); n > 0 && n+len(kin[0]) > want {
				break
			}
			page = append(page, kin[0]...)
		}
		rest -= len(page) - len(base)
		left = max(left-1, 1)
		pages = append(pages, page)
	}
	return pages
}

// addLines adds a line for each algorithm, markers staggered so that they never
// stack.
func addLines(p *gonum.Plot, as []algorithm, width vg.Length, limit int) {
	// Parts of the width from one marker of a line to the next.
	const every = 0.16
	for i, a := range as {
		p.Add(stair{
			runs:  steps(a.trial, throughput, limit),
			style: draw.LineStyle{Color: a.look.Colour, Width: width, Dashes: a.look.Dashes},
			marks: glyph(a.look), first: every * (0.3 + float64(i)) / float64(len(as)), every: every,
		})
	}
}
