package wal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs"
)

// Many workers, all numbers of loggers, small rings and small segments; two
// sessions, the second with other numbers.
func TestRoundTrip(t *testing.T) {
	for loggers := 1; loggers <= 3; loggers++ {
		for _, sync := range []bool{true, false} {
			t.Run(fmt.Sprintf("loggers=%d/sync=%v", loggers, sync), func(t *testing.T) {
				m, r := fs.NewMem(), newRig(50)
				o := Options{Dir: dir, FS: m, Workers: 5, Loggers: loggers, Sync: sync,
					Interval: time.Millisecond, SegmentBytes: 32 << 10, RingBytes: 4 << 10}
				d1 := runRig(t, r, o, 300)
				o.Workers, o.Loggers = 2, 4-loggers
				d2 := runRig(t, r, o, 300)
				if _, err := r.check(m, 0, 0, d2); err != nil {
					t.Fatal(err)
				}
				for _, span := range [][2]uint64{{0, d1}, {d1, 0}, {d1 / 2, d1}, {d1 - 1, d1 + 1}, {d2, 0}, {d2 + 5, 0}} {
					if _, err := r.check(m, span[0], span[1], span[1]); err != nil {
						t.Fatalf("(%d, %d]: %v", span[0], span[1], err)
					}
				}
				if _, _, err := r.replayed(m, 0, d2+1000); err == nil {
					t.Fatal("replayed beyond the end")
				}
				if info, err := Verify(t.Context(), m, dir); err != nil || info.From != 0 || info.Records != 300*7 || len(info.Cuts) > 0 {
					t.Fatalf("verify: %+v %v", info, err)
				}
			})
		}
	}
}

// runRig opens the log, has each worker commit n transactions, closes it and
// returns the durable epoch.
func runRig(t *testing.T, r *rig, o Options, n int) uint64 {
	t.Helper()
	l, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for w := range o.Workers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 1))
			for i := range n {
				e := r.txn(l.Worker(w), w, rng)
				if i%100 == 99 {
					if err := l.WaitDurable(t.Context(), e); err != nil || l.Durable() < e {
						t.Error(err, l.Durable(), e)
					}
				}
			}
		})
	}
	wg.Wait()
	e := l.Epoch()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if l.Durable() < e {
		t.Fatalf("durable %d after Close in epoch %d", l.Durable(), e)
	}
	if err := l.WaitDurable(t.Context(), e+100); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.Records != uint64(n*o.Workers) || s.Bytes == 0 || s.Groups == 0 || s.Syncs == 0 {
		t.Fatalf("%+v", s)
	}
	return l.Durable()
}

// A replay beside the running log sees the durable epochs whole.
func TestReplayWhileOpen(t *testing.T) {
	m, r := fs.NewMem(), newRig(20)
	l, err := Open(Options{Dir: dir, FS: m, Workers: 1, Loggers: 2, Interval: time.Millisecond, SegmentBytes: 4 << 10, RingBytes: 4096, Sync: true})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() {
		rng := rand.New(rand.NewPCG(1, 1))
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			e := r.txn(l.Worker(0), 0, rng)
			if i%20 == 0 {
				l.WaitDurable(t.Context(), e)
			}
		}
	})
	type run struct {
		got  [][]op
		upTo uint64
	}
	var runs []run
	for range 12 {
		e, err := l.Note(t.Context(), 1, []byte("x"))
		if err == nil {
			err = l.WaitDurable(t.Context(), e)
		}
		if err != nil {
			t.Fatal(err)
		}
		got, info, err := r.replayed(m, 0, l.Durable())
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, run{got, info.To})
	}
	close(stop)
	wg.Wait()
	l.Close()
	for _, x := range runs {
		if err := r.compare(x.got, 0, x.upTo); err != nil {
			t.Fatal(err)
		}
	}
}

// A worker inside a long transaction, and one that never does anything, leave
// the durable epoch alone.
func TestIdleWorkerHoldsNothing(t *testing.T) {
	l := manual(t, Options{FS: fs.NewMem(), Workers: 3, Loggers: 3, Sync: true})
	defer l.Close()
	l.Worker(1).Begin()
	l.Worker(1).Put(0, 1, []byte("never committed"))
	for i := range uint64(30) {
		l.Worker(0).Begin()
		l.Worker(0).Put(0, 2, []byte("v"))
		e := l.Worker(0).Commit(i + 1)
		if e != l.Epoch() {
			t.Fatalf("committed in epoch %d of %d", e, l.Epoch())
		}
		step(t, l)
	}
	l.Worker(2).Begin()
	if e := l.Worker(2).Commit(1); e != l.Epoch() || l.Stats().Records != 30 {
		t.Fatal("a read-only transaction was logged")
	}
}

// A worker in the middle of Commit holds its epoch open, and only that.
func TestBusyWorkerHoldsItsEpoch(t *testing.T) {
	l := manual(t, Options{FS: fs.NewMem(), Workers: 2})
	b, e := l.Worker(1), l.Epoch()
	b.state.Store(b.tail | busy) // as Commit does before it reads the epoch
	ticked := make(chan bool)
	go func() { ticked <- l.tick(l.stop) }()
	for l.Epoch() == e {
		runtime.Gosched()
	}
	if c := l.closed.Load(); c >= e {
		t.Fatalf("epoch %d is closed under a commit", c)
	}
	b.state.Store(b.tail)
	if !<-ticked || l.closed.Load() != e {
		t.Fatal("epoch is not closed after the commit")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// An idle log does not write in every epoch, but gets on when polled.
func TestIdleMarks(t *testing.T) {
	l := manual(t, Options{FS: fs.NewMem(), Workers: 1, Sync: true})
	defer l.Close()
	for range 5 * idleEpochs {
		l.tick(l.stop)
		if err := l.loggers[0].round(); err != nil {
			t.Fatal(err)
		}
	}
	if g, d := l.Stats().Groups, l.Durable(); g != 5 || d != 5*idleEpochs {
		t.Fatalf("%d groups, durable %d", g, d)
	}
	b := l.Worker(0)
	b.Begin()
	b.Delete(0, 1)
	e := b.Commit(1)
	l.tick(l.stop)
	if err := l.loggers[0].round(); err != nil || l.Durable() != e {
		t.Fatalf("durable %d after a commit in epoch %d, %v", l.Durable(), e, err)
	}
}

// What is committed while a logger drains belongs to its next group, even if
// its epoch is closed meanwhile.
func TestCommitWhileDraining(t *testing.T) {
	m, r := fs.NewMem(), newRig(4)
	rng := rand.New(rand.NewPCG(1, 1))
	var l *Log
	once := sync.Once{}
	hooked := fs.Hook(m, func(c fs.Call) fs.Outcome {
		if c.Op == "write" && c.Off > 0 {
			once.Do(func() { // worker 0 was drained, worker 1 is being drained
				r.txn(l.Worker(0), 0, rng)
				l.tick(l.stop)
			})
		}
		return fs.Outcome{}
	})
	l = manual(t, Options{FS: hooked, Workers: 2, Sync: true, SegmentBytes: 1, RingBytes: 1 << 15})
	for range 100 {
		r.txn(l.Worker(1), 1, rng)
	}
	e := l.Epoch()
	l.loggers[0].wake()
	for l.Epoch() == e {
		runtime.Gosched()
	}
	step(t, l)
	inOrder(t, m)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.check(m, 0, 0, l.Durable()); err != nil {
		t.Fatal(err)
	}
}

// inOrder demands of every file that no record stands behind the mark of its
// epoch.
func inOrder(t *testing.T, fsys fs.FS) {
	t.Helper()
	sv, err := look(fsys, dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range sv.sessions[len(sv.sessions)-1].chains {
		mark := uint64(0)
		for _, seg := range c {
			s, err := openSegment(fsys, seg)
			if err != nil {
				t.Fatal(err)
			}
			for {
				fr, err := s.next()
				if err != nil {
					break
				}
				if fr.kind == frameMark {
					mark = fr.epoch
				} else if fr.kind != frameEnd && fr.epoch <= mark {
					t.Fatalf("%s: a record of epoch %d before offset %d, behind mark %d", seg.path, fr.epoch, s.off, mark)
				}
			}
			s.f.Close()
		}
	}
}

// Epochs as short as can be, against commits and notes.
func TestMarksAreTrue(t *testing.T) {
	m := fs.NewMem()
	l := manual(t, Options{FS: m, Workers: 2, Loggers: 2, RingBytes: 4096, SegmentBytes: 1 << 20})
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			b := l.Worker(w)
			for i := range uint64(20_000) {
				b.Begin()
				b.Delete(0, i)
				b.Commit(i + 1)
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		l.tick(l.stop)
		for _, g := range l.loggers {
			g.wake()
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	inOrder(t, m)
}

// The epoch of a note stays open until its last chunk is in.
func TestNoteHoldsItsEpoch(t *testing.T) {
	m := fs.NewMem()
	var l *Log
	first := uint64(0)
	ticked := make(chan bool, 1)
	early := false
	once := sync.Once{}
	hooked := fs.Hook(m, func(c fs.Call) fs.Outcome {
		if c.Op == "write" && c.Off > 0 && c.Len > 64 {
			once.Do(func() { go func() { ticked <- l.tick(l.stop) }() })
			for i := 0; i < 100 || l.Epoch() == first; i++ {
				runtime.Gosched()
			}
			early = early || l.closed.Load() >= first && l.notes.hold.Load() != 0
		}
		return fs.Outcome{}
	})
	l = manual(t, Options{FS: hooked, Workers: 1, RingBytes: 4096, SegmentBytes: 4096})
	first = l.Epoch()
	e, err := l.Note(t.Context(), 1, make([]byte, 100_000))
	if err != nil || e != first || !<-ticked {
		t.Fatal(e, err)
	}
	if err := l.Close(); err != nil || early {
		t.Fatalf("epoch %d was closed under a note; %v", e, err)
	}
	if info, err := Replay(t.Context(), m, dir, 0, 0, 1, nil); err != nil || len(info.Notes) != 1 || len(info.Notes[0].Data) != 100_000 {
		t.Fatal(len(info.Notes), err)
	}
}

// An epoch number seen in what was cut is not given out again.
func TestEpochNotGivenTwice(t *testing.T) {
	m, r := fs.NewMem(), newRig(3)
	l := manual(t, Options{FS: m, Workers: 1})
	step(t, l)
	e := r.txn(l.Worker(0), 0, rand.New(rand.NewPCG(1, 1)))
	if err := errors.Join(l.loggers[0].drain(), l.loggers[0].flush()); err != nil { // written, but the mark is not
		t.Fatal(err)
	}
	l.fail(errors.New("killed"))
	l.Close()
	l = manual(t, Options{FS: m, Workers: 1})
	defer l.Close()
	if l.Epoch() <= e {
		t.Fatalf("epoch %d was given out before", e)
	}
	r.crash(e - 1)
	if _, err := r.check(m, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
}

// A full ring makes Commit wait for the logger, and counts it; a transaction
// larger than the ring goes through.
func TestFullRing(t *testing.T) {
	gate := make(chan struct{})
	m := fs.NewMem()
	hooked := fs.Hook(m, func(c fs.Call) fs.Outcome {
		if c.Op == "write" && c.Off > 0 {
			<-gate
		}
		return fs.Outcome{}
	})
	l, err := Open(Options{Dir: dir, FS: hooked, Workers: 2, RingBytes: 512, Interval: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	big := bytes.Repeat([]byte("big"), 400_000)
	for w := range 2 {
		wg.Go(func() {
			b := l.Worker(w)
			for i := range uint64(100) {
				b.Begin()
				v := []byte("small value")
				if i == 50 {
					v = big
				}
				b.Put(0, uint64(w), v)
				b.Commit(i + 1)
			}
		})
	}
	for l.Stats().Stalls == 0 {
		runtime.Gosched()
	}
	close(gate)
	wg.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.StallTime <= 0 {
		t.Fatalf("%+v", s)
	}
	n := [2]int{}
	bigs := 0
	_, err = Replay(t.Context(), m, dir, 0, 0, 1, func(_ int, c Change) error {
		n[c.Key]++
		if c.Stamp != uint64(n[c.Key]) {
			return fmt.Errorf("stamp %d after %d changes", c.Stamp, n[c.Key])
		}
		if bytes.Equal(c.Value, big) {
			bigs++
		}
		return nil
	})
	if err != nil || n != [2]int{100, 100} || bigs != 2 {
		t.Fatal(n, bigs, err)
	}
}

func TestAllocs(t *testing.T) {
	l := manual(t, Options{FS: fs.NewMem(), Workers: 1})
	defer l.Close()
	b, v, s := l.Worker(0), make([]byte, 100), uint64(0)
	check := func(what string, f func()) {
		t.Helper()
		if n := testing.AllocsPerRun(1000, f); n != 0 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
	check("commit", func() {
		s++
		b.Begin()
		b.Set(0, s, 8, v)
		b.Put(1, s, v)
		b.Delete(2, s)
		b.Commit(s)
	})
	check("abort", func() {
		b.Begin()
		b.Put(1, s, v)
		b.Abort()
	})
}

// Epochs go on above the disk and above Options.After, beyond 32 bits.
func TestEpochNumbers(t *testing.T) {
	m, r := fs.NewMem(), newRig(5)
	rng := rand.New(rand.NewPCG(1, 2))
	const edge = 1<<32 - 4
	l := manual(t, Options{FS: m, Workers: 1, After: edge, Sync: true})
	for range 8 {
		r.txn(l.Worker(0), 0, rng)
		step(t, l)
	}
	l.Close()
	d := l.Durable()
	if d <= 1<<32 {
		t.Fatalf("durable %d", d)
	}
	l = manual(t, Options{FS: m, Workers: 1, After: 7})
	if l.Epoch() != d+1 || l.Durable() != d {
		t.Fatalf("epoch %d, durable %d after %d", l.Epoch(), l.Durable(), d)
	}
	r.txn(l.Worker(0), 0, rng)
	l.Close()
	for from := uint64(edge - 1); from < edge+12; from++ {
		if _, err := r.check(m, from, 0, d+1); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNotes(t *testing.T) {
	m := fs.NewMem()
	l := manual(t, Options{FS: m, Workers: 1, Loggers: 2, RingBytes: 4096, SegmentBytes: 1 << 20})
	want := [][]byte{nil, []byte("one"), bytes.Repeat([]byte("large "), 100_000), make([]byte, 1024)}
	epochs := []uint64{}
	for i, data := range want {
		e, err := l.Note(t.Context(), byte(i), data)
		if err != nil {
			t.Fatal(err)
		}
		epochs = append(epochs, e)
		step(t, l)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Note(ctx, 9, want[2]); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Note(t.Context(), 9, nil); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	for from := range epochs {
		info, err := Replay(t.Context(), m, dir, epochs[from]-1, 0, 1, nil)
		if err != nil || len(info.Notes) != len(want)-from {
			t.Fatal(len(info.Notes), err)
		}
		for i, n := range info.Notes {
			if i += from; n.Kind != byte(i) || n.Epoch != epochs[i] || !bytes.Equal(n.Data, want[i]) {
				t.Fatalf("note %d: kind %d, epoch %d, %d bytes", i, n.Kind, n.Epoch, len(n.Data))
			}
		}
	}
}

// A note that its context cuts short in the middle leaves no trace in a replay.
func TestNoteCutShort(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := fs.NewMem()
	hooked := fs.Hook(m, func(c fs.Call) fs.Outcome {
		if c.Op == "write" && c.Off > 0 {
			cancel()
		}
		return fs.Outcome{}
	})
	l := manual(t, Options{FS: hooked, Workers: 1, RingBytes: 4096})
	if _, err := l.Note(ctx, 1, make([]byte, 4<<20)); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := l.Note(t.Context(), 2, []byte("whole")); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := Replay(t.Context(), m, dir, 0, 0, 1, nil)
	if err != nil || len(info.Notes) != 1 || info.Notes[0].Kind != 2 {
		t.Fatal(info.Notes, err)
	}
}

// After a truncation everything above is there, and what is not there is told.
func TestTruncate(t *testing.T) {
	m, r := fs.NewMem(), newRig(10)
	rng := rand.New(rand.NewPCG(3, 4))
	o := Options{FS: m, Workers: 4, Loggers: 3, Sync: true, SegmentBytes: 600}
	var l *Log
	for session := range 3 {
		o.Loggers = 3 - session
		l = manual(t, o)
		for range 10 {
			for w := range 4 {
				r.txn(l.Worker(w), w, rng)
			}
			step(t, l)
		}
		if session < 2 {
			l.Close()
		}
	}
	if err := l.Truncate(l.Durable() + 1); err == nil {
		t.Fatal("truncated what is not durable")
	}
	d := l.Durable()
	had := l.Stats().Segments
	for upTo := uint64(0); upTo <= d; upTo++ {
		if err := l.Truncate(upTo); err != nil {
			t.Fatal(err)
		}
		if _, err := r.check(m, upTo, 0, d); err != nil {
			t.Fatalf("truncated to %d: %v", upTo, err)
		}
		info, err := Verify(t.Context(), m, dir)
		if err != nil || info.From > upTo {
			t.Fatalf("truncated to %d: %+v %v", upTo, info, err)
		}
		if info.From > 0 {
			if _, _, err := r.replayed(m, info.From-1, 0); !isDamage(err) {
				t.Fatalf("replay from %d does not miss what is gone: %v", info.From-1, err)
			}
		}
		if n := len(files(t, m)); n != l.Stats().Segments {
			t.Fatalf("%d files, %d counted", n, l.Stats().Segments)
		}
	}
	if n := l.Stats().Segments; n >= had || n > 2 {
		t.Fatalf("%d segments of %d are left", n, had)
	}
	l.Close()
	l = manual(t, o)
	r.txn(l.Worker(0), 0, rng)
	l.Close()
	if _, err := r.check(m, d, 0, d+1); err != nil {
		t.Fatal(err)
	}
}

// Windows smaller than the log: the loggers are read in step.
func TestReplayWindows(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 60 MiB")
	}
	m := fs.NewMem()
	l := manual(t, Options{FS: m, Workers: 2, Loggers: 2})
	v := make([]byte, 1000)
	stamp := uint64(0)
	for range 60 {
		for i := range 1000 { // worker 1 has a tenth of the work
			for w := range 2 {
				if w == 0 || i%10 == 0 {
					stamp++
					l.Worker(w).Begin()
					l.Worker(w).Put(0, stamp%7, v)
					l.Worker(w).Commit(stamp)
				}
			}
		}
		step(t, l)
	}
	l.Close()
	last := [7]uint64{}
	n := uint64(0)
	info, err := Replay(t.Context(), m, dir, 0, 0, 1, func(_ int, c Change) error {
		n++
		if c.Stamp <= last[c.Key] || len(c.Value) != 1000 {
			return fmt.Errorf("stamp %d after %d", c.Stamp, last[c.Key])
		}
		last[c.Key] = c.Stamp
		return nil
	})
	if err != nil || n != stamp || info.Changes != int64(stamp) {
		t.Fatal(n, stamp, info.Changes, err)
	}
}

func TestReplayStops(t *testing.T) {
	m, r := fs.NewMem(), newRig(5)
	runRig(t, r, Options{Dir: dir, FS: m, Workers: 1, Interval: time.Millisecond}, 100)
	broken := errors.New("broken")
	if _, err := Replay(t.Context(), m, dir, 0, 0, 2, func(int, Change) error { return broken }); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Replay(ctx, m, dir, 0, 0, 2, nil); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestOptions(t *testing.T) {
	m := fs.NewMem()
	for _, o := range []Options{
		{}, {Dir: dir, Workers: 1}, {FS: m, Workers: 1}, {Dir: dir, FS: m},
		{Dir: dir, FS: m, Workers: 1, Loggers: -1}, {Dir: dir, FS: m, Workers: 1, Loggers: maxLoggers + 1},
		{Dir: dir, FS: m, Workers: 1, Interval: -1}, {Dir: dir, FS: m, Workers: 1, RingBytes: -1},
	} {
		if l, err := Open(o); err == nil {
			l.Close()
			t.Errorf("opened with %+v", o)
		}
	}
	l := manual(t, Options{FS: m, Workers: 1})
	defer l.Close()
	defer func() {
		if recover() == nil {
			t.Error("a negative offset was accepted")
		}
	}()
	l.Worker(0).Set(0, 1, -1, nil)
}

// What is told ahead of a change is told before it, and of every change but the
// first few of a window; and it changes nothing.
func TestReplayAhead(t *testing.T) {
	m := fs.NewMem()
	l := manual(t, Options{FS: m, Workers: 1})
	b := l.Worker(0)
	const n = 100
	for k := range uint64(n) {
		b.Begin()
		b.Put(3, k, nil)
		b.Commit(k + 1)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	told, done := uint64(aheadChanges), uint64(0)
	info, err := ReplayAhead(t.Context(), m, dir, 0, 0, 1, func(c *Change) {
		if c.Table != 3 || c.Key != told || told != done+aheadChanges {
			t.Errorf("told of key %d of table %d ahead of key %d", c.Key, c.Table, done)
		}
		told++
	}, func(_ int, c Change) error {
		if c.Key != done {
			t.Errorf("key %d comes after %d", c.Key, done)
		}
		done++
		return nil
	})
	if err != nil || info.Changes != n || done != n || told != n {
		t.Errorf("%d changes, told of those to %d; error %v", done, told, err)
	}
}
