package chart

import (
	"math"
	"slices"
	"strings"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// A tail is a latency distribution: at least 1-10^-nines of the transactions
// took at most 10^log seconds.
type tail []struct{ log, nines float64 }

// Nines draws latency against its percentile, both on logarithmic axes, the
// percentile's by its nines, so that the slow few show. Trials are merged by
// their counts: an average of percentiles is none. Without distributions it
// joins the few quantiles there are. It returns nil without latencies.
func Nines(e *result.Experiment, point []result.Param, style Style) *Chart {
	v := newView(e, point, style)
	tails := map[string]tail{}
	shown := v.drawable(func(a algorithm) bool {
		tails[a.name] = a.tail()
		return len(tails[a.name]) > 1
	})
	if len(shown) == 0 {
		return nil
	}
	s := sheet{style: v.style, width: v.style.width(widthFor(len(shown))), notes: v.notes(), about: v.about("merged")}
	for _, a := range shown {
		s.legend = append(s.legend, newEntry(a.title(), lineThumb(a.look)))
	}
	s.body = max(1.9*vg.Inch, min(0.55*s.width, 3*vg.Inch))
	return s.chart("nines", func(c draw.Canvas) { ninesPlot(shown, tails).Draw(draw.Crop(c, 0, -9, 0, -2)) })
}

// ninesPlot draws the tails of latency: percentiles by their number of nines.
func ninesPlot(shown []algorithm, tails map[string]tail) *gonum.Plot {
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = "Service time (log scale)", "Percentile (%)"
	if shown[0].row.Open {
		p.X.Label.Text = "Response time from the intended start (log scale)"
	}
	p.X.Min, p.X.Max, p.Y.Max = math.Inf(1), math.Inf(-1), 1
	for _, a := range shown {
		t := tails[a.name]
		p.X.Min = math.Min(p.X.Min, t[0].log)
		p.X.Max = math.Max(p.X.Max, t[len(t)-1].log)
		p.Y.Max = math.Max(p.Y.Max, t[len(t)-1].nines)
	}
	p.X.Min -= 0.1
	// At least one power of ten wide.
	p.X.Max = math.Max(p.X.Max+0.08, p.X.Min+1)
	p.Y.Max += 0.15
	p.X.Tick.Marker, p.Y.Tick.Marker = logTicks{units.Seconds}, ninesTicks{}
	p.Add(rules{}, rules{vertical: true})
	for i, a := range shown {
		p.Add(curve{t: tails[a.name], look: a.look, phase: float64(i) / float64(len(shown))})
	}
	p.Add(frame{})
	return p
}

// ninesTicks labels 50, 90, 99, 99.9 and so on.
type ninesTicks struct{}

func (ninesTicks) Ticks(_, top float64) []gonum.Tick {
	ts := []gonum.Tick{{Value: 0}, {Value: -math.Log10(0.5), Label: "50"}} // a 0 would touch the 50
	for n := 1; float64(n) <= top+1e-9; n++ {
		label := strings.Repeat("9", n)
		switch {
		case n == 1:
			label = "90"
		case n > 2:
			label = label[:2] + "." + label[2:]
		}
		ts = append(ts, gonum.Tick{Value: float64(n), Label: label})
	}
	return ts
}

// tail merges an algorithm's trials.
func (a algorithm) tail() tail {
	var dists [][]result.Percentile
	for _, t := range a.all {
		// A trial whose distribution is missing or damaged is left out of the merged one.
		if d, err := t.Latency(); err == nil && len(d) > 0 {
			dists = append(dists, d)
		}
	}
	if len(dists) == 0 {
		return a.quantileTail()
	}
	return mergedTail(dists)
}

// mergedTail adds the distributions' counts at every value of any of them.
// Between a distribution's values its count is that of the value below, which
// errs to the slow side.
func mergedTail(dists [][]result.Percentile) tail {
	var values []float64
	total := 0.0
	for _, d := range dists {
		total += float64(d[len(d)-1].Count)
		for _, p := range d {
			values = append(values, p.Value)
		}
	}
	slices.Sort(values)
	// How far each distribution was read; values only grow.
	at := make([]int, len(dists))
	var out tail
	for _, v := range slices.Compact(values) {
		count := 0.0
		for i, d := range dists {
			for at[i] < len(d) && d[at[i]].Value <= v {
				at[i]++
			}
			if at[i] > 0 {
				count += float64(d[at[i]-1].Count)
			}
		}
		out = out.add(v, count/total, total)
	}
	return out
}

// quantileTail is the shown trial's few quantiles.
func (a algorithm) quantileTail() tail {
	q := a.trial.Service
	if a.row.Open {
		q = a.trial.Response
	}
	if q == nil || q.Count == 0 {
		return nil
	}
	var out tail
	for _, x := range []struct {
		v uint64
		p float64
	}{{q.P50, 0.5}, {q.P90, 0.9}, {q.P99, 0.99}, {q.P999, 0.999}, {q.P9999, 0.9999}, {q.Max, 1}} {
		out = out.add(float64(x.v), x.p, float64(q.Count))
	}
	return out
}

// add appends a value in nanoseconds with the share p of the n transactions at
// or below it. Of n no more than n-1 can be said to lie below the last.
func (t tail) add(v, p, n float64) tail {
	if !(v > 0) || !(n > 0) {
		return t
	}
	// The share above, of which there is at least one transaction's.
	left := math.Max(1-p, 1/n)
	point := struct{ log, nines float64 }{math.Log10(v) - 9, math.Max(0, -math.Log10(left))}
	// A tail only rises.
	if k := len(t) - 1; k >= 0 && point.nines < t[k].nines {
		return t
	}
	return append(t, point)
}

// A curve draws a tail with a marker for each of the nines, at a height of its
// own, and one at its end.
type curve struct {
	t     tail
	look  Look
	phase float64 // 0..1
}

func (k curve) Plot(c draw.Canvas, p *gonum.Plot) {
	at := func(log, nines float64) vg.Point {
		return vg.Point{X: c.X(math.Max(0, p.X.Norm(log))), Y: c.Y(p.Y.Norm(nines))}
	}
	var line []vg.Point
	for _, q := range k.t {
		pt := at(q.log, q.nines)
		if n := len(line); n > 1 && near(line[n-2], pt) {
			line[n-1] = pt // a listing has more values than the chart has dots
			continue
		}
		line = append(line, pt)
	}
	c.StrokeLines(draw.LineStyle{Color: k.look.Colour, Width: 1, Dashes: k.look.Dashes}, line)
	last := k.t[len(k.t)-1]
	next := 1 + k.phase // below, all lie on one another
	for i := 1; i < len(k.t); i++ {
		a, b := k.t[i-1], k.t[i]
		for ; next <= math.Min(b.nines, last.nines-0.5); next++ {
			if next < a.nines || b.nines == a.nines {
				continue
			}
			part := (next - a.nines) / (b.nines - a.nines)
			c.DrawGlyphNoClip(glyph(k.look), at(a.log+part*(b.log-a.log), next))
		}
	}
	c.DrawGlyphNoClip(glyph(k.look), at(last.log, last.nines))
}

// near reports whether two points cannot be told apart in print.
func near(a, b vg.Point) bool {
	return math.Abs(float64(a.X-b.X)) < 0.2 && math.Abs(float64(a.Y-b.Y)) < 0.2
}
