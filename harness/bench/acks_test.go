package bench

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// A fakeLog is durable as far as the test says, since when it says.
type fakeLog struct {
	durable uint64
	at      map[uint64]time.Time
	wanted  []uint64
	wait    func(epoch uint64) error // what WaitDurable does
	waits   []uint64
}

func (l *fakeLog) Durable() uint64 { return l.durable }

func (l *fakeLog) DurableAt(e uint64) (time.Time, bool) { return l.at[e], e <= l.durable }

func (l *fakeLog) Want(e uint64) { l.wanted = append(l.wanted, e) }

func (l *fakeLog) WaitDurable(_ context.Context, e uint64) error {
	l.waits = append(l.waits, e)
	return l.wait(e)
}

// reach makes l durable to e, since some seconds after zero.
func (l *fakeLog) reach(e uint64, zero time.Time, seconds int) {
	if l.at == nil {
		l.at = map[uint64]time.Time{}
	}
	for x := l.durable + 1; x <= e; x++ {
		l.at[x] = zero.Add(time.Duration(seconds) * time.Second)
	}
	l.durable = e
}

func testAcks(t *testing.T, sync bool) (*acks, *fakeLog) {
	l := &fakeLog{}
	l.wait = func(e uint64) error { t.Fatalf("waits for epoch %d", e); return nil }
	r, _ := fakeRun()
	tm := newTimer(r)
	a := newAcks(t.Context(), l, sync, tm)
	tm.open = true // with few entries, as in a closed loop
	return a, l
}

// sec is the reading of a fake clock after some seconds.
func sec(n int) uint64 { return uint64(n) * uint64(time.Second) }

// told returns how many responses and durable latencies there are since the last
// call, and the longest of these.
func told(a *acks) (responses, n int64, longest time.Duration) {
	_, response, durable := a.timer.all()
	h := durable.HDR()
	return int64(response.Total()), h.TotalCount(), time.Duration(h.Max())
}

func about(d time.Duration, seconds int) bool {
	want := time.Duration(seconds) * time.Second
	return d > want*98/100 && d < want*102/100
}

// settling returns what has a client look how far the horizon is, without an error.
func settling(t *testing.T, a *acks) func() {
	return func() {
		t.Helper()
		if err := a.settle(); err != nil {
			t.Fatal(err)
		}
	}
}

// Nobody is acknowledged before the log has it, and then with the time at which
// it had it, however late the client looks.
func TestAcknowledgedWhenDurable(t *testing.T) {
	a, l := testAcks(t, true)
	settle := settling(t, a)
	a.add(5, sec(1), sec(0)+1, 1)
	a.add(5, sec(2), 0, 1)
	a.add(6, sec(2), 0, 1)
	l.reach(4, fakeZero, 1)
	settle()
	if responses, n, _ := told(a); n != 0 || a.released != 0 || responses != 0 || a.waiting != 3 {
		t.Fatalf("%d counted and %d released with the log at epoch 4; epoch 5 was committed", n, a.released)
	}
	l.reach(5, fakeZero, 8)
	l.reach(5, fakeZero, 30)
	settle()
	responses, n, d := told(a)
	if n != 2 || !about(d, 7) || a.released != 2 || a.waiting != 1 {
		t.Errorf("%d counted, %v the longest, %d released; want 2, 7 s and 2", n, d, a.released)
	}
	if responses != 1 {
		t.Errorf("%d responses, want that of the one with an intended start", responses)
	}
	l.wait = func(e uint64) error { l.reach(e, fakeZero, 9); return nil }
	if err := a.finish(); err != nil || a.waiting != 0 || a.released != 3 || a.finish() != nil {
		t.Errorf("error %v; %d outstanding after the end", err, a.waiting)
	}
	if len(l.waits) != 1 || l.waits[0] != 6 || len(l.wanted) != 2 {
		t.Errorf("waited for epochs %v and wanted %v; want 6, and 5 and 6", l.waits, l.wanted)
	}
}

// With sync, a client with too much outstanding waits for the oldest, and then
// goes on: whether there are too many transactions or too many entries.
func TestBackPressure(t *testing.T) {
	check := func(what string, most int, add func(a *acks, i int), want int) {
		t.Helper()
		a, l := testAcks(t, true)
		a.most = most
		a.ring = a.ring[:8]
		n := 0
		l.wait = func(e uint64) error {
			if e != 1 {
				t.Errorf("%s: waits for epoch %d, the oldest is 1", what, e)
			}
			l.reach(1, fakeZero, 1)
			return nil
		}
		for ; len(l.waits) == 0 && n < 100; n++ {
			add(a, n)
			if err := a.settle(); err != nil {
				t.Fatal(err)
			}
		}
		if n != want || a.released == 0 || a.held == 0 {
			t.Errorf("%s: waits after %d transactions, want %d; %d released, held for %v", what, n, want, a.released, a.held)
		}
	}
	check("transactions", 50, func(a *acks, i int) { a.add(1+uint64(i)/30, sec(0), 0, 1) }, 50)
	check("entries", 50, func(a *acks, i int) { a.add(1+uint64(i)/4, sec(i), 0, 1) }, 8)
}

// Without sync nothing waits and nothing is left out, and where entries are put
// together no latency is told too short.
func TestAsyncNeverWaits(t *testing.T) {
	a, l := testAcks(t, false)
	a.most, a.ring = 4, a.ring[:8]
	const n = 100
	for i := range n {
		a.add(uint64(1+i), sec(i), 0, 1)
		a.add(uint64(1+i), sec(i), 0, 1)
		if err := a.settle(); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		l.reach(uint64(1+i), fakeZero, 2*i+1) // the true latencies are i+1 s
	}
	if err := a.settle(); err != nil {
		t.Fatal(err)
	}
	_, count, d := told(a)
	if count != 2*n || a.released != 2*n || a.waiting != 0 {
		t.Errorf("%d counted and %d released of %d", count, a.released, 2*n)
	}
	if most := n*time.Second + 2*time.Duration(a.within); d < n*98/100*time.Second || d > most*102/100 {
		t.Errorf("%v is the longest, one took %d s, and entries are %v wide", d, n, time.Duration(a.within))
	}
}

// Transactions of one epoch share an entry while they began within a moment of its
// first, and count with that one's time.
func TestEntriesAreShared(t *testing.T) {
	a, l := testAcks(t, true)
	for _, began := range []uint64{0, 5_000, 20_000, 20_001, 40_000} {
		a.add(1, began, 0, 8)
	}
	a.add(2, 40_000, 0, 8)
	if n := a.tail - a.head; n != 3 || a.waiting != 48 {
		t.Errorf("%d entries for %d transactions, want 3 for 48", n, a.waiting)
	}
	l.reach(2, fakeZero, 1)
	if err := a.settle(); err != nil {
		t.Fatal(err)
	}
	if _, n, d := told(a); n != 48 || !about(d, 1) || a.waiting != 0 {
		t.Errorf("%d counted, %v the longest", n, d)
	}
}

// The time that a client waits for the log is no transaction's.
func TestBackPressureIsNotTimed(t *testing.T) {
	r, f := fakeRun()
	tm := newTimer(r)
	tm.every = 8
	a := newAcks(t.Context(), &fakeLog{}, true, tm)
	l := a.log.(*fakeLog)
	l.wait = func(e uint64) error {
		f.now += sec(5)
		l.reach(e, fakeZero, 5)
		return nil
	}
	a.most = 1
	tm.restart()
	f.now += 100
	tm.count(true)
	tm.end(1, true)
	f.now += 100
	tm.count(true) // of a group that the wait cuts short
	if err := a.settle(); err != nil {
		t.Fatal(err)
	}
	f.now += 100
	tm.count(true)
	tm.close(3)
	if service, _, _ := tm.all(); service.Total() != 3 || service.HDR().Max() > 200 {
		t.Errorf("%d counted, %d ns the longest; want 3 of 100 ns", service.Total(), service.HDR().Max())
	}
}

// Of a group only what committed is to be durable.
func TestAbortedIsNotDurable(t *testing.T) {
	a, l := testAcks(t, false)
	tm := a.timer
	tm.every, tm.open = 3, false
	tm.restart()
	for _, committed := range []bool{true, false, true} {
		tm.count(committed)
	}
	tm.end(1, false)
	tm.count(false)
	tm.close(1)
	l.reach(1, fakeZero, 1)
	if err := a.settle(); err != nil {
		t.Fatal(err)
	}
	if _, n, _ := told(a); n != 2 || a.released != 2 || a.head != 1 {
		t.Errorf("%d durable in %d entries, want the 2 that committed in one", n, a.head)
	}
}

// With sync a transaction of an open loop is answered when it is durable, without
// when it commits.
func TestSynchronousResponse(t *testing.T) {
	for sync, want := range map[bool]int{true: 7, false: 2} {
		r, f := fakeRun()
		tm := newTimer(r)
		tm.open = true
		l := &fakeLog{}
		a := newAcks(t.Context(), l, sync, tm)
		tm.due = 1
		f.now = sec(1)
		tm.restart()
		f.now = sec(2)
		tm.count(true)
		tm.end(5, false)
		l.reach(5, fakeZero, 7)
		if err := a.settle(); err != nil {
			t.Fatal(err)
		}
		_, response, durable := tm.all()
		if n := response.Total(); n != 1 || !about(time.Duration(response.HDR().Max()), want) || durable.Total() != 1 ||
			!about(time.Duration(durable.HDR().Max()), 6) {
			t.Errorf("sync %v: %d answered after %d ns and durable after %d ns; want one, after %d s and 6 s", sync, n,
				response.HDR().Max(), durable.HDR().Max(), want)
		}
	}
}

// A log that fails ends the client, at the back-pressure or at the end.
func TestFailedLogEndsClient(t *testing.T) {
	gone := errors.New("disk is gone")
	a, l := testAcks(t, true)
	l.wait = func(uint64) error { return gone }
	a.add(1, sec(0), 0, 1)
	if err := a.finish(); !errors.Is(err, gone) || a.waiting != 1 {
		t.Errorf("error %v with %d outstanding", err, a.waiting)
	}
	a.most = 1
	if err := a.settle(); !errors.Is(err, gone) {
		t.Errorf("error %v", err)
	}
}

func TestAcksAllocateNothing(t *testing.T) {
	a, l := testAcks(t, false)
	l.reach(1000, fakeZero, 1)
	l.durable = 0
	l.wanted = make([]uint64, 0, 2000)
	epoch := uint64(0)
	if n := testing.AllocsPerRun(500, func() {
		epoch++
		a.add(epoch, sec(0), 0, 1)
		a.add(epoch, sec(0), 1, 1)
		l.durable = epoch
		if a.settle() != nil {
			t.Fatal("settle failed")
		}
	}); n != 0 {
		t.Errorf("%v allocations a transaction", n)
	}
}

// Every commit of a trial is acknowledged by its end, in both loops and with both
// logs; response times go to the disk with sync, and commits do not.
func TestTrialAcknowledgesAll(t *testing.T) {
	// Without a warm-up: response times are only of what was due after it, durable
	// ones of all that was done after it.
	text := strings.NewReplacer("verify_duration: 100ms", "verify: off", "warmup: 20ms", "warmup: 0s").Replace(small) +
		"algorithms: [none]\n"
	for _, c := range []struct{ wal, rate string }{{"sync", ""}, {"async", ""}, {"sync", "rate: 20k/s"},
		{"async", "rate: 20k/s"}} {
		e := parse(t, text+"wal: "+c.wal+"\n"+c.rate+"\n")
		cell := cell{Experiment: e.Cells()[0].Experiment}
		decks, err := cell.decks(1, 1, "test", 1<<12)
		if err != nil {
			t.Fatal(err)
		}
		none, _ := algorithms.Find("none")
		tr := &trial{cell: cell, entry: none, decks: decks, dir: t.TempDir(), out: &result.Trial{}, rate: cell.Rate.Of(0)}
		if err := tr.measure(t.Context()); err != nil {
			t.Fatal(err)
		}
		var released, committed uint64
		for i, tm := range tr.timers {
			if tm.acks.waiting != 0 || tm.acks.bounded != (c.wal == "sync") {
				t.Errorf("%+v: client %d has %d outstanding, bounded %v", c, i, tm.acks.waiting, tm.acks.bounded)
			}
			released += tm.acks.released
		}
		committed = tr.store.Counts().Commits
		if released != committed {
			t.Errorf("%+v: %d acknowledged of %d commits", c, released, committed)
		}
		out := tr.out
		if out.Service == nil {
			continue // a machine so busy that nothing was run in the measured part
		}
		if out.Log != c.wal || out.Durable == nil || out.Durable.Max < out.Service.P50 || len(out.DurableHGRM) == 0 {
			t.Errorf("%+v: log %q, durable %+v, service %+v", c, out.Log, out.Durable, out.Service)
		}
		if c.rate != "" && c.wal == "sync" && out.Response.Max < out.Durable.Max {
			t.Errorf("%+v: response %+v is shorter than durable %+v", c, out.Response, out.Durable)
		}
	}
}

// Where no change is logged nothing is reported, though fuzzy logs its dirty
// table.
func TestNoLogNoDurable(t *testing.T) {
	e := run1(t, strings.Replace(small, "verify_duration: 100ms", "verify: off", 1)+
		"wal: off\nalgorithms: [none, fuzzy, fuzzy-log]\n")
	for _, tr := range e.Trials {
		if logged := tr.Algorithm == "fuzzy-log"; logged != (tr.Durable != nil) ||
			logged != (tr.Log == string(config.WALAsync)) || logged != (len(tr.DurableHGRM) > 0) {
			t.Errorf("%s: log %q, durable %+v", tr.Algorithm, tr.Log, tr.Durable)
		}
	}
}
