package chart

import (
	"fmt"
	"image/color"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
	"ckptbench/workload"
	"ckptbench/workload/bulk"
)

// bulkCharts returns the charts of messages of rows that e has data for.
func bulkCharts(e *result.Experiment, points []result.BulkPoint, style Style) []*Chart {
	var out []*Chart
	for _, c := range []*Chart{
		Saved(e, points, style), Pages(e, points, style), Gain(e, points, style),
	} {
		if c != nil && style.shows(c.Name) {
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

// wayOf returns the figures of one way of putting at a point.
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
		// heapPoints chose by it.
		w, _ := wayOf(p, workload.PutInsertRows)
		list = append(list, gap(list)...)
		s := w.Saved()
		b := bar{name: bulkName(p)}
		switch {
		case w.Failed > 0:
			b.failed = strings.Join(w.Errors, "; ")
		case s.N > 0:
			b.pieces = []piece{{v: 100 * s.Median, fill: oursFill}}
			b.text = units.Percent(s.Median, 1)
			if s.N > 1 {
				b.whisker, b.lo, b.hi, shown = true, 100*s.Lo, 100*s.Hi, s.Range()
			}
		default:
			b.text = "not compared"
		}
		list = append(list, b)
		// Beside, not in place: another machine, language and code.
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

// publishedBar is what the prototype's benchmark published for a class of rows.
func publishedBar(c bulk.Class) bar {
	if !c.Certain {
		return bar{text: "published: not legible"}
	}
	// A copy, with its length.
	q := publishedFill
	q.v = c.Saved
	return bar{pieces: []piece{q}, text: units.Percent(c.Saved/100, 1)}
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
			// The point's name is at its first bar only.
			name = ""
		}
	}
	if len(list) == 0 {
		return nil
	}
	legend := []entry{newEntry("row by row", swatch(piece{fill: singleFill})),
		newEntry("batches", swatch(piece{fill: oursFill}))}
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

// swatch draws a piece as a legend's sample.
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

// bulkChart is a chart of bars for bulk.
func bulkChart(e *result.Experiment, style Style, name string, b bars, legend []entry, shown string) *Chart {
	s := sheet{style: style, width: style.width(ColumnWidth), legend: legend, about: bulkAbout(e, shown), body: b.height()}
	return s.chart(name, b.draw)
}

// bulkAbout says what was measured, where and how it was checked.
func bulkAbout(e *result.Experiment, shown string) about {
	trials := 0
	for i := range e.Trials {
		// Trials count from 1 at every point.
		trials = max(trials, e.Trials[i].Trial)
	}
	parts := append([]string{e.Name}, machinesText(e.AllMachines())...)
	parts = append(parts, fmt.Sprintf("%d trials, %s", trials, shown))
	facts := []string{strings.Join(parts, "; "), "After each trial every row was compared with a model."}
	return about{facts: facts, warnings: e.Warnings()}
}
