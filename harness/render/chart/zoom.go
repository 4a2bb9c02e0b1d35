package chart

import (
	"image"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// zoom returns c for drawing that is laid out by smaller by: all lengths, and the type,
// come out that much larger.
//
// Note: it multiplies what is drawn in place of c.Scale, as gonum's PNG canvas would
// stretch letters that are rendered already, and its TeX canvas has text that no
// transformation of the picture enlarges.
func zoom(c draw.Canvas, by vg.Length) draw.Canvas {
	if by == 1 {
		return c
	}
	return draw.Canvas{Canvas: zoomed{c.Canvas, by},
		Rectangle: vg.Rectangle{Min: c.Min.Scale(1 / by), Max: c.Max.Scale(1 / by)}}
}

type zoomed struct {
	vg.Canvas
	by vg.Length
}

func (z zoomed) SetLineWidth(w vg.Length) { z.Canvas.SetLineWidth(w * z.by) }

func (z zoomed) SetLineDash(pattern []vg.Length, offset vg.Length) {
	large := make([]vg.Length, len(pattern))
	for i, l := range pattern {
		large[i] = l * z.by
	}
	z.Canvas.SetLineDash(large, offset*z.by)
}

func (z zoomed) Translate(pt vg.Point) { z.Canvas.Translate(pt.Scale(z.by)) }

func (z zoomed) Stroke(p vg.Path) { z.Canvas.Stroke(z.path(p)) }

func (z zoomed) Fill(p vg.Path) { z.Canvas.Fill(z.path(p)) }

func (z zoomed) path(p vg.Path) vg.Path {
	large := make(vg.Path, len(p))
	for i, c := range p {
		c.Pos, c.Radius = c.Pos.Scale(z.by), c.Radius*z.by
		control := make([]vg.Point, len(c.Control))
		for k, q := range c.Control {
			control[k] = q.Scale(z.by)
		}
		c.Control = control
		large[i] = c
	}
	return large
}

func (z zoomed) FillString(f font.Face, pt vg.Point, text string) {
	f.Font.Size *= z.by
	z.Canvas.FillString(f, pt.Scale(z.by), text)
}

func (z zoomed) DrawImage(r vg.Rectangle, img image.Image) {
	z.Canvas.DrawImage(vg.Rectangle{Min: r.Min.Scale(z.by), Max: r.Max.Scale(z.by)}, img)
}
