package bench

import (
	"context"
	"time"

	"ckptbench/algorithms/store"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// readBack reads the image that was captured beside the slices, as a trial's images
// are read.
// An image that is wrong makes the pair one without a figure.
func (p *pairing) readBack(ctx context.Context, side *Side, decks []deck) error {
	k := side.last
	if p.cell.Verify == config.VerifyOff || k.report.Image.Path == "" {
		return nil
	}
	// A collapse could replace the files meanwhile.
	side.store.StopCollapses()
	k.kept = []string{k.report.Image.Path}
	if k.report.Image.Base != 0 {
		var err error
		if k.kept, err = store.Chain(nil, k.report.Image.Path); err != nil {
			return &wrongImage{err}
		}
	}
	if err := p.check(ctx, side, k, decks); err != nil {
		return &wrongImage{err}
	}
	p.out.Images++
	return nil
}

// check checks the image of one capture: by the judge, which knows what every transaction
// did, where the workload is one that can be judged; otherwise as a trial checks its images.
func (p *pairing) check(ctx context.Context, side *Side, k taken, decks []deck) error {
	if side.cell.judged() {
		_, err := newExam(side.cell, p.entry, side.run, side.drivers, decks).image(ctx, k)
		return err
	}
	// Only what checkImage needs of a trial.
	t := &trial{cell: side.cell, entry: p.entry, dir: side.dir, store: side.store, out: &result.Trial{}}
	t.sched = newSchedule(side.cell, side.store, time.Time{}, time.Time{}, side.dir)
	return t.checkImage(ctx, k)
}
