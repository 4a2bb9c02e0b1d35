package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/pagestore/rows"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
	"ckptbench/workload"
	"ckptbench/workload/bulk"
)

// bulk reports whether the cell's workload is messages of rows, which are put
// into page memory: no transactions, no checkpoints, no algorithm.
func (c cell) bulk() bool { return c.Workload.Name == workload.Bulk }

// A load is one trial of messages.
// It belongs to one goroutine: messages are put one after another.
type load struct {
	cell   cell
	stream *bulk.Stream
	rows   *rows.Loader
	out    *result.Trial

	times   []time.Duration      // of the messages of measured passes
	put     uint64               // rows in these
	elapsed time.Duration        // spent putting them
	pass    func(n int)          // called with each pass as it begins
	profile func() (stop func()) // of the measured passes; nil: none
	lookout *lookout
}

// load runs a trial of messages. An error is why it cannot count.
// Rows that the model does not expect make the trial a wrong one, like a wrong image.
func (r *runner) load(ctx context.Context, c *cell, e algorithms.Entry, round int, out *result.Trial) (err error) {
	out.Verdict = result.Verdict{Mode: result.ModelVerdict}
	l, err := c.newLoad(workload.Seed{Master: r.exp.Seed.Value, Trial: round, Phase: "load"}, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.rows.Close()) }()
	l.lookout = r.lookout
	l.pass = func(n int) {
		r.reportProgress(c, e, fmt.Sprintf("pass %d of %d", n, c.Workload.Passes), result.Bucket{})
	}
	if r.o.Profile != nil {
		l.profile = func() func() { return r.o.Profile(filepath.Join(r.dir, "profiles", result.TrialDir(*out))) }
	}
	r.reportProgress(c, e, "loading", result.Bucket{})
	if err := l.run(ctx); err != nil {
		return l.wrong(err)
	}
	return nil
}

// newLoad opens the pages and the stream of messages for one trial of bulk.
func (c cell) newLoad(seed workload.Seed, out *result.Trial) (*load, error) {
	w := c.Workload
	unindexed := workload.PutBase(w.Put) == workload.PutInsert
	s, err := bulk.New(bulk.Config{
		Records: uint64(c.Records), Rows: w.Keys, Size: w.RowSize, Order: w.KeyOrder, Mix: w.Calls, Unindexed: unindexed,
	}, seed)
	if err != nil {
		return nil, err
	}
	// Bytes of all rows at their longest: how much page memory is set aside.
	most := int64(c.Records) * int64(w.RowSize.High)
	// A pass inserts as many rows as were loaded.
	if !unindexed && (w.Calls == "insert" || w.Calls == "mixed") {
		most *= 2
	}
	rows, err := rows.Open(rows.Options{Way: rows.Way(w.Put), PageSize: w.PageSize, Keys: 2 * uint64(c.Records),
		Bytes: most})
	if err != nil {
		return nil, err
	}
	// Room for every time: appending must not allocate between messages.
	return &load{cell: c, stream: s, rows: rows, out: out, times: make([]time.Duration, 0, w.Passes*s.Messages())}, nil
}

// wrong tells rows that are not what they ought to be from what else can be an
// error.
func (l *load) wrong(err error) error {
	if errors.Is(err, rows.ErrWrong) {
		return &wrongImage{err}
	}
	return err
}

// run loads the records, goes through them once so that all memory was touched
// and pages are as they will be, and then measures.
func (l *load) run(ctx context.Context) error {
	if err := l.stream.Load(l.rows.Load); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	// A pass that is not measured.
	if err := l.one(ctx, 0); err != nil {
		return err
	}
	l.times = l.times[:0]
	l.put, l.elapsed = 0, 0
	// So that no collection of what was loaded falls into the measured part.
	runtime.GC()
	seen := l.lookout.begin()
	gc := readGC()
	seen.measuring()
	err := l.passes(ctx)
	seen.measured()
	l.out.GCShare, l.out.GCCycles = gc.since()
	seen.into(l.out)
	// What was put before an interrupt still counts.
	if err != nil && ctx.Err() == nil {
		return err
	}
	return l.collect(ctx)
}

// passes puts the messages, as often as the workload says.
func (l *load) passes(ctx context.Context) error {
	if l.profile != nil {
		defer l.profile()()
	}
	for n := range l.cell.Workload.Passes {
		if err := l.one(ctx, n+1); err != nil {
			return err
		}
	}
	return nil
}

// one goes through all records once. What the pass before put between them goes
// first, outside the time.
func (l *load) one(ctx context.Context, n int) error {
	l.pass(n)
	if err := l.rows.Remove(l.stream.Begin()); err != nil {
		return err
	}
	for rows := l.stream.Next(); rows != nil; rows = l.stream.Next() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		// Only the put itself is timed; the stream and the notes are the harness's.
		start := time.Now()
		err := l.rows.Put(rows)
		took := time.Since(start)
		if err != nil {
			return fmt.Errorf("put a message of %d rows: %w", len(rows), err)
		}
		l.rows.Note(rows)
		l.put += uint64(len(rows))
		l.elapsed += took
		l.times = append(l.times, took)
	}
	return nil
}

// collect takes down the figures, and compares all rows with the model.
func (l *load) collect(ctx context.Context) error {
	if len(l.times) == 0 { // interrupted before the first message
		return ctx.Err()
	}
	h := l.rows.Held()
	l.out.Memory = result.Memory{Data: h.Bytes, Store: l.rows.Memory()}
	l.out.Elapsed = seconds(l.elapsed)
	b := &result.Bulk{
		Put: l.cell.Workload.Put, Rows: l.put, Elapsed: l.elapsed.Seconds(), Messages: exactQuantiles(l.times),
		Held: h.Rows, Bytes: h.Bytes, Pages: h.Pages, PageSize: l.cell.Workload.PageSize, IndexPages: h.IndexPages,
	}
	// Every row of every page, against what the stream says must be there.
	sum, err := l.rows.Compare(l.stream.Each, bulk.Digest)
	if err != nil {
		return err
	}
	b.Digest = strconv.FormatUint(sum, 16)
	l.out.Bulk = b
	return ctx.Err()
}

// exactQuantiles returns those of some times, and orders these.
func exactQuantiles(ts []time.Duration) result.Quantiles {
	slices.Sort(ts)
	// The smallest time that the share q does not exceed.
	at := func(q float64) uint64 { return uint64(ts[min(int(q*float64(len(ts))), len(ts)-1)]) }
	sum := time.Duration(0)
	for _, t := range ts {
		sum += t
	}
	return result.Quantiles{
		Count: uint64(len(ts)), Mean: uint64(sum) / uint64(len(ts)),
		P50: at(0.5), P90: at(0.9), P99: at(0.99), P999: at(0.999), P9999: at(0.9999), Max: at(1),
	}
}

// turns returns the order in which a round takes the cells: as they come, but
// that of the ways to put messages, which are compared with each other, turns
// from round to round.
// So no way of putting always runs first, on a machine that changes from minute to minute.
func (r *runner) turns(round int) []int {
	var groups [][]int
	group := map[string]int{} // by what the cells of one have in common
	for i, c := range r.cells {
		key := config.Cell{Params: c.params}
		if c.bulk() {
			key.Params = slices.DeleteFunc(slices.Clone(c.params), func(p config.Param) bool { return p.Key == "workload.put" })
		}
		n, ok := group[key.String()]
		if !ok {
			n = len(groups)
			group[key.String()], groups = n, append(groups, nil)
		}
		groups[n] = append(groups[n], i)
	}
	var order []int
	for _, g := range groups {
		for i := range g {
			order = append(order, g[(i+round-1)%len(g)])
		}
	}
	return order
}
