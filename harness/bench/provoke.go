package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
	"ckptbench/workload"
)

// A recorded run at the size of the experiment seldom meets what a fault needs to show:
// two transactions on one record, just there where a checkpoint goes from one phase to
// the next. So a second one provokes it. It has the experiment's records, index, locks,
// log and disk options, but few records, half of all accesses on a handful of them, some
// transactions that abort, pauses wherever one worker may overtake another or the
// checkpointer, and checkpoints one right after the other. It comes in rounds, each with a
// store of its own: every other one with transactions that hold their locks for long, and
// every other two on a slow disk.

// The size of the database that provokes: so small that transactions meet all the time,
// and that many images fit in a second.
const (
	provokedBytes   = 64 << 10 // of all records, about
	provokedLeast   = 64       // records
	provokedMost    = 512
	provokedKeys    = 6 // of a transaction
	provokedHot     = 8 // records, on which half of all accesses are
	provokedAborts  = 0.05
	provokedLong    = 0.08 // of all transactions
	provokedWorkers = 4
	provokedRounds  = 4
	provokedImages  = 3       // a round, at least
	provokedTimes   = 12      // a round, at most
	provokedOps     = 1 << 13 // of a worker's trace, which is run through again: a round has some 8000 transactions
	provokedBlock   = 16 << 10
	provokedRate    = 4 << 20 // of the slow disk, bytes a second
	provokedLogRate = 4       // times as much where images are made from the log, which is longer than they
	provokedFast    = 2000    // accesses of a worker under a log, after which it slows down
)

// Long transactions hold their locks for so long: where a checkpoint waits for the end of
// an epoch, for longer than one, so that some of them run when it ends.
const (
	provokedHold  = 8 * time.Millisecond
	provokedEpoch = 45 * time.Millisecond
)

// provoked is the cell of a round that provokes faults, with transactions that hold their
// locks for so long or, where that is 0, without.
func (c cell) provoked(hold time.Duration) (*cell, error) {
	e := *c.Experiment
	e.Workers = config.Count(max(provokedWorkers, min(c.workers(), 2*provokedWorkers)))
	// A budget of a database this small would say nothing.
	e.MemoryBudget = 0
	p := &cell{Experiment: &e, params: c.params}
	if c.bench != nil {
		return p, p.provokeCalls(hold)
	}
	// As many records as fit into the bytes, within bounds.
	n := min(provokedMost, max(provokedLeast, provokedBytes/max(1, int(e.RecordSize.High))))
	e.Records = config.Count(n)
	var err error
	e.Workload, err = provokedWorkload(&c, n, hold)
	return p, err
}

// provokedWorkload is what the clients of such a run do: what the cell's do, if it adds
// or removes records or cuts them into fields, but to a few records.
func provokedWorkload(c *cell, records int, hold time.Duration) (workload.Spec, error) {
	s := workload.Spec{
		Name: workload.Custom, Keys: provokedKeys, Fields: c.Workload.Fields,
		Distribution: workload.Hotspot, HotFraction: new(provokedHot / float64(records)), HotShare: new(0.5),
		Abort: provokedAborts,
	}
	if hold > 0 {
		s.Long = workload.Long{Share: new(provokedLong), Keys: 5, Hold: new(hold)}
	}
	// Inserts and deletes take their share from the writes, so that the sum stays 1.
	changes := 0.3
	if c.inserts() {
		s.Insert, changes = new(0.05), changes-0.05
	}
	if c.deletes() {
		s.Delete, changes = new(0.05), changes-0.05
	}
	s.Read, s.RMW, s.Update, s.Write = new(0.3), new(0.2), new(0.2), new(changes)
	return s.Resolve()
}

// A pauser has workers and the checkpointer pause now and then, and holds some workers
// up wherever the checkpointer is about to go on: a fault shows in those that it should
// have waited for.
// Its methods are called by all workers and the checkpointer at once.
type pauser struct {
	mu  sync.Mutex
	rng *rand.Rand // protected by mu

	catch  [3]atomic.Int32 // workers that are still to be held up, by store.Begun, store.Ended and store.Released
	caught atomic.Bool     // one whose transaction had begun was, since catch was set
}

// heldBegun and the like are how many workers are held up at a mark: before they write,
// before they commit, and between their locks and that, where an algorithm is so wrong.
const (
	heldBegun    = 3
	heldEnded    = 1
	heldReleased = 1
	heldUp       = 300 * time.Microsecond // at least
	catchFor     = 500 * time.Microsecond // at most, where no worker comes by
)

// newPauser returns a source of pauses that a seed repeats.
func newPauser(seed uint64) *pauser { return &pauser{rng: rand.New(rand.NewPCG(seed, 3))} }

// pause pauses, or does nothing. The checkpointer is worker -1.
func (p *pauser) pause(worker int, at store.Moment) {
	// One source of draws for all; which worker gets which draw depends on the schedule.
	p.mu.Lock()
	draw, d := p.rng.IntN(128), time.Duration(p.rng.Int64N(int64(400*time.Microsecond)))
	p.mu.Unlock()
	switch {
	case worker < 0: // no longer than the long transactions that it has to meet
		if draw < 32 {
			time.Sleep(2 * d)
		}
		// It goes on when a worker is at a place where it should have waited for it.
		p.await()
	case p.holds(at):
		time.Sleep(heldUp + 2*d)
	case draw < 2:
		time.Sleep(d)
	case draw < 12: // shorter than whoever waits goes to sleep for
		spin(func(took time.Duration) bool { return took >= d/16 })
	case draw < 30:
		runtime.Gosched()
	}
}

// holds reports whether a worker is to be held up.
func (p *pauser) holds(at store.Moment) bool {
	// The counter may fall below 0, which counts as none left.
	if at > store.Released || p.catch[at].Load() <= 0 || p.catch[at].Add(-1) < 0 {
		return false
	}
	if at == store.Begun {
		p.caught.Store(true)
	}
	return true
}

// await returns when a worker is held up, or none comes by.
func (p *pauser) await() {
	p.caught.Store(false)
	p.catch[store.Begun].Store(heldBegun)
	p.catch[store.Ended].Store(heldEnded)
	p.catch[store.Released].Store(heldReleased)
	spin(func(took time.Duration) bool { return p.caught.Load() || took >= catchFor })
}

// spin lets others run until it is over.
// A sleep would be longer than the moment that is to be met.
func spin(over func(took time.Duration) bool) {
	for start := time.Now(); !over(time.Since(start)); {
		runtime.Gosched()
	}
}

// A provocation is what is recorded to provoke a fault of an algorithm.
type provocation struct {
	cells []*cell // one a round, in turn
	entry algorithms.Entry
	dir   string
	seed  uint64
	trial int
	span  time.Duration // of all rounds
	fault store.Drill   // that is planted; the zero Drill: none
}

// provocationOf returns what provokes faults of an algorithm under c.
func provocationOf(c cell, e algorithms.Entry, dir string, trial int) (p provocation, err error) {
	p = provocation{entry: e, dir: dir, seed: c.Seed.Value, trial: trial, span: time.Duration(c.VerifyDuration) / 2}
	hold := provokedHold
	if e.Oracle == oracle.Epoch {
		hold = provokedEpoch
	}
	// Rounds without long transactions have more of the short ones.
	for _, hold := range []time.Duration{0, hold} {
		few, err := c.provoked(hold)
		if err != nil {
			return p, err
		}
		p.cells = append(p.cells, few)
	}
	return p, nil
}

// run runs so many rounds, or until one finds something wrong. It returns how many ran.
// The error is a *wrongImage where something was found.
func (p *provocation) run(ctx context.Context, rounds int) (n int, sum recorded, err error) {
	for n = range rounds {
		v, err := p.round(ctx, n)
		if v != nil {
			sum.add(v)
		}
		if err != nil {
			return n + 1, sum, err
		}
	}
	return rounds, sum, nil
}

// round runs one round.
func (p *provocation) round(ctx context.Context, n int) (*verification, error) {
	c := p.cells[n%len(p.cells)]
	// Each round has transactions of its own.
	decks, err := c.decks(p.seed, p.trial, fmt.Sprintf("provoke %d", n), provokedOps)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(p.dir, "recorded")
	if err := emptied(dir); err != nil {
		return nil, err
	}
	drill := p.fault
	drill.Pause = newPauser(p.seed + uint64(n)).pause
	v := &verification{cell: *c, entry: p.entry, decks: decks, dir: dir, plan: recording{
		span: p.span / provokedRounds, images: provokedImages, most: provokedTimes,
		block: max(provokedBlock, 4*c.valueLayout().slot()), drill: &drill,
	}}
	if n/2%2 == 1 {
		v.plan.rate = provokedRate
	}
	if p.entry.NeedsLog {
		v.plan.rate *= provokedLogRate
		v.plan.pacer = slowDown
	}
	return v, v.verify(ctx)
}

// slowDown returns what has a client slow down once it has done its share: where images
// are made from the log, it would grow faster than a slow disk follows.
func slowDown() func(access int) {
	done := 0
	return func(access int) {
		if done += access; done > provokedFast {
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// recorded counts what recorded runs saw.
type recorded struct {
	images       int
	transactions uint64
}

// add counts what one verification proved.
func (r *recorded) add(v *verification) {
	if v.history != nil {
		r.images += len(v.images)
		r.transactions += uint64(v.history.Len())
	}
}

// into counts them in a verdict.
func (r recorded) into(v *result.Verdict) {
	v.Add(result.How{Oracle: r.images})
	v.Transactions += r.transactions
}

// A control is a fault that a recorded run has to find.
// One that is not found says that the recorded run sees little of this algorithm.
type control struct {
	name  string
	entry algorithms.Entry
	fault store.Drill
}

// controls returns the faults that are planted beside an algorithm: one in the algorithm
// itself, and a variant of it that is wrong, where there is one.
func controls(e algorithms.Entry, find func(string) (algorithms.Entry, bool)) (cs []control) {
	// Under the race detector there is too little time for it.
	if e.Baseline || e.Unsound || racing {
		return nil
	}
	switch {
	case e.NeedsLog:
		cs = append(cs, control{"changes that are not logged", e, store.Drill{Unlogged: true}})
	case e.Locks:
		cs = append(cs, control{"locks that are released too early", e, store.Drill{Unlocked: true}})
	default:
		cs = append(cs, control{"checkpoints that wait for nobody", e, store.Drill{Hasty: true}})
	}
	// Variants that are wrong on purpose are faults of their algorithm.
	for _, wrong := range algorithms.All() {
		of := e.Variant
		if of == "" {
			of = e.Name
		}
		if wrong.Unsound && wrong.Variant == of && e.Partial == store.TrackNone {
			if w, ok := find(wrong.Name); ok {
				cs = append(cs, control{wrong.Name, w, store.Drill{}})
			}
		}
	}
	return cs
}

// try reports whether the control is found in so many rounds.
// A run in which too little happened has not found it.
func (c control) try(ctx context.Context, p provocation, rounds int) (result.Control, error) {
	p.entry, p.fault = c.entry, c.fault
	n, _, err := p.run(ctx, rounds)
	out := result.Control{Fault: c.name, Rounds: n}
	var wrong *wrongImage
	var idle *notJudged
	switch {
	case ctx.Err() != nil:
		return out, ctx.Err()
	case errors.As(err, &wrong):
		out.Found = true
		return out, nil
	case errors.As(err, &idle):
		return out, nil
	}
	return out, err
}
