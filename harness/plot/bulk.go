package plot

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/result"
	"ckptbench/workload"
	"ckptbench/workload/bulk"
)

// bulkCharts returns the charts of messages of rows that e has data for.
func bulkCharts(e *result.Experiment, points []result.BulkPoint, style Style) []*Chart {
	var out []*Chart
	for _, c := range []*Chart{
		Saved(e, points, style), Pages(e, points, style), Gain(e, points, style),
	} {
		if c != nil {
			out = append(out, c)
		}
	}
	return out
}

// heapPoints are those at which rows are put into the free list alone.
func heapPoints(points []result.BulkPoint) (out []result.BulkPoint) {
	for _, p := range points {
		if slices.ContainsFunc(p.Ways, func(w result.Way) bool { return w.Put == workload.PutInsertRows }) {
			out = append(out, p)
		}
	}
	return out
}

func wayOf(p result.BulkPoint, put string) (result.Way, bool) {
	i := slices.IndexFunc(p.Ways, func(w result.Way) bool { return w.Put == put })
	if i < 0 {
		return result.Way{}, false
	}
	return p.Ways[i], true
}

// The bars of messages: colours would mean algorithms.
var (
	oursFill      = color.Gray{0x58}
	publishedFill = piece{fill: color.White, hatch: true}
	singleFill    = color.Gray{0xD8}
)

// Saved draws what share of the time batches save at each point, and beside it
// what IEP-32's table says of rows of that size, as far as it can be read. It
// returns nil where no batch was inserted into the free list alone.
func Saved(e *result.Experiment, points []result.BulkPoint, style Style) *Chart {
	var list []bar
	shown, theirs := "", false
	for _, p := range heapPoints(points) {
		w, _ := wayOf(p, workload.PutInsertRows)
		list = append(list, gap(list)...)
		s := w.Saved()
		b := bar{name: bulkName(p)}
		switch {
		case w.Failed > 0:
			b.failed = strings.Join(w.Errors, "; ")
		case s.N > 0:
			b.pieces = []piece{{v: 100 * s.Median, fill: oursFill}}
			b.text = percent(100 * s.Median)
			if s.N > 1 {
				b.whisker, b.lo, b.hi, shown = true, 100*s.Lo, 100*s.Hi, s.Range()
			}
		default:
			b.text = "not compared"
		}
		list = append(list, b)
		if c := bulk.ClassOf(p.RowSize()); c != nil {
			theirs = true
			list = append(list, publishedBar(*c))
		}
	}
	if len(list) == 0 {
		return nil
	}
	shown = medians(shown) + "; " + barsBy(points)
	legend := []entry{newEntry("measured here", swatch(piece{fill: oursFill}))}
	if theirs {
		legend = append(legend, newEntry("published (IEP-32)", swatch(publishedFill)))
	}
	b := bars{list: list, xLabel: "Time that batches save (%)", whole: 8}
	return bulkChart(e, style, "saved", b, legend, shown)
}

func publishedBar(c bulk.Class) bar {
	if !c.Certain {
		return bar{text: "published: not legible"}
	}
	q := publishedFill
	q.v = c.Saved
	return bar{pieces: []piece{q}, text: percent(c.Saved)}
}

// Pages draws how full the pages are that each way leaves behind, with how many
// there are. It returns nil where Saved does.
func Pages(e *result.Experiment, points []result.BulkPoint, style Style) *Chart {
	var list []bar
	fills := map[string]color.Color{workload.PutInsert: singleFill, workload.PutInsertRows: oursFill}
	for _, p := range heapPoints(points) {
		list = append(list, gap(list)...)
		name := bulkName(p)
		for _, put := range []string{workload.PutInsert, workload.PutInsertRows} {
			w, ok := wayOf(p, put)
			if !ok || w.Full.N == 0 {
				continue
			}
			text := fmt.Sprintf("%s pages", strconv.FormatFloat(w.Pages.Median, 'f', 0, 64))
			if m := w.MorePages; m.N > 0 {
				text += fmt.Sprintf(" (%+.1f %%)", 100*(m.Median-1))
			}
			list = append(list, bar{name: name, pieces: []piece{{v: 100 * w.Full.Median, fill: fills[put]}}, text: text})
			name = ""
		}
	}
	if len(list) == 0 {
		return nil
	}
	legend := []entry{newEntry("row by row", swatch(piece{fill: singleFill})), newEntry("batches", swatch(piece{fill: oursFill}))}
	b := bars{list: list, xLabel: "Share of the pages that is rows (%)", whole: 8}
	return bulkChart(e, style, "pages", b, legend, "medians; "+barsBy(points))
}

// gap parts the bars of one point from those of the one before.
func gap(list []bar) []bar {
	if len(list) == 0 {
		return nil
	}
	return []bar{{}}
}

func swatch(q piece) func(draw.Canvas) {
	return func(c draw.Canvas) { fillPiece(c, q, c.Rectangle) }
}

// barsBy says what the names of the bars are.
func barsBy(points []result.BulkPoint) string {
	var keys []string
	for _, q := range points[0].Params {
		keys = append(keys, strings.TrimPrefix(q.Key, "workload."))
	}
	if len(keys) == 0 {
		return "all rows"
	}
	words := "bars by " + strings.Join(keys, ", ")
	if points[0].RowSize() != "" {
		words += " in bytes"
	}
	return words
}

func percent(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) + " %" }

func medians(ranges string) string {
	if ranges == "" {
		return "single trials"
	}
	return "medians and " + ranges
}

// bulkName is a point's values.
func bulkName(p result.BulkPoint) string {
	var words []string
	for _, q := range p.Params {
		words = append(words, q.Value)
	}
	return short(strings.Join(words, " "), maxName)
}

func bulkChart(e *result.Experiment, style Style, name string, b bars, legend []entry, shown string) *Chart {
	s := sheet{width: style.width(ColumnWidth), legend: legend, footer: bulkFooter(e, style, shown), body: b.height()}
	return s.chart(name, b.draw)
}

// bulkFooter says what was measured, where and how it was checked.
func bulkFooter(e *result.Experiment, style Style, shown string) []string {
	if style.NoFooter {
		return nil
	}
	trials := 0
	for i := range e.Trials {
		trials = max(trials, e.Trials[i].Trial)
	}
	parts := append([]string{e.Name}, machinesText(e.AllMachines())...)
	parts = append(parts, fmt.Sprintf("%d trials, %s", trials, shown))
	lines := []string{strings.Join(parts, "; "), "After each trial every row was compared with a model."}
	if w := e.Warnings(); len(w) > 0 {
		lines = append(lines, "Warning: "+strings.Join(w[:min(len(w), 2)], "; "))
	}
	return lines
}

// Gain draws how many times faster than single puts each way is, over the size of
// the messages where the matrix has it, a panel for each of what else it varies.
// It returns nil where nothing was compared with single puts.
func Gain(e *result.Experiment, points []result.BulkPoint, style Style) *Chart {
	panels := gainPanels(points)
	if len(panels) == 0 {
		return nil
	}
	sizes := batchSizes(points)
	m := multiples{xLabel: "Rows of a message", yLabel: "Times as fast as single puts", least: 1.05 * vg.Inch, ratio: 0.62, xMax: 1, xTicks: sizes}
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
	s := sheet{width: style.width(ColumnWidth), notes: failed, footer: bulkFooter(e, style, "medians and their ranges")}
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

const batchKey = "workload.keys"

// A gainGroup is the points of one panel.
type gainGroup struct {
	params []result.Param // without the size of the messages
	points []result.BulkPoint
}

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

// Ticks returns them anew each time: who hides labels does so in place.
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
