// Package gate decides whether one build of the program, head, is slower than
// another, base.
//
// Both builds are measured in the same minutes: they take turns of some
// milliseconds (package paired), in a process each (package remote). A comparison
// with figures of another day would show that the day changed.
//
// # The measurement
//
// One opening of an algorithm loads the same records in two processes, one a build,
// and runs a block of quads at rest, then one while both take checkpoints. The
// openings are the blocks of the bootstrap, so that where memory came to lie is
// inside the interval. A sweep gives every algorithm one opening, in processes of its own; the order changes
// from sweep to sweep so that no algorithm always follows the same one. An
// algorithm leaves when its intervals are narrow enough.
//
// # The verdict
//
//	regressed   the estimate is below 1 - threshold and the whole interval below
//	            1 - margin, and a second measurement, with openings of its own, says
//	            the same
//	faster      the same above 1; the interval also has to lie above what the control
//	            differs from 1 by
//	not settled the interval is so wide that twice the threshold would not show
//	same        everything else
//
// The control is base's none against a second process of the same build. It is
// never judged: what it shows is the noise. The margin is 1 %, or what the control's
// estimate is off by where that is more.
package gate

import (
	"context"
	"fmt"
	"time"

	"ckptbench/harness/result/paired"
)

// Control is the name of the comparison of base's none with itself.
const Control = "none-again"

// None is the algorithm that takes no checkpoints.
const None = "none"

// A Phase is what happens beside the transactions.
type Phase string

// The phases.
const (
	Rest    Phase = "at rest"
	Capture Phase = "while capturing"
)

// An Opening is one algorithm, loaded afresh in both builds.
type Opening interface {
	Base() paired.Side
	Head() paired.Side
	// None returns head's none, loaded beside, or nil where there is none.
	None() paired.Side
	// StartCaptures has base and head take checkpoints until StopCaptures.
	StartCaptures() error
	StopCaptures() error
	Close() error
}

// Options say what to measure and how long.
type Options struct {
	// Algorithms are those of head and base, in the order of the table.
	Algorithms []string
	// Captures reports whether an algorithm takes checkpoints.
	Captures func(algorithm string) bool
	// Open opens an algorithm in both builds, or base's none twice for Control.
	Open func(ctx context.Context, algorithm string) (Opening, error)
	// Renew starts other processes for the openings to come; nil: nothing does.
	Renew func() error
	// Threshold is the least slow-down that counts, as a share.
	Threshold float64
	// Time is how long the measurement may take, confirmations included.
	Time time.Duration
	// Slice is the length of a slice, and Quads how many a block has; 0: 5 ms and
	// 20.
	Slice time.Duration
	Quads int
	// Progress is called with what is measured; may be nil.
	Progress func(text string)

	now func() time.Time // nil: time.Now
}

// What one opening runs. Quads spread by 5 % with slices of 2.5 to 40 ms (two
// workers, a virtual machine of two cores), openings by 1 %: many short openings
// give a narrower interval than few long ones. Both sides run the same algorithm,
// so that a switch costs both the same.
const (
	sliceLength   = 5 * time.Millisecond
	quadsABlock   = 20
	spareQuads    = 2 // a block gives up after so many times its quads, where the host hits many
	warmupSlices  = 3
	fewestBlocks  = 4
	confirmBlocks = 4
)

// narrow is the half-width of an interval that is narrow enough, as a share of the
// threshold.
const narrow = 1.0 / 3

// firstShare is the part of the time that the first measurement may use. The rest
// is for confirmations, of which each algorithm that needs one gets its least in any
// case.
const firstShare = 0.8

// Run measures, and confirms what looks slower or faster.
func Run(ctx context.Context, o Options) (*Report, error) {
	if !(o.Threshold > 0 && o.Threshold <= 0.3) {
		return nil, fmt.Errorf("threshold %v: want more than 0 and at most 0.3", o.Threshold)
	}
	if o.Slice == 0 {
		o.Slice = sliceLength
	}
	if o.Quads == 0 {
		o.Quads = quadsABlock
	}
	if o.now == nil {
		o.now = time.Now
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	start := o.now()
	first := o.contests(append([]string{Control}, o.Algorithms...))
	if err := o.measure(ctx, "", first, fewestBlocks, start.Add(time.Duration(firstShare*float64(o.Time)))); err != nil {
		return nil, err
	}
	again := o.suspects(first)
	if len(again) == 0 { // nothing to confirm: the time is for what is not narrow yet
		if err := o.measure(ctx, "", first, 0, start.Add(o.Time)); err != nil {
			return nil, err
		}
		again = o.suspects(first)
	}
	r := &Report{Threshold: o.Threshold, Control: first[0].estimate(Rest), ControlSeen: first[0].seen(Rest)}
	lim := o.limits(r.Control)
	if err := o.measure(ctx, "confirm ", again, confirmBlocks, start.Add(o.Time)); err != nil {
		return nil, err
	}
	for _, c := range first[1:] {
		var second *contest
		for _, a := range again {
			if a.algorithm == c.algorithm {
				second = a
			}
		}
		r.Lines = append(r.Lines, c.lines(second, lim)...)
	}
	r.Took = o.now().Sub(start)
	return r, nil
}

// suspects returns new contests for what has to be measured again. The first contest is
// the control's, and never is.
func (o *Options) suspects(first []*contest) (again []*contest) {
	lim := o.limits(first[0].estimate(Rest))
	for _, c := range first[1:] {
		if c.suspect(lim) {
			again = append(again, newContest(c.algorithm, c.phases))
		}
	}
	return again
}

// contests returns one contest an algorithm.
func (o *Options) contests(algorithms []string) []*contest {
	var cs []*contest
	for _, a := range algorithms {
		phases := []Phase{Rest}
		if a != Control && o.Captures(a) {
			phases = append(phases, Capture)
		}
		cs = append(cs, newContest(a, phases))
	}
	return cs
}

// measure gives the contests openings, sweep by sweep: at least fewest each, and
// more until all are narrow enough or the end is near.
func (o *Options) measure(ctx context.Context, what string, cs []*contest, fewest int, end time.Time) error {
	for sweep := 0; ; sweep++ {
		if o.Renew != nil {
			if err := o.Renew(); err != nil {
				return fmt.Errorf("end the processes of a sweep: %w", err)
			}
		}
		open := 0
		for _, i := range paired.Order(len(cs), sweep+1) {
			c := cs[i]
			if sweep >= fewest && (c.narrow(narrow*o.Threshold) || o.now().Add(c.longest).After(end)) {
				continue
			}
			open++
			o.Progress(fmt.Sprintf("%s%s, opening %d", what, c.algorithm, sweep+1))
			if err := o.block(ctx, c); err != nil {
				return fmt.Errorf("%s: %w", c.algorithm, err)
			}
		}
		if open == 0 {
			return nil
		}
	}
}

// block measures one opening of a contest.
func (o *Options) block(ctx context.Context, c *contest) (err error) {
	start := o.now()
	x, err := o.Open(ctx, c.algorithm)
	if err != nil {
		return err
	}
	defer func() {
		if e := x.Close(); err == nil {
			err = e
		}
		c.longest = max(c.longest, o.now().Sub(start))
	}()
	for _, p := range c.phases {
		if err := o.phase(ctx, c, x, p); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	if x.None() == nil {
		return nil
	}
	b, err := o.run(ctx, x.None(), x.Head(), (o.Quads+1)/2)
	c.ofNone = append(c.ofNone, b)
	return err
}

// phase measures one phase in an opening. Captures run on both sides or on neither.
func (o *Options) phase(ctx context.Context, c *contest, x Opening, p Phase) error {
	if p == Capture {
		if err := x.StartCaptures(); err != nil {
			return err
		}
	}
	b, err := o.run(ctx, x.Base(), x.Head(), o.Quads)
	c.blocks[p] = append(c.blocks[p], b)
	if err == nil && p == Capture {
		err = x.StopCaptures()
	}
	return err
}

// run warms both sides and runs a block of n quads.
func (o *Options) run(ctx context.Context, base, side paired.Side, n int) (paired.Block, error) {
	for range warmupSlices {
		for _, s := range []paired.Side{base, side} {
			if _, err := s.Run(o.Slice); err != nil {
				return paired.Block{}, fmt.Errorf("warm up: %w", err)
			}
		}
	}
	turns := paired.Turns{Base: base, Side: side, Slice: o.Slice}
	return turns.Block(ctx, n, spareQuads*n)
}
