package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store"
	"ckptbench/harness/bench/judge"
)

// The size of a recorded run: so many accesses are recorded for each second of
// it (24 bytes each, and about 80 while they are checked), over so many images.
const (
	// Accesses.
	recordedPerSecond = 1_500_000
	recordedMost      = 12_000_000
	recordedImages    = 2
)

// A verification is a short run in which every transaction is recorded, and whose images
// are judged: by the oracle, and by what the transactions wrote. Its disk is not limited
// and checkpoints follow each other, so that several fit.
type verification struct {
	cell  cell
	entry algorithms.Entry
	decks []deck
	dir   string
	plan  recording

	store    *store.Store
	recorder *oracle.Recorder
	// A range of keys, or a whole state where the load is no range.
	initial oracle.Initial // what was loaded
	run     *run
	drivers []*driver
	images  []*oracle.Image
	at      []judge.Moments // of the images
	history *oracle.History
}

// A recording says how a run is recorded.
type recording struct {
	span   time.Duration           // how long it is to last, about
	images int                     // how many are taken, evenly over the span
	most   int                     // more are taken one right after the other until the span is over, up to so many
	pacer  func() func(access int) // of what has a client sleep now and then; nil: none does
	rate   int64                   // of the disk, bytes a second; 0: no limit
	block  int                     // of images, bytes; 0: the format's own
	drill  *store.Drill
}

// A notJudged is the error of a recorded run that proves nothing.
type notJudged struct{ why string }

// Error says what was missing.
func (n *notJudged) Error() string { return n.why }

// verify runs the verification. An error that is a *wrongImage says what was found, one
// that is a *notJudged why nothing could be.
func (v *verification) verify(ctx context.Context) error {
	v.recorder = oracle.NewRecorder(v.cell.storeWorkers(), 0)
	v.initial = oracle.Ranges{{Table: 0, First: 0, Count: uint64(v.cell.Records)}}
	var err error
	v.store, err = v.cell.openLoaded(v.entry, v.dir, v.recorder, func(o *store.Options) {
		// The recorded run differs from the measured one in what is set here and in nothing
		// else.
		o.Images.Rate, o.Images.Discard, o.Touch = v.plan.rate, false, false
		o.Images.BlockSize, o.Drill = v.plan.block, v.plan.drill
		o.Log.NotesOnly = false // the images are to be repaired
	})
	if err != nil {
		return err
	}
	defer func() { _ = v.store.Close() }()
	// What was loaded is read back from the store, before any transaction.
	if v.cell.bench != nil || v.cell.Large.Share > 0 {
		loaded := oracle.NewState(1, nil)
		if err := fillState(loaded, v.store); err != nil {
			return err
		}
		v.initial = loaded
	}
	defer func() { closeJournals(v.drivers) }()
	if err := v.work(ctx); err != nil {
		return err
	}
	return v.judge(ctx)
}

// work runs the clients and takes images.
func (v *verification) work(ctx context.Context) error {
	v.run = v.cell.newRun()
	// The last is of the goroutine that takes images.
	errs := make([]error, v.cell.storeWorkers()+1)
	for i := range v.cell.storeWorkers() {
		d := v.cell.newDriver(v.run, v.store, i, v.decks[i])
		if v.plan.pacer != nil {
			d.pace = v.plan.pacer()
		} else {
			// Without pauses each commit is counted at once, as progress waits for them.
			d.exact = true
		}
		v.drivers = append(v.drivers, d)
	}
	// What a benchmark's clients did is not replayed from notes.
	if v.cell.bench == nil {
		keepJournals(v.drivers, journalRoom)
	}
	var wg sync.WaitGroup
	for i, d := range v.drivers {
		wg.Go(func() {
			if errs[i] = d.loop(); errs[i] != nil {
				v.run.stop.Store(true) // nobody is to wait for it
			}
		})
	}
	errs[len(errs)-1] = v.take(ctx)
	v.run.stop.Store(true)
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return ctx.Err()
}

// pacer returns what keeps a client from recording its share before the time is
// over, and from recording much more where images take longer than they should: the
// recording, and the room for inserts, are for so much. What is recorded has its share
// of every moment.
func (v *verification) pacer() func(access int) {
	span := v.plan.span
	share := min(recordedPerSecond*span.Seconds(), recordedMost) / float64(v.cell.workers())
	start, used := time.Now(), 0
	return func(access int) {
		used += 2 * access // read and written
		ahead := time.Duration(float64(used)/share*float64(span)) - time.Since(start)
		const most = 20 * time.Millisecond
		// Its share is recorded: it goes on slowly, so that images have transactions to meet.
		if float64(used) > share {
			ahead = most
		}
		if ahead > time.Millisecond && !v.run.stop.Load() {
			time.Sleep(min(ahead, most))
		}
	}
}

// take takes images, evenly over the time and then one right after the other.
// An image that cannot be read back is a wrong one.
func (v *verification) take(ctx context.Context) error {
	if v.entry.Baseline {
		return errors.Join(v.progress(ctx), sleep(ctx, v.plan.span))
	}
	start, step := time.Now(), v.plan.span/time.Duration(v.plan.images+1)
	// At least so many, and more while there is time.
	for i := 0; i < v.plan.images || i < v.plan.most && time.Since(start) < v.plan.span; i++ {
		if i < v.plan.images && v.plan.most == 0 {
			if err := sleep(ctx, time.Until(start.Add(time.Duration(i+1)*step))); err != nil {
				return err
			}
		}
		if err := v.progress(ctx); err != nil {
			return err
		}
		// The pauser catches workers before the checkpoint begins.
		if v.plan.drill != nil {
			v.plan.drill.Pause(-1, store.Marked)
		}
		t := take(ctx, v.store)
		if t.err != nil {
			return t.err
		}
		if err := v.read(ctx, t.report); err != nil {
			return &wrongImage{err}
		}
		v.at = append(v.at, t.at)
	}
	return v.progress(ctx) // so that there are transactions after the last
}

// patience is how long a recorded run waits for a transaction to end.
const patience = time.Minute

// progress returns when a transaction has come to its end that began after progress was
// called: where they are large, or the machine is busy, that may take longer than the
// time to the next image. It also returns when a client failed.
func (v *verification) progress(ctx context.Context) error {
	// Each worker may be in a transaction that began before.
	began := uint64(v.cell.storeWorkers()) // those that may have begun before
	start := time.Now()
	for until := v.store.Counts().Commits + began + 1; v.store.Counts().Commits < until && !v.run.stop.Load(); {
		if err := sleep(ctx, time.Millisecond); err != nil {
			return err
		}
		if time.Since(start) > patience {
			return &notJudged{fmt.Sprintf("no transaction of the recorded run that began after an image had ended %v later",
				patience)}
		}
	}
	return nil
}

// read reads an image, repaired with the log where the algorithm needs one, for
// the oracle.
func (v *verification) read(ctx context.Context, report store.Report) error {
	check := v.check()
	im := &oracle.Image{Name: filepath.Base(report.Image.Path), Cut: report.Image.Point.Seq}
	v.images = append(v.images, im)
	// An image that is not whole by itself is recovered, as a program would do it.
	if v.entry.NeedsLog || report.Image.Base != 0 {
		return v.store.HoldCollapses(func() (err error) {
			im.State, err = v.repaired(ctx, report, check)
			return err
		})
	}
	if err := v.cell.checkImage(ctx, v.entry, v.dir, store.Source{Image: report.Image.Path}); err != nil {
		return err
	}
	// Each reader fills a shard of its own.
	parts := runtime.GOMAXPROCS(0)
	im.State = oracle.NewState(parts, check)
	return store.ReadImage(ctx, nil, report.Image.Path, parts, func(worker int, r store.ImageRecord) error {
		im.State.Shard(worker).Put(r.Table, r.Key, r.Stamp, !r.Absent, r.Value)
		return nil
	})
}

// check returns the check of single values; a benchmark's mean nothing to us.
func (v *verification) check() oracle.ValueFunc {
	if v.cell.bench != nil {
		return nil
	}
	return v.cell.valueLayout().check
}

// repaired returns the state that an image, with those it is based on and the
// log up to its point where it needs one, recovers to.
func (v *verification) repaired(
	ctx context.Context, report store.Report, check oracle.ValueFunc,
) (*oracle.State, error) {
	src := withLog(store.Source{Image: report.Image.Path}, v.entry, v.cell.options(v.entry, v.dir).Log.Dir, report)
	s, err := v.cell.recovered(ctx, v.entry, v.dir, src)
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Close() }()
	state := oracle.NewState(1, check)
	if err := fillState(state, s); err != nil {
		return nil, err
	}
	return state, v.cell.consistent(s, "image "+filepath.Base(src.Image))
}

// judge judges everything.
func (v *verification) judge(ctx context.Context) (err error) {
	if v.history, err = v.recorder.History(v.initial); err != nil {
		return fmt.Errorf("recording: %w", err)
	}
	// The order: history and images, the benchmark's conditions, memory, and then what the
	// transactions wrote.
	rules := oracle.Rules{Level: v.entry.Oracle}
	if err := v.judgeImages(v.history, rules); err != nil {
		return err
	}
	if err := v.cell.consistent(v.store, "memory after the run"); err != nil {
		return err
	}
	final := oracle.NewState(1, v.check())
	if err := fillState(final, v.store); err != nil {
		return fmt.Errorf("memory after the run: %w", err)
	}
	if err := v.history.Final(final, rules).Err(); err != nil {
		return &wrongImage{fmt.Errorf("memory after the run: %w", err)}
	}
	if v.cell.bench == nil {
		if err := v.compare(final); err != nil {
			return &wrongImage{err}
		}
	}
	return ctx.Err()
}

// judgeImages has the oracle judge the images. What shows only that too little happened
// is no fault.
func (v *verification) judgeImages(h *oracle.History, rules oracle.Rules) error {
	var r *oracle.Report
	if v.entry.Baseline {
		r = h.Check(rules)
	} else {
		if h.Writing() > 0 { // otherwise there is nothing to be in or out
			rules.MinIn, rules.MinOut, rules.MinBetween = 1, 1, 1
		}
		r = h.CheckImages(v.images, rules)
	}
	switch err := r.Err(); {
	case err == nil:
		return nil
	case r.Only(oracle.Progress):
		return &notJudged{fmt.Sprintf("too little happened in the recorded run: %v", err)}
	default:
		return &wrongImage{err}
	}
}

// compare compares the images, and memory at the end, with what the transactions wrote.
func (v *verification) compare(final *oracle.State) error {
	j := judge.New(v.cell.layout(v.run), replays(v.drivers, v.decks))
	// The oracle's states have digests in place of values, which are all that the judge needs.
	put := func(state *oracle.State) (err error) {
		j.Begin()
		j.File()
		state.Each(func(table int, key, stamp uint64, present bool, digest uint64) {
			if err == nil {
				err = j.PutDigest(v.run.key(table, key), stamp, !present, digest)
			}
		})
		return err
	}
	for i, image := range v.images {
		if err := errors.Join(put(image.State), j.Judge(v.at[i])); err != nil {
			return fmt.Errorf("image %s is wrong: %w", image.Name, err)
		}
	}
	if err := errors.Join(put(final), j.Final()); err != nil {
		return fmt.Errorf("memory after the run: %w", err)
	}
	return nil
}

// sleep returns after d, or with ctx's error.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
