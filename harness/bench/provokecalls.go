package bench

import (
	"math/rand/v2"
	"time"

	"ckptbench/workload"
	"ckptbench/workload/tpcc"
)

// Calls of a benchmark's stored procedures provoke faults as other transactions do: on few
// records, with aborts after all was written, and with locks that are held for long.

// provokeCalls gives p the benchmark of a round that provokes faults: small, with half of
// all calls on a few customers where the workload has a say in that, and with calls that
// hold their locks for so long or, where that is 0, without. TPC-C has two warehouses of
// three districts, some 1600 rows: a Payment changes its warehouse's row, so that half of
// the clients meet there.
func (p *cell) provokeCalls(hold time.Duration) (err error) {
	p.calm = true
	if p.Workload.Name == workload.TPCC {
		p.Workload.Warehouses = 2
		p.bench, err = tpcc.New(tpcc.Config{
			Warehouses: 2, Districts: 3, Customers: 20, Items: 40, Orders: 30, History: 30,
			Mix: p.Workload.Calls, Seed: p.Seed.Value,
		})
	} else {
		p.Records = min(p.Records, provokedMost)
		p.Workload.Distribution = workload.Hotspot
		p.Workload.HotFraction = new(min(1, provokedHot/float64(p.Records)))
		p.Workload.HotShare = new(0.5)
		p.bench, err = p.newBenchmark()
	}
	p.bench = unruly{p.bench, hold}
	return err
}

// unruly is a benchmark of which some calls abort after they wrote, and some hold their
// locks for long.
type unruly struct {
	workload.Benchmark
	hold time.Duration // 0: none does
}

// Client implements workload.Benchmark.
func (b unruly) Client(seed uint64, i, n int) workload.Client {
	rng := rand.New(rand.NewPCG(seed, uint64(i)))
	return &unrulyClient{client: b.Benchmark.Client(seed, i, n), rng: rng, hold: b.hold}
}

// An unrulyClient is the client of an unruly benchmark.
type unrulyClient struct {
	client workload.Client
	rng    *rand.Rand
	hold   time.Duration
	call   unrulyCall
}

// Next implements workload.Client.
func (c *unrulyClient) Next() workload.Call {
	c.call = unrulyCall{Call: c.client.Next(), aborts: c.rng.Float64() < provokedAborts}
	if c.rng.Float64() < provokedLong {
		c.call.hold = c.hold
	}
	return &c.call
}

// An unrulyCall is a call that may abort, or rest once it has begun to write.
type unrulyCall struct {
	workload.Call
	aborts bool
	hold   time.Duration
}

// MayAbort implements workload.Call.
func (c *unrulyCall) MayAbort() bool { return c.aborts || c.Call.MayAbort() }

// Body implements workload.Call.
func (c *unrulyCall) Body(tx workload.Tx) error {
	err := c.Call.Body(&restingTx{Tx: tx, hold: c.hold})
	if err == nil && c.aborts {
		return workload.ErrAbort
	}
	return err
}

// A restingTx rests after its first write, so that it is half done for as long.
type restingTx struct {
	workload.Tx
	hold time.Duration // 0: it does not, or did
}

// Write implements workload.Tx.
func (tx *restingTx) Write(i, off int, v []byte) {
	tx.Tx.Write(i, off, v)
	time.Sleep(tx.hold)
	tx.hold = 0
}
