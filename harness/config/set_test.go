package config

import (
	"errors"
	"slices"
	"testing"
)

func TestSet(t *testing.T) {
	e := parse(t, example)
	set := func(sets ...string) {
		t.Helper()
		if err := e.Set(sets...); err != nil {
			t.Fatal(err)
		}
	}
	set("records=5M")
	if e.Records != 5_000_000 || len(e.Matrix) != 2 {
		t.Errorf("a set key is still swept: %v, %v", e.Records, e.Matrix)
	}
	set("matrix.records=1M,2M")
	if len(e.Matrix) != 3 || len(e.Cells()) != 8 {
		t.Errorf("a key that was set is not swept: %v", e.Matrix)
	}
	set("matrix.records=[3M]")
	if len(e.Matrix) != 3 || !slices.Equal(e.Matrix[2].Values, []string{"3M"}) {
		t.Errorf("a sweep is not replaced: %v", e.Matrix)
	}
	set("matrix={}", "checkpoint={first: 1s, streams: 2}", "experiment.about=a: b, #c")
	if e.Matrix != nil || e.Checkpoint.Streams != 2 || e.Checkpoint.First != seconds(1) ||
		e.Checkpoint.DiskRate != 100<<20 {
		t.Errorf("got %v, %+v", e.Matrix, e.Checkpoint)
	}
	if e.Info.About != "a: b, #c" {
		t.Errorf("a text is %q", e.Info.About)
	}

	before, _ := e.Resolved()
	err := e.Set("trials=3", "checkpoint.frist=1s")
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Set != "checkpoint.frist=1s" {
		t.Errorf("got %v", err)
	}
	if after, _ := e.Resolved(); string(after) != string(before) {
		t.Error("a failed Set changes the experiment")
	}
}

func TestDrawSeed(t *testing.T) {
	e := parse(t, example)
	copied := *e
	e.DrawSeed()
	drawn := e.Seed
	e.DrawSeed()
	if e.Seed.Random || e.Seed != drawn {
		t.Errorf("drawn %v, then %v", drawn, e.Seed)
	}
	if err := e.Set("trials=2"); err != nil || e.Seed != drawn {
		t.Errorf("after Set it is %v (%v)", e.Seed, err)
	}
	if got := e.Cells()[3].Experiment.Seed; got != drawn {
		t.Errorf("a cell has %v", got)
	}
	if err := copied.Set("trials=2"); err != nil || !copied.Seed.Random {
		t.Errorf("a copy has %v (%v)", copied.Seed, err)
	}
}
