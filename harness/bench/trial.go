package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
	"ckptbench/harness/bench/latency"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// A trial is one run of one algorithm at one point of the matrix.
// It is used once. Its goroutine runs measure; clients, schedule and sampler have theirs, and
// share run.
type trial struct {
	cell  cell
	entry algorithms.Entry
	// By worker.
	decks    []deck
	dir      string // for images and logs; emptied by the caller
	progress func(result.Bucket, string)
	profile  func() (stop func()) // of the measured part; nil: none
	still    bool                 // it takes no checkpoints
	lookout  *lookout             // nil: what else the machine does is not looked at
	room     int                  // of all journals, bytes; 0: journalRoom
	planted  func(*store.Options) // a fault, in tests; nil: none

	store   *store.Store
	run     *run
	rate    float64 // of an open loop, transactions a second; 0: closed
	drivers []*driver
	timers  []*timer
	sampler *sampler
	sched   *schedule
	out     *result.Trial
	seen    *lookedAt // what else the machine did
}

// measure runs the trial's measured part, and what leads up to it, into out. An
// error is why the trial cannot count; ctx's end makes it partial.
func (t *trial) measure(ctx context.Context) error {
	var err error
	// Loading is not measured.
	if t.store, err = t.cell.openLoaded(t.entry, t.dir, nil, t.planted); err != nil {
		return err
	}
	defer func() { _ = t.store.Close() }()
	t.prepare()
	defer closeJournals(t.drivers)
	// Memory at rest, before any transaction.
	t.out.Memory = result.Memory{Data: t.cell.dataBytes(t.store), Store: t.store.Memory().Store,
		Rest: t.store.Memory().Own, Huge: hugeBytes()}
	if err := t.work(ctx); err != nil {
		return err
	}
	// Figures come first: what follows reads images for minutes.
	t.collect()
	// An interrupted trial is not judged: images are missing.
	if ctx.Err() != nil || t.cell.Verify == "off" {
		return nil
	}
	if err := t.cell.consistent(t.store, "memory after the run"); err != nil {
		return err
	}
	if err := t.readBack(ctx); err != nil {
		return err
	}
	return t.compareRecovered(ctx)
}

// prepare makes a driver for each worker, and their timers.
func (t *trial) prepare() {
	t.run = t.cell.newRun()
	for i, d := range t.decks {
		driver := t.cell.newDriver(t.run, t.store, i, d)
		// Long transactions that run alone are not among the latencies.
		if !driver.longOnly {
			t.timers = append(t.timers, driver.timer)
		}
		t.drivers = append(t.drivers, driver)
	}
	if t.cell.judged() {
		keepJournals(t.drivers, cmp.Or(t.room, journalRoom))
	}
}

// work runs the clients, and beside them the checkpoints and the sampler.
func (t *trial) work(ctx context.Context) error {
	t.seen = t.lookout.begin()
	// Time 0 is when the measured part begins; all times of the result are from it.
	zero := time.Now().Add(time.Duration(t.cell.Warmup))
	end := zero.Add(time.Duration(t.cell.Duration))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t.openLoop(zero, end)
	t.sampler = newSampler(t.store, t.run, t.timers, zero, t.rate > 0)
	t.logged(ctx)
	t.plan(zero, end)

	var wg sync.WaitGroup
	for _, d := range t.drivers {
		// The first client that fails ends all.
		wg.Go(func() {
			if err := d.loop(); err != nil {
				cancel(err)
			}
		})
	}
	var ckpt sync.WaitGroup
	ckptCtx, stopCkpt := context.WithDeadline(ctx, end)
	defer stopCkpt()
	if !t.entry.Baseline && !t.still {
		ckpt.Go(func() { t.sched.run(ckptCtx) })
	}
	gc := readGC()
	// This goroutine samples; it returns at the end, or when the trial was called off.
	t.sampleUntil(ctx, zero, end, &gc)
	// A checkpoint under way ends now, unfinished.
	stopCkpt()
	wg.Wait()
	ckpt.Wait()
	t.seen.into(t.out)
	t.leftOver(time.Now())
	t.sampler.finish()
	t.out.GCShare, t.out.GCCycles = gc.since()
	t.out.Memory.HeapRest, t.out.Memory.HeapPeak = gc.heap, max(gc.heap, t.sampler.heap)
	// An interrupt is no failure; a client's error is.
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return explain(err)
	}
	return t.sched.err
}

// logged has every client's transactions acknowledged, by images or where there is a
// log.
func (t *trial) logged(ctx context.Context) {
	// Without checkpoints no image will ever acknowledge anything.
	if t.cell.byImage(t.entry) && t.still {
		return
	}
	if t.cell.byImage(t.entry) {
		t.out.Log = string(config.DurabilityCheckpoint)
		for _, timer := range t.timers {
			newImageAcks(t.store.Prefix(), timer)
		}
		return
	}
	log := t.store.Log()
	if log == nil || t.cell.unlogged(t.entry) {
		return
	}
	t.out.Log = string(config.WALAsync)
	// Asynchronous acknowledgements wait for the write, and synchronous ones for the disk.
	sync := t.cell.wal(t.entry) == config.WALSync
	if sync {
		t.out.Log = string(config.WALSync)
	}
	for _, timer := range t.timers {
		newAcks(ctx, log, sync, timer)
	}
}

// leftOver acknowledges what the last image holds, when clients and checkpoints have
// ended, and counts what no image held by now. The planned end is not the time to
// reckon from: the last transactions begin at it, and an interrupt comes before it.
func (t *trial) leftOver(at time.Time) {
	if t.out.Log != string(config.DurabilityCheckpoint) {
		return
	}
	now := t.run.clock.At(at)
	for _, timer := range t.timers {
		n, oldest := timer.acks.never(now)
		t.out.NeverDurable += uint64(n)
		t.out.NeverOldest = max(t.out.NeverOldest, seconds(oldest))
	}
}

// acknowledged takes over how long that took.
// held is how long clients waited at their limit of unacknowledged transactions.
func (t *trial) acknowledged() {
	var held time.Duration
	for _, timer := range t.timers {
		if timer.acks != nil {
			held += timer.acks.held
		}
	}
	t.out.Durable, t.out.DurableWait = quantiles(&t.sampler.durable), seconds(held)
	t.out.DurableHGRM = hgrm(&t.sampler.durable)
}

// plan makes the schedule of the checkpoints. It keeps the log as well where
// images are to be repaired from it, so that a benchmark can check them.
func (t *trial) plan(zero, end time.Time) {
	t.sched = newSchedule(t.cell, t.store, zero, end, filepath.Join(t.dir, "kept"))
	if t.cell.bench != nil && t.entry.NeedsLog && !t.cell.unlogged(t.entry) && t.cell.Verify != config.VerifyOff &&
		!t.cell.discards(t.entry) {
		t.sched.log = true
	}
}

// sampleUntil fills the timeline: buckets that end at the warm-up's end too.
func (t *trial) sampleUntil(ctx context.Context, zero, end time.Time, gc *gcUse) {
	t.tick(ctx, zero, "warm-up")
	// Of the measured part alone.
	*gc = readGC()
	t.seen.measuring()
	defer t.seen.measured()
	if t.profile != nil {
		defer t.profile()()
	}
	defer t.run.halt() // at once after the last bucket
	t.tick(ctx, end, "")
}

// tick samples at the end of each bucket until end. Ticks do not drift: each is reckoned
// from the one before, not from when it came.
func (t *trial) tick(ctx context.Context, end time.Time, note string) {
	width := time.Duration(t.cell.Bucket)
	for next := time.Now().Add(width); ; next = next.Add(width) {
		// No bucket shorter than half: the last one is longer.
		if next.After(end.Add(-width / 2)) {
			next = end
		}
		select {
		case <-ctx.Done():
			t.sampler.sample()
			return
		case <-time.After(time.Until(next)):
		}
		b := t.sampler.sample()
		if t.progress != nil {
			say := note
			if say == "" {
				say = t.sched.state()
			}
			t.progress(b, say)
		}
		if next.Equal(end) {
			return
		}
	}
}

// total adds the timeline up.
func (t *trial) total() {
	out := t.out
	out.Buckets = t.sampler.buckets
	for _, b := range out.Buckets {
		if b.Measured() {
			out.Elapsed += b.Elapsed
			out.Committed += b.Commits
		}
	}
	if out.Elapsed > 0 && out.Committed > 0 { // nothing committed is no throughput, not one of 0
		rate := float64(out.Committed) / out.Elapsed
		out.Throughput = &rate
	}
}

// split tells latencies between checkpoints from those while an image was captured,
// and how long after a checkpoint they are as between again.
// A bucket that is neither wholly in a capture nor wholly between belongs to none.
func (t *trial) split() {
	var in, out latency.Counts
	capturing, between := t.out.Moments()
	for i, b := range t.sampler.buckets {
		switch {
		case capturing(b):
			t.sampler.spans[i].counts.AddTo(&in)
		case between(b):
			t.sampler.spans[i].counts.AddTo(&out)
		}
	}
	t.out.LatencyCapturing, t.out.LatencyBetween = quantiles(&in), quantiles(&out)
	// Without latencies between checkpoints nothing counts as usual again.
	usual := uint64(0)
	if q := t.out.LatencyBetween; q != nil {
		usual = q.P99
	}
	t.out.Settle(usual)
}

// collect puts together what was measured.
func (t *trial) collect() {
	out := t.out
	t.total()
	again := uint64(0)
	for _, d := range t.drivers {
		again += d.again
	}
	out.Aborts, out.Kinds = causes(t.store.Counts(), again), kinds(t.drivers)
	out.Checkpoints, out.Events = t.sched.results()
	t.split()
	out.Disturbed.Host, out.Disturbed.HostWorst = out.HostTook()
	// Figures of what the algorithm did beside, where it did.
	if c := t.store.Collapses(); c.N+c.Failed > 0 {
		out.Collapse = &result.Collapse{
			N: c.N, Images: c.Inputs, Read: c.Read, Written: c.Written, Time: seconds(c.Time), Failed: c.Failed,
		}
		if c.Err != nil {
			out.Warnings = append(out.Warnings, fmt.Sprintf("a collapse failed: %v", c.Err))
		}
	}
	if p := t.store.Paging(); p.Budget > 0 {
		out.Paging = &result.Paging{
			Budget: p.Budget, Resident: p.Resident, Peak: p.Peak, Fetched: p.Fetched, Dropped: p.Dropped, Over: p.Over,
		}
	}
	t.remembered(t.store.Memory())
	out.Service = quantiles(&t.sampler.service)
	if t.rate > 0 {
		out.Rate, out.Response = t.rate, quantiles(&t.sampler.total)
	}
	out.HGRM, out.HLog = hgrm(&t.sampler.total), hlog(t.sampler.zero, t.sampler.measuredSpans())
	t.acknowledged()
	t.warn()
}

// causes returns how many attempts at transactions were given up, by cause. again
// of those that clients aborted were declared again.
func causes(c store.Counts, again uint64) map[string]uint64 {
	all := map[string]uint64{
		"lock conflict": c.Conflicts, "cpr shift": c.Shifts, "client": c.Aborts - again, "declared again": again,
	}
	maps.DeleteFunc(all, func(_ string, n uint64) bool { return n == 0 })
	return all
}

// remembered takes over the memory that was in use in the end, and at most.
func (t *trial) remembered(m store.Memory) {
	mem := &t.out.Memory
	mem.Peak, mem.After, mem.RSS = m.Peak, m.Own, t.sampler.rss
	if n := t.run.inserted(int64(t.cell.Records)); n > 0 { // the peak includes records inserted since the load
		mem.Data += n * int64(t.cell.RecordSize.High)
		mem.Store, mem.Rest = m.Store, m.Own
	}
	if t.run.varied { // they differ in length from write to write, too
		mem.Data = t.cell.dataBytes(t.store)
	}
}

// worstDrift is by how much the counter that times transactions may be off before
// their second digit is.
const worstDrift = 0.001

// fewCommits is how many transactions a figure has to be of, to be worth something.
const fewCommits = 10

// warn notes what makes the trial's figures worth less.
// Each is one line of the result, shown above its figures.
func (t *trial) warn() {
	out := t.out
	t.warnOverload()
	if out.Committed == 0 {
		out.Warnings = append(out.Warnings, "no transaction committed within the measured part: the trial has no figures")
	} else if out.Committed < fewCommits {
		out.Warnings = append(out.Warnings, fmt.Sprintf(
			"only %d transactions committed within the measured part: figures of so few say next to nothing", out.Committed))
	}
	t.warnDrift(t.run.clock.Drift())
	// Where records are deleted a miss is nothing odd.
	if n := t.run.misses.Load(); n > 0 && !t.cell.deletes() {
		out.Warnings = append(out.Warnings, fmt.Sprintf("%d reads found no record (their insert was still under way)", n))
	}
	if t.entry.Baseline {
		return
	}
	if t.cell.Checkpoint.Direct && t.sched.buffered() {
		out.Warnings = append(out.Warnings, "the file system refused direct I/O: images went through the page cache")
	}
	whole := 0
	for _, c := range out.Checkpoints {
		if c.Error == "" {
			whole++
		}
	}
	if whole == 0 {
		out.Warnings = append(out.Warnings, "no checkpoint was finished within the measured part")
	}
}

// warnDrift notes by which part of its rate the clock of transactions was off.
func (t *trial) warnDrift(d float64) {
	if math.Abs(d) > worstDrift {
		t.out.Warnings = append(t.out.Warnings, fmt.Sprintf(
			"the time-stamp counter was %.2f %% off the monotonic clock: latencies are wrong by as much", 100*d))
	}
}

// explain says what to do about an error that ended the clients.
func explain(err error) error {
	if errors.Is(err, store.ErrFull) {
		return fmt.Errorf("the clients stopped: %w (inserts filled the room that was set aside; shorten the duration)", err)
	}
	return fmt.Errorf("the clients stopped: %w", err)
}

// seconds returns d in seconds, rounded to microseconds.
func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1e6) / 1e6 }

// emptied makes dir an empty folder.
// What was in it is lost.
func emptied(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("empty %s: %w", dir, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make %s: %w", dir, err)
	}
	return nil
}
