package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"ckptbench/algorithms"
	"ckptbench/harness/render/chart"
	"ckptbench/harness/render/page"
	"ckptbench/harness/result"
)

// captions are what the charts show, by the beginning of their names: the first
// that fits.
var captions = []struct{ name, text string }{
	{"timeline-all", "Throughput over time, all algorithms in one picture. Bars above: their checkpoints, from the " +
		"trigger to durable; strongest where all workers were paused."},
	{"timeline", "Throughput over time, an algorithm in each panel, none behind it. Shaded: while a checkpoint was " +
		"taken; strongest where all workers were paused."},
	{"nines", "Latency by percentile."},
	{"lost", "Transactions that a trial has fewer than none would have had, with the interval of the pairs where " +
		"there are any."},
	{"checkpoint", "Where a checkpoint's time goes, and the pause within it."},
	{"memory", "The algorithm's own memory over time."},
	{"tradeoff", "Throughput given up against memory taken: the lower left is better."},
	{"pause-size", "Pause against the size of the database."},
	{"duration-size", "Duration of a checkpoint against the size of the database."},
	{"sweep", "Every algorithm's figures over the key that the matrix sweeps."},
	{"saved", "What share of the time batches save, by the size of the rows, beside IEP-32's published table."},
	{"pages", "How full the pages are that rows were put into, one by one and in batches."},
	{"gain", "How many times as fast as single puts a batch is, over its size; IEP-32's two ways."},
	{"grid", "Throughput over time at every point of the matrix."},
}

// caption returns the text under a chart: that of its kind, and the point where the chart
// is one of several.
func caption(chart string) string {
	for _, c := range captions {
		if chart == c.name {
			return c.text
		}
		if rest, ok := strings.CutPrefix(chart, c.name+"-"); ok {
			return c.text + " (" + rest + ")"
		}
	}
	return chart
}

// writePage writes results as one page that stands alone.
func writePage(w io.Writer, dirs ...string) error {
	var pages []page.Page
	for _, dir := range dirs {
		p, err := pageOf(dir)
		if err != nil {
			return err
		}
		pages = append(pages, p)
	}
	return page.WriteHTML(w, pages...)
}

func pageOf(dir string) (page.Page, error) {
	e, err := result.Load(dir)
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{Exp: e, Order: order()}
	for _, a := range algorithms.All() {
		if a.Variable {
			p.Variable = append(p.Variable, a.Name)
		}
	}
	for _, c := range chart.Charts(e, chart.NewStyle(order())) {
		svg, err := c.Encode("svg")
		if err != nil {
			return page.Page{}, err
		}
		p.Pictures = append(p.Pictures, page.Picture{Title: caption(c.Name), SVG: svg})
	}
	return p, nil
}

// savePage writes the page of a result beside its other files and names it.
func savePage(t terminal, dir string) error {
	path := filepath.Join(dir, "report.html")
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := writePage(f, dir); err != nil {
		_ = f.Close()
		return err
	}
	fmt.Fprintln(t.err, path)
	return f.Close()
}
