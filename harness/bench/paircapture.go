package bench

import (
	"context"
	"fmt"
	"time"

	"ckptbench/algorithms/store"
	"ckptbench/harness/result"
	"ckptbench/harness/result/paired"
)

// captured runs quads beside one capture, paced so that the algorithm meets as many
// of its own transactions as it would alone.
// A figure of throughput during a capture is of slices that both sides ran meanwhile.
func (p *pairing) captured(ctx context.Context, base, side *Side, o *result.Opening) error {
	if !p.paced {
		if err := p.setPace(ctx, side); err != nil {
			return err
		}
	}
	// What a worker waits for here is the algorithm's own, and no quad is left out for it.
	base.CountWholeTime(true)
	side.CountWholeTime(true)
	defer func() { base.CountWholeTime(false); side.CountWholeTime(false) }()
	// The capture runs in its own goroutine, at the pace given, beside the slices.
	side.StartCapture(ctx, p.pace)
	turns := p.turns(base, side)
	var quads []paired.Quad
	var failed error
	for side.Capturing() && failed == nil {
		var q paired.Quad
		if q, failed = turns.Quad(); failed == nil {
			quads = append(quads, q)
		}
	}
	report, err := side.EndCapture()
	switch {
	case failed != nil:
		return failed
	case err != nil:
		return fmt.Errorf("capture beside slices: %w", err)
	}
	during := within(quads, report)
	o.Capture, o.Total, o.Pace = summed(during), seconds(report.Total), p.pace
	if len(during.Quads)+during.Dropped == 0 { // it keeps transactions out for the whole of a capture
		p.capture = false
	}
	return nil
}

// setPace finds the rate of a paced image. Where the configuration limits no disk,
// one image is captured beside the algorithm alone to see how fast that is.
func (p *pairing) setPace(ctx context.Context, side *Side) error {
	p.paced = true
	rate := float64(p.cell.Checkpoint.DiskRate)
	if rate == 0 {
		side.StartCapture(ctx, 0)
		for side.Capturing() {
			if _, err := side.Run(time.Duration(p.cell.Pair.Slice)); err != nil {
				_, _ = side.EndCapture()
				return err
			}
		}
		report, err := side.EndCapture()
		if err != nil {
			return fmt.Errorf("capture beside the algorithm alone: %w", err)
		}
		if report.Image.Records == 0 { // it is made of files of its own, which nothing paces
			return nil
		}
		rate = float64(report.Image.Bytes) / max(report.Capture+report.Write, time.Microsecond).Seconds()
	}
	// Its own slices are that share of the time, so at this rate it meets as many transactions
	// as it would alone.
	p.pace = max(1, int64(rate*sideDuty))
	return nil
}

// within returns the quads that ran while a checkpoint was under way from trigger
// to durable, and in which no worker was kept from starting.
func within(quads []paired.Quad, r store.Report) paired.Block {
	var b paired.Block
	for _, q := range quads {
		if inside(q, r.Marks) {
			b.Add(q)
		}
	}
	return b
}

// inside reports whether a quad lies between a checkpoint's trigger and its durable
// end, clear of every stretch from closed to opened.
// Marks are in the order of time; a checkpoint that failed has no durable end.
func inside(q paired.Quad, marks []store.Mark) bool {
	var closed time.Time
	in, durable := false, false
	for _, m := range marks {
		switch m.Name {
		case store.MarkTrigger:
			in = !q.Start().Before(m.At)
		case store.MarkDurable:
			in, durable = in && !q.End().After(m.At), true
		case store.MarkClosed:
			closed = m.At
		case store.MarkOpened:
			in = in && (q.End().Before(closed) || q.Start().After(m.At))
		}
	}
	return in && durable
}
