package result

import (
	"math"
	"slices"

	"ckptbench/harness/result/paired"
)

// Parts is what an algorithm costs, taken apart: of the throughput that none would
// have had over a trial, what is left and where the rest went. The four losses and
// OfNone add up to 1.
type Parts struct {
	Openings  int // that the intervals are over
	Disturbed int // openings that are left out, as something else disturbed the machine

	OfNone paired.Interval // throughput over none's, over the whole of a trial

	// The ratios that were measured in turns. Capture is while an image was
	// captured, with what the algorithm costs at rest in it; Share is what the
	// checkpointer left of the machine to the workers.
	Rest, Capture, Share paired.Interval
	HasCapture           bool // transactions ran while images were captured
	// During is the throughput over none's while a checkpoint was under way, its
	// pause included; HasDuring is false where a trial took none.
	During    paired.Interval
	HasDuring bool

	// Carry is by how much Rest differs in slices that follow one of the same side, as
	// a part of it: what taking turns does to the caches, which is none of the
	// algorithm's. It is unbounded where it is not known.
	Carry paired.Interval

	// The losses, as parts of none's throughput.
	RestLoss    paired.Interval // at rest, all the time
	CaptureLoss paired.Interval // more than at rest, while an image is captured
	MachineLoss paired.Interval // processor and memory that the checkpointer took
	PauseLoss   paired.Interval // all workers kept from starting
}

// A duty is how much of a trial its checkpoints took.
type duty struct {
	elapsed float64 // of the trial, s
	open    float64 // under a checkpoint, transactions running, s
	paused  float64 // all workers kept from starting, s
}

// dutyOf adds up what the checkpoints of trials took.
func dutyOf(trials []*Trial) duty {
	var d duty
	for _, t := range trials {
		within := func(s span) float64 { return max(0, min(s.to, t.Elapsed)-max(s.from, 0)) }
		d.elapsed += t.Elapsed
		for _, s := range t.spans("trigger", "durable") {
			d.open += within(s)
		}
		for _, s := range t.spans("closed", "opened") {
			d.paused += within(s)
			d.open -= within(s)
		}
	}
	d.open = max(d.open, 0)
	return d
}

// Compose returns what an algorithm costs over trials that ran alone: the ratios of
// its pair, weighted by how long the trials were at rest, under a checkpoint, and
// paused. ok is false where the pair has fewer than two openings, or no trial ran
// to its end.
//
// The checkpointer's share is measured while the capture is paced, so that it takes
// longer than alone: what it takes of the machine is the same per image, and not
// per second. With s the ratio of none beside the paced capture, which lasts p, to
// none at rest, an image costs (1-s)p seconds of the machine; in the trial they
// fall into the c seconds that its checkpoint takes.
func Compose(p *Pair, trials []*Trial) (Parts, bool) {
	c, ok := composing(p, trials)
	if !ok {
		return Parts{}, false
	}
	w := c.weights
	return Parts{
		Openings:    len(c.openings),
		Disturbed:   c.disturbed,
		HasCapture:  slices.ContainsFunc(c.openings, hasCapture),
		OfNone:      c.estimate(w.ofNone),
		Rest:        c.estimate(func(r ratios) float64 { return r.rest }),
		Capture:     c.estimate(func(r ratios) float64 { return r.capture }),
		Share:       c.estimate(func(r ratios) float64 { return r.share }),
		During:      c.estimate(w.during),
		HasDuring:   w.open+w.paused > 0,
		RestLoss:    c.estimate(func(r ratios) float64 { return 1 - r.rest }),
		CaptureLoss: c.estimate(func(r ratios) float64 { return w.open * (r.rest - r.capture) }),
		MachineLoss: c.estimate(func(r ratios) float64 { return w.open * r.capture * (1 - r.share) }),
		Carry:       carryOf(c.openings),
		PauseLoss:   c.estimate(func(r ratios) float64 { return w.paused * r.rest }),
	}, true
}

// OfNone returns Compose's OfNone alone, which is what decides whether more openings
// are needed.
func OfNone(p *Pair, trials []*Trial) (paired.Interval, bool) {
	c, ok := composing(p, trials)
	if !ok {
		return paired.Interval{}, false
	}
	return c.estimate(c.weights.ofNone), true
}

// A composition is what the parts are estimated from.
type composition struct {
	openings  []Opening
	disturbed int     // openings that are left out
	first     [][]int // see openedFirst
	weights   weights
}

// composing returns what a trial's throughput is composed of; ok is false where there are
// too few openings to do so.
func composing(p *Pair, trials []*Trial) (c composition, ok bool) {
	counted := Counted(trials)
	d := dutyOf(counted)
	c.openings, c.disturbed = usable(p.Openings)
	if len(c.openings) < 2 || d.elapsed <= 0 {
		return c, false
	}
	c.first = openedFirst(c.openings)
	c.weights = weights{open: d.open / d.elapsed, paused: d.paused / d.elapsed, each: checkpointTime(counted)}
	return c, true
}

// estimate returns f of the ratios over the openings, with its interval.
func (c composition) estimate(f func(ratios) float64) paired.Interval {
	return paired.EstimateStrata(c.first, 1, func(pick []int) float64 { return f(c.weights.ratiosOf(c.openings, pick)) })
}

// checkpointTime returns the mean time of a checkpoint with transactions running,
// s; 0 where there is none.
func checkpointTime(trials []*Trial) float64 {
	sum, n := 0.0, 0
	for _, t := range trials {
		for _, c := range t.Complete() {
			sum, n = sum+c.Total-c.Pause, n+1
		}
	}
	return sum / float64(max(n, 1))
}

// openedFirst returns the indices of the openings in which none's store was opened
// first, and of the others. A process hands the same memory to the first of two
// stores again and again, and which memory it is was worth up to 1.5 % of the
// ratio, with another sign in another process.
func openedFirst(openings []Opening) [][]int {
	kinds := make([][]int, 2)
	for i, o := range openings {
		k := 0
		if o.NoneFirst {
			k = 1
		}
		kinds[k] = append(kinds[k], i)
	}
	return kinds
}

// usable returns the openings that have a ratio at rest and were not hit, and how
// many were. Where fewer than two were left alone, all are taken: a figure with
// a wide interval says more than none.
func usable(all []Opening) (openings []Opening, disturbed int) {
	with := slices.DeleteFunc(slices.Clone(all), func(o Opening) bool { r, ok := o.Rest.Ratio(); return !ok || r <= 0 })
	openings = slices.DeleteFunc(slices.Clone(with), func(o Opening) bool { return o.Disturbed.Hit() })
	if len(openings) < 2 {
		return with, 0
	}
	return openings, len(with) - len(openings)
}

// carryOf returns the mean of the openings' carries.
func carryOf(openings []Opening) paired.Interval {
	var carries []float64
	for _, o := range openings {
		if c, ok := o.Rest.Carry(); ok {
			carries = append(carries, c)
		}
	}
	return paired.Estimate(len(carries), 1, func(pick []int) float64 {
		sum := 0.0
		for _, i := range pick {
			sum += carries[i]
		}
		return sum / float64(len(pick))
	})
}

// hasCapture reports whether an opening measured a capture.
func hasCapture(o Opening) bool { r, ok := o.Capture.Ratio(); return ok && r > 0 }

// weights are parts of a trial's time.
type weights struct {
	open, paused float64
	each         float64 // s of a checkpoint with transactions running
}

// ratios are the three of some openings.
type ratios struct{ rest, capture, share float64 }

// ratiosOf returns the geometric means over the openings picked. An algorithm
// under which no transaction runs while it captures has the ratio of rest there: it
// has next to no weight.
func (w weights) ratiosOf(openings []Opening, pick []int) ratios {
	var rest, capture, share float64
	n := 0
	for _, i := range pick {
		o := &openings[i]
		r, _ := o.Rest.Ratio()
		rest += math.Log(r)
		if !hasCapture(*o) {
			continue
		}
		c, _ := o.Capture.Ratio()
		capture, share, n = capture+math.Log(c), share+w.shareOf(o), n+1
	}
	rest = math.Exp(rest / float64(len(pick)))
	if n == 0 {
		return ratios{rest, rest, 1}
	}
	return ratios{rest, math.Exp(capture / float64(n)), share / float64(n)}
}

// shareOf returns what the checkpointer left to none's workers in one opening, as
// if its image had taken as long as one of the trial's.
func (w weights) shareOf(o *Opening) float64 {
	if w.each <= 0 || o.Rest.Base <= 0 {
		return 1
	}
	taken := (1 - o.Capture.Base/o.Rest.Base) * o.Total // s of the machine, an image
	return 1 - min(max(taken/w.each, -1), 1)
}

// during is what a trial has of none's throughput under a checkpoint.
func (w weights) during(r ratios) float64 {
	if w.open+w.paused <= 0 {
		return r.rest
	}
	return w.open * r.capture * r.share / (w.open + w.paused)
}

// ofNone is what a trial would have of none's throughput.
func (w weights) ofNone(r ratios) float64 {
	rest := 1 - w.open - w.paused
	return rest*r.rest + w.open*r.capture*r.share
}
