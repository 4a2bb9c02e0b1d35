package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

// childVariable is the environment variable that makes this program a child,
// and says what it is to do.
// The program is its own child: what runs is exactly what was built.
const childVariable = "CKPTBENCH_CRASH_CHILD"

// An order tells a child what to do. It travels in an environment variable, as JSON.
type order struct {
	// A name of the table of algorithms.
	Algorithm string
	Log       bool
	Dir       string // of the store
	Notes     string // folder of the ledger
	Seed      uint64
	Way       way
	Power     bool // the child keeps a journal of its file system, by which the power is cut
}

// A way is how a store with files of its own is recovered, and what from.
// Stores without files of their own have one way: from an image.
type way struct {
	Own     bool // from its own files; otherwise from an image, as every other store
	Budget  bool // it has a memory budget
	NoImage bool // there are no images to fall back to
}

// ways returns those there are for an algorithm.
func ways(e algorithms.Entry) []way {
	switch {
	case e.Own.None():
		return []way{{}}
	case e.Own.Paged:
		return []way{{}, {Own: true}, {Own: true, Budget: true}, {Own: true, Budget: true, NoImage: true}}
	}
	return []way{{}, {Own: true}, {Own: true, NoImage: true}}
}

// budget is the size of a few pages, fewer than there are.
// In bytes.
const budget = 24 << 10

// source is what the store is recovered from.
// The parent recovers from the same source that the child does.
func (o order) source(disk fs.FS) store.Source {
	src := store.Source{Images: o.images(), Log: o.log(), FS: disk, Parallel: 2}
	if o.Way.Own {
		opts := o.options(disk)
		src.Own = opts.OwnFiles()
	}
	return src
}

// images is the folder of the images, ledger the file of the ledger.
func (o order) images() string { return filepath.Join(o.Dir, "images") }
func (o order) ledger() string { return filepath.Join(o.Notes, "ledger") }

// journal returns the file of the journal, which is no part of the store.
func (o order) journal() string { return filepath.Join(o.Dir, "journal") }

// log returns the log's folder, or "" without a log.
func (o order) log() string {
	if !o.Log {
		return ""
	}
	return filepath.Join(o.Dir, "log")
}

// ready is what a child prints when its workers run.
const ready = "ready\n"

// childMain is the whole of a child: it recovers what is there, goes on, and
// never ends by itself but in an error, or when its parent is gone.
func childMain(text string) int {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	// A child must not outlive its parent, however that ends.
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends with the parent
		os.Exit(1)
	}()
	fmt.Fprintln(os.Stderr, o.work())
	return 1
}

// work returns the error that ends it.
func (o order) work() error {
	if _, ok := algorithms.Find(o.Algorithm); !ok {
		return fmt.Errorf("there is no algorithm %q", o.Algorithm)
	}
	// The order: open, recover or load, then the ledger, an image, and only then any work.
	disk, notes, err := o.disk()
	if err != nil {
		return err
	}
	s, err := store.Open(o.options(disk))
	if err != nil {
		return err
	}
	done, err := o.fill(s, disk)
	if err != nil {
		return err
	}
	l, err := o.openLedger(notes, done)
	if err != nil {
		return err
	}
	c := &child{o: o, s: s, l: l, failed: make(chan error)}
	// A child goes on counting where the one before it had got.
	for w := range done {
		c.committed[w].Store(done[w])
	}
	if err := c.checkpoint(); err != nil { // before any work: a log alone is not recovered from
		return err
	}
	for w := range workers {
		go func() { c.failed <- c.run(w, done[w]) }()
	}
	go func() { c.failed <- c.checkpoints() }()
	// The parent waits for this line before it counts the time to the kill.
	fmt.Print(ready)
	return <-c.failed
}

// disk returns the file system of the store and, with Power, what notes are written to.
func (o order) disk() (disk fs.FS, notes io.WriterAt, err error) {
	if !o.Power {
		return fs.OS(), nil, nil
	}
	journal, err := os.Create(o.journal())
	if err != nil {
		return nil, nil, err
	}
	// Notes go to the same journal, so their order among the calls is known.
	rec := fstest.NewRecorder(fs.OS(), journal)
	return rec, rec, nil
}

// openLedger returns the ledger, in a file of its own or in the journal.
func (o order) openLedger(notes io.WriterAt, done [workers]uint64) (*ledger, error) {
	if notes == nil {
		return createLedger(o.ledger(), done)
	}
	l := &ledger{notes}
	return l, l.begin(done)
}

// options are those of a store of the child's algorithm.
func (o order) options(disk fs.FS) store.Options {
	// Small blocks and segments, short epochs and frequent collapses, so that a short life meets
	// all of them. The seed decides how long chains get.
	opts := store.Options{
		Tables: tables(), Workers: workers,
		Images: store.Images{Dir: o.images(), FS: disk, Streams: 2, BlockSize: 4096, Collapse: 1 + int(o.Seed%2),
			Base: o.Seed%2 == 0},
		Log: store.Log{Dir: o.log(), Sync: true, Interval: time.Millisecond, SegmentBytes: 16 << 10},
	}
	e, _ := algorithms.Find(o.Algorithm)
	e.Apply(&opts)
	if opts.Images.Discard = o.Way.NoImage; o.Way.Budget {
		opts.Budget = budget
	}
	return opts
}

// fill recovers what is on the disk, or loads a new store, and returns how many
// transactions of each worker it holds.
func (o order) fill(s *store.Store, disk fs.FS) (done [workers]uint64, err error) {
	_, err = s.Recover(context.Background(), o.source(disk))
	if errors.Is(err, store.ErrNoImage) {
		err = load(s)
	}
	if err == nil {
		err = s.Start() // from here on records are where the algorithm has them
	}
	if err != nil {
		return done, err
	}
	return stateOf(s).done()
}

// A child is a store under load, in a process that waits to be killed.
// All goroutines run until the first of them fails, or the process is killed.
type child struct {
	o         order
	s         *store.Store
	l         *ledger
	committed [workers]atomic.Uint64 // transactions of each worker that returned; written by the worker alone
	failed    chan error             // gets the error of the goroutine that fails first
}

// checkpoints takes one image after another.
func (c *child) checkpoints() error {
	for {
		if err := c.checkpoint(); err != nil {
			return err
		}
	}
}

// checkpoint takes one, and notes what it must hold and what it may hold at most: what
// had committed before it began, and what had begun when it ended.
func (c *child) checkpoint() error {
	var r returned
	// Read before the checkpoint is asked for: these have to be in it.
	for w := range workers {
		r.least[w] = c.committed[w].Load()
	}
	report, err := c.s.Checkpoint(context.Background())
	if err != nil {
		return err
	}
	for w := range workers {
		// One more may be under way.
		r.most[w] = c.committed[w].Load() + 1
	}
	r.image, r.point = report.Image.Seq, report.Image.Point.Seq
	// Nothing is published under a number then; the counts still hold.
	if c.o.Way.NoImage {
		r.image, r.point = 0, 0
	}
	return c.l.checkpoint(r)
}

// A pending transaction has committed at a place: an epoch of the log or, without
// one, a place of the store's Prefix.
type pending struct{ n, place uint64 }

// run runs one worker's transactions. One is acknowledged when the log is durable up
// to its epoch or, without a log, when an image that holds it is published.
func (c *child) run(w int, done uint64) error {
	client := newClient(c.o.Seed, c.s.Worker(w), w, done)
	acknowledged := done
	// Committed and not yet durable, oldest first. The worker never waits for durability, as in
	// group commit.
	var wait []pending
	for {
		if err := client.next(); err != nil {
			return err
		}
		c.committed[w].Store(client.n)
		place, durable := c.reached(w)
		wait = append(wait, pending{client.n, place})
		for len(wait) > 0 && wait[0].place <= durable {
			acknowledged, wait = wait[0].n, wait[1:]
		}
		// Both numbers in one write, so a reader never sees one without the other.
		if err := c.l.progress(w, client.n, acknowledged); err != nil {
			return err
		}
	}
}

// reached returns the place of a worker's last transaction, and the place up to which
// all of them are durable.
func (c *child) reached(w int) (place, durable uint64) {
	if c.o.Log {
		return c.s.Worker(w).Epoch(), c.s.Log().Durable()
	}
	return c.s.Worker(w).Place(), c.s.Prefix().Durable()
}
