package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"ckptbench/algorithms/store"
)

// testBackToBack: images taken one right after the other are consistent and
// get on, with few records, so that conflicts are many, at every number of
// workers, in both lock modes, under both indexes, with one and more streams.
func testBackToBack(t *testing.T, e entry, seed uint64) {
	uniform := usual
	uniform.skew = false
	// Few records, so that most of them are in conflict at any moment.
	for i, c := range []struct {
		p plan
		m mix
	}{
		{plan{workers: 1}, usual},
		{plan{workers: 2, nowait: true, streams: 2}, usual},
		{plan{workers: 2, tables: []store.TableSpec{table("t", 48, 12, true)}}, usual},
		{plan{workers: 4, tables: []store.TableSpec{table("t", 100, 300, false)}, streams: 3}, uniform},
		{plan{workers: 4, tables: []store.TableSpec{table("t", 48, 6, true)}, nowait: true}, uniform},
		{plan{workers: 4, tables: []store.TableSpec{table("a", 48, 5, true), table("b", 32, 5, false)}, streams: 2,
			log: true}, usual},
	} {
		spec := c.p.withDefaults().tables[0]
		name := fmt.Sprintf("workers=%d,tables=%d,records=%d,hash=%v,nowait=%v,skew=%v,streams=%d",
			c.p.workers, len(c.p.withDefaults().tables), spec.Capacity, spec.Hash, c.p.nowait, c.m.skew, max(1, c.p.streams))
		if testing.Short() && i%2 == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			w := open(t, e, c.p)
			l := w.start(seed+uint64(i), c.m)
			if e.Baseline {
				l.progress(1000)
			} else {
				// The baseline takes none; its history is judged all the same.
				l.images(40, 300*time.Millisecond)
			}
			l.end()
			// The oracle judges every image and the history.
			w.verify(rules)
		})
	}
}

// testNoImage: the baseline refuses to take an image, and goes on.
func testNoImage(t *testing.T, e entry, seed uint64) {
	w := open(t, e, plan{workers: 2})
	l := w.start(seed, usual)
	for range 3 {
		l.progress(between)
		// It must not stop the transactions either.
		if _, err := w.s.Checkpoint(context.Background()); err == nil {
			t.Error("a checkpoint of the baseline succeeded")
		}
	}
	l.end()
	w.verify(rules)
	if _, _, err := w.recover(w.mem); !errors.Is(err, store.ErrNoImage) {
		t.Errorf("recovery: %v, want %v", err, store.ErrNoImage)
	}
}

// testLongTransactions: images are consistent when transactions that hold their
// locks for milliseconds span every phase change; and they really do span each.
func testLongTransactions(t *testing.T, e entry, seed uint64) {
	long := usual
	long.long, long.hold, long.skew = 100, 2*time.Millisecond, false
	short := usual
	short.long = 0
	w := open(t, e, plan{workers: 4, tables: []store.TableSpec{table("t", 48, 10, false)}})
	// Two clients that hold locks all the time, and two that get on.
	l := w.start(seed, long, long, short, short)
	spanned, when := map[string]bool{}, [][]store.Mark(nil)
	for i, start := 0, time.Now(); i < few(4) || i < 20 && time.Since(start) < share(500*time.Millisecond); i++ {
		l.progress(between)
		when = append(when, w.checkpoint().Marks)
	}
	l.progress(between)
	l.end()
	w.verify(rules)
	// Each phase change was passed by a long transaction at least once.
	for _, marks := range when {
		for _, m := range marks {
			spanned[m.Name] = spanned[m.Name] || l.spans(m.At)
		}
	}
	for name, ok := range spanned {
		// An algorithm that quiesces waits for them, so nothing spans its marks.
		if !ok && e.Quiesces == "never" && name != store.MarkDurable {
			t.Errorf("no long transaction spanned %q", name)
		}
	}
}

// spans reports whether a long transaction was under way at a moment.
func (l *load) spans(at time.Time) bool {
	for _, c := range l.clients {
		for _, s := range c.spans {
			if s.from.Before(at) && at.Before(s.to) {
				return true
			}
		}
	}
	return false
}

// testInsertDelete: images are consistent when records come and go at the cut:
// nearly all that transactions do is insert, delete and insert again.
func testInsertDelete(t *testing.T, e entry, seed uint64) {
	m := usual
	m.gone, m.aborts, m.keys = 60, 20, 3
	for _, hash := range []bool{false, true} {
		t.Run(fmt.Sprintf("hash=%v", hash), func(t *testing.T) {
			w := open(t, e, plan{workers: 3, tables: []store.TableSpec{table("t", 32, 200, hash)}, streams: 2})
			l := w.start(seed, m)
			l.images(20, 300*time.Millisecond)
			l.end()
			w.verify(rules)
		})
	}
}

// testOddValues: values of no bytes, of the most bytes, and all between, in
// tables that differ in all they can, one of which allows no bytes at all.
func testOddValues(t *testing.T, e entry, seed uint64) {
	m := usual
	// Many aborts: old values of every length are put back.
	m.skew, m.aborts = false, 25
	m.tables = []int{0, 1, 3} // nobody can use a table without records
	w := open(t, e, plan{workers: 3, streams: 2, tables: []store.TableSpec{
		table("none", 0, 8, false), table("small", 17, 8, true), table("nothing", 64, 0, false),
		table("large", 3000, 6, false),
	}})
	l := w.start(seed, m)
	l.images(20, 400*time.Millisecond)
	l.end()
	w.verify(rules)
}

// testWrap: images are right when the algorithm's counters pass the places
// where an implementation may have too few bits.
func testWrap(t *testing.T, e entry, seed uint64) {
	// Just below 32, 30, 13 and 48 bits.
	firsts := []uint64{1<<32 - 3, 1<<30 - 2, 1<<13 - 2, 1<<48 - 2}
	if testing.Short() {
		firsts = firsts[:1]
	}
	for _, first := range firsts {
		t.Run(fmt.Sprintf("first=%#x", first), func(t *testing.T) {
			w := open(t, e, plan{workers: 2, first: first})
			l := w.start(seed, usual)
			l.images(few(6), 0)
			for range few(3) { // with less between, for counters that count images
				w.checkpoint()
			}
			l.progress(between)
			l.end()
			r := rules
			// Some images were taken right after another.
			r.MinBetween = 0
			w.verify(r)
		})
	}
}
