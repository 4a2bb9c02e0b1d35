package plot

import (
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Widths of a column and of the text in the usual two-column paper, inches.
const (
	ColumnWidth = 3.33
	PageWidth   = 7.0
)

// A Style gives every algorithm its look, by its place in one list, so that it
// looks the same in every chart of every experiment. The zero Style works; it
// orders algorithms by name.
type Style struct {
	Width    float64 // of every chart in inches; 0: each chart's own, a column or a page
	NoFooter bool    // leave out the line about machine, trials and verification

	order []string
}

// NewStyle returns the style for algorithms in the table's order. Names that
// are not in it come after it.
func NewStyle(order []string) Style {
	return Style{order: slices.Clone(order)}
}

// A Look is how one algorithm is drawn.
type Look struct {
	Colour color.NRGBA
	Dashes []vg.Length // nil is a solid line
	Shape  draw.GlyphDrawer
}

// baseline is the algorithm all others are compared with. It is grey, and stays
// out of the count.
const baseline = "none"

// Okabe and Ito's colours first, in an order in which neighbours differ in
// lightness, then darker and lighter ones after Tol's.
var colours = []color.NRGBA{
	{0x00, 0x72, 0xB2, 0xFF}, // blue
	{0xE6, 0x9F, 0x00, 0xFF}, // orange
	{0x00, 0x00, 0x00, 0xFF}, // black
	{0xD5, 0x5E, 0x00, 0xFF}, // vermillion
	{0x56, 0xB4, 0xE9, 0xFF}, // sky
	{0x11, 0x77, 0x33, 0xFF}, // dark green
	{0xCC, 0x79, 0xA7, 0xFF}, // pink
	{0x33, 0x22, 0x88, 0xFF}, // indigo
	{0x80, 0x80, 0x20, 0xFF}, // olive
	{0x88, 0x22, 0x55, 0xFF}, // wine
	{0x44, 0xAA, 0x99, 0xFF}, // teal
	{0x7A, 0x4A, 0x12, 0xFF}, // brown
	{0xAA, 0x44, 0xDD, 0xFF}, // violet
	{0x00, 0x9E, 0x73, 0xFF}, // green
	{0x66, 0x77, 0x88, 0xFF}, // slate
}

// The numbers of dashes and shapes share no factor, so that their pairs, which
// tell algorithms apart without colour, repeat only after 70.
var dashes = [][]vg.Length{
	nil,
	{4, 1.5},
	{1.2, 1.2},
	{5, 1.5, 1.2, 1.5},
	{2.5, 1},
	{6, 1.5, 1.2, 1.5, 1.2, 1.5},
	{9, 2},
}

var shapes = []draw.GlyphDrawer{
	polygon{sides: 24, filled: true},
	polygon{sides: 4, turn: math.Pi / 4, filled: true},
	polygon{sides: 3, turn: math.Pi / 2, filled: true},
	polygon{sides: 24},
	polygon{sides: 4, filled: true},
	polygon{sides: 4, turn: math.Pi / 4},
	polygon{sides: 3, turn: -math.Pi / 2, filled: true},
	polygon{sides: 3, turn: math.Pi / 2},
	polygon{sides: 4},
	saltire{},
}

// Look returns how name is drawn. A variant, "naive-copy" beside "naive", has
// the colour of the algorithm it varies and a dash and marker of its own.
func (s Style) Look(name string) Look {
	if name == baseline {
		return Look{Colour: color.NRGBA{0x78, 0x78, 0x78, 0xFF}, Shape: shapes[0]}
	}
	i := s.rank(name)
	return Look{
		Colour: colours[s.hue(name)%len(colours)],
		Dashes: dashes[i%len(dashes)],
		Shape:  shapes[i%len(shapes)],
	}
}

// hue is the place of name's colour: variants take none of their own.
func (s Style) hue(name string) int {
	base := s.base(name)
	var bases Style
	for _, a := range s.order {
		if s.base(a) == a {
			bases.order = append(bases.order, a)
		}
	}
	return bases.rank(base)
}

// rank is name's place in the order, without the baseline; what is not listed
// gets a place behind, by its name alone.
func (s Style) rank(name string) int {
	n := 0
	for _, a := range s.order {
		switch a {
		case name:
			return n
		case baseline:
		default:
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

// width is the chart's width: the style's, or else own inches.
func (s Style) width(own float64) vg.Length {
	if s.Width > 0 {
		own = max(s.Width, 2) // below that no axis fits
	}
	return vg.Length(own) * vg.Inch
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

// A polygon is a marker; 24 sides pass for a circle. gonum's own open shapes
// have a stroke too thin for print.
type polygon struct {
	sides  int
	turn   float64
	filled bool
}

func (g polygon) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	r := sty.Radius
	switch g.sides {
	case 3:
		r *= 1.25
	case 4:
		r *= 1.15
	}
	var p vg.Path
	for i := range g.sides {
		a := g.turn + 2*math.Pi*float64(i)/float64(g.sides)
		v := vg.Point{X: pt.X + r*vg.Length(math.Cos(a)), Y: pt.Y + r*vg.Length(math.Sin(a))}
		if i == 0 {
			p.Move(v)
		} else {
			p.Line(v)
		}
	}
	p.Close()
	if g.filled {
		c.SetColor(sty.Color)
		c.Fill(p)
		return
	}
	c.SetColor(color.White)
	c.Fill(p)
	c.SetLineStyle(draw.LineStyle{Color: sty.Color, Width: 0.8})
	c.Stroke(p)
}

// saltire is a bold x.
type saltire struct{}

func (saltire) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	r := sty.Radius
	l := draw.LineStyle{Color: sty.Color, Width: 1}
	c.StrokeLine2(l, pt.X-r, pt.Y-r, pt.X+r, pt.Y+r)
	c.StrokeLine2(l, pt.X-r, pt.Y+r, pt.X+r, pt.Y-r)
}
