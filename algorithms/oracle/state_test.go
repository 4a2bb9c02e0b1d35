package oracle_test

import (
	"slices"
	"strings"
	"testing"

	"ckptbench/algorithms/oracle"
)

func TestEqual(t *testing.T) {
	put := func(value string, puts ...func(*oracle.Shard)) *oracle.State {
		s := oracle.NewState(1, nil)
		s.Shard(0).Put(1, 5, 7, true, []byte(value))
		for _, p := range puts {
			p(s.Shard(0))
		}
		return s
	}
	tomb := func(s *oracle.Shard) { s.Put(0, 9, 3, false, nil) }
	extra := func(s *oracle.Shard) { s.Put(0, 9, 3, true, nil) }
	other := func(s *oracle.Shard) { s.Put(0, 9, 4, true, nil) }
	check := func(a, b *oracle.State, want string) {
		t.Helper()
		for _, s := range [][2]*oracle.State{{a, b}, {b, a}} {
			diffs, n := oracle.Equal(s[0], s[1], 1)
			switch {
			case n != btoi(want != "") || len(diffs) != n:
				t.Errorf("%d differences, %v listed, want %q", n, diffs, want)
			case n == 1 && !strings.Contains(diffs[0].Text, want):
				t.Errorf("%q, want %q", diffs[0].Text, want)
			}
		}
	}
	check(put("x"), put("x"), "")
	check(put("x"), put("y"), "values differ")
	check(put("x"), put("x", tomb), "")
	check(put("x", tomb), put("x", tomb), "")
	check(put("x", extra), put("x", tomb), "absent")
	check(put("x", extra), put("x"), "absent")
	check(put("x", extra), put("x", other), "stamp 0x")
	check(put("x"), oracle.NewState(0, nil), "absent")

	diffs, n := oracle.Equal(put("x", extra), oracle.NewState(1, nil), 1)
	if n != 2 || len(diffs) != 1 || diffs[0].Table != 0 || diffs[0].Key != 9 {
		t.Errorf("%d differences, %v listed; want 2, table 0 key 9 first", n, diffs)
	}
}

func TestRanges(t *testing.T) {
	rs := oracle.Ranges{{Table: 2, First: 10, Count: 2}, {Table: 0, First: 0, Count: 1}}
	check := func(table int, key uint64, want bool) {
		t.Helper()
		if _, got := rs.At(table, key); got != want {
			t.Errorf("At(%d, %d) = %v", table, key, got)
		}
	}
	check(2, 9, false)
	check(2, 10, true)
	check(2, 11, true)
	check(2, 12, false)
	check(0, 0, true)
	check(1, 0, false)
	n := 0
	for table, key := range rs.All() {
		check(table, key, true)
		n++
	}
	if n != 3 || rs.Len() != 3 {
		t.Errorf("%d records yielded, Len %d, want 3", n, rs.Len())
	}
}

// A recovered state is the start of a new history: its stamps are the initial
// versions, its tombstones count as absent.
func TestHistoryOnRecoveredState(t *testing.T) {
	recovered := entries("0=11 1=12- 9=13")
	if n := recovered.Len(); n != 4 {
		t.Errorf("%d records present, want 4", n)
	}
	check := func(changes string, want ...oracle.Kind) {
		t.Helper()
		r := oracle.NewRecorder(1, 0)
		record(r.Worker(0), tx{0, 20, 1, "r0=11 r1=12 w1"})
		h, err := r.History(recovered)
		if err != nil {
			t.Fatal(err)
		}
		rep := h.CheckImages([]*oracle.Image{{Cut: 1, State: entries(changes)}}, oracle.Rules{MinIn: 1})
		if ks := kindsOf(rep); !slices.Equal(ks, want) {
			t.Errorf("%q: %v, want %v", changes, rep.Err(), want)
		}
	}
	check("0=11 1=20 9=13")
	check("0=0 1=20 9=13", oracle.Stamp)
	check("0=11 1=20", oracle.Missing)
	check("0=11 1=20 9=13 2", oracle.Missing)
	check("0=11 1=20 9=13-", oracle.Presence)

	r := oracle.NewRecorder(1, 0)
	record(r.Worker(0), tx{0, 12, 1, "w1"})
	record(r.Worker(0), tx{0, 5, 2, "w0 w2"})
	h, err := r.History(recovered)
	if err != nil {
		t.Fatal(err)
	}
	if n := h.Check(oracle.Rules{}).Count(oracle.BadID); n != 2 {
		t.Errorf("%d bad ids, want 2: the clock started anew", n)
	}
}
