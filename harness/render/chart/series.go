package chart

import (
	"math"
	"slices"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/result"
)

// A step is a value that held from t0 to t1.
// Times are seconds from the begin of the measured part.
type step struct{ t0, t1, v float64 }

// A measure makes a value of a stretch of the timeline, of at least one bucket.
type measure func(bs []result.Bucket) float64

// throughput is that over several buckets, in transactions per second.
func throughput(bs []result.Bucket) float64 {
	var commits, elapsed float64
	for _, b := range bs {
		commits += float64(b.Commits)
		elapsed += b.Elapsed
	}
	return commits / elapsed
}

// steps returns a trial's timeline, without the warm-up, as runs of steps that
// touch; between runs nothing was measured. Neighbours are merged until there
// are about limit steps, if limit is not 0: a small panel has no room for more.
func steps(t *result.Trial, value measure, limit int) [][]step {
	var in []result.Bucket
	for _, b := range t.Buckets {
		// The measured part's first bucket may begin a hair before it.
		if b.Start >= -b.Elapsed/2 && b.Elapsed >= 1e-9 && b.Start+b.Elapsed < 1e9 {
			in = append(in, b)
		}
	}
	if len(in) == 0 {
		return nil
	}
	group := 1
	if limit > 0 {
		group = (len(in) + limit - 1) / limit
	}
	// Gaps are told by it: a half of a bucket is one.
	usual := usualLength(in)
	var runs [][]step
	for i := 0; i < len(in); {
		n := 1
		for n < group && i+n < len(in) && touches(in[i+n-1], in[i+n], usual) {
			n++
		}
		// A rest too short to measure a rate in, at the end say, joins the last.
		for i+n < len(in) && in[i+n].Elapsed < usual/2 && touches(in[i+n-1], in[i+n], usual) {
			n++
		}
		if i == 0 || !touches(in[i-1], in[i], usual) {
			runs = append(runs, nil)
		}
		last := len(runs) - 1
		runs[last] = append(runs[last], merge(in[i:i+n], value))
		i += n
	}
	return runs
}

// merge makes one step of buckets.
func merge(bs []result.Bucket, value measure) step {
	last := bs[len(bs)-1]
	// A bucket of no length has no rate.
	v := value(bs)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	return step{math.Max(bs[0].Start, 0), last.Start + last.Elapsed, v}
}

// usualLength is the median length of a bucket, seconds.
func usualLength(bs []result.Bucket) float64 {
	ls := make([]float64, len(bs))
	for i, b := range bs {
		ls[i] = b.Elapsed
	}
	slices.Sort(ls)
	return ls[len(ls)/2]
}

// touches reports whether b follows a without a gap.
func touches(a, b result.Bucket, usual float64) bool {
	return b.Start-(a.Start+a.Elapsed) < usual/2
}

// highest is the largest value.
func highest(runs [][]step) float64 {
	top := 0.0
	for _, r := range runs {
		for _, s := range r {
			top = math.Max(top, s.v)
		}
	}
	return top
}

// peak is the largest value too, but a lone spike over half as much again as what the
// rest stays under does not count, or it would flatten everything else.
func peak(runs [][]step) float64 {
	var vs []float64
	for _, r := range runs {
		for _, s := range r {
			vs = append(vs, s.v)
		}
	}
	if len(vs) == 0 {
		return 0
	}
	// The 98th of a hundred is what the rest stays under.
	slices.Sort(vs)
	return math.Min(vs[len(vs)-1], 1.5*vs[(len(vs)-1)*98/100])
}

// end is when the last step ends.
func end(runs [][]step) float64 {
	if len(runs) == 0 {
		return 0
	}
	last := runs[len(runs)-1]
	return last[len(last)-1].t1
}

// A stair draws steps as what they are, level lines with jumps between them.
type stair struct {
	runs  [][]step
	style draw.LineStyle
	marks draw.GlyphStyle // none without a Shape
	first float64         // where the first marker lies, and
	every float64         // how far apart they are, as parts of the width
}

func (s stair) Plot(c draw.Canvas, p *gonum.Plot) {
	// A line ends at the frame.
	x := func(t float64) vg.Length { return c.X(math.Max(0, math.Min(p.X.Norm(t), 1))) }
	y := func(v float64) vg.Length { return c.Y(math.Max(0, math.Min(p.Y.Norm(v), 1))) }
	for _, run := range s.runs {
		var line []vg.Point
		for _, st := range run {
			line = append(line, vg.Point{X: x(st.t0), Y: y(st.v)}, vg.Point{X: x(st.t1), Y: y(st.v)})
		}
		c.StrokeLines(s.style, line)
	}
	if s.marks.Shape == nil || s.every <= 0 {
		return
	}
	// Markers are at places of the axis, not of the data, so that lines of one chart do not
	// stack theirs.
	next := s.first
	for _, run := range s.runs {
		for _, st := range run {
			for n := p.X.Norm((st.t0 + st.t1) / 2); next <= n; next += s.every {
				c.DrawGlyphNoClip(s.marks, vg.Point{X: c.X(math.Min(n, 1)), Y: y(st.v)})
			}
		}
	}
}

// A span is a stretch of time, seconds.
type span struct{ from, to float64 }

// windows returns a trial's checkpoints from trigger to durable, by its events
// or, without any, by its list of checkpoints. One that never became durable
// lasts until it failed or the trial's end.
func windows(t *result.Trial) []span {
	var out []span
	// Results without events still have a list of checkpoints.
	if len(t.Events) == 0 {
		for _, c := range t.Checkpoints {
			out = append(out, span{c.Trigger, c.Trigger + c.Total})
		}
		return out
	}
	return pair(t, "trigger", "durable", "failed")
}

// pauses returns when all workers were kept from starting a transaction.
func pauses(t *result.Trial) []span {
	if out := pair(t, "closed", "opened", "failed"); len(out) > 0 || len(t.Events) > 0 {
		return out
	}
	var out []span
	for _, c := range t.Checkpoints {
		out = append(out, span{c.Trigger, c.Trigger + c.Pause}) // where is not known, only how long
	}
	return out
}

// pair returns the stretches from an event to the next of the closing ones of
// the same checkpoint.
func pair(t *result.Trial, open string, closing ...string) []span {
	var out []span
	// By checkpoint: two of them may overlap.
	from := map[int]float64{}
	for _, e := range t.Events {
		at, isOpen := from[e.Checkpoint]
		switch {
		case e.Name == open && !isOpen:
			from[e.Checkpoint] = e.At
		case isOpen && slices.Contains(closing, e.Name):
			out = append(out, span{at, e.At})
			delete(from, e.Checkpoint)
		}
	}
	for _, e := range t.Events { // what is still open, in the events' order
		if at, ok := from[e.Checkpoint]; ok {
			out = append(out, span{at, math.Max(at, t.Elapsed)})
			delete(from, e.Checkpoint)
		}
	}
	return out
}

// bands shades stretches over the whole height.
type bands struct {
	spans []span
	fill  colour
}

func (b bands) Plot(c draw.Canvas, p *gonum.Plot) {
	for _, s := range b.spans {
		if x0, x1, ok := extent(c, p, s); ok {
			fillBox(c, b.fill, x0, c.Min.Y, x1, c.Max.Y)
		}
	}
}

// extent returns where s lies on the canvas, at least a hair wide so that a
// short pause is seen, or false if it is outside.
func extent(c draw.Canvas, p *gonum.Plot, s span) (x0, x1 vg.Length, ok bool) {
	n0, n1 := p.X.Norm(s.from), p.X.Norm(s.to)
	// Negated, so that what is no number is outside too.
	if !(n1 >= 0 && n0 <= 1 && n0 <= n1) {
		return 0, 0, false
	}
	x0, x1 = c.X(math.Max(n0, 0)), c.X(math.Min(n1, 1))
	if x1-x0 < 0.5 {
		x1 = min(x0+0.5, c.Max.X)
	}
	return x0, x1, true
}
