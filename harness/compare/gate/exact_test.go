package gate

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckptbench/harness/compare/remote"
	"ckptbench/harness/internal/edits"
	"ckptbench/harness/result/paired"
)

func TestCompareExact(t *testing.T) {
	check := func(name string, base, head float64, want Verdict) {
		t.Helper()
		ls := CompareExact("calc", []remote.Figure{{Name: name, Value: base}}, []remote.Figure{{Name: name, Value: head}})
		if len(ls) != 1 || ls[0].Verdict != want {
			t.Errorf("%s %v -> %v: %+v, want %s", name, base, head, ls, want)
		}
	}
	check("bytes of image 1", 1000, 1000, Same)
	check("bytes of image 1", 1000, 1001, Regressed)
	check("bytes of image 1", 1000, 999, Faster)
	check(Records+" 1", 1000, 1001, Regressed)
	check(Records+" 1", 1000, 999, Regressed)
	check("allocations per transaction", 0, 0.01, Regressed)
	check("allocations per transaction", 0.3, 0.1+0.2, Same)
	if ls := CompareExact("calc", []remote.Figure{{Name: "old"}}, nil); ls[0].Verdict != Shown {
		t.Errorf("a figure that head has not: %+v", ls)
	}
	if ls := CompareExact("calc", nil, []remote.Figure{{Name: "new", Value: 5}}); len(ls) != 0 {
		t.Errorf("a figure that base has not: %+v", ls)
	}
}

func stored() *Baseline {
	return &Baseline{Experiment: "regress", ConfigHash: "abc", Commit: "0123456789abcdef", Date: "2026-11-30T10:00:00Z",
		Go:      "go1.26.8",
		Machine: "m", CPU: "c", Cores: 2, Canary: &Canary{Loop: 100, Chase: 200},
		Algorithms: []StoredFigures{{Algorithm: "calc",
			Exact:  []remote.Figure{{Name: "bytes of image 1", Unit: "B", Value: 1000}},
			OfNone: &paired.Interval{Mid: 0.9, Lo: 0.89, Hi: 0.91}}}}
}

func TestBaselineRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "b.json")
	b := stored()
	if err := b.Save(path); err != nil {
		t.Fatal(err)
	}
	got, err := LoadBaseline(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(b, got); d != "" {
		t.Error(d)
	}
	if got.Of("calc") == nil || got.Of("cpr") != nil {
		t.Error("Of finds the wrong algorithms")
	}
}

// TestBaselineEdits: whatever is changed by hand is refused, and so is a file of
// another version.
func TestBaselineEdits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.json")
	if err := stored().Save(path); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(text, want string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadBaseline(path); !errors.Is(err, ErrBaseline) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	edit := func(old, new string) string {
		t.Helper()
		if !strings.Contains(string(data), old) {
			t.Fatalf("no %q in the baseline", old)
		}
		return strings.Replace(string(data), old, new, 1)
	}
	check(edit(`"value": 1000`, `"value": 1200`), "it was edited")
	check(edit(`"0123456789abcdef"`, `"fedcba9876543210"`), "it was edited")
	check(edit(`"cores": 2`, `"cores": 3`), "it was edited")
	check(edit(`"mid": 0.9`, `"mid": 0.8`), "it was edited")
	check(edit(`"schema": 2`, `"schema": 3`), "schema 3 is newer")
	check(edit(`"cores"`, `"kores"`), "unknown field")
	check(`{"schema": 1, "cells": []}`, "schema 1 holds throughput of another day")
	check(string(data)+"{}", "not JSON")
	check("{", "not JSON")
	check(strings.Repeat(" ", maxBaseline+1), "not a baseline")
	if _, err := LoadBaseline(path + ".none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// Random edits of a baseline are refused, or change nothing that is read.
func TestBaselineRandomEdits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.json")
	want := stored()
	if err := want.Save(path); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	edits.Check(t, data, want, parseBaseline)
}

// TestDays: ratios of another day are shown; they are judged only where machine
// and speed are those of that day.
func TestDays(t *testing.T) {
	b := stored()
	check := func(machine string, cores int, c *Canary, mid float64, want string) {
		t.Helper()
		r := &Report{Threshold: 0.03,
			Lines: []Line{{Algorithm: "calc", Phase: Rest, OfNone: &paired.Interval{Mid: mid, Lo: mid - 0.01, Hi: mid + 0.01}}}}
		r.CompareDays(b, machine, cores, c)
		if got := strings.Join(r.Notes, " "); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s, %d cores, %+v, %v: %q, want %q", machine, cores, c, mid, got, want)
		}
		if r.Lines[0].OtherDay == nil || *r.Lines[0].OtherDay != 0.9 {
			t.Error("that day's ratio is not shown")
		}
	}
	check("m", 2, &Canary{Loop: 102, Chase: 196}, 0.9, "")
	check("m", 2, &Canary{Loop: 102, Chase: 196}, 0.8, "calc is 0.800")
	check("m", 2, &Canary{Loop: 110, Chase: 200}, 0.8, "another speed")
	check("m", 4, &Canary{Loop: 100, Chase: 200}, 0.8, "another speed")
	check("other", 2, &Canary{Loop: 100, Chase: 200}, 0.8, "another machine")
	check("m", 2, nil, 0.8, "not judged")
}
