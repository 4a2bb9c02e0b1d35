package chart

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A marker is an outline with a filling. gonum's own open shapes have a stroke
// too thin for print.
type marker struct {
	outline outline
	filling filling
}

// An outline is a polygon for a radius of 1.
type outline []struct{ x, y float64 }

// A filling is how a marker is filled: that tells algorithms of one family apart without
// colour.
type filling int

const (
	full filling = iota
	open         // white
	half         // the lower half filled
	dot          // white with a dot
)

// polygon is a regular one; 24 sides pass for a circle.
func polygon(sides int, turn, radius float64) outline {
	o := make(outline, sides)
	for i := range o {
		a := turn + 2*math.Pi*float64(i)/float64(sides)
		o[i].x, o[i].y = radius*math.Cos(a), radius*math.Sin(a)
	}
	return o
}

// star has its first point on top; inner is the radius of the dents.
func star(points int, inner, radius float64) outline {
	o := polygon(2*points, math.Pi/2, radius)
	for i := 1; i < len(o); i += 2 {
		o[i].x, o[i].y = inner*o[i].x, inner*o[i].y
	}
	return o
}

// below is the part of a convex outline under the middle.
func (o outline) below() outline {
	var out outline
	for i, p := range o {
		q := o[(i+1)%len(o)]
		if p.y <= 0 {
			out = append(out, p)
		}
		if (p.y < 0) != (q.y < 0) && p.y != q.y {
			cut := q
			cut.x, cut.y = p.x+(q.x-p.x)*p.y/(p.y-q.y), 0
			out = append(out, cut)
		}
	}
	return out
}

// path is the outline around a point.
func (o outline) path(at vg.Point, radius vg.Length) vg.Path {
	var path vg.Path
	for i, p := range o {
		v := vg.Point{X: at.X + radius*vg.Length(p.x), Y: at.Y + radius*vg.Length(p.y)}
		if i == 0 {
			path.Move(v)
		} else {
			path.Line(v)
		}
	}
	path.Close()
	return path
}

func (m marker) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	path := m.outline.path(pt, sty.Radius)
	c.SetColor(sty.Color)
	if m.filling == full {
		c.Fill(path)
		return
	}
	c.SetColor(color.White)
	c.Fill(path)
	c.SetColor(sty.Color)
	switch m.filling {
	case half:
		c.Fill(m.outline.below().path(pt, sty.Radius))
	case dot:
		c.Fill(circle.path(pt, 0.4*sty.Radius))
	}
	c.SetLineStyle(draw.LineStyle{Color: sty.Color, Width: 0.8})
	c.Stroke(path)
}

// A cross is a marker of bold strokes through its middle.
type cross struct {
	arms int
	turn float64
}

// strokes is a marker without an area, such as a cross.
func strokes(arms int, turn float64) cross { return cross{arms, turn} }

func (x cross) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	l := draw.LineStyle{Color: sty.Color, Width: 1}
	for _, p := range polygon(x.arms, x.turn, 1.3) {
		c.StrokeLine2(l, pt.X, pt.Y, pt.X+sty.Radius*vg.Length(p.x), pt.Y+sty.Radius*vg.Length(p.y))
	}
}
