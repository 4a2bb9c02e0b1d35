package chart

import (
	"flag"
	"strings"
	"testing"

	"ckptbench/harness/result"
)

var look = flag.String("look", "", "write charts of made-up results to this folder, for a look at them")

var lookMany = flag.Bool("look.many", false, "only those of every algorithm")

var lookAs = flag.String("look.as", "png,pdf,svg,tex", "formats of -look")

// TestLook draws at every width what a change to a chart should be judged by.
func TestLook(t *testing.T) {
	dir := *look
	if dir == "" {
		t.Skip("no -look folder")
	}
	draw := func(e *result.Experiment, s Style) {
		if _, err := Draw(e, dir, strings.Split(*lookAs, ","), s); err != nil {
			t.Fatal(err)
		}
	}
	draw(demoMany(), NewStyle(manyOrder))
	draw(demoSizes(shapesMany()), NewStyle(manyOrder))
	if *lookMany {
		return
	}
	e := demo(3)
	draw(e, NewStyle(order))
	s := NewStyle(order)
	s.Width = ColumnWidth
	e.Name = "column"
	draw(e, s)
	s.Width = PageWidth
	e.Name = "page"
	draw(e, s)
	e = spoil(demo(7), "zigzag", "cou")
	e.Name = "spoilt"
	draw(e, NewStyle(order))
	e = demo(1, "0", "0.5", "0.99", "1.2")
	e.Name = "matrix"
	draw(e, NewStyle(order))
	e = demoSizes(shapes10)
	e.Name = "sizes10"
	draw(e, NewStyle(order))
	s.Width = ColumnWidth
	e.Name = "sizes10-column"
	draw(e, s)
}
