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

// caption returns the text under a chart: that of its kind, and the point where the chart
// is one of several.
func caption(c *chart.Chart) string {
	text := chart.KindOf(c.Name).Shows
	switch rest := strings.TrimPrefix(c.Name, chart.KindOf(c.Name).Name); {
	case text == "":
		return c.Name
	case c.Point != "":
		return text + " (" + c.Point + ")"
	case rest != "":
		return text + " (" + strings.TrimPrefix(rest, "-") + ")"
	}
	return text
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
		p.Pictures = append(p.Pictures, page.Picture{Title: caption(c), SVG: svg})
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
