package chart

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// Colours: Okabe and Ito's, then darker ones after Tol's. Fourteen hues cannot
// all be told apart by everybody; where two are near, the dashes differ.
var (
	black     = color.NRGBA{0x00, 0x00, 0x00, 0xFF}
	grey      = color.NRGBA{0x78, 0x78, 0x78, 0xFF}
	orange    = color.NRGBA{0xE6, 0x9F, 0x00, 0xFF}
	brown     = color.NRGBA{0x7A, 0x4A, 0x12, 0xFF}
	vermilion = color.NRGBA{0xD5, 0x5E, 0x00, 0xFF}
	sky       = color.NRGBA{0x56, 0xB4, 0xE9, 0xFF}
	teal      = color.NRGBA{0x44, 0xAA, 0x99, 0xFF}
	olive     = color.NRGBA{0x80, 0x80, 0x20, 0xFF}
	blue      = color.NRGBA{0x00, 0x72, 0xB2, 0xFF}
	fern      = color.NRGBA{0x11, 0x77, 0x33, 0xFF}
	pink      = color.NRGBA{0xCC, 0x79, 0xA7, 0xFF}
	violet    = color.NRGBA{0xAA, 0x44, 0xDD, 0xFF}
	wine      = color.NRGBA{0x88, 0x22, 0x55, 0xFF}
	indigo    = color.NRGBA{0x33, 0x22, 0x88, 0xFF}
	slate     = color.NRGBA{0x66, 0x77, 0x88, 0xFF}
)

// Dashes, in points: on, off, on, off.
var (
	solid     []vg.Length
	dashed    = []vg.Length{4, 1.5}
	dotted    = []vg.Length{1.2, 1.2}
	dashDot   = []vg.Length{5, 1.5, 1.2, 1.5}
	shortDash = []vg.Length{2.5, 1}
	dashDots  = []vg.Length{6, 1.5, 1.2, 1.5, 1.2, 1.5}
	longDash  = []vg.Length{9, 2}
	sparse    = []vg.Length{3, 3}
)

// Outlines of markers.
var (
	circle    = polygon(24, 0, 1)
	square    = polygon(4, math.Pi/4, 1.15)
	diamond   = polygon(4, 0, 1.25)
	up        = polygon(3, math.Pi/2, 1.25)
	down      = polygon(3, -math.Pi/2, 1.25)
	left      = polygon(3, math.Pi, 1.25)
	right     = polygon(3, 0, 1.25)
	pentagon  = polygon(5, math.Pi/2, 1.1)
	hexagon   = polygon(6, 0, 1.1)
	pentagram = star(5, 0.42, 1.35)
	hourglass = outline{{-0.9, -1.1}, {0.9, -1.1}, {-0.9, 1.1}, {0.9, 1.1}}
	bowtie    = outline{{-1.1, -0.9}, {1.1, 0.9}, {1.1, -0.9}, {-1.1, 0.9}}
	plank     = outline{{-0.5, -1.25}, {0.5, -1.25}, {0.5, 1.25}, {-0.5, 1.25}}
)

// looks are the algorithms' by name, so that one looks the same beside whatever
// else is drawn, and after others have been added. A family has its hue and
// outline, a variant of it another dash and another filling.
//
// Note: by name and not by place in the algorithms' table; there, adding one in
// the middle would change the looks of all that follow.
var looks = map[string]Look{
	baseline: {grey, solid, strokes(2, math.Pi/2)},
	logBase:  {grey, sparse, strokes(2, 0)},

	"naive":      {black, solid, marker{square, full}},
	"naive-copy": {black, dashed, marker{square, open}},
	"pnaive":     {black, dotted, marker{square, half}},

	"locking": {black, longDash, strokes(5, math.Pi/2)},

	"fuzzy":      {orange, solid, marker{left, full}},
	"fuzzy-log":  {orange, longDash, marker{left, open}},
	"pfuzzy":     {orange, dotted, marker{left, half}},
	"pfuzzy-log": {orange, dashDots, marker{left, dot}},

	"cou":       {brown, dashDot, marker{up, full}},
	"cou-block": {brown, dotted, marker{up, open}},

	"zigzag":  {vermilion, dashed, marker{diamond, full}},
	"pzigzag": {vermilion, shortDash, marker{diamond, half}},

	"pingpong":       {sky, solid, marker{right, full}},
	"pingpong-drain": {sky, dashed, marker{right, open}},
	"ppingpong":      {sky, dotted, marker{right, half}},

	"hourglass": {teal, dashDot, marker{hourglass, full}},
	"piggyback": {olive, solid, marker{bowtie, full}},

	"calc":       {blue, solid, marker{circle, full}},
	"calc-mutex": {blue, dashed, marker{circle, open}},
	"calc-late":  {blue, dashDot, marker{circle, dot}},
	"pcalc":      {blue, dotted, marker{circle, half}},

	"cpr":        {fern, longDash, marker{down, full}},
	"cpr-verify": {fern, dashDots, marker{down, open}},

	"lineairdb":       {pink, dashDots, marker{pentagram, full}},
	"lineairdb-early": {pink, dashed, marker{pentagram, open}},

	"hyper":  {violet, dashDots, strokes(4, math.Pi/2)},
	"push":   {wine, longDash, strokes(4, math.Pi/4)},
	"foedus": {slate, shortDash, strokes(6, math.Pi/2)},

	"hekaton": {slate, dotted, strokes(3, math.Pi/2)},

	"pagestore": {sky, shortDash, marker{hexagon, dot}},

	"flink":           {indigo, longDash, marker{plank, full}},
	"flink-nested":    {indigo, shortDash, marker{plank, open}},
	"flink-cow-write": {indigo, dashDot, marker{plank, half}},
}

// What is not listed takes these, by its place among such: brighter than all above, as a
// new algorithm is what its paper is about. The numbers of dashes and shapes share no
// factor, so that their pairs repeat only after 42.
var (
	spareColours = []color.NRGBA{
		{0xFF, 0x00, 0x66, 0xFF}, {0x00, 0x33, 0xFF, 0xFF}, {0x00, 0xCC, 0x66, 0xFF},
		{0xFF, 0x66, 0x66, 0xFF}, {0x66, 0x00, 0xFF, 0xFF}, {0x99, 0xCC, 0x33, 0xFF},
	}
	spareDashes = [][]vg.Length{solid, dashed, dotted, dashDot, shortDash, dashDots, longDash}
	spareShapes = []marker{
		{pentagon, full}, {hexagon, open}, {pentagon, half}, {hexagon, full}, {pentagon, open}, {hexagon, half},
	}
)
