package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/result"
	"ckptbench/harness/result/paired"
)

// A pairing measures one algorithm beside none, or none under its log, at one point
// of the matrix.
// Each opening has fresh memory, as where a store comes to lie in it makes it faster or slower;
// the interval is over openings.
type pairing struct {
	cell   cell
	entry  algorithms.Entry
	base   algorithms.Entry // none, or none under the log
	dir    string           // scratch
	trials []*result.Trial  // of the algorithm at the point, which the parts are weighted by
	out    *result.Pair
	look   *lookout // nil: what else the machine does is not looked at

	// Both sides of an opening run the same transactions.
	decks   func(opening int) ([]deck, error)
	done    bool  // no more openings
	capture bool  // there is something to measure while an image is captured
	paced   bool  // pace is known
	pace    int64 // bytes a second of a paced image; 0: it is not limited
}

// sideDuty is the part of a quad in which the algorithm's side runs. A capture that is
// paced to this part of its rate alone meets as many of the algorithm's
// transactions as it would alone.
const sideDuty = 0.5

// dropAtMost is how many quads a phase at rest may have, over the quads that have
// to count: where the host hits more, the opening has fewer.
const dropAtMost = 3

// next measures opening n and reports whether it was the last: the interval is narrow
// enough, or there may be no more.
func (p *pairing) next(ctx context.Context, n int) (last bool, err error) {
	began := time.Now()
	err = p.open(ctx, n)
	p.out.Elapsed += seconds(time.Since(began))
	if err != nil {
		return true, err
	}
	if n < int(p.cell.Pair.Least) {
		return false, nil
	}
	// The figure that the table will show, as of now.
	i, ok := result.OfNone(p.out, p.trials)
	p.out.Settled = ok && i.HalfWidth() <= float64(p.cell.Pair.Until)
	if !p.out.Settled && n == int(p.cell.Pair.Most) {
		p.out.Unsettled = p.why()
	}
	return p.out.Settled || n == int(p.cell.Pair.Most), nil
}

// why says why the interval is not as narrow as it should be.
// Reasons that are known are named; otherwise the spread is the algorithm's own.
func (p *pairing) why() string {
	i, ok := result.OfNone(p.out, p.trials)
	if !ok {
		return "no quad of slices counts, or no trial ran to its end"
	}
	dropped, of := p.out.Dropped()
	why := fmt.Sprintf("after %d openings the interval is ± %.1f points and not %.1f; the host hit %d of %d quads",
		len(p.out.Openings), 100*i.HalfWidth(), 100*float64(p.cell.Pair.Until), dropped, of)
	if fastest, slowest, ok := p.out.Speed(); ok && slowest > speedChanged*fastest {
		why += fmt.Sprintf("; memory took %.0f to %.0f ns", fastest, slowest)
	}
	return why
}

// speedChanged is how many times as long a chase of the canary may take as another
// before it is named as a reason: the shared caches are somebody else's at times.
const speedChanged = 1.5

// open measures one opening.
func (p *pairing) open(ctx context.Context, n int) (err error) {
	decks, err := p.decks(n)
	if err != nil {
		return err
	}
	// Both are open at the same time, in one process, and take turns.
	base, side, err := p.openBoth(n, decks)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, base.Close(), side.Close()) }()
	if p.cell.judged() { // of both, as in a trial
		keepJournals(base.drivers, journalRoom)
		keepJournals(side.drivers, journalRoom)
	}
	// A side runs half of the time, and logs half as much.
	if rate := float64(p.cell.Checkpoint.DiskRate); rate > 0 {
		base.store.SetDiskRate(max(1, int64(rate*sideDuty)))
		side.store.SetDiskRate(max(1, int64(rate*sideDuty)))
	}

	seen := p.look.begin()
	// What the host took is noted for the slices alone.
	seen.measuringTurns()
	base.ran, side.ran = seen.look, seen.look
	quads := int(p.cell.Pair.Quads)
	// Half of the slices at rest before the capture and half after it, so that a drift of the
	// machine is in both.
	before, err := p.rest(ctx, base, side, (quads+1)/2)
	if err != nil {
		return err
	}
	o := result.Opening{NoneFirst: noneFirst(n)}
	if p.capture {
		base.ran, side.ran = seen.skip, seen.skip
		if err := p.captured(ctx, base, side, &o); err != nil {
			return err
		}
	}
	base.ran, side.ran = seen.look, seen.look
	after, err := p.rest(ctx, base, side, quads/2)
	if err != nil {
		return err
	}
	before.Quads, before.Dropped = append(before.Quads, after.Quads...), before.Dropped+after.Dropped
	o.Rest = summed(before)
	o.Huge = hugeShare(base.bytes() + side.bytes())
	seen.measured()
	o.Canary, o.Disturbed = seen.report()
	p.out.Openings = append(p.out.Openings, o)
	return p.readBack(ctx, side, decks)
}

// noneFirst reports whether none is opened first in an opening. It changes from one
// to the next: where the first of two stores comes to lie in memory made it faster
// or slower by up to 1.5 % for the whole of a process.
func noneFirst(opening int) bool { return opening%2 == 1 }

// openBoth opens both sides.
func (p *pairing) openBoth(n int, decks []deck) (base, side *Side, err error) {
	order := []algorithms.Entry{p.base, p.entry}
	if !noneFirst(n) {
		slices.Reverse(order)
	}
	sides, err := p.cell.openSides(p.dir, decks, order...)
	if err != nil {
		return nil, nil, err
	}
	if !noneFirst(n) {
		slices.Reverse(sides)
	}
	return sides[0], sides[1], nil
}

// rest runs quads with nothing beside them. The first is thrown away: it finds the
// caches as the opening left them.
func (p *pairing) rest(ctx context.Context, base, side *Side, quads int) (paired.Block, error) {
	turns := p.turns(base, side)
	if _, err := turns.Quad(); err != nil {
		return paired.Block{}, err
	}
	return turns.Block(ctx, quads, dropAtMost*quads)
}

// turns returns the turns of two sides.
func (p *pairing) turns(base, side *Side) *paired.Turns {
	return &paired.Turns{
		Base: base, Side: side, Slice: time.Duration(p.cell.Pair.Slice), Lead: time.Duration(p.cell.Pair.Lead),
	}
}

// summed is the sum of a block's slices.
// Rates are transactions a second.
func summed(b paired.Block) result.Turns {
	t := result.Turns{Quads: len(b.Quads), Dropped: b.Dropped}
	t.Base, t.Side = b.Rates()
	t.BaseAgain, t.SideAgain = b.Again()
	return t
}
