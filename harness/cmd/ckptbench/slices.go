package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"ckptbench/harness/bench"
	"ckptbench/harness/compare/gate"
	"ckptbench/harness/compare/remote"
	"ckptbench/harness/config"
)

// slicesCommand serves the protocol of package remote, for regress.
type slicesCommand struct{}

// Run answers on stdout until stdin ends.
func (slicesCommand) Run(ctx context.Context, t terminal) error {
	var o opener
	return remote.Program{Algorithms: known().Names(), Open: o.open, Exact: exactFigures}.Serve(ctx, os.Stdin, t.out)
}

// An opener opens stores. It keeps the transactions of the last experiment.
type opener struct {
	// The text, by which openings are kept or made anew.
	config     string
	experiment *config.Experiment
	openings   *bench.Openings
}

// open opens a cell's stores for slices. Cells of one configuration share the traces that
// were drawn for the first.
func (o *opener) open(ctx context.Context, c remote.Cell) (remote.Store, error) {
	if o.openings == nil || o.config != c.Config {
		e, err := cellConfig(c)
		if err != nil {
			return nil, err
		}
		// Nothing is written: what the disk does is not the build's. The rate still
		// paces the captures.
		e.Checkpoint.Sink = config.SinkDiscard
		if o.openings, err = bench.NewOpenings(e, 0); err != nil {
			return nil, err
		}
		o.config, o.experiment = c.Config, e
	}
	s, err := o.openings.Reserve(c.Algorithm, c.Dir)
	if err != nil {
		return nil, err
	}
	return &turns{ctx: ctx, openings: o.openings, side: s, rate: int64(o.experiment.Checkpoint.DiskRate)}, nil
}

// A turns is a store that runs slices, with captures beside them one after another.
type turns struct {
	// Of the process: the protocol's requests have none of their own.
	ctx       context.Context
	openings  *bench.Openings
	loaded    bool
	side      *bench.Side
	capturing bool  // another capture begins when one has ended
	started   bool  // a capture was started and not ended by endCapture
	rate      int64 // of an image, bytes a second; 0: without limit
	// Finished since StartCaptures.
	images int
}

var _ remote.Store = (*turns)(nil)

// cellConfig parses a cell's config.
func cellConfig(c remote.Cell) (*config.Experiment, error) {
	e, err := config.Parse(c.Name, []byte(c.Config), known())
	if err != nil {
		return nil, err
	}
	if n := len(e.Cells()); n != 1 {
		return nil, fmt.Errorf("%s has a matrix of %d points: slices run at a single one", c.Name, n)
	}
	return e, nil
}

// Touch implements remote.Store.
func (s *turns) Touch(share float64) error {
	s.openings.Touch(s.side, share)
	return nil
}

// Load implements remote.Store.
func (s *turns) Load() error {
	s.loaded = true
	return s.openings.Load(s.side)
}

// Run implements remote.Store.
func (s *turns) Run(d time.Duration) (remote.Slice, error) {
	if !s.loaded {
		return remote.Slice{}, errors.New("the store is not loaded")
	}
	// Between slices, so that no goroutine beside the workers has to look.
	if s.capturing && !s.side.Capturing() {
		if err := s.endCapture(); err != nil {
			return remote.Slice{}, err
		}
		s.side.StartCapture(s.ctx, s.rate)
		s.started = true
	}
	x, err := s.side.Run(d)
	return remote.Slice{Rate: x.Rate, Elapsed: int64(x.End.Sub(x.Start)), Host: int64(x.Host)}, err
}

// StartCaptures implements remote.Store. The first begins with the next slice.
func (s *turns) StartCaptures() error {
	s.capturing, s.images = true, 0
	s.side.CountWholeTime(true)
	return nil
}

// StopCaptures implements remote.Store. It waits for the capture under way, whose
// rest nobody measures.
func (s *turns) StopCaptures() (int, error) {
	s.capturing = false
	s.side.CountWholeTime(false)
	// Without its rate the capture ends sooner.
	s.side.Hurry()
	return s.images, s.endCapture()
}

// endCapture waits for the capture under way, if there is one, and counts it.
func (s *turns) endCapture() error {
	if !s.started {
		return nil
	}
	// Also where it fails: it is over.
	s.started = false
	if _, err := s.side.EndCapture(); err != nil {
		return err
	}
	s.images++
	return nil
}

// Close implements remote.Store.
func (s *turns) Close() error { return errors.Join(s.endCapture(), s.side.Close()) }

// exactFigures implements remote.Program's Exact.
func exactFigures(ctx context.Context, c remote.Cell) ([]remote.Figure, error) {
	e, err := cellConfig(c)
	if err != nil {
		return nil, err
	}
	w, err := bench.Exact(ctx, e, 0, c.Algorithm, c.Dir)
	if err != nil {
		return nil, err
	}
	return figures(w), nil
}

// figures names what a run of fixed length cost.
func figures(w bench.Work) []remote.Figure {
	fs := []remote.Figure{
		{Name: "allocations per transaction", Value: w.Allocations},
		{Name: "heap bytes per transaction", Unit: "B", Value: w.HeapBytes},
		{Name: "memory of its own", Unit: "B", Value: float64(w.Own)},
	}
	for i, image := range w.Images {
		fs = append(fs,
			remote.Figure{Name: fmt.Sprintf(gate.Records+" %d", i+1), Value: float64(image.Records)},
			remote.Figure{Name: fmt.Sprintf("bytes of image %d", i+1), Unit: "B", Value: float64(image.Bytes)})
	}
	return fs
}
