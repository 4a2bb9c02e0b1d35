package chart

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// A label is a name that is to stand near its point.
type label struct {
	at   vg.Point
	w, h vg.Length
	box  vg.Rectangle // where it stands
	far  bool         // it wants a line to its point
}

// What a place for a label costs. A name that covers something is worse than
// one that is taken for another point's, and that is worse than a long way.
const (
	costCover  = 4   // per square point
	costTwice  = 6   // nearer to another point, or as near
	costCross  = 8   // its line crosses a name or a point
	costWay    = 0.3 // per point of the way
	costLeader = 1.5
)

// markerRoom is what a marker covers to each side of its middle.
const markerRoom = 3.2

// place finds a place for every label, out of circles round its point: first
// one by one and then again, until none has a better one, as what was placed
// later may be in the way of what came before.
func place(area vg.Rectangle, ls []label) {
	for i := range ls {
		ls[i].box = vg.Rectangle{} // out of the way
	}
	for range 8 {
		moved := false
		for i := range ls {
			best, least := ls[i], math.Inf(1)
			for _, c := range ls[i].candidates() {
				if cost := c.cost(area, ls, i); cost < least-1e-9 {
					best, least = c, cost
				}
			}
			moved = moved || best.box != ls[i].box
			ls[i] = best
		}
		if !moved {
			return
		}
	}
}

// candidates are l at the places that may be taken, the near ones and those to
// the right first.
func (l label) candidates() []label {
	var out []label
	for _, gap := range []vg.Length{4.2, 6, 9, 14, 20, 27, 36} {
		for i := range 24 {
			a := math.Pi * float64((i+1)/2) / 12 // 0, +15, -15, +30 degrees
			if i%2 == 0 {
				a = -a
			}
			dx, dy := vg.Length(math.Cos(a)), vg.Length(math.Sin(a))
			c := l
			c.box = around(vg.Point{X: l.at.X + dx*(gap+l.w/2), Y: l.at.Y + dy*(gap+l.h/2)}, l.w/2, l.h/2)
			c.far = c.way() > 6.5
			out = append(out, c)
		}
	}
	return out
}

// nearest is the point of l's box that is nearest to p.
func (l label) nearest(p vg.Point) vg.Point {
	return vg.Point{X: min(max(p.X, l.box.Min.X), l.box.Max.X), Y: min(max(p.Y, l.box.Min.Y), l.box.Max.Y)}
}

// distance is how far a point is from the label's box, in points.
func (l label) distance(p vg.Point) float64 {
	q := l.nearest(p)
	return math.Hypot(float64(p.X-q.X), float64(p.Y-q.Y))
}

// way is how far the label is from what it names.
func (l label) way() float64 { return l.distance(l.at) }

// cost is of l as the i-th of ls.
func (l label) cost(area vg.Rectangle, ls []label, i int) float64 {
	way := l.way()
	cost := costWay*way + costCover*outside(area, l.box)
	if l.far {
		cost += costLeader
	}
	for j, o := range ls {
		cost += costCover * overlap(l.box, around(o.at, markerRoom, markerRoom))
		if j == i {
			continue
		}
		cost += costCover * overlap(l.box, o.box)
		if l.distance(o.at) < way+1.5 {
			cost += costTwice
		}
		if l.far && (crosses(l.at, l.nearest(l.at), around(o.at, 1.5, 1.5)) || crosses(l.at, l.nearest(l.at), o.box)) {
			cost += costCross
		}
		if o.far && crosses(o.at, o.nearest(o.at), l.box) {
			cost += costCross
		}
	}
	return cost
}

// crosses reports whether the line from a to b enters r, near enough: it looks
// at points along the line.
func crosses(a, b vg.Point, r vg.Rectangle) bool {
	const steps = 12
	for i := 1; i < steps; i++ {
		part := vg.Length(i) / steps
		p := vg.Point{X: a.X + part*(b.X-a.X), Y: a.Y + part*(b.Y-a.Y)}
		if p.X > r.Min.X && p.X < r.Max.X && p.Y > r.Min.Y && p.Y < r.Max.Y {
			return true
		}
	}
	return false
}

// around is a rectangle with pt in its middle.
func around(pt vg.Point, dx, dy vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: pt.X - dx, Y: pt.Y - dy}, Max: vg.Point{X: pt.X + dx, Y: pt.Y + dy}}
}

// overlap is the area that two rectangles share.
func overlap(a, b vg.Rectangle) float64 {
	w := min(a.Max.X, b.Max.X) - max(a.Min.X, b.Min.X)
	h := min(a.Max.Y, b.Max.Y) - max(a.Min.Y, b.Min.Y)
	return float64(max(w, 0) * max(h, 0))
}

// outside is the part of r that area does not hold, counted double: a label
// must not leave the frame.
func outside(area, r vg.Rectangle) float64 {
	size := float64((r.Max.X - r.Min.X) * (r.Max.Y - r.Min.Y))
	return 2 * (size - overlap(area, r))
}
