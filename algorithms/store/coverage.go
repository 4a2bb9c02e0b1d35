package store

import (
	"context"
	"fmt"

	"ckptbench/algorithms/internal/image"
)

// A coverage says which part of the log the images that are kept can do
// without.
type coverage struct {
	from uint64    // the log after it holds what the image in the making will be without; 0: not noted yet
	kept [2]uint64 // the same of the newest images published, newest first; 0: not known
}

// noteLog notes where the log stands before a checkpoint begins. A transaction
// that the image will be without enters the clock after this (see
// Algorithm.Checkpoint), and so has this epoch or a later one. Where a
// checkpoint failed, its note stays for the next: the algorithm may go on from
// where it was.
func (s *Store) noteLog() {
	if s.log != nil && s.coverage.from == 0 {
		s.coverage.from = s.log.Epoch() - 1
	}
}

// logReaches completes the point of an image with its place in the log, and
// waits until the log holds all that the image holds: on the disk, whether or not
// group commits are synced. An image that a power cut leaves ahead of its log is
// worth nothing where it mixes versions, and otherwise the log does not lead from
// the image before it to the present any more.
func (s *Store) logReaches(ctx context.Context, p Point) (Point, error) {
	if s.log == nil {
		return p, nil
	}
	if p.LogFrom == 0 {
		p.LogFrom = s.coverage.from
	}
	return p, s.log.Harden(ctx, s.log.Epoch())
}

// dropLog deletes the log that neither the image just published nor the one
// before it needs; nothing while only one is known.
func (s *Store) dropLog(info image.Info) error {
	if s.log == nil {
		return nil
	}
	c := &s.coverage
	c.from, c.kept[0], c.kept[1] = 0, info.Point.LogFrom, c.kept[0]
	if info.Path == "" { // discarded: the log is all there is
		return nil
	}
	if err := s.log.Truncate(s.logKept()); err != nil {
		return fmt.Errorf("image %s is published, but the log it covers is not deleted: %w", info.Path, err)
	}
	return nil
}

// logKept returns the epoch after which the log is kept. Where a link of a chain
// of partial images is damaged recovery falls back to what is below it, as far
// down as the full image.
func (s *Store) logKept() uint64 {
	keep := min(s.coverage.kept[0], s.coverage.kept[1])
	if bottom, ok := s.images.Bottom(); ok {
		keep = min(keep, bottom.LogFrom)
	}
	return keep
}
