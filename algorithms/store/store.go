package store

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/internal/limit"
	"ckptbench/algorithms/internal/record"
	"ckptbench/algorithms/internal/wal"
	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store/internal/phase"
)

// Options describe a store.
type Options struct {
	Algorithm string // its name, for the images
	New       New
	Versions  int      // versions of a record kept side by side; 0 means 1, and HeadOnly none
	Early     bool     // transactions enter the clock before their locks are taken
	NeedsLog  bool     // the algorithm cannot do without one
	Restore   Restore  // how a Loader with pages is loaded; empty for its own choice, and for all others
	Partial   Tracking // images but the first hold what was written since the one before
	Own       Own      // files of the algorithm's own that it can be recovered from

	// Budget is how many bytes of records the algorithm may have in memory, as
	// far as it can help it; 0: all. It is for algorithms whose own files are
	// Paged, and a Keeper is what New has to return.
	Budget int64

	Tables  []TableSpec
	Workers int
	NoWait  bool // a transaction that meets a held lock aborts and tries again
	Huge    bool // ask for huge pages
	Touch   bool // make all memory present before Open returns

	Images Images
	Log    Log

	First   uint64           // see Env.First
	History *oracle.Recorder // records every transaction, where not nil
	Drill   *Drill           // of a recorded run; nil: none
}

// Images say where and how images are written.
type Images struct {
	Dir       string // empty: images are discarded
	FS        fs.FS  // nil: the operating system's
	Streams   int    // 0 means 1
	Rate      int64  // bytes a second, of images and the log together as of one disk; 0 is unlimited
	Discard   bool   // capture only, write nothing
	Buffered  bool   // through the page cache
	BlockSize int    // 0: the format's default

	// Of partial images. Collapse is how many of them may lie over the last
	// collapsed one before they are made one in the background; 0 is as many
	// as the format allows. Base has the full image take part, so that a new
	// full one results; otherwise one larger partial image does. CollapseRate is in
	// bytes a second, read and written; 0 is unlimited.
	Collapse     int
	Base         bool
	CollapseRate int64
}

// Log says whether and how transactions are logged.
type Log struct {
	Dir string // empty: no log
	// NotesOnly has the log hold what the algorithm writes there, such as the
	// checkpoint record of fuzzy, and no change. An image that needs the log is
	// worth nothing then, and Recover refuses it (see Source.Quiet).
	NotesOnly bool
	Sync      bool // made durable at each group commit
	Loggers   int  // 0 means 1
	Interval  time.Duration
	// SegmentBytes is about how long a file of the log gets before the next is begun;
	// 0 is the default of package wal.
	SegmentBytes int64
}

// A Store is a main-memory database under one algorithm.
type Store struct {
	opts    Options
	alg     Algorithm
	toucher Toucher // alg, where it is one
	orderer Orderer // alg, where it is one
	backing backing // of the records
	clock   *phase.Clock
	env     *Env
	tables  []*table
	workers []*Worker
	disk    *limit.Limiter // of images and the log
	pace    *limit.Limiter // of images alone
	images  *image.Dir
	log     *wal.Log
	meter   arena.Meter  // of the store, what is not counted by the record
	own     arena.Meter  // of the algorithm, what is not counted by the record
	peak    atomic.Int64 // of the algorithm's memory, when last asked for
	born    time.Time
	touched *arena.Cursor // how far Touch has come; nil: not begun

	early, nowait, hashed, touch bool

	trace *trace
	// holds something for the whole of a checkpoint: one at a time; a mutex that a context can end the
	// wait for
	ckpt      chan struct{}
	base      uint64     // the image that the next partial image is based on; 0 for none; protected by ckpt
	collapser *collapser // nil where images are full
	unsettled bool       // the last checkpoint has not been settled; protected by ckpt
	coverage  coverage   // of the log by images; protected by ckpt
	prefix    Prefix     // what images hold
	logAt     int64      // the log's bytes at the last trigger; protected by ckpt
	traffic   traffic    // of the algorithm with files of its own, and the log
	closed    atomic.Bool
	down      atomic.Pointer[error] // why there are no more transactions; nil: there are
	err       error                 // see Err
	locks     []io.Closer           // of the folders
}

// Open builds an empty store. Load or Recover fills it; Start makes it ready.
func Open(o Options) (*Store, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Store{
		opts: o, born: time.Now(), clock: phase.NewClock(o.Workers, 0),
		early: o.Early, nowait: o.NoWait, touch: o.Touch,
		trace: &trace{}, ckpt: make(chan struct{}, 1),
	}
	if err := s.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("open store under %s: %w", o.Algorithm, err), s.release())
	}
	return s, nil
}

// check refuses options that contradict each other or the limits of a word.
func (o *Options) check() error {
	switch {
	case o.New == nil:
		return errors.New("store: no algorithm")
	case o.Workers < 1 || o.Workers > record.MaxShared:
		return fmt.Errorf("store: %d workers: must be 1 to %d", o.Workers, record.MaxShared)
	case len(o.Tables) == 0 || len(o.Tables) > 1<<16:
		return fmt.Errorf("store: %d tables: must be 1 to 65536", len(o.Tables))
	case !slices.Contains([]Restore{"", RestoreRows, RestoreBatch, RestoreInvokeAll}, o.Restore):
		return fmt.Errorf("store: restore is %q: must be %s, %s or %s", o.Restore, RestoreRows, RestoreBatch,
			RestoreInvokeAll)
	case o.NeedsLog && o.Log.Dir == "":
		return fmt.Errorf("store: %s needs a log: give it a folder", o.Algorithm)
	case o.Budget < 0 || o.Budget > 0 && !o.Own.Paged:
		return fmt.Errorf("store: a memory budget of %d bytes for %s, which keeps every record in memory: leave it out, "+
			"or take one that can leave records in its own files", o.Budget, o.Algorithm)
	}
	for _, t := range o.Tables {
		if t.ValueSize < 0 || t.ValueSize > 1<<28 {
			return fmt.Errorf("store: table %q: values of %d bytes: must be 0 to 256 MiB", t.Name, t.ValueSize)
		}
	}
	o.Images.Streams = max(o.Images.Streams, 1)
	switch o.Versions {
	case HeadOnly:
		o.Versions = 0
	case 0:
		o.Versions = 1
	}
	if o.Images.FS == nil {
		o.Images.FS = fs.OS()
	}
	return nil
}

// open allocates the tables, opens log and images, and builds the algorithm. Where it
// fails, the caller releases what was opened.
func (s *Store) open() error {
	o := &s.opts
	var slots uint64
	versions := o.Versions
	if o.Budget > 0 {
		versions = 0
	}
	for i, spec := range o.Tables {
		t, err := newTable(i, spec, slots, versions, s.memory())
		if err != nil {
			return err
		}
		slots += spec.Capacity
		s.tables = append(s.tables, t)
		s.hashed = s.hashed || spec.Hash
		if s.touch {
			t.slots.Touch()
		}
	}
	if err := s.lockFolders(); err != nil {
		return err
	}
	if err := s.openFiles(); err != nil {
		return err
	}
	s.env = &Env{
		Workers: o.Workers, Slots: int(slots), Streams: o.Images.Streams,
		Clock: s.clock, Log: s.log, First: o.First, Meter: &s.own, Live: &s.meter,
		FS: s.traffic.count(o.Images.FS, o.Log.Dir), Dir: o.ownDir(), LogDir: o.Log.Dir, Buffered: o.Images.Buffered,
		Budget: o.Budget, Restore: o.Restore, store: s,
	}
	s.accountVersions()
	var err error
	if s.env.Dirty, err = newDirty(o.Partial, int(slots)); err != nil {
		return err
	}
	if s.env.Dirty != nil {
		s.env.CountBits(int(8 * s.env.Dirty.bytes() / max(int64(slots), 1)))
	}
	if s.alg, err = o.New(s.env); err != nil {
		return err
	}
	if o.Partial != TrackNone {
		s.collapser = startCollapser(s.images, o.Images)
	}
	// A transaction asks for these two: it is kept to a look at a word.
	s.toucher, _ = s.alg.(Toucher)
	s.orderer, _ = s.alg.(Orderer)
	if s.backing, err = s.chooseBacking(); err != nil {
		return err
	}
	s.openWorkers()
	return nil
}

// accountVersions counts the versions beside the live one as the algorithm's.
func (s *Store) accountVersions() {
	if s.opts.Budget > 0 {
		return // slots have none
	}
	for _, t := range s.tables {
		extra := 8 * max(0, int64(t.stride)-int64(strideOfOne(t.spec)))
		t.live.Add(-extra)
		t.own.Add(extra)
	}
}

// openFiles opens the folders of images and log. Both share one limit of the disk's rate.
func (s *Store) openFiles() error {
	o := &s.opts
	block := o.Images.BlockSize
	if block == 0 {
		block = image.DefaultBlock
	}
	s.disk = limit.New(o.Images.Rate, int64(block), limit.Wall{})
	s.pace = s.disk.Within()
	var err error
	s.images, err = image.Open(image.Options{
		Dir: o.Images.Dir, FS: o.Images.FS, Streams: o.Images.Streams, Disk: s.pace,
		Discard: o.Images.Discard || o.Images.Dir == "", Buffered: o.Images.Buffered,
		BlockSize: o.Images.BlockSize, Algorithm: o.Algorithm, Tables: o.Tables,
	})
	if err != nil || o.Log.Dir == "" {
		return err
	}
	b, err := o.basis()
	if err != nil {
		return err
	}
	s.log, err = wal.Open(wal.Options{
		Dir: o.Log.Dir, FS: o.Images.FS, Workers: o.Workers, After: b.after, Above: b.above, Failed: s.logFailed,
		Loggers: max(o.Log.Loggers, 1), Sync: o.Log.Sync, Interval: o.Log.Interval, SegmentBytes: o.Log.SegmentBytes,
		Disk: s.disk,
	})
	return err
}

// logFailed ends the transactions: none that commits now can become durable.
func (s *Store) logFailed(err error) {
	err = fmt.Errorf("%w: %w", ErrLog, err)
	s.down.CompareAndSwap(nil, &err)
}

// openWorkers makes the workers. What a worker writes often lies in memory of its own, so
// that workers share no cache line.
func (s *Store) openWorkers() {
	o := &s.opts
	for i := range o.Workers {
		w := &Worker{id: i, store: s, drill: o.Drill}
		w.order, w.locks, w.scanned = Isolated[int32](0), Isolated[heldLock](0), Isolated[uint64](0)
		w.tx = Txn{alg: s.alg, worker: w, recs: Isolated[Rec](0)}
		if s.log != nil && !o.Log.NotesOnly {
			w.redo = s.log.Worker(i)
		}
		if o.History != nil {
			w.tx.log = o.History.Worker(i)
		}
		s.workers = append(s.workers, w)
	}
}

// memory is how the store's memory is allocated.
func (s *Store) memory() arena.Options { return arena.Options{Huge: s.opts.Huge} }

// Start makes a filled store ready for transactions.
func (s *Store) Start() error {
	if err := s.alg.Loaded(); err != nil {
		return fmt.Errorf("start %s: %w", s.opts.Algorithm, err)
	}
	return nil
}

// Worker returns worker i, below Options.Workers.
func (s *Store) Worker(i int) *Worker { return s.workers[i] }

// Close ends the store. It waits for a checkpoint in progress; transactions
// must have ended, and later ones get ErrClosed. Closing it again does nothing.
func (s *Store) Close() error {
	again := s.closed.Swap(true)
	closed := ErrClosed
	s.down.Store(&closed)
	s.ckpt <- struct{}{}
	defer func() { <-s.ckpt }()
	if again {
		return nil
	}
	s.collapser.end()
	err := s.alg.Close()
	return errors.Join(err, s.release())
}

// release gives back all that open took; some of it may be missing.
func (s *Store) release() error {
	var errs []error
	if s.log != nil {
		errs = append(errs, s.log.Close())
	}
	if s.env != nil {
		for _, vs := range s.env.side {
			errs = append(errs, vs.free())
		}
	}
	for _, t := range s.tables {
		errs = append(errs, t.free())
	}
	s.tables = nil
	return errors.Join(append(errs, s.unlockFolders())...)
}

// Counts are what the workers did so far.
type Counts struct {
	Commits   uint64
	Conflicts uint64        // attempts that met a held lock in the no-wait mode
	Shifts    uint64        // CPR's aborts
	Aborts    uint64        // by the transaction's own body
	Stalls    uint64        // times that the algorithm made a transaction wait in a write
	Stalled   time.Duration // for so long in all, over all workers
}

// Counts adds up the workers' counters. A running worker's commits may be up
// to 15 behind.
func (s *Store) Counts() Counts {
	var c Counts
	for _, w := range s.workers {
		c.Commits += w.published.Load()
		c.Conflicts += w.conflicts.Load()
		c.Shifts += w.shifts.Load()
		c.Aborts += w.aborts.Load()
		c.Stalls += w.stalls.Load()
		c.Stalled += time.Duration(w.stalled.Load())
	}
	return c
}

// Committed returns how many transactions each worker committed, by its number. Of a
// running worker it may be up to 15 behind. It may be called at any time.
func (s *Store) Committed() []uint64 {
	ns := make([]uint64, len(s.workers))
	for i, w := range s.workers {
		ns[i] = w.published.Load()
	}
	return ns
}

// Memory is in bytes.
type Memory struct {
	Store int64 // tables and indexes, and live versions outside the tables
	Own   int64 // the algorithm's, now
	Peak  int64 // the algorithm's, at most
}

// Memory says what is used for records. What a table has reserved for inserts is
// not: of arrays with a place for every record that there may be, the part below
// the table's high mark counts.
func (s *Store) Memory() Memory {
	m := Memory{Store: s.meter.Used(), Own: s.own.Used(), Peak: s.own.Peak()}
	for _, t := range s.tables {
		high := int64(t.high.Load())
		own := high * t.own.Load() / 8
		m.Store += high * t.live.Load() / 8
		m.Own += own
		m.Peak += own
	}
	for {
		peak := s.peak.Load()
		if m.Peak <= peak {
			m.Peak = peak
			return m
		}
		if s.peak.CompareAndSwap(peak, m.Peak) {
			return m
		}
	}
}

// Log returns the log, or nil.
func (s *Store) Log() *wal.Log { return s.log }
