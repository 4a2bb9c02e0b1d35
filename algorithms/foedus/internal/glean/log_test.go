package glean

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/wal"
)

const logDir = "log"

// writeLog commits the transactions of changes to a real log in dir, in their
// order, each by a worker of its own choosing, and sets their epochs to those
// of the log.
func writeLog(t *testing.T, l *wal.Log, rng *rand.Rand, workers int, changes []wal.Change) uint64 {
	t.Helper()
	epoch := uint64(0)
	for len(changes) > 0 {
		b := l.Worker(rng.IntN(workers))
		b.Begin()
		n := 0
		for ; n < len(changes) && changes[n].Stamp == changes[0].Stamp; n++ {
			switch c := changes[n]; c.Kind {
			case wal.KindSet:
				b.Set(c.Table, c.Key, c.Off, c.Value)
			case wal.KindPut:
				b.Put(c.Table, c.Key, c.Value)
			default:
				b.Delete(c.Table, c.Key)
			}
		}
		epoch = b.Commit(changes[0].Stamp)
		for i := range changes[:n] {
			changes[i].Epoch = epoch
		}
		changes = changes[n:]
		if rng.IntN(20) == 0 {
			must(t, l.WaitDurable(context.Background(), epoch))
		}
	}
	return epoch
}

// A store that runs, takes snapshots, deletes the log they cover, is killed, and
// is recovered by gleaning the tail of its log: over several sessions with other
// numbers of loggers, some without a record.
func TestRecoverFromTheTail(t *testing.T) {
	rng := seeded(t)
	mem := fstest.NewMem()
	o := Options{FS: mem, Fanout: 3, Partitions: 3, BufferBytes: 3000, Tombstones: true}
	all := history(rng, testTables, 600)
	done := 0
	for session, loggers := range []int{1, 3, 2, 4} {
		l, err := wal.Open(wal.Options{Dir: logDir, FS: mem, Workers: 5, Loggers: loggers, Interval: time.Millisecond,
			SegmentBytes: 3000})
		must(t, err)
		d := open(t, o)
		if session == 0 {
			_, err := d.Load(context.Background(), &log{}, l.Epoch()-1)
			must(t, err)
		}
		for range 3 {
			end := min(done+50, len(all))
			for end < len(all) && all[end].Stamp == all[end-1].Stamp {
				end++
			}
			until := writeLog(t, l, rng, 2, all[done:end]) // three workers do nothing
			done = end
			must(t, l.WaitDurable(context.Background(), until))
			before := d.Current().Until()
			w, err := l.Window(before, until)
			must(t, err)
			_, err = d.Glean(context.Background(), w, until)
			must(t, err)
			same(t, "running", d.Current(), replay(all[:done], until, true))
			must(t, l.Truncate(before))
		}
		end := min(done+30, len(all))
		for end < len(all) && all[end].Stamp == all[end-1].Stamp {
			end++
		}
		writeLog(t, l, rng, 2, all[done:end])
		done = end
		must(t, l.Close())
		d.Close()

		d = open(t, o)
		st, err := d.Recover(context.Background(), logDir)
		must(t, err)
		if st.Applied == 0 {
			t.Error("there was nothing to recover")
		}
		same(t, "recovered", d.Current(), replay(all[:done], 1<<60, true))
		st, err = d.Recover(context.Background(), logDir)
		must(t, err)
		if st.Mapped != 0 {
			t.Errorf("recovering twice read %d changes again", st.Mapped)
		}
		d.Close()
	}
}

// A log that does not reach back to the snapshot is not gleaned.
func TestMissingLog(t *testing.T) {
	mem := fstest.NewMem()
	l, err := wal.Open(wal.Options{Dir: logDir, FS: mem, Workers: 1, Interval: time.Millisecond, SegmentBytes: 1})
	must(t, err)
	d := begun(t, Options{FS: mem})
	changes := history(seeded(t), testTables, 100)
	until := writeLog(t, l, rand.New(rand.NewPCG(1, 1)), 1, changes)
	must(t, l.WaitDurable(context.Background(), until))
	must(t, l.Truncate(until))
	if w, err := l.Window(0, until); err == nil {
		t.Errorf("a window of %d loggers was opened on a log that was truncated", w.Streams())
	}
	if _, err := l.Window(0, l.Epoch()+1000); err == nil {
		t.Error("a window was opened on epochs to come")
	}
	must(t, l.Close())
	if _, err := d.Recover(context.Background(), logDir); err == nil {
		t.Error("a snapshot was recovered over a gap in the log")
	}
	if _, err := open(t, Options{FS: fstest.NewMem()}).Recover(context.Background(), logDir); err == nil {
		t.Error("nothing was recovered without an error")
	}
}

// A snapshot is read by several at once while the next one is made.
func TestReadersMeanwhile(t *testing.T) {
	changes := history(seeded(t), testTables, 300)
	half, end := last(changes)/2, last(changes)
	d := begun(t, Options{Fanout: 3, Partitions: 2})
	d.glean(t, changes, half, 2)
	old, want := d.Current(), replay(changes, half, false)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			n := 0
			err := old.Scan(context.Background(), func(durable.Record) error { n++; return nil })
			if err != nil || n != len(want) {
				t.Errorf("%d records, want %d: %v", n, len(want), err)
			}
		})
	}
	d.glean(t, changes, end, 2)
	wg.Wait()
	same(t, "old", old, want)
	same(t, "new", d.Current(), replay(changes, end, false))
}
