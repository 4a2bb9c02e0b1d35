package main

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"ckptbench/algorithms/internal/fs/fstest"
)

// seedOf returns the seed that STORETEST_SEED names.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv("STORETEST_SEED")
	if text == "" {
		return 1
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return seed
}

// Every setup with a log, with a sample of the cuts that the program makes; in a short
// run one setup in five, which the seed chooses.
func TestSample(t *testing.T) {
	sample(t, func(s setup) bool { return s.wal != walOff })
}

// The same of every algorithm that needs no log, without one: a transaction is
// acknowledged when an image that holds it is published, and none of these is lost.
func TestDurabilityByCheckpoint(t *testing.T) {
	sample(t, func(s setup) bool { return s.wal == walOff })
}

func sample(t *testing.T, wanted func(setup) bool) {
	seed := seedOf(t)
	rows := slices.DeleteFunc(rowsOf(""), func(r *row) bool { return !wanted(r.setup) })
	cuts := 8
	if testing.Short() {
		cuts = 1
		var some []*row
		for i := int(seed % 5); i < len(rows); i += 5 {
			some = append(some, rows[i])
		}
		rows = some
	}
	runAll(rows, 8, func(r *row, job int) { r.lineages(t.Context(), seed+uint64(job), cuts) })
	for _, r := range rows {
		for _, text := range r.sum.texts {
			t.Error(text)
		}
		if r.sum.cuts < cuts && len(r.sum.texts) == 0 {
			t.Logf("%s, wal %s, sink %s: %d cuts", r.e.Name, r.wal, r.sink, r.sum.cuts)
		}
		if r.wal == walOff && r.sum.acknowledged == 0 && r.sum.cuts >= cuts && !testing.Short() {
			t.Errorf("%s: no transaction was acknowledged", r.e.Name)
		}
	}
}

// With every call cut, there is a picture before each call that changes something, and
// what each left is judged.
func TestEveryCall(t *testing.T) {
	rows := slices.DeleteFunc(rowsOf("calc"), func(r *row) bool { return r.wal != walSync || r.sink == sinkDiscard })
	l := newLineage(rows[0].setup, seedOf(t), 0)
	l.every = true
	f := &life{lineage: l, cam: newCamera(l)}
	if err := f.work(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.halt()
	if err := f.s.Close(); err != nil {
		t.Fatal(err)
	}
	if len(f.cam.taken) != f.cam.calls || f.cam.calls < 20 {
		t.Errorf("%d pictures of %d calls", len(f.cam.taken), f.cam.calls)
	}
	for _, p := range f.cam.taken {
		if text, _ := l.judge(p); text != "" || p.how != power {
			t.Errorf("%s before %s: %s", p.how, p.call, text)
		}
	}
}

// Calls fail in turn, in every way that there is; of each setup, one call that the seed
// chooses.
func TestTurns(t *testing.T) {
	rows := rowsOf("")
	if testing.Short() {
		rows = rows[:len(rows)/10]
	}
	seed := seedOf(t)
	calls := rand.New(rand.NewPCG(seed, 0))
	nth := map[*row]int{}
	for _, r := range rows {
		nth[r] = 1 + calls.IntN(60)
	}
	runAll(rows, 8, func(r *row, _ int) {
		l := newTurn(r.setup, seed, nth[r])
		l.run(t.Context())
		r.sum.add(l.tally)
	})
	for _, r := range rows {
		for _, text := range r.sum.texts {
			t.Error(text)
		}
	}
}

// Every call fails in each of its ways, and a full disk stays full.
func TestFaults(t *testing.T) {
	for _, op := range []string{"create", "rename", "remove", "syncdir", "write", "truncate", "sync", "mkdir"} {
		all := ways(op)
		if len(all) > mostWays {
			t.Errorf("%s fails in %d ways, and %d are tried", op, len(all), mostWays)
		}
		for kind := range mostWays {
			f := &fault{n: 2, kind: kind}
			if o := f.strike(fstest.Call{Op: "write"}); o.Err != nil {
				t.Errorf("%s: the call before fails: %v", op, o.Err)
			}
			got := f.strike(fstest.Call{Op: op})
			if got != all[kind%len(all)] || f.hit == "" {
				t.Errorf("%s fails with %+v in way %d, want %+v", op, got, kind, all[kind%len(all)])
			}
			after := f.strike(fstest.Call{Op: "write"})
			if full := got == fstest.NoSpace(); (after.Err != nil) != full || f.strike(fstest.Call{Op: "remove"}).Err != nil {
				t.Errorf("%s failed with %v, and after it a write with %v", op, got.Err, after.Err)
			}
		}
	}
}
