package chart

import (
	"fmt"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/result"
)

// Memory draws the algorithms' own memory over time, a panel each, as a
// multiple of the data, or in bytes where the data's size is not known. It
// returns nil without a timeline.
func Memory(e *result.Experiment, point []result.Param, style Style) *Chart {
	v := newView(e, point, style.ranged("memory"))
	shown := v.drawable(hasTimeline)
	data := dataSize(shown)
	m := multiples{xLabel: "Time (s)", yLabel: "Extra memory (× data)", least: panelWidth(v.style.width(PageWidth)),
		ratio: 0.62}
	if data == 0 {
		m.yLabel, data = "Extra memory (bytes)", 1
	}
	ratio := func(bs []result.Bucket) float64 {
		top := int64(0)
		for _, b := range bs {
			top = max(top, b.Algo)
		}
		return float64(top) / data
	}
	m.axes(v.style, shown, ratio, highest)
	for _, a := range v.algs {
		switch p := (panel{title: a.title(), thumb: lineThumb(a.look), marker: markThumb(a.look)}); {
		case a.name == baseline || a.name == logBase:
		case a.row.Failed > 0:
			p.failed, p.plotters = a.why(), []gonum.Plotter{rules{}}
			m.panels = append(m.panels, p)
		case a.trial != nil && hasTimeline(a):
			if s := a.row.Peak; s.N > 0 {
				p.right = fmt.Sprintf("%.2f×", s.Median)
			}
			line := stair{runs: steps(a.trial, ratio, panelSteps), style: draw.LineStyle{Color: a.look.Colour, Width: 1}}
			p.plotters = []gonum.Plotter{bands{windows(a.trial), windowFill}, bands{pauses(a.trial), pauseFill}, rules{}, line}
			m.panels = append(m.panels, p)
		}
	}
	if len(shown) == 0 || len(m.panels) == 0 {
		return nil
	}
	s := sheet{style: v.style, width: v.style.width(PageWidth), about: v.about("the median one shown"),
		legend: append(v.style.timelineLegend(false, false), newEntry("×: at most, of the data", nil))}
	s.body = m.height(s.inner())
	return s.chart("memory", m.draw)
}

// dataSize is the size of the loaded values, bytes, or 0 if not all algorithms
// had the same.
func dataSize(as []algorithm) float64 {
	size := int64(0)
	for i, a := range as {
		switch d := a.trial.Memory.Data; {
		case d <= 0, i > 0 && d != size:
			return 0
		default:
			size = d
		}
	}
	return float64(size)
}
