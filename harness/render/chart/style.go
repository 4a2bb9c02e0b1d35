package chart

import (
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/result"
)

// Widths of a column and of the text in the usual two-column paper, inches.
const (
	ColumnWidth = 3.33
	PageWidth   = 7.0
)

// A Style gives every algorithm its look, so that it looks the same in every
// chart of every experiment, and its place in legends. The zero Style works; it
// orders algorithms by name.
type Style struct {
	As       string  // the name of the files, in place of the charts' own, which follow it if there are several
	Width    float64 // of every chart in inches; 0: each chart's own, a column or a page
	NoFooter bool    // leave out the lines about machine, trials and warnings: they are in Chart.Caption
	FontSize float64 // of the axes' names, points; 0: 8. Ticks have 7/8 of it, notes 6/8

	Kinds  []string                  // which charts, by Kind.Name; nil: all
	Panels []string                  // which of PanelNames a sweep shows, in this order; nil: all
	Only   []string                  // which algorithms are shown, in this order; nil: all, in the table's
	Points func([]result.Param) bool // which points are shown; nil: all

	Labels  map[string]string           // what is written for an algorithm, a key or a value
	Colours map[string]color.NRGBA      // of algorithms, in place of their own
	Markers map[string]draw.GlyphDrawer // likewise
	Time    Range                       // of time axes, seconds
	Y       Range                       // of axes of throughput, memory or a sweep's one panel, in their unit
	LogY    bool                        // the axes that Kind.Value tells of are logarithmic

	order []string
}

// A Range is the ends of an axis. An end of 0 is the chart's own.
type Range struct{ Lo, Hi float64 }

// NewStyle returns the style for algorithms in the table's order. Names that
// are not in it come after it.
func NewStyle(order []string) Style {
	return Style{order: slices.Clone(order)}
}

// A Look is how one algorithm is drawn.
type Look struct {
	Colour color.NRGBA      // of lines and fills
	Dashes []vg.Length      // nil is a solid line
	Shape  draw.GlyphDrawer // of markers
}

// baseline is the algorithm all others are compared with. It is grey.
const baseline = "none"

// logBase is what those that are logged are compared with where the baseline is not.
// It is grey, too.
const logBase = result.LogBase

// Look returns how name is drawn: as listed in looks, or else by name's place in
// the order among those that are not. A variant that is not listed, "calc-late"
// beside "calc", has the colour of the algorithm it varies.
func (s Style) Look(name string) Look {
	l := s.ownLook(name)
	if c, ok := s.Colours[name]; ok {
		l.Colour = c
	}
	if m, ok := s.Markers[name]; ok {
		l.Shape = m
	}
	return l
}

// ownLook is Look without what the style's owner asked for.
func (s Style) ownLook(name string) Look {
	if l, ok := looks[name]; ok {
		return l
	}
	i := s.rank(name)
	l := Look{
		Colour: spareColours[i%len(spareColours)],
		Dashes: spareDashes[(i+1)%len(spareDashes)],
		Shape:  spareShapes[i%len(spareShapes)],
	}
	if base := s.base(name); base != name {
		l.Colour = s.ownLook(base).Colour
	}
	return l
}

// rank is name's place among those in the order without a look of their own;
// what is not in the order gets a place behind, by its name alone.
func (s Style) rank(name string) int {
	n := 0
	for _, a := range s.order {
		if a == name {
			return n
		}
		if _, ok := looks[a]; !ok {
			n++
		}
	}
	for _, c := range []byte(name) {
		n = (n*31 + int(c)) % 9973
	}
	return n + len(s.order)
}

// base is the longest listed name that name varies, or name itself.
func (s Style) base(name string) string {
	best := name
	for _, a := range s.order {
		if strings.HasPrefix(name, a+"-") && a != baseline && (best == name || len(a) > len(best)) {
			best = a
		}
	}
	return best
}

// with lists the names that are not in the order yet, so that they get looks of
// their own among themselves.
func (s Style) with(names []string) Style {
	s.order = slices.Clone(s.order)
	for _, n := range slices.Sorted(slices.Values(names)) {
		if !slices.Contains(s.order, n) {
			s.order = append(s.order, n)
		}
	}
	return s
}

// width is the width that a chart is laid out in, points: the style's, or else own
// inches. A larger type has less room: the chart is laid out smaller by its scale.
func (s Style) width(own float64) vg.Length {
	if s.Width > 0 {
		own = max(s.Width, 2) // below that no axis fits
	}
	return vg.Length(own) * vg.Inch / s.scale()
}

// scale is by how much a chart is drawn larger than it is laid out.
func (s Style) scale() vg.Length {
	if s.FontSize > 0 {
		return vg.Length(s.FontSize) / labelSize
	}
	return 1
}

// tint mixes c with white: 0 is c, 1 is white.
func tint(c color.NRGBA, part float64) color.NRGBA {
	mix := func(x uint8) uint8 { return x + uint8(part*float64(255-x)) }
	return color.NRGBA{mix(c.R), mix(c.G), mix(c.B), 0xFF}
}

// shade mixes c with black.
func shade(c color.NRGBA, part float64) color.NRGBA {
	mix := func(x uint8) uint8 { return uint8((1 - part) * float64(x)) }
	return color.NRGBA{mix(c.R), mix(c.G), mix(c.B), 0xFF}
}
