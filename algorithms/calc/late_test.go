package calc

import (
	"context"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store"
)

// Whether CALC needs CPR's abort depends on one thing, which this makes happen
// step by step: X begins in PREPARE, writes a record, and is stopped before its
// token; Y reads the record and writes another; the point of consistency is
// reached; X appends its token. Where the locks are released first, Y commits
// before the point and is in the image without X. Where the token comes first,
// Y waits for X's lock, and the image holds neither.
func TestTokenAndLocks(t *testing.T) {
	check := func(late bool) {
		t.Helper()
		r := runSteps(t, late)
		broken := r.Count(oracle.WriteRead) > 0
		if broken != late || r.OK() == late {
			t.Errorf("late %v: %v", late, r.Err())
		}
	}
	check(false)
	check(true)
}

// The workers of the steps.
const (
	first  = iota // runs from REST on, and so keeps PREPARE going
	x             // writes record 1
	y             // reads record 1, writes record 2
	prober        // looks which phase it is
	workers
)

// A punctual is CALC that stands still before its token, its locks in hand.
type punctual struct {
	*calc
	stop func(*store.Txn)
}

func (p punctual) Commit(tx *store.Txn) {
	p.stop(tx)
	p.calc.Commit(tx)
}

// runSteps runs the steps and has the oracle judge the image.
func runSteps(t *testing.T, broken bool) *oracle.Report {
	t.Helper()
	stopped, goOn := make(chan bool), make(chan bool)
	rec, mem := oracle.NewRecorder(workers, 0), fstest.NewMem()
	s, err := store.Open(store.Options{
		Algorithm: "calc", Workers: workers, History: rec,
		Tables: []store.TableSpec{{Name: "t", ValueSize: 8, Capacity: 3}},
		Images: store.Images{Dir: "images", FS: mem},
		New: func(env *store.Env) (store.Algorithm, error) {
			c, err := build(env, newWordLog(0))
			stop := func(tx *store.Txn) {
				if tx.Worker() == x {
					stopped <- true
					<-goOn
				}
			}
			if broken {
				return late{c, stop}, err
			}
			return punctual{c, stop}, err
		},
	})
	must(t, err)
	must(t, s.Start())
	steps(t, s, broken, stopped, goOn)

	h, err := rec.History(oracle.Ranges(nil))
	must(t, err)
	image := read(t, mem)
	must(t, s.Close())
	return h.CheckImages([]*oracle.Image{image}, oracle.Rules{Level: oracle.Prefix})
}

func steps(t *testing.T, s *store.Store, late bool, stopped, goOn chan bool) {
	t.Helper()
	running, end := make(chan bool), make(chan bool)
	done := make(chan error, workers)
	go func() {
		done <- s.Worker(first).Do(&store.Request{Access: write(0), Body: func(*store.Txn) error {
			running <- true
			<-end
			return nil
		}})
	}()
	<-running
	image := make(chan error, 1)
	go func() {
		_, err := s.Checkpoint(context.Background())
		image <- err
	}()
	awaitPhase(t, s, prepare)
	go func() { done <- s.Worker(x).Do(&store.Request{Access: write(1), Body: put(0)}) }()
	<-stopped
	readAndWrite := &store.Request{Access: append([]store.Access{{Key: 1}}, write(2)...), Body: put(1)}
	if late {
		must(t, s.Worker(y).Do(readAndWrite))
		done <- nil
	} else {
		go func() { done <- s.Worker(y).Do(readAndWrite) }() // it cannot end yet
	}
	end <- true
	awaitPhase(t, s, resolve)
	goOn <- true
	for range prober { // all but the prober
		must(t, <-done)
	}
	must(t, <-image)
}

func write(key uint64) []store.Access {
	return []store.Access{{Key: key, Mode: store.Exclusive}}
}

// put returns a body that reads all it declared and writes record i of that.
func put(i int) func(*store.Txn) error {
	return func(tx *store.Txn) error {
		for j := range tx.Len() {
			tx.Read(j)
		}
		tx.Write(i, store.Whole, []byte("new"))
		return nil
	}
}

// awaitPhase runs transactions until one begins in a phase.
func awaitPhase(t *testing.T, s *store.Store, phase uint64) {
	t.Helper()
	start := time.Now()
	for now := ^phase; now != phase; {
		if time.Since(start) > time.Minute {
			t.Fatalf("the phase is %d and not %d after a minute", now, phase)
		}
		must(t, s.Worker(prober).Do(&store.Request{Body: func(tx *store.Txn) error {
			now = tx.Start & phaseMask
			return nil
		}}))
	}
}

// read recovers the image into a store of its own and returns what it holds.
func read(t *testing.T, mem fs.FS) *oracle.Image {
	t.Helper()
	s, err := store.Open(store.Options{
		Algorithm: "calc", New: New, Workers: 1, Tables: []store.TableSpec{{Name: "t", ValueSize: 8, Capacity: 3}},
	})
	must(t, err)
	got, err := s.Recover(context.Background(), store.Source{Images: "images", FS: mem})
	must(t, err)
	state := oracle.NewState(1, nil)
	s.Each(func(table int, key, stamp uint64, v []byte) { state.Shard(0).Put(table, key, stamp, v != nil, v) })
	must(t, s.Close())
	return &oracle.Image{Name: "image", Cut: got.Point.Seq, State: state}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
