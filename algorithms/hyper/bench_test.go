//go:build linux

package hyper

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"ckptbench/algorithms/hyper/internal/fork"
	"ckptbench/algorithms/store"
)

const (
	benchRecords = 1 << 20
	benchSize    = 100
	benchGiB     = benchRecords * 128.0 / (1 << 30)
)

// BenchmarkFork is the pause of a checkpoint of 128 MiB of records beside a bare
// clone of the same process, in turns: nobody writes in between, or every record
// is written while the clone lives, as costs the table its huge pages. The
// figures are medians.
func BenchmarkFork(b *testing.B) {
	for _, huge := range []bool{false, true} {
		for _, written := range []bool{false, true} {
			b.Run(fmt.Sprintf("huge=%v/written=%v", huge, written), func(b *testing.B) {
				benchFork(b, huge, written)
			})
		}
	}
}

func benchFork(b *testing.B, huge, written bool) {
	var s *store.Store
	build := func(env *store.Env) (store.Algorithm, error) {
		a, err := New(env)
		if err == nil && written {
			a.(*hyper).snapshot = func() (snapshot, error) {
				n, err := fork.New()
				once := func(*fork.Snapshot) { writeAll(b, s) }
				return &meddled{n, nil, func(n *fork.Snapshot) { once(n); once = func(*fork.Snapshot) {} }}, err
			}
		}
		return a, err
	}
	s, err := store.Open(store.Options{
		Algorithm: "hyper", New: build, Workers: 1, Huge: huge, Touch: true,
		Tables: []store.TableSpec{{Name: "t", ValueSize: benchSize, Capacity: benchRecords}},
	})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	err = s.Load(0, benchRecords, func(i uint64, buf []byte) (uint64, []byte) { return i, buf })
	if err != nil {
		b.Fatal(err)
	}
	var bare, cloned, pause []time.Duration
	for b.Loop() {
		bare = append(bare, bareClone(b))
		r, err := s.Checkpoint(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		cloned = append(cloned, forked(r))
		pause = append(pause, r.Pause)
	}
	for name, took := range map[string][]time.Duration{"bare": bare, "cloned": cloned, "pause": pause} {
		slices.Sort(took)
		b.ReportMetric(took[len(took)/2].Seconds()*1e3/benchGiB, name+"-ms/GiB")
	}
}

// forked returns how long the clone took in a checkpoint.
func forked(r store.Report) (d time.Duration) {
	var point time.Time
	for _, m := range r.Marks {
		switch m.Name {
		case store.MarkPoint:
			point = m.At
		case MarkCloned:
			d = m.At.Sub(point)
		}
	}
	return d
}

// bareClone clones the process and returns how long that took.
func bareClone(b *testing.B) time.Duration {
	n, err := fork.New()
	if err != nil {
		b.Fatal(err)
	}
	defer n.Close()
	start := time.Now()
	if err := n.Take(context.Background(), nil); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

func writeAll(b *testing.B, s *store.Store) {
	var v [8]byte
	q := store.Request{Access: make([]store.Access, 1), Body: func(tx *store.Txn) error {
		tx.Write(0, 0, v[:])
		return nil
	}}
	for i := range uint64(benchRecords) {
		q.Access[0] = store.Access{Key: i, Mode: store.Exclusive}
		if err := s.Worker(0).Do(&q); err != nil {
			b.Fatal(err)
		}
	}
}
