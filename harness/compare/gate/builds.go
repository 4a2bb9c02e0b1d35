package gate

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"

	"ckptbench/harness/compare/remote"
	"ckptbench/harness/result/paired"
)

// Builds are the two programs that are compared, and the experiment that both run.
type Builds struct {
	Base, Head string // paths of the binaries
	// The same for both, as the protocol is.
	Args    []string // with which they serve slices
	Name    string   // of the config's file, for messages
	Config  string   // its text
	Scratch string   // folder for images and logs, removed by the caller

	// Each place is written by one goroutine of together at a time; all else is on the caller's.
	running [4]*remote.Process // by place; nil: not started
}

// The places of processes. Base's none runs against itself in two of them.
const (
	placeBase = iota
	placeHead
	placeNone  // head's none
	placeAgain // base's none, again
)

// Check starts both builds and returns the algorithms that both know. An error
// says what to do about a build that is too old.
func (b *Builds) Check(ctx context.Context) (algorithms []string, err error) {
	var known [2][]string
	for i, side := range []struct{ name, path string }{{"base", b.Base}, {"head", b.Head}} {
		// Only to ask: a process is ended again before the next starts.
		p, err := remote.Start(ctx, side.path, b.Args...)
		if errors.Is(err, remote.ErrProtocol) {
			return nil, fmt.Errorf("%s is older or newer than this program, and cannot run in slices: name a revision that can "+
				"with BASE= or --base, or write the baseline anew with make baseline: %w", side.name, err)
		}
		if err != nil {
			return nil, err
		}
		known[i] = p.Algorithms
		if err := p.Close(); err != nil {
			return nil, err
		}
	}
	// In base's order.
	for _, a := range known[0] {
		for _, h := range known[1] {
			if a == h {
				algorithms = append(algorithms, a)
			}
		}
	}
	return algorithms, nil
}

// Exact returns an algorithm's exact figures in one build.
func (b *Builds) Exact(ctx context.Context, binary, algorithm string) (fs []remote.Figure, err error) {
	p, err := remote.Start(ctx, binary, b.Args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	return p.Exact(b.cell(algorithm, "exact"))
}

// cell is what a process of one build runs.
func (b *Builds) cell(algorithm, dir string) remote.Cell {
	return remote.Cell{Name: b.Name, Config: b.Config, Algorithm: algorithm, Dir: filepath.Join(b.Scratch, dir)}
}

// Open implements Options.Open. The processes stay for the next algorithm, which
// is loaded into memory of its own.
func (b *Builds) Open(ctx context.Context, algorithm string) (Opening, error) {
	// For an algorithm three processes: head's none runs beside, for the ratio to it.
	places := []int{placeBase, placeHead, placeNone}
	switch algorithm {
	case Control:
		// Both of base's binary: what they differ by is no difference of code.
		places = []int{placeBase, placeAgain}
	case None:
		// None's ratio to none would be 1.
		places = places[:2]
	}
	// At the same time: no place waits for another.
	if err := together(places, func(place int) error { return b.reserve(ctx, place, algorithm) }); err != nil {
		return nil, err
	}
	x := &opened{}
	for _, place := range places {
		x.processes = append(x.processes, b.running[place])
	}
	// In turns and not one after the other: each side gets a part of its memory in each turn.
	for step := range touchSteps {
		for _, p := range x.processes {
			if err := p.Touch(float64(step+1) / touchSteps); err != nil {
				return nil, err
			}
		}
	}
	// At the same time too.
	return x, together(x.processes, (*remote.Process).Load)
}

// touchSteps is in how many turns the memory of an opening is made present.
const touchSteps = 64

// together calls f for all items at the same time.
func together[T any](items []T, f func(T) error) error {
	// One place each, so that no lock is needed.
	errs := make([]error, len(items))
	var wg sync.WaitGroup
	for i, item := range items {
		wg.Go(func() { errs[i] = f(item) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// reserve opens an algorithm in the process of a place, which it starts where it
// does not run yet.
func (b *Builds) reserve(ctx context.Context, place int, algorithm string) error {
	// By place: the first and the last are of base.
	binary := b.Base
	if place == placeHead || place == placeNone {
		binary = b.Head
	}
	// The control is none under a name of its own, which builds do not know.
	if place == placeNone || algorithm == Control {
		algorithm = None
	}
	if b.running[place] == nil {
		p, err := remote.Start(ctx, binary, b.Args...)
		if err != nil {
			return err
		}
		b.running[place] = p
	}
	// A folder by place, as processes of one algorithm run at the same time.
	return b.running[place].Open(b.cell(algorithm, "side"+strconv.Itoa(place)))
}

// Renew ends the processes, so that the next opening starts others. The caller has
// to call it at the end.
func (b *Builds) Renew() error {
	var errs []error
	for i, p := range b.running {
		if p != nil {
			errs = append(errs, p.Close())
		}
		// Also where it could not be ended: nothing can be opened in it any more.
		b.running[i] = nil
	}
	return errors.Join(errs...)
}

// opened is an Opening of processes: base, head and, for an algorithm other than
// none, head's none.
type opened struct {
	processes []*remote.Process
}

// An opened is an Opening of processes: base, head and, where a ratio to it is wanted,
// none. The methods below implement Opening.
func (x *opened) Base() paired.Side { return x.processes[0] }
func (x *opened) Head() paired.Side { return x.processes[1] }

func (x *opened) None() paired.Side {
	// A nil of the interface's type: a nil *remote.Process in it would not compare equal to nil.
	if len(x.processes) < 3 {
		return nil
	}
	return x.processes[2]
}

func (x *opened) StartCaptures() error {
	// Both are started even if one fails; the caller's Close ends what runs.
	return errors.Join(x.processes[0].StartCaptures(), x.processes[1].StartCaptures())
}

func (x *opened) StopCaptures() error {
	// Head's none takes no checkpoints.
	for _, p := range x.processes[:2] {
		if _, err := p.StopCaptures(); err != nil {
			return err
		}
	}
	return nil
}

func (x *opened) Close() error {
	var errs []error
	for _, p := range x.processes {
		// The opening is over, the process stays: Renew ends it.
		errs = append(errs, p.Shut())
	}
	return errors.Join(errs...)
}
