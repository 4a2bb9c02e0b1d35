package chart

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"
	"gonum.org/v1/plot/vg/vgtex"

	"ckptbench/harness/units"
)

const dpi = 300 // of PNG

// fixPDF makes fpdf write the same bytes for the same picture. vgpdf offers no
// way to the document it makes, only fpdf's defaults for all documents remain.
var fixPDF = sync.OnceFunc(func() {
	t := time.Unix(0, 0).UTC()
	fpdf.SetDefaultCreationDate(t)
	fpdf.SetDefaultModificationDate(t)
	fpdf.SetDefaultCatalogSort(true)
})

// newCanvas returns a canvas of this size that writes one of the formats.
func newCanvas(w, h vg.Length, format string) (vg.CanvasWriterTo, error) {
	switch format {
	case "pdf":
		fixPDF()
		return pdfCanvas{vgpdf.New(w, h)}, nil
	case "tex":
		return texCanvas{vgtex.New(w, h)}, nil
	case "svg":
		return svgCanvas{vgsvg.New(w, h)}, nil
	case "png":
		return vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dpi))}, nil
	}
	return nil, fmt.Errorf("chart format %q: want pdf, svg, png or tex", format)
}

// pdfCanvas encodes text for vgpdf's font, which is cp1252.
type pdfCanvas struct{ *vgpdf.Canvas }

func (c pdfCanvas) FillString(f font.Face, pt vg.Point, s string) {
	enc, err := encoding.ReplaceUnsupported(charmap.Windows1252.NewEncoder()).String(s)
	if err != nil {
		enc = s
	}
	c.Canvas.FillString(f, pt, enc)
}

// texCanvas escapes text and closes paths, neither of which vgtex does.
type texCanvas struct{ *vgtex.Canvas }

// texText finds the texts in what vgtex writes: they are to be escaped.
var texText = regexp.MustCompile(`(?m)(\\selectfont )(.*)(\}\})$`)

// WriteTo escapes the text in what was drawn. FillString would be too early:
// vgtex centres text by the width of the string it is given.
func (c texCanvas) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	if _, err := c.Canvas.WriteTo(&b); err != nil {
		return 0, err
	}
	s := texText.ReplaceAllStringFunc(b.String(), func(m string) string {
		g := texText.FindStringSubmatch(m)
		return g[1] + units.LaTeX(g[2]) + g[3]
	})
	n, err := io.WriteString(w, s)
	return int64(n), err
}

// Stroke draws the closing side of a path itself.
func (c texCanvas) Stroke(p vg.Path) {
	var q vg.Path
	var start vg.Point
	for _, e := range p {
		switch e.Type {
		case vg.MoveComp:
			start = e.Pos
		case vg.CloseComp:
			q.Line(start)
			continue
		}
		q = append(q, e)
	}
	c.Canvas.Stroke(q)
}

// svgCanvas names fonts of the same widths for where Liberation Sans is missing;
// embedding it would cost half a megabyte per chart.
type svgCanvas struct{ *vgsvg.Canvas }

func (c svgCanvas) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	if _, err := c.Canvas.WriteTo(&b); err != nil {
		return 0, err
	}
	s := strings.ReplaceAll(b.String(), "font-family:Liberation Sans;",
		"font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")
	n, err := io.WriteString(w, s)
	return int64(n), err
}
