package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/none"
	"ckptbench/algorithms/store"
)

func TestMain(m *testing.M) {
	if text := os.Getenv(childVariable); text != "" {
		os.Exit(childMain(text))
	}
	os.Exit(m.Run())
}

// Every algorithm survives a few kills, with and without a log; the command
// makes it hundreds.
func TestKill(t *testing.T) {
	n := 4
	if testing.Short() {
		n = 1
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	testRows(t, exe, n, 0)
}

// Every algorithm survives some power cuts at each kill of a real process.
func TestPower(t *testing.T) {
	n := 2
	if testing.Short() {
		n = 1
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	testRows(t, exe, n, 6)
}

// testRows puts a lineage of every row through n kills, each with so many power cuts.
func testRows(t *testing.T, exe string, n, cuts int) {
	seed := maphash.Comparable(maphash.MakeSeed(), 0) % 1_000_000
	p := &plan{exe: exe, cuts: cuts}
	for _, r := range p.rows("", 2*n) {
		t.Run(fmt.Sprintf("%s,log=%v", r.e.Name, r.log), func(t *testing.T) {
			t.Parallel()
			got, err := p.run(context.Background(), t.TempDir(), r.e, r.log, seed, n)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range got.texts {
				t.Errorf("seed %d: %s", seed, text)
			}
			t.Logf("seed %d: %d kills, %d of them while starting, %d power cuts; %d images, %d transactions",
				seed, got.trials, got.early, got.cuts, got.images, got.transactions)
		})
	}
}

// A child ends when its parent is gone.
func TestChildEndsWithParent(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	l := &lineage{order: order{Algorithm: "naive", Dir: dir, Notes: dir, Seed: 1}, exe: exe}
	c, err := l.start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	c.awaitReady()
	c.stdin.Close()
	if err := c.end(); err == nil || !strings.Contains(err.Error(), "exit status 1") {
		t.Errorf("the child ended with %v, want exit status 1", err)
	}
}

// A child that fails is no kill.
func TestChildFails(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	_, err = (&plan{exe: exe}).run(context.Background(), t.TempDir(), algorithms.Entry{Name: "nothing"}, false, 1, 8)
	if err == nil || !strings.Contains(err.Error(), `no algorithm "nothing"`) {
		t.Errorf("%v, want what the child said", err)
	}
}

// worked runs transactions of all workers in turn and returns the states after
// n and after 2n of each.
func worked(t *testing.T, seed uint64, n int) (before, after state) {
	s, err := store.Open(store.Options{Algorithm: "none", New: none.New, Tables: tables(), Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := errors.Join(load(s), s.Start()); err != nil {
		t.Fatal(err)
	}
	var cs []*client
	for w := range workers {
		cs = append(cs, newClient(seed, s.Worker(w), w, 0))
	}
	for i := range 2 * n {
		if i == n {
			before = stateOf(s)
		}
		for _, c := range cs {
			if err := c.next(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return before, stateOf(s)
}

// Right states are found right, and each way of being wrong is found.
func TestWhole(t *testing.T) {
	const seed, n = 5, 40
	before, after := worked(t, seed, n)
	check := func(name string, want string, st state) {
		t.Helper()
		var f findings
		done, err := st.done()
		if err != nil {
			f.mix("%v", err)
		} else {
			st.whole(seed, done, &f)
			st.follows(before, &f)
		}
		got := strings.Join(f.texts, "\n")
		if want == "" && got != "" || !strings.Contains(got, want) || (f.mixed > 0) != (want != "") {
			t.Errorf("%s: %d mixed, %q; want %q", name, f.mixed, got, want)
		}
	}
	changed := func(f func(st state)) state {
		st := maps.Clone(after)
		f(st)
		return st
	}
	old := func(as ...store.Access) func(st state) {
		return func(st state) {
			for _, a := range as {
				p := place{int(a.Table), a.Key}
				st[p] = before[p]
			}
		}
	}
	check("before", "", before)
	check("after", "", after)
	for g := range 3 {
		check("one record of a group is old", "is torn", changed(old(member(g, 1))))
		check("a group is old", "whose first 80 write it", changed(old(member(g, 0), member(g, 1), member(g, 2))))
	}
	counter := store.Access{Table: counters, Key: 1}
	check("a counter is old", "who knew transaction", changed(old(counter)))
	check("a ticket is old", "ticket 80 of worker 0", changed(old(ticket(0, 2*n))))
	check("a ticket came back", "is there: true, want false", changed(func(st state) {
		a := ticket(2, 2*n-held)
		st[place{int(a.Table), a.Key}] = entry{1 << 60, true, number(nil, a, 1<<60, 2*n-held)}
	}))
	check("a byte is wrong", "torn within", changed(func(st state) {
		p := place{int(member(3, 2).Table), member(3, 2).Key}
		e := st[p]
		e.value = bytes.Clone(e.value)
		e.value[len(e.value)-9] ^= 1
		st[p] = e
	}))
	check("a group is gone", "torn within", changed(func(st state) {
		for i := range copies {
			delete(st, place{int(member(4, i).Table), member(4, i).Key})
		}
	}))
	check("an id was used again", "was by", changed(func(st state) {
		p := place{int(counter.Table), counter.Key}
		st[p] = entry{before[p].stamp, true, st[p].value}
	}))
}

func TestCompare(t *testing.T) {
	same := func(n uint64) [workers]uint64 { return [workers]uint64{n, n, n} }
	a := account{committed: same(50), acknowledged: same(40),
		last: returned{image: 7, point: 70, least: same(20), most: same(30)}}
	check := func(log bool, n, seq, point uint64, lost, mixed bool) {
		t.Helper()
		l := &lineage{order: order{Log: log}, done: same(10), images: 6}
		var f findings
		l.compare(a, same(n), seq, point, &f)
		if (f.lost > 0) != lost || (f.mixed > 0) != mixed {
			t.Errorf("log %v, %d transactions, image %d at %d: %v", log, n, seq, point, f.texts)
		}
	}
	check(false, 20, 7, 70, false, false)
	check(false, 30, 7, 70, false, false)
	check(false, 19, 7, 70, true, false) // less than had committed before the checkpoint
	check(false, 31, 7, 70, false, true) // more than can have begun when it returned
	check(false, 31, 8, 80, false, false)
	check(false, 25, 6, 60, true, false) // the image before
	check(false, 25, 7, 71, false, true)
	check(false, 52, 8, 80, false, true)
	check(true, 39, 7, 70, true, false) // less than was acknowledged
	check(true, 40, 7, 70, false, false)
	check(true, 51, 7, 70, false, false) // the log goes beyond the image
	check(true, 52, 7, 70, false, true)
}

func TestLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	if _, begun, err := readLedger(path); begun || err != nil {
		t.Errorf("no ledger: %v, %v", begun, err)
	}
	l, err := createLedger(path, [workers]uint64{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	defer l.w.(io.Closer).Close() // a file
	want := account{
		committed: [workers]uint64{1, 9, 3}, acknowledged: [workers]uint64{1, 8, 3},
		last: returned{image: 4, point: 5, least: [workers]uint64{6, 7, 8}, most: [workers]uint64{9, 10, 11}},
	}
	if err := errors.Join(l.progress(1, 9, 8), l.checkpoint(want.last)); err != nil {
		t.Fatal(err)
	}
	if got, begun, err := readLedger(path); got != want || !begun || err != nil {
		t.Errorf("%+v, %v, %v, want %+v", got, begun, err, want)
	}
}

func TestReport(t *testing.T) {
	check := func(want int, r *row) {
		t.Helper()
		var b bytes.Buffer
		r.e.Name, r.trials = "calc", 8
		if got := report(&b, []*row{r}); got != want || !strings.Contains(b.String(), "calc") {
			t.Errorf("exit code %d, want %d:\n%s", got, want, &b)
		}
	}
	check(0, &row{sum: tally{trials: 8}})
	check(1, &row{sum: tally{trials: 7}})
	check(1, &row{sum: tally{trials: 8, findings: findings{lost: 1}}})
	check(1, &row{sum: tally{trials: 8, findings: findings{mixed: 1}}})
	check(1, &row{sum: tally{trials: 8}, errs: []error{errors.New("x")}})
}

// A store recovers from the log in its own folder although its loggers write
// there meanwhile: nothing looks torn, let alone damaged. The disk reads slowly,
// so that epochs pass between two reads.
func TestRecoverBesideOwnLog(t *testing.T) {
	const images, log = "images", "log"
	var slow atomic.Bool
	disk := fstest.Hook(fstest.NewMem(), func(c fstest.Call) fstest.Outcome {
		if slow.Load() && c.Op == "read" && strings.HasPrefix(c.Name, log) {
			time.Sleep(2 * time.Millisecond)
		}
		return fstest.Outcome{}
	})
	e, _ := algorithms.Find("calc")
	o := store.Options{
		Tables: tables(), Workers: workers, Images: store.Images{Dir: images, FS: disk},
		Log: store.Log{Dir: log, Sync: true, Interval: 20 * time.Microsecond},
	}
	e.Apply(&o)
	begin := func() *store.Store {
		s, err := store.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := begin()
	if err := errors.Join(load(s), s.Start()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Checkpoint(context.Background()); err != nil {
		t.Fatal(err)
	}
	c := newClient(1, s.Worker(0), 0, 0)
	for range 100 {
		if err := c.next(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = begin()
	defer s.Close()
	slow.Store(true)
	for range 5 {
		r, err := s.Recover(context.Background(), store.Source{Images: images, Log: log, FS: disk})
		if err != nil || len(r.Problems) > 0 {
			t.Fatal(err, r.Problems)
		}
	}
	if done, err := stateOf(s).done(); done[0] != 100 {
		t.Errorf("%d transactions recovered, want 100 (%v)", done[0], err)
	}
}
