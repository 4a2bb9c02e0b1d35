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
	"ckptbench/workload"
)

// Gain draws how many times faster than single puts each way is, over the size of
// the messages where the matrix has it, a panel for each of what else it varies.
// It returns nil where nothing was compared with single puts.
func Gain(e *result.Experiment, points []result.BulkPoint, style Style) *Chart {
	panels := gainPanels(points)
	if len(panels) == 0 {
		return nil
	}
	sizes := batchSizes(points)
	m := multiples{xLabel: "Rows of a message", yLabel: "Times as fast as single puts", least: 1.05 * vg.Inch, ratio: 0.62,
		xMax: 1, xTicks: sizes}
	var failed []string
	for _, g := range panels {
		p, notes := g.panel(sizes)
		m.panels, failed = append(m.panels, p), append(failed, notes...)
		for _, q := range p.plotters {
			if t, ok := q.(trend); ok {
				for _, s := range t.points {
					m.yMax = math.Max(m.yMax, s.y) // ranges end at the frame
				}
			}
		}
	}
	m.yMax = math.Max(1.2, 1.2*m.yMax)
	m.cols = gainColumns(panels)
	s := sheet{style: style, width: style.width(ColumnWidth), notes: failed,
		about: bulkAbout(e, "medians and their ranges")}
	for _, put := range []string{workload.PutInvoke, workload.PutFind} {
		s.legend = append(s.legend, newEntry(gainNames[put], lineThumb(gainLooks[put])))
	}
	s.body = m.height(s.inner())
	return s.chart("gain", m.draw)
}

var (
	gainNames = map[string]string{
		workload.PutInvoke: "sort, InvokeAll",
		workload.PutFind:   "sort, FindAll, InsertRows, PutAll",
	}
	gainLooks = map[string]Look{
		workload.PutInvoke: {vermilion, dashed, marker{square, open}},
		workload.PutFind:   {blue, solid, marker{circle, full}},
	}
)

// batchKey is the key whose values are the sizes of messages.
const batchKey = "workload.keys"

// A gainGroup is the points of one panel.
type gainGroup struct {
	params []result.Param // without the size of the messages
	points []result.BulkPoint
}

// gainPanels groups the points: a panel for what the matrix varies besides the size.
func gainPanels(points []result.BulkPoint) (out []gainGroup) {
	for _, p := range points {
		if !slices.ContainsFunc(p.Ways, func(w result.Way) bool { return w.Gain.N > 0 || w.Failed > 0 }) {
			continue
		}
		if _, ok := wayOf(p, workload.PutInsertRows); ok {
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(p.Params), func(q result.Param) bool { return q.Key == batchKey })
		n := slices.IndexFunc(out, func(g gainGroup) bool { return slices.Equal(g.params, rest) })
		if n < 0 {
			n, out = len(out), append(out, gainGroup{params: rest})
		}
		out[n].points = append(out[n].points, p)
	}
	return out
}

// gainColumns puts the values of the last parameter beside each other, where that
// makes a full grid.
func gainColumns(groups []gainGroup) int {
	if len(groups[0].params) < 2 {
		return 0
	}
	last := map[string]bool{}
	for _, g := range groups {
		last[g.params[len(g.params)-1].Value] = true
	}
	if n := len(last); n <= 4 && len(groups)%n == 0 {
		return n
	}
	return 0
}

// panel draws a line for each way.
func (g gainGroup) panel(sizes batchAxis) (panel, []string) {
	var words, failed []string
	for _, q := range g.params {
		words = append(words, q.Value)
	}
	p := panel{title: strings.Join(words, ", "), plotters: []gonum.Plotter{rules{}, unity{}}}
	for i, put := range []string{workload.PutInvoke, workload.PutFind} {
		t := trend{look: gainLooks[put], shift: vg.Length(2*i - 1)}
		for _, point := range g.points {
			w, ok := wayOf(point, put)
			switch {
			case ok && w.Failed > 0:
				failed = append(failed, fmt.Sprintf("%s, %s FAILED: %s", p.title, put, strings.Join(w.Errors, "; ")))
			case ok && w.Gain.N > 0:
				t.points = append(t.points, stem{sizes.at(point), w.Gain.Median, w.Gain.Lo, w.Gain.Hi})
			}
		}
		if len(t.points) > 0 {
			p.plotters = append(p.plotters, t)
		}
	}
	return p, failed
}

// A batchAxis is the sizes of messages, in their order.
type batchAxis []string

// batchSizes are the sizes of messages, in the order of the matrix.
func batchSizes(points []result.BulkPoint) (sizes batchAxis) {
	for _, p := range points {
		for _, q := range p.Params {
			if q.Key == batchKey && !slices.Contains(sizes, q.Value) {
				sizes = append(sizes, q.Value)
			}
		}
	}
	return sizes
}

// at returns where on 0 to 1 a point lies: sizes are as far from each other as
// their number allows, as they usually grow tenfold.
func (s batchAxis) at(p result.BulkPoint) float64 {
	for _, q := range p.Params {
		if i := slices.Index(s, q.Value); q.Key == batchKey && i >= 0 {
			return (float64(i) + 0.5) / float64(len(s))
		}
	}
	return 0.5
}

// Ticks returns them anew each time: a caller hides labels in place.
func (s batchAxis) Ticks(_, _ float64) (ticks []gonum.Tick) {
	for i, size := range s {
		ticks = append(ticks, gonum.Tick{Value: (float64(i) + 0.5) / float64(len(s)), Label: short(size, 8)})
	}
	return ticks
}

// unity is the line of what is as fast as single puts.
type unity struct{}

func (unity) Plot(c draw.Canvas, p *gonum.Plot) {
	y := c.Y(p.Y.Norm(1))
	c.StrokeLine2(draw.LineStyle{Color: color.Gray{0x80}, Width: 0.8}, c.Min.X, y, c.Max.X, y)
}
