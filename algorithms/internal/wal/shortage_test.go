package wal

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"ckptbench/algorithms/internal/fs/fstest"
)

// Whatever file of a log is removed, something is missing if a replay fails for it or
// loses changes, and only then.
func TestShortages(t *testing.T) {
	for commits := range uint64(8) {
		m := fstest.NewMem()
		for range 2 { // sessions
			l := manual(t, Options{FS: m, Workers: 1, Sync: true, SegmentBytes: 200})
			for key := range commits {
				commitOne(t, l, key+1)
			}
			l.Close()
		}
		names, err := m.List(dir)
		if err != nil {
			t.Fatal(err)
		}
		all, err := keysOf(t, m, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, end, err := Shortages(m, dir, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			without := m.KillClone()
			if err := without.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			keys, replayErr := keysOf(t, without, 0, 0)
			lost := replayErr != nil || len(keys) < len(all)
			short, _, err := Shortages(without, dir, 0, end)
			if found := err != nil || len(short) > 0; found != lost && name != names[len(names)-1] {
				t.Errorf("%d commits, without %s: replay returns %d of %d changes, %v; missing: %v, %v",
					commits, name, len(keys), len(all), replayErr, short, err)
			}
			short, _, err = Shortages(without, dir, end, end)
			if name != names[len(names)-1] && (err != nil || len(short) > 0) {
				t.Errorf("%d commits, without %s: a reader that needs nothing misses %v, %v", commits, name, short, err)
			}
		}
	}
	if short, _, err := Shortages(fstest.NewMem(), "nothing", 3, 5); err != nil ||
		!slices.Equal(short, []Shortage{{"nothing", 4, 5, "holds no log"}}) {
		t.Errorf("a folder that is not there: %v, %v", short, err)
	}
}

// The texts name the epochs and the file.
func TestShortageText(t *testing.T) {
	m := fstest.NewMem()
	l := manual(t, Options{FS: m, Workers: 1, Sync: true, SegmentBytes: 200})
	for key := range uint64(6) {
		commitOne(t, l, key+1)
	}
	l.Close()
	names, err := m.List(dir)
	if err != nil || len(names) < 4 {
		t.Fatalf("files %q, %v", names, err)
	}
	if err := m.Remove(filepath.Join(dir, names[1])); err != nil {
		t.Fatal(err)
	}
	short, end, err := Shortages(m, dir, 0, 99)
	if err != nil || len(short) != 2 {
		t.Fatalf("%v, %v", short, err)
	}
	want := []string{
		fmt.Sprintf("epochs %d to %d are missing: %s is there, and the file before it is not", short[0].From, short[0].To,
			names[2]),
		fmt.Sprintf("epochs %d to 99 are missing: %s ends at epoch %d", end+1, names[len(names)-1], end),
	}
	for i, s := range short {
		if s.String() != want[i] {
			t.Errorf("%s, want %s", s, want[i])
		}
	}
}
