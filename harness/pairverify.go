package harness

import (
	"context"
	"time"

	"ckptbench/algorithms/store"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// readBack reads the image that was captured beside the slices, as a trial's images
// are read.
func (p *pairing) readBack(ctx context.Context, side *Side) error {
	image := side.report.Image
	if p.cell.Verify == config.VerifyOff || image.Path == "" {
		return nil
	}
	side.store.StopCollapses()
	k := taken{report: side.report, kept: []string{image.Path}}
	if image.Base != 0 {
		var err error
		if k.kept, err = store.Chain(nil, image.Path); err != nil {
			return &wrongImage{err}
		}
	}
	t := &trial{cell: side.cell, entry: p.entry, dir: side.dir, store: side.store, out: &result.Trial{}}
	t.sched = newSchedule(side.cell, side.store, time.Time{}, time.Time{}, side.dir)
	if err := t.readImage(ctx, k, newStamps(side.cell)); err != nil {
		return &wrongImage{err}
	}
	p.out.Images++
	return nil
}
