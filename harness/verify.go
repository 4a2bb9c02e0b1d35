package harness

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
	"ckptbench/harness/result"
)

// The size of a recorded run: so many accesses are recorded for each second of
// it (24 bytes each, and about 80 while they are checked), over so many images.
const (
	recordedPerSecond = 1_500_000
	recordedMost      = 12_000_000
	recordedImages    = 4
)

// A verification is a short run of a cell's configuration in which every
// transaction is recorded, and whose images the oracle judges. The disk rate is
// lifted and checkpoints follow each other, so that several fit.
type verification struct {
	cell    cell
	entry   algorithms.Entry
	decks   []deck
	dir     string
	verdict result.Verdict

	store    *store.Store
	recorder *oracle.Recorder
	initial  oracle.Initial // what was loaded
	run      *run
	images   []*oracle.Image
}

// verify runs the verification. An error that is a *wrongImage is the oracle's.
func (v *verification) verify(ctx context.Context) error {
	v.recorder = oracle.NewRecorder(v.cell.storeWorkers(), 0)
	v.initial = oracle.Ranges{{Table: 0, First: 0, Count: uint64(v.cell.Records)}}
	var err error
	v.store, err = v.cell.openLoaded(v.entry, v.dir, v.recorder, func(o *store.Options) {
		o.Images.Rate, o.Images.Discard, o.Touch = 0, false, false
		o.Log.NotesOnly = false // the images are to be repaired
	})
	if err != nil {
		return err
	}
	defer func() { _ = v.store.Close() }()
	if v.cell.bench != nil {
		loaded := oracle.NewState(1, nil)
		if err := fillState(loaded, v.store); err != nil {
			return err
		}
		v.initial = loaded
	}
	if err := v.work(ctx); err != nil {
		return err
	}
	return v.judge(ctx)
}

// work runs the clients at a pace that spreads the recording over the time, and
// takes images.
func (v *verification) work(ctx context.Context) error {
	v.run = v.cell.newRun()
	errs := make([]error, v.cell.storeWorkers()+1)
	var wg sync.WaitGroup
	for i := range v.cell.storeWorkers() {
		d := v.cell.newDriver(v.run, v.store, i, v.decks[i])
		d.pace = v.pacer()
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
// over.
func (v *verification) pacer() func(access int) {
	span := time.Duration(v.cell.VerifyDuration)
	share := min(recordedPerSecond*span.Seconds(), recordedMost) / float64(v.cell.workers())
	start, used := time.Now(), 0
	return func(access int) {
		used += 2 * access // read and written
		ahead := time.Duration(float64(used)/share*float64(span)) - time.Since(start)
		if ahead > time.Millisecond && !v.run.stop.Load() {
			time.Sleep(min(ahead, 20*time.Millisecond))
		}
	}
}

// take takes images, evenly over the time.
func (v *verification) take(ctx context.Context) error {
	if v.entry.Baseline {
		return sleep(ctx, time.Duration(v.cell.VerifyDuration))
	}
	start, step := time.Now(), time.Duration(v.cell.VerifyDuration)/(recordedImages+1)
	for i := range recordedImages {
		if err := sleep(ctx, time.Until(start.Add(time.Duration(i+1)*step))); err != nil {
			return err
		}
		report, err := v.store.Checkpoint(ctx)
		if err != nil {
			return err
		}
		if err := v.read(ctx, report); err != nil {
			return &wrongImage{err}
		}
		if err := v.progress(ctx); err != nil {
			return err
		}
	}
	return sleep(ctx, step/2) // so that there are transactions after the last
}

// progress returns when a transaction has come to its end that began after the
// last image: where they are large, or the machine is busy, that may take longer
// than the time to the next one. It also returns when a client failed.
func (v *verification) progress(ctx context.Context) error {
	began := uint64(v.cell.storeWorkers()) // those that may have been in it
	for until := v.store.Counts().Commits + began + 1; v.store.Counts().Commits < until && !v.run.stop.Load(); {
		if err := sleep(ctx, time.Millisecond); err != nil {
			return err
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
	if v.entry.NeedsLog || report.Image.Base != 0 {
		return v.store.HoldCollapses(func() (err error) {
			im.State, err = v.repaired(ctx, report, check)
			return err
		})
	}
	if err := v.cell.checkImage(ctx, v.entry, v.dir, store.Source{Image: report.Image.Path}); err != nil {
		return err
	}
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
	size := v.cell.fieldSize()
	return func(_ int, key, stamp uint64, value []byte) error { return checkValue(key, stamp, value, size) }
}

// repaired returns the state that an image, with those it is laid over and the
// log up to its point where it needs one, recovers to.
func (v *verification) repaired(ctx context.Context, report store.Report, check oracle.ValueFunc) (*oracle.State, error) {
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

// judge has the oracle look at everything.
func (v *verification) judge(ctx context.Context) error {
	history, err := v.recorder.History(v.initial)
	if err != nil {
		return fmt.Errorf("recording: %w", err)
	}
	v.verdict.Transactions = uint64(history.Len())
	rules := oracle.Rules{Level: v.entry.Oracle}
	if err := v.judgeImages(history, rules).Err(); err != nil {
		return &wrongImage{err}
	}
	if err := v.cell.consistent(v.store, "memory after the run"); err != nil {
		return err
	}
	final := oracle.NewState(1, v.check())
	if err := fillState(final, v.store); err != nil {
		return fmt.Errorf("memory after the run: %w", err)
	}
	if err := history.Final(final, rules).Err(); err != nil {
		return &wrongImage{fmt.Errorf("memory after the run: %w", err)}
	}
	v.verdict.Add(result.How{Oracle: len(v.images)})
	return ctx.Err()
}

func (v *verification) judgeImages(h *oracle.History, rules oracle.Rules) *oracle.Report {
	if v.entry.Baseline {
		return h.Check(rules)
	}
	if h.Writing() > 0 { // else there is nothing to be in or out
		rules.MinIn, rules.MinOut, rules.MinBetween = 1, 1, 1
	}
	return h.CheckImages(v.images, rules)
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
