package paired

import (
	"context"
	"fmt"
	"time"
)

// A Side is one of the two that are compared. It belongs to the goroutine that
// measures.
type Side interface {
	// Run runs transactions on all workers for about d and returns what they did.
	Run(d time.Duration) (Slice, error)
}

// A Slice is what one side did in one turn.
type Slice struct {
	Start, End time.Time // and End: by the clock of the harness
	// Rate is transactions a second: the sum over the workers of what each
	// committed over its own time, less what the host took of that.
	Rate float64
	// Host is the longest time that the host took from one of the workers.
	Host time.Duration
	// Again says that the slice before was of the same side.
	Again bool
}

// A Quad is four slices, one after another: base, side, side, base, or the mirror
// image. Base and Side hold each side's two in the order of time.
type Quad struct {
	Mirrored   bool // side base base side
	Base, Side [2]Slice
}

// Hit reports whether the host took so much of one slice that the quad does not
// count: more than one part in mostHost.
func (q *Quad) Hit() bool {
	for _, s := range [...]Slice{q.Base[0], q.Base[1], q.Side[0], q.Side[1]} {
		if s.Host > s.End.Sub(s.Start)/mostHost {
			return true
		}
	}
	return false
}

// mostHost is the part of a slice, one over this, that the host may have taken
// from a worker. A worker that is stopped with locks in hand soon stops the others,
// whose time nobody gives back; less than this is only taken out of the worker's own.
// With a fifth of a slice for its bound, openings spread by 4.3 %, with this by 3.6 %,
// of a sixth fewer quads (5 ms, two workers on two processors that others use as well).
const mostHost = 25

// Start returns when the first of the four slices began.
func (q *Quad) Start() time.Time {
	if q.Mirrored {
		return q.Side[0].Start
	}
	return q.Base[0].Start
}

// End returns when the last of the four slices ended.
func (q *Quad) End() time.Time {
	if q.Mirrored {
		return q.Side[1].End
	}
	return q.Base[1].End
}

// Turns are two sides that take turns. One goroutine uses them.
type Turns struct {
	Base, Side Side
	Slice      time.Duration // how long one is
	// Lead is for how long a side runs unmeasured each time it takes over: until the
	// caches hold what they would hold if it ran alone. Where it is 0 the quads
	// alternate with their mirror images, so that each side begins equally often;
	// with a lead they do not, and each side takes over once a quad.
	Lead time.Duration

	last Side // that ran before
	n    int  // quads so far
}

// Quad runs the next quad.
func (t *Turns) Quad() (Quad, error) {
	q := Quad{Mirrored: t.Lead == 0 && t.n%2 == 1}
	t.n++
	outer, inner := &q.Base, &q.Side
	outerSide, innerSide := t.Base, t.Side
	if q.Mirrored {
		outer, inner, outerSide, innerSide = inner, outer, t.Side, t.Base
	}
	for _, turn := range [...]struct {
		side Side
		into *Slice
	}{{outerSide, &outer[0]}, {innerSide, &inner[0]}, {innerSide, &inner[1]}, {outerSide, &outer[1]}} {
		var err error
		if *turn.into, err = t.slice(turn.side); err != nil {
			return q, fmt.Errorf("run a slice: %w", err)
		}
	}
	return q, nil
}

// slice runs one slice, after a lead where the other side ran before.
func (t *Turns) slice(side Side) (Slice, error) {
	again := t.last == side
	t.last = side
	if t.Lead > 0 && !again {
		if _, err := side.Run(t.Lead); err != nil {
			return Slice{}, err
		}
	}
	s, err := side.Run(t.Slice)
	s.Again = again
	return s, err
}

// Block runs quads until n of them count or limit of them were run. It stops early
// with ctx's error.
func (t *Turns) Block(ctx context.Context, n, limit int) (Block, error) {
	var b Block
	for i := 0; i < limit && len(b.Quads) < n; i++ {
		if err := ctx.Err(); err != nil {
			return b, err
		}
		q, err := t.Quad()
		if err != nil {
			return b, err
		}
		b.Add(q)
	}
	return b, nil
}
