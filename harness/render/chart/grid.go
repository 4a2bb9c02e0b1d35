package chart

import (
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/result"
)

// Grid draws a panel for each point of a matrix: throughput over time of all
// algorithms, with a small rug on top. With two parameters the rows are the
// first and the columns the second. It returns nil outside a matrix, and of more
// algorithms than can be told apart in one panel: each point has its Timeline.
func Grid(e *result.Experiment, style Style) *Chart {
	points := style.points(e)
	if len(points) < 2 || len(style.algorithms(e)) > mostLines {
		return nil
	}
	style = style.with(e.Algorithms(nil))
	views := make([]view, len(points))
	var tops []float64
	low := math.Inf(1)
	m := multiples{xLabel: "Time (s)", yLabel: "Throughput (txn/s)", ratio: 0.5, cols: columns(points)}
	for i, p := range points {
		views[i] = newView(e, p, style)
		x, least, y := extents(views[i].drawable(hasTimeline), throughput, peak)
		m.xMax, low = max(m.xMax, x), min(low, least)
		tops = append(tops, y)
	}
	if m.xMax == 0 {
		return nil
	}
	w := style.width(PageWidth)
	m.least = panelWidth(w) * 1.4
	m.xMin, m.xMax = style.timeAxis(m.xMax)
	common := shareAxis(tops)
	if style.Y.Hi > 0 {
		common = style.Y.Hi
	}
	m.yMax, m.logY = common, style.LogY
	for i, v := range views {
		p := v.gridPanel()
		room := 1 + 0.022*float64(len(v.algs)) // for the rug
		if common == 0 {
			p.yMin, p.yMax = style.valueAxis(low, tops[i]*room)
		} else if style.Y.Hi == 0 {
			m.yMax = max(m.yMax, common*room)
		}
		m.panels = append(m.panels, p)
	}
	if common == 0 {
		m.yMax = 1
	}
	m.yMin, m.yMax = style.valueAxis(low, m.yMax)
	s := sheet{style: style, width: w, legend: gridLegend(e, style), notes: gridNotes(views),
		about: gridAbout(views, "the median one shown")}
	s.body = m.height(s.inner())
	return s.chart("grid", m.draw)
}

// columns is the number of values of the second parameter, if there are two
// and every combination was run; else 0, as many as fit.
func columns(points [][]result.Param) int {
	values := func(k int) []string {
		var vs []string
		for _, p := range points {
			if len(p) > k {
				vs = appendNew(vs, p[k].Value)
			}
		}
		return vs
	}
	if n := len(values(1)); len(points[0]) == 2 && n > 1 && n <= 5 && n*len(values(0)) == len(points) {
		return n
	}
	return 0
}

// shareAxis returns the common end of the Y axes, or 0 where the smallest panel
// would be lost on it.
func shareAxis(tops []float64) float64 {
	lo, hi := tops[0], tops[0]
	for _, t := range tops {
		lo, hi = min(lo, t), max(hi, t)
	}
	if hi > 3*lo {
		return 0
	}
	return hi
}

// gridPanel is the timeline of one point, small: all algorithms in one panel.
func (v view) gridPanel() panel {
	shown := v.drawable(hasTimeline)
	p := panel{title: v.style.pointTitle(v.point), plotters: []gonum.Plotter{rules{}}}
	for _, a := range shown {
		p.plotters = append(p.plotters, stair{runs: steps(a.trial, throughput, panelSteps/2),
			style: draw.LineStyle{Color: a.look.Colour, Width: 0.7, Dashes: a.look.Dashes}})
	}
	var rows []algorithm
	for _, a := range shown {
		if len(windows(a.trial)) > 0 {
			rows = append(rows, a)
		}
	}
	p.plotters = append(p.plotters, smallRug{rows})
	if len(shown) == 0 {
		p.failed = "no algorithm has a timeline here"
	}
	return p
}

// gridLegend names the lines of all panels once.
func gridLegend(e *result.Experiment, style Style) []entry {
	var es []entry
	for _, name := range style.algorithms(e) {
		l := style.Look(name)
		es = append(es, newEntry(short(style.Label(name), maxName), func(c draw.Canvas) {
			c.StrokeLine2(draw.LineStyle{Color: l.Colour, Width: 1, Dashes: l.Dashes}, c.Min.X, c.Center().Y, c.Max.X,
				c.Center().Y)
		}))
	}
	return append(es, newEntry("checkpoint, dark: pause", func(c draw.Canvas) {
		mid, third := c.Center(), (c.Max.X-c.Min.X)/3
		fillBox(c, windowFillDark, c.Min.X, mid.Y-1.2, c.Max.X, mid.Y+1.2)
		fillBox(c, ink, c.Min.X, mid.Y-1.2, c.Min.X+third, mid.Y+1.2)
	}))
}

// gridNotes are the notes of all points, the first few of them.
func gridNotes(views []view) []string {
	var out []string
	for _, v := range views {
		for _, n := range v.notes() {
			out = append(out, v.style.pointTitle(v.point)+": "+n)
		}
	}
	if len(out) > 4 {
		out = append(out[:4], "more FAILED; see the report")
	}
	return out
}

// gridAbout says what charts of all points are of.
func gridAbout(views []view, shown string) about {
	all := views[0]
	all.point, all.algs = nil, nil
	for _, v := range views {
		all.algs = append(all.algs, v.algs...)
	}
	return all.about(shown)
}

// appendNew appends s unless the list has it.
func appendNew(list []string, s string) []string {
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}
