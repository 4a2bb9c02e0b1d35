package bench

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"runtime"
	"slices"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
	"ckptbench/workload"
	"ckptbench/workload/smallbank"
	"ckptbench/workload/tpcc"
)

// errNotBuilt is the error of a benchmark that is configured and not there.
var errNotBuilt = errors.New("this program has no such benchmark")

// newBenchmark returns the benchmark of stored procedures that the workload
// names, or nil where it names none. A new benchmark is one case here.
func (c cell) newBenchmark() (b workload.Benchmark, err error) {
	w := c.Workload
	switch {
	case !w.IsBenchmark():
		return nil, nil
	case w.Name == workload.SmallBank:
		const records = 4 // that a call uses, about
		// Its calls are drawn in advance, so the length of the trace is chosen here.
		b, err = smallbank.New(smallbank.Config{
			Accounts: uint64(c.Records), Mix: w.Calls, Clients: c.workers(),
			Choose: w.Chooser(uint64(c.Records), c.Seed.Value),
			Trace:  c.traceOps(c.Warmup+c.Duration) / records,
		})
	case w.Name == workload.TPCC:
		b, err = tpcc.New(tpcc.Config{Warehouses: w.Warehouses, Mix: w.Calls, Seed: c.Seed.Value})
	default:
		err = errNotBuilt
	}
	if err != nil {
		return nil, fmt.Errorf("workload %s: %w", w.Name, err)
	}
	return b, nil
}

// size returns how large the loaded database is, in the unit of its workload:
// records, customers or warehouses.
// It is what charts over the size of the database are drawn by.
func (c cell) size() int {
	if c.Workload.Name == workload.TPCC {
		return c.Workload.Warehouses
	}
	return int(c.Records)
}

// specs describes a benchmark's tables to a store; all of them have an index
// where hash says so.
// A table that needs an index has one in any case.
func specs(b workload.Benchmark, hash bool) []store.TableSpec {
	var ts []store.TableSpec
	for _, t := range b.Tables() {
		ts = append(ts, store.TableSpec{Name: t.Name, ValueSize: t.ValueSize, Capacity: t.Capacity, Hash: t.Hash || hash})
	}
	return ts
}

// loadBenchmark loads all of a benchmark's tables, a batch at a time: drawing
// the records is one goroutine's work, putting them in their place is not.
func loadBenchmark(s *store.Store, b workload.Benchmark) error {
	var batch batch
	for table := range b.Tables() {
		for key, v := range b.Load(table) {
			batch.add(key, v)
			if len(batch.keys) < 1<<14 {
				continue
			}
			if err := batch.load(s, table); err != nil {
				return err
			}
		}
		if err := batch.load(s, table); err != nil {
			return err
		}
	}
	return nil
}

// A batch is records to be loaded.
type batch struct {
	keys []uint64
	// One slice of bytes for all values, so that a batch allocates nothing after the first.
	ends []int // of the values, in data
	data []byte
}

// add appends a copy of a record.
func (b *batch) add(key uint64, v []byte) {
	b.keys, b.data = append(b.keys, key), append(b.data, v...)
	b.ends = append(b.ends, len(b.data))
}

// load puts the batch into a table and empties it.
func (b *batch) load(s *store.Store, table int) error {
	// Called by several goroutines: it only reads the batch.
	err := s.Load(table, uint64(len(b.keys)), func(i uint64, _ []byte) (uint64, []byte) {
		from := 0
		if i > 0 {
			from = b.ends[i-1]
		}
		return b.keys[i], b.data[from:b.ends[i]:b.ends[i]]
	})
	b.keys, b.ends, b.data = b.keys[:0], b.ends[:0], b.data[:0]
	return err
}

// contents is a store in which no transaction runs, as a benchmark looks at it.
type contents struct{ s *store.Store }

var _ workload.State = contents{}

// Get implements workload.State.
func (c contents) Get(table int, key uint64) ([]byte, bool) { return c.s.Value(table, key) }

// All implements workload.State.
func (c contents) All(table int) iter.Seq2[uint64, []byte] { return c.s.All(table) }

// consistent has the benchmark check a store, if the cell has one. what says
// what the store holds.
func (c cell) consistent(s *store.Store, what string) error {
	if c.bench == nil {
		return nil
	}
	// An error of the store may be why a row could not be read.
	if err := errors.Join(c.bench.Check(contents{s}), s.Err()); err != nil {
		return &wrongImage{fmt.Errorf("%s: %w", what, err)}
	}
	return nil
}

// recovered returns a fresh store, under no algorithm, of what an image and the
// log that src names hold. dir is that of the trial under e.
func (c cell) recovered(ctx context.Context, e algorithms.Entry, dir string, src store.Source) (*store.Store, error) {
	// Recovered under no algorithm, so that what is checked is the image and not what the
	// algorithm makes of it.
	none, _ := algorithms.Find("none")
	s, err := c.openEmpty(e, none, dir)
	if err != nil {
		return nil, err
	}
	src.Parallel = runtime.GOMAXPROCS(0)
	if _, err := s.Recover(ctx, src); err != nil {
		_ = s.Close() // the error that matters is err
		return nil, err
	}
	return s, nil
}

// checkImage has the benchmark check what an image, and the log where it needs
// one, recover to.
// The error is a *wrongImage where a condition is not met.
func (c cell) checkImage(ctx context.Context, e algorithms.Entry, dir string, src store.Source) error {
	if c.bench == nil {
		return nil
	}
	s, err := c.recovered(ctx, e, dir, src)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	name := src.Image
	if n := len(src.Chain); n > 0 {
		name = src.Chain[n-1]
	}
	return c.consistent(s, "image "+filepath.Base(name))
}

// A kindCount is how many transactions of a kind were committed.
// There are few kinds, so they are found in a list: a map costs more for each transaction.
type kindCount struct {
	kind string
	n    uint64
}

// kinds adds up what the clients committed, by kind; nil where they count none.
// The clients have ended.
func kinds(ds []*driver) map[string]uint64 {
	sum := map[string]uint64{}
	for _, d := range ds {
		for _, k := range d.kinds {
			sum[k.kind] += k.n
		}
	}
	if len(sum) == 0 {
		return nil
	}
	return sum
}

// counted counts one more of a kind.
func counted(ks []kindCount, kind string) []kindCount {
	i := slices.IndexFunc(ks, func(k kindCount) bool { return k.kind == kind })
	if i < 0 {
		return append(ks, kindCount{kind, 1})
	}
	ks[i].n++
	return ks
}
