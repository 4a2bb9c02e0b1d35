package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store"
	"ckptbench/harness/result"
)

// readBack reads every image that the trial wrote, and compares it with what the
// transactions wrote, and then memory as well; what a benchmark's transactions wrote is
// judged by its own conditions.
// The clients have ended. The error is a *wrongImage where an image or memory is wrong.
func (t *trial) readBack(ctx context.Context) error {
	if t.cell.bench != nil {
		for _, k := range t.sched.images() {
			if err := t.checkImage(ctx, k); err != nil {
				return &wrongImage{err}
			}
			t.out.Verdict.Add(result.How{Conditions: 1})
		}
		return nil
	}
	x := newExam(t.cell, t.entry, t.run, t.drivers, t.decks)
	for _, k := range t.sched.images() {
		// In the order in which they were taken: the judge's model only goes forward.
		how, err := x.image(ctx, k)
		if err != nil {
			return &wrongImage{err}
		}
		t.out.Verdict.Add(how)
	}
	if err := x.final(t.store); err != nil {
		return &wrongImage{fmt.Errorf("memory after the run: %w", err)}
	}
	return nil
}

// A wrongImage is the error of an image that is not what it should be.
// It ends the trial without a throughput, and the experiment goes on.
type wrongImage struct{ err error }

// Error and Unwrap are the cause's.
func (w *wrongImage) Error() string { return w.err.Error() }
func (w *wrongImage) Unwrap() error { return w.err }

// checkImage has the benchmark check one kept image, after a repair from the
// kept log where the algorithm needs one.
func (t *trial) checkImage(ctx context.Context, k taken) error {
	// Every byte is read first, whatever the benchmark then says.
	if _, err := k.scan(ctx, func(store.ImageRecord) error { return nil }); err != nil {
		return err
	}
	if t.cell.unlogged(t.entry) { // its versions are mixed, and the recorded run has checked what repairs them
		return nil
	}
	src := withLog(store.Source{Chain: k.kept}, t.entry, t.sched.keptLog(), k.report)
	return t.cell.checkImage(ctx, t.entry, t.dir, src)
}

// scan reads the kept image, hands what is present in it to check, from several
// goroutines, and returns how many records that were: as many as were written,
// unless what was kept is what took the image's place when it was collapsed.
func (k taken) scan(ctx context.Context, check func(store.ImageRecord) error) (n uint64, err error) {
	// Each reader counts for itself.
	path, whole := k.image()
	counts := make([]uint64, readers())
	err = store.ReadImage(ctx, nil, path, len(counts), func(worker int, r store.ImageRecord) error {
		if r.Absent {
			return nil
		}
		counts[worker]++
		return check(r)
	})
	for _, c := range counts {
		n += c
	}
	switch {
	case err != nil:
		return n, fmt.Errorf("image %s is wrong: %w", k.name(), err)
	case whole && n != k.report.Image.Records:
		return n, fmt.Errorf("image %s holds %d records, %d were written", k.name(), n, k.report.Image.Records)
	}
	return n, nil
}

// readers is how many goroutines read an image.
func readers() int { return runtime.GOMAXPROCS(0) }

// name returns the name that the store gave the image.
func (k taken) name() string { return filepath.Base(k.report.Image.Path) }

// withLog returns src with the log up to the image's point, where the algorithm
// needs one.
func withLog(src store.Source, e algorithms.Entry, log string, report store.Report) store.Source {
	if e.NeedsLog {
		src.Log, src.LogTo = log, report.Image.Point.LogTo
	}
	return src
}

// stamps remembers the stamp that each loaded record had in the image before,
// and which image it was last seen in.
type stamps struct {
	image uint32 // number of the one being read
	// By key; 0 as loaded.
	of   []atomic.Uint64
	seen []atomic.Uint32
}

// newStamps remembers a stamp of each record loaded.
func newStamps(c cell) *stamps {
	return &stamps{of: make([]atomic.Uint64, c.Records), seen: make([]atomic.Uint32, c.Records)}
}

// see notes the stamp of a record in the image that is read. Several readers may call it;
// no two have the same record unless the image is wrong.
func (s *stamps) see(key, stamp uint64) error {
	if key >= uint64(len(s.of)) {
		return nil // inserted by the run
	}
	if s.seen[key].Swap(s.image) == s.image {
		return fmt.Errorf("record %d is in the image twice", key)
	}
	if before := s.of[key].Swap(stamp); stamp < before {
		return fmt.Errorf("record %d was written by transaction %#x, but by a later one, %#x, in the image before", key,
			stamp, before)
	}
	return nil
}

// compareRecovered takes a last checkpoint with no transaction running, recovers
// a fresh store from it, and compares that with the one in memory.
func (t *trial) compareRecovered(ctx context.Context) error {
	if t.entry.Baseline || t.cell.discards(t.entry) && t.entry.Own.None() {
		return nil
	}
	t.store.StopCollapses() // otherwise chain length would depend on timing
	// Its time is not measured.
	t.store.SetDiskRate(0)
	report, err := t.store.Checkpoint(ctx)
	if err != nil {
		return fmt.Errorf("last checkpoint: %w", err)
	}
	want := oracle.NewState(1, nil)
	if err := fillState(want, t.store); err != nil {
		return fmt.Errorf("memory after the run: %w", err)
	}
	from := "image " + filepath.Base(report.Image.Path)
	if !t.entry.Own.None() { // it goes on from its own files
		from = "its own files"
		if err := t.store.Close(); err != nil {
			return fmt.Errorf("close the store: %w", err)
		}
	}
	fresh, rec, err := t.recover(ctx)
	if err != nil {
		return &wrongImage{fmt.Errorf("recover from %s: %w", from, err)}
	}
	defer func() { _ = fresh.Close() }()
	got := oracle.NewState(1, nil)
	if err := fillState(got, fresh); err != nil {
		return &wrongImage{fmt.Errorf("the state recovered: %w", err)}
	}
	if ds, n := oracle.Equal(got, want, 3); n > 0 {
		return &wrongImage{fmt.Errorf("the state recovered differs from memory in %d records: %v", n, ds)}
	}
	if err := t.cell.consistent(fresh, "the state recovered"); err != nil {
		return err
	}
	t.out.Verdict.Add(result.How{Recovered: 1})
	if t.cell.Recover && !t.cell.unlogged(t.entry) { // a recovery without the log that it needs is none
		t.out.Recovery = &rec
	}
	return nil
}

// fillState reads a whole store. No transaction may be running.
func fillState(st *oracle.State, s *store.Store) error {
	shard := st.Shard(0)
	s.Each(func(table int, key, stamp uint64, v []byte) { shard.Put(table, key, stamp, v != nil, v) })
	return s.Err()
}

// recover fills a fresh store from the trial's newest image and log, and times
// that up to the first transaction. Where the algorithm recovers from files of its
// own the store is one under it, and goes on where the trial's, which is closed,
// was.
func (t *trial) recover(ctx context.Context) (*store.Store, result.Recovery, error) {
	o := t.cell.options(t.entry, t.dir)
	src := store.Source{
		Images: o.Images.Dir, Own: o.OwnFiles(), Log: o.Log.Dir, Parallel: 4 * runtime.GOMAXPROCS(0),
		Quiet: true, // the last checkpoint was taken with no transaction running
	}
	// Recovery is timed from the opening of the store on, as after a crash.
	start := time.Now()
	s, err := t.openAgain(o)
	if err != nil {
		return nil, result.Recovery{}, err
	}
	r, err := s.Recover(ctx, src)
	switch {
	case err == nil && len(r.Problems) > 0:
		err = errors.New(r.Problems[0])
	case err == nil && r.Own == src.Own.None():
		err = fmt.Errorf("recovered from own files: %t, and there are %+v", r.Own, src.Own)
	}
	if err == nil {
		err = s.Start()
	}
	if err == nil {
		// The first transaction: only when it is done is the database there again.
		err = s.Worker(0).Do(&store.Request{
			Access: []store.Access{{Key: 0}},
			Body:   func(tx *store.Txn) error { tx.Read(0); return nil },
		})
	}
	if err != nil {
		_ = s.Close()
		return nil, result.Recovery{}, err
	}
	return s, result.Recovery{
		Load: seconds(r.Load), Merge: seconds(r.Merge), Images: r.Images, Replay: seconds(r.Replay),
		FirstTxn: seconds(time.Since(start)),
		Bytes:    r.Bytes, Records: int64(r.Records), Snapshot: int64(r.Snapshot),
		Checked: checked(r),
	}, nil
}

// checked says what was compared with what.
func checked(r store.Recovery) string {
	if r.Own {
		return "every record, from the algorithm's own files, equals the one in memory"
	}
	return "every record equals the one in memory"
}

// openAgain opens the store to recover into, o being the trial's options.
func (t *trial) openAgain(o store.Options) (*store.Store, error) {
	if !t.entry.Own.None() {
		// A store that is recovered need not have all of its memory touched.
		o.Touch = false
		return store.Open(o)
	}
	under := t.entry
	if !under.Paged { // rows that lie in pages have to be put there again, and that takes time
		under, _ = algorithms.Find("none")
	}
	return t.cell.openEmpty(t.entry, under, t.dir)
}

// clean removes what the trial wrote, or keeps its images and log for the
// result.
// Closing the store comes before: files are open until then.
func (t *trial) clean(keep string) error {
	if keep == "" {
		return os.RemoveAll(t.dir)
	}
	if err := os.MkdirAll(filepath.Dir(keep), 0o755); err != nil {
		return err
	}
	if err := os.RemoveAll(keep); err != nil {
		return err
	}
	return moveTree(t.dir, keep)
}
