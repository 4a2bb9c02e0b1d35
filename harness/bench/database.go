package bench

import (
	"path/filepath"
	"runtime"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store"
	"ckptbench/harness/bench/tsc"
	"ckptbench/harness/config"
	"ckptbench/harness/config/cost"
	"ckptbench/workload"
)

// A cell is what a trial needs of a point of the matrix.
// It does not change while trials run.
type cell struct {
	*config.Experiment
	// What the matrix sets at this point.
	params []config.Param
	index  int                // among the experiment's cells
	bench  workload.Benchmark // nil: the workload is a stream of operations
	calm   bool               // traces are short
}

// capacity returns how many keys the table has to have room for: those loaded,
// and those that inserts may add. The room for these is only reserved, so the
// guess is a generous one: of what a worker does in a second, at best.
func (c cell) capacity() uint64 {
	n := float64(c.Records)
	if c.inserts() {
		// Shorter with longer values, whose copying takes time.
		operations := 8e6 / (1 + c.valueLayout().mean()/250)
		seconds := float64(c.Warmup+c.Duration)/1e9 + 1
		n += *c.Workload.Insert * operations * seconds * float64(c.workers())
	}
	return uint64(n) + 1024
}

// workers returns how many there are.
// 0 in the configuration stands for the number of processors.
func (c cell) workers() int {
	if c.bulk() {
		return 1
	}
	if c.Workers == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return int(c.Workers)
}

// longWorker reports whether long transactions run on a worker of their own, beside
// the others.
func (c cell) longWorker() bool {
	return c.bench == nil && !c.bulk() && c.Workload.Long.Alone()
}

// storeWorkers returns how many workers the store has.
func (c cell) storeWorkers() int {
	if c.longWorker() {
		return c.workers() + 1
	}
	return c.workers()
}

// inserts reports whether the run adds records.
func (c cell) inserts() bool { return c.Workload.Insert != nil && *c.Workload.Insert > 0 }

// deletes reports whether the run removes records.
func (c cell) deletes() bool { return c.Workload.Delete != nil && *c.Workload.Delete > 0 }

// relative reports whether keys may depend on what was inserted when a transaction runs.
// Then the trace alone does not tell which keys a transaction had.
func (c cell) relative() bool {
	d := c.Workload.Distribution
	return c.inserts() || d == workload.Latest || d == workload.Exponential
}

// valueLayout returns how long values are.
// Large values lie in chunks of a table of their own.
func (c cell) valueLayout() layout {
	l := layout{fields: max(c.Workload.Fields, 1), low: int(c.RecordSize.Low), high: int(c.RecordSize.High)}
	if c.Large.Share > 0 {
		l.large = large{float64(c.Large.Share), int(c.Large.Size.Low), int(c.Large.Size.High)}
	}
	return l
}

// tables returns those of a stream of operations.
// Capacity is for all keys that inserts may add.
func (c cell) tables() []store.TableSpec {
	l, hash := c.valueLayout(), c.Index == config.IndexHash
	ts := []store.TableSpec{{Name: "usertable", ValueSize: l.slot(), Capacity: c.capacity(), Hash: hash}}
	if l.large.share > 0 {
		ts = append(ts, store.TableSpec{
			Name: "large", ValueSize: chunkSize, Hash: hash,
			Capacity: l.large.below(c.capacity()+1) * l.large.most(),
		})
	}
	return ts
}

// verified is the cell of a recorded run, which may have fewer records.
func (c cell) verified() (*cell, error) {
	// A copy: the other trials keep their size.
	e := *c.Experiment
	e.Records = e.VerifiedRecords()
	v := &cell{Experiment: &e, params: c.params, calm: c.calm}
	var err error
	v.bench, err = v.newBenchmark()
	return v, err
}

// options describe the cell's store under an algorithm, with its images and log
// below dir.
// The algorithm's entry is applied last, as it may change some.
func (c cell) options(e algorithms.Entry, dir string) store.Options {
	o := store.Options{
		Tables:  c.tables(),
		Workers: c.storeWorkers(),
		NoWait:  c.Locks == config.LocksNoWait,
		Huge:    c.HugePages,
		// Room for inserts is only reserved; touching it all would take memory that is never
		// used.
		Touch: !c.inserts(),
		Images: store.Images{
			Dir:     filepath.Join(dir, "images"),
			Streams: int(c.Checkpoint.Streams), Rate: int64(c.Checkpoint.DiskRate),
			Discard:  c.discards(e),
			Buffered: !c.Checkpoint.Direct,
			Collapse: int(c.Checkpoint.Collapse), Base: c.Checkpoint.CollapseBase,
			CollapseRate: int64(c.Checkpoint.CollapseRate),
		},
	}
	if c.bench != nil {
		o.Tables = specs(c.bench, c.Index == config.IndexHash)
	}
	// An algorithm that needs a log has one whatever the configuration says.
	if wal := c.wal(e); wal != config.WALOff || e.NeedsLog {
		o.Log = store.Log{Dir: filepath.Join(dir, "log"), Sync: wal == config.WALSync}
		if c.unlogged(e) {
			o.Log.NotesOnly, o.Log.Interval = true, noteInterval
		}
	}
	if e.Own.Paged {
		o.Budget = int64(c.MemoryBudget)
	}
	e.Apply(&o)
	if e.Paged {
		o.Restore = store.Restore(c.Restore)
	}
	return o
}

// noteInterval is the epoch of a log that holds an algorithm's own records only:
// there are no transactions whose commits a longer one would gather, and a pause
// that ends when a record is written would last until the end of the epoch.
const noteInterval = time.Millisecond

// wal returns how an algorithm's transactions are logged, if it does not need a log.
// Where images make transactions durable there is no log to do it.
func (c cell) wal(e algorithms.Entry) config.WAL {
	if c.byImage(e) {
		return config.WALOff
	}
	return c.WAL
}

// byImage reports whether images make an algorithm's transactions durable.
func (c cell) byImage(e algorithms.Entry) bool { return c.ByCheckpoint() && !e.Baseline }

// unlogged reports whether an algorithm's measured trials log no changes, so that
// their images cannot be repaired.
func (c cell) unlogged(e algorithms.Entry) bool { return e.Unlogged && c.WAL == config.WALOff }

// discards reports whether an algorithm's measured trials publish no images.
// Nothing can be recovered from such a trial, nor read back.
func (c cell) discards(e algorithms.Entry) bool {
	return c.Checkpoint.Sink == config.SinkDiscard || c.Checkpoint.Sink == config.SinkOwn && !e.Own.None()
}

// openLoaded opens a store and loads the cell's records.
func (c cell) openLoaded(
	e algorithms.Entry, dir string, history *oracle.Recorder, change func(*store.Options),
) (*store.Store, error) {
	o := c.options(e, dir)
	o.History = history
	if change != nil {
		change(&o)
	}
	s, err := store.Open(o)
	if err != nil {
		return nil, err
	}
	// Transactions may run from Start on.
	if err = c.load(s); err == nil {
		err = s.Start()
	}
	if err != nil {
		_ = s.Close() // the error that matters is err
		return nil, err
	}
	return s, nil
}

// openEmpty opens a store of the cell's tables without images or a log, to be
// recovered into under an algorithm. dir is that of the trial under e.
func (c cell) openEmpty(e, under algorithms.Entry, dir string) (*store.Store, error) {
	o := c.options(e, dir)
	o.Images, o.Log, o.NeedsLog, o.Touch, o.Budget = store.Images{}, store.Log{}, false, false, 0
	under.Apply(&o)
	return store.Open(o)
}

// load fills a store with what the run starts with.
func (c cell) load(s *store.Store) error {
	if c.bench != nil {
		return loadBenchmark(s, c.bench)
	}
	l := c.valueLayout()
	err := s.Load(0, uint64(c.Records), func(i uint64, buf []byte) (uint64, []byte) {
		// The record of a large value has its header only.
		if _, ok := l.large.rank(i); ok {
			fill(buf[:headerSize], loaded(i))
			return i, buf[:headerSize]
		}
		buf = buf[:l.length(i, 0)]
		fillFields(buf, loaded(i), l.width(len(buf)))
		return i, buf
	})
	if err == nil && l.large.share > 0 {
		err = l.loadLarge(s, uint64(c.Records))
	}
	return err
}

// dataBytes returns the size of the loaded values.
// Bytes of values; keys and headers are not in it.
func (c cell) dataBytes(s *store.Store) (n int64) {
	if c.bench == nil && !c.valueLayout().varied() {
		return int64(c.Records) * int64(c.RecordSize.High)
	}
	s.Each(func(_ int, _, _ uint64, v []byte) { n += int64(len(v)) })
	return n
}

// newRun returns what the clients of a trial share.
func (c cell) newRun() *run {
	r := &run{clock: tsc.New(), layout: c.valueLayout(), size: int(c.RecordSize.High), deletes: c.deletes(),
		relative: c.relative()}
	r.fieldSize, r.varied = r.layout.width(r.size), r.layout.varied()
	// The keys of the load are 0 to Records-1.
	r.next.Store(uint64(c.Records))
	r.newest.Store(uint64(max(c.Records, 1)) - 1)
	return r
}

// shortTrace is how many operations a worker's trace has where it is short.
const shortTrace = 1 << 15

// traceOps returns how many operations are drawn in advance for each worker of what
// lasts d. Tests of other things, and everything under the race detector, run through a
// short trace again and again: to draw a long one takes longer than to run it.
func (c cell) traceOps(d config.Duration) int {
	n := cost.TraceOps(d, c.workers())
	if c.calm || racing {
		n = min(n, shortTrace)
	}
	return n
}

// fewest is how many short transactions are drawn at least, however large.
const fewest = 8

// longTrace is how many long transactions are drawn in advance for a worker.
const longTrace = 256

// longDeck draws the transactions of the worker that runs the long ones alone.
func (c cell) longDeck(seed uint64, trial int, phase string) (deck, error) {
	// A number of its own, after those of the other workers.
	s := workload.Seed{Master: seed, Trial: trial, Worker: c.workers(), Phase: phase}
	long, err := c.trace(1, s, longTrace)
	return deck{long: long, every: *c.Workload.Long.Every}, err
}

// A deck is what one worker draws its transactions from: a trace of the short
// ones and, where there are any, one of the long ones. Which of the two comes
// next is drawn as the run goes: a trace of a million transactions may hold no
// long one at all. For a benchmark it is no more than the seed of its clients.
type deck struct {
	short, long *workload.Trace
	share       float64       // of the long ones
	every       time.Duration // the worker runs long ones alone, and begins one this often; 0: it does not
	seed        uint64
}

// decks draws the workers' transactions. Algorithms of one trial get the same.
// phase keeps the transactions of a recorded run apart from those that are measured.
func (c cell) decks(seed uint64, trial int, phase string, ops int) ([]deck, error) {
	if c.bulk() {
		return nil, nil
	}
	decks := make([]deck, c.workers())
	for i := range decks { // one after another: while it is drawn each takes twice its room
		var err error
		if decks[i], err = c.deck(seed, trial, i, phase, ops); err != nil {
			return nil, err
		}
	}
	if !c.longWorker() {
		return decks, nil
	}
	d, err := c.longDeck(seed, trial, phase)
	return append(decks, d), err
}

// deck draws the transactions of one worker.
func (c cell) deck(seed uint64, trial, worker int, phase string, ops int) (d deck, err error) {
	if c.bench != nil {
		d.seed = workload.Seed{Master: seed, Trial: trial, Phase: phase}.Number()
		return d, nil
	}
	s := workload.Seed{Master: seed, Trial: trial, Worker: worker, Phase: phase}
	// Long ones have a trace of their own, and are mixed in by the dealer.
	d = deck{share: *c.Workload.Long.Share, seed: seed ^ uint64(trial)<<32 ^ uint64(worker)}
	// So many operations, in transactions of Keys each.
	if d.short, err = c.trace(0, s, max(fewest, ops/max(c.Workload.Keys, 1))); err != nil {
		return d, err
	}
	if d.share > 0 {
		d.long, err = c.trace(1, s, longTrace)
	}
	return d, err
}

// newDriver returns what keeps worker i of a trial's store busy.
func (c cell) newDriver(r *run, s *store.Store, i int, d deck) *driver {
	t := newTimer(r)
	t.look = newLooker(r.clock, ownThread())
	if c.bench == nil {
		return &newClient(r, s.Worker(i), d, t).driver
	}
	// Only with an index does looking ahead have two steps.
	hashed := false
	for _, spec := range specs(c.bench, c.Index == config.IndexHash) {
		hashed = hashed || spec.Hash
	}
	return &newCaller(r, s.Worker(i), c.bench.Client(d.seed, i, c.workers()), hashed, t).driver
}

// trace draws n transactions of which so large a share is long.
func (c cell) trace(longShare float64, seed workload.Seed, n int) (*workload.Trace, error) {
	spec := c.Workload
	spec.Long.Share, spec.Long.Every = &longShare, nil
	st, err := workload.New(spec, uint64(c.Records), seed)
	if err != nil {
		return nil, err
	}
	return workload.Record(st, n), nil
}
