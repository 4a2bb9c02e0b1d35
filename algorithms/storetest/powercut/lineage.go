package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

// The size of a lineage: large enough for images to be merged and log files deleted.
const (
	generations = 3
	// pictures is how many cuts a generation has, about.
	pictures = 12
	// between is how many transactions lie between two checkpoints, at least.
	between = 12
)

// A lineage is a store that loses its power, is recovered and continues, over and over.
type lineage struct {
	setup
	// For messages: it has everything that is needed to run the lineage again.
	name string
	rng  *rand.Rand // the lineage's goroutine's alone
	disk *fstest.Mem
	// Of all generations.
	hist *history
	tally

	every   bool  // the power is cut at every call
	segment int64 // about how long a file of the log gets; 0: there is one
	turn    int   // the call that is to fail in the first generation, and no other; 0: by chance
	kind    int   // of that fault
	missed  bool  // there was no such call

	first    bool      // nothing was ever published
	promised uint64    // transactions that the generation before left, durably
	shown    [2]uint64 // what the newest state that was published holds at least, and the one before it
}

// newLineage returns a lineage on an empty disk. The seed and n decide all that is drawn,
// and half of the lineages have a log of several files.
func newLineage(s setup, seed, n uint64) *lineage {
	l := &lineage{
		setup: s, rng: rand.New(rand.NewPCG(seed, n)), disk: fstest.NewMem(), hist: &history{}, first: true,
		name: fmt.Sprintf("%s, wal %s, sink %s, seed %d/%d", s.e.Name, s.wal, s.sink, seed, n),
	}
	if n%2 == 0 { // several files a generation, and most of them go with a checkpoint
		l.segment = 1500
	}
	return l
}

// newTurn returns a lineage of one generation in which call n fails, and is recovered
// from.
func newTurn(s setup, seed uint64, n int) *lineage {
	l := newLineage(s, seed, uint64(n))
	l.turn, l.kind = n, (n+int(seed%mostWays))%mostWays
	return l
}

// options are those of a store on a disk.
func (l *lineage) options(disk fs.FS) store.Options {
	o := l.setup.options(disk)
	if l.wal != walOff {
		o.Log.SegmentBytes = l.segment
	}
	return o
}

// run lives for some generations.
// It ends early when something was found, as what follows would only show that again.
func (l *lineage) run(ctx context.Context) {
	for g := range generations {
		before := len(l.texts)
		p, err := l.generation(ctx, g)
		if errors.Is(err, errors.ErrUnsupported) {
			return // the algorithm needs a platform that this is not
		}
		if err != nil {
			l.find(&l.unexplained, fmt.Sprintf("generation %d: %v", g+1, err))
		}
		// A turn has one generation. What only the log holds cannot be gone on from.
		if l.turn > 0 || len(l.texts) > before || p == nil || l.sink == sinkDiscard || ctx.Err() != nil {
			return
		}
		l.goOn(p)
	}
}

// goOn takes the disk and the history that a cut left.
func (l *lineage) goOn(p *picture) {
	l.disk, l.hist, l.first = p.disk, l.hist.until(p.found), p.none
	l.promised, l.shown = p.promised, [2]uint64{p.promised, p.earlier}
	// A kill leaves more than is durable: there the promise stays what it was.
	if p.how == power { // what it left is on the disk
		l.promised, l.shown[0] = p.found, p.found
	}
}

// find notes what should not be.
func (l *lineage) find(count *int, text string) {
	*count++
	l.texts = append(l.texts, l.name+": "+text)
}

// A life is one generation: a store, and the camera on its disk.
type life struct {
	*lineage
	cam *camera
	s   *store.Store
	// Set once; clients look at it after each transaction.
	stop  atomic.Bool
	wg    sync.WaitGroup
	done  atomic.Uint64 // the last transaction that committed
	acked atomic.Int64  // transactions that clients knew to be durable by an image
	fails bool          // a call of the disk fails on purpose
}

// generation opens the store, has it work through checkpoints, and judges every
// picture that was taken. It returns one of them to go on from.
// An error is one that no fault explains.
func (l *lineage) generation(ctx context.Context, g int) (*picture, error) {
	f := &life{lineage: l, cam: newCamera(l)}
	f.fails = f.cam.fault != nil
	err := f.work(ctx)
	f.halt()
	l.acknowledged += int(f.acked.Load())
	if f.s != nil {
		closing := f.s.Close()
		if err == nil && closing == nil && l.wal != walOff && !f.fails {
			f.cam.promise(f.done.Load()) // closing the log syncs it, whatever the mode
		}
		if err == nil && !f.fails {
			err = closing
		}
	}
	// After Close everything that was promised has to be there.
	f.cam.shoot("the end", power)
	f.cam.shoot("the end", kill)
	// A call failed on purpose: errors are what it asked for, and what is left is judged all the
	// same.
	if f.fails {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	l.missed = f.fails && f.cam.fault.hit == ""
	var next []*picture
	for _, p := range f.cam.taken {
		l.cuts++
		text, count := l.judge(p)
		if text != "" {
			l.find(count, fmt.Sprintf("generation %d, %s before %s: %s%s", g+1, p.how, p.call, text, f.cam.blame()))
			continue
		}
		// Not from a damaged disk: the next generation would be blamed for it.
		if p.how != flip {
			next = append(next, p)
		}
	}
	if len(next) == 0 {
		return nil, nil
	}
	return next[l.rng.IntN(len(next))], nil
}

// work opens the store and takes checkpoints under load.
func (f *life) work(ctx context.Context) error {
	o := f.options(f.cam.disk())
	s, err := store.Open(o)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	f.s = s
	// Before anything was published the disk is new.
	if !f.first {
		if _, err := s.Recover(ctx, f.source(o, f.cam.disk())); err != nil {
			return fmt.Errorf("recover: %w", err)
		}
	}
	if err := s.Start(); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	// All that the history has was found.
	f.done.Store(f.hist.begun())
	if f.wal != walOff && f.sink != sinkDiscard { // a log that is built on is durable, whatever the process before did
		f.cam.promise(f.done.Load())
	}
	if err := f.checkpoint(ctx); err != nil { // the log alone is not recovered from
		return err
	}
	for w := range workers {
		rng := rand.New(rand.NewPCG(f.rng.Uint64(), 0))
		f.wg.Go(func() { f.client(ctx, w, rng) })
	}
	// Two checkpoints under load: images are replaced, log files go.
	for range 2 {
		f.progress()
		if err := f.checkpoint(ctx); err != nil && !f.fails {
			return err
		}
	}
	f.progress()
	f.halt()
	return f.cam.clientErr()
}

// halt stops the clients and waits for them. It may be called again.
func (f *life) halt() {
	f.stop.Store(true)
	f.wg.Wait()
}

// checkpoint takes one; what was committed before it is promised after it.
func (f *life) checkpoint(ctx context.Context) error {
	before := f.done.Load()
	if _, err := f.s.Checkpoint(ctx); err != nil {
		return err
	}
	// A discarded image promises nothing.
	if f.sink != sinkDiscard {
		f.cam.publish(before)
	}
	return nil
}
