package config

import (
	"slices"
	"testing"

	"ckptbench/workload"
)

func TestCells(t *testing.T) {
	e := parse(t, example)
	cells := e.Cells()
	var got []string
	for _, c := range cells {
		got = append(got, c.String())
		x := c.Experiment
		if want := c.Params[0].Value; Number(*x.Workload.Theta).String() != want {
			t.Errorf("%s: theta is %v", c, *x.Workload.Theta)
		}
		if c.Params[1].Value != x.Checkpoint.Streams.String() || c.Params[2].Value != x.Records.String() {
			t.Errorf("%s: got %d streams, %d records", c, x.Checkpoint.Streams, x.Records)
		}
		if x.Matrix != nil {
			t.Errorf("%s has a matrix", c)
		}
	}
	want := []string{
		"workload.theta=0 checkpoint.streams=1 records=1M",
		"workload.theta=0 checkpoint.streams=1 records=1500k",
		"workload.theta=0 checkpoint.streams=4 records=1M",
		"workload.theta=0 checkpoint.streams=4 records=1500k",
		"workload.theta=0.99 checkpoint.streams=1 records=1M",
		"workload.theta=0.99 checkpoint.streams=1 records=1500k",
		"workload.theta=0.99 checkpoint.streams=4 records=1M",
		"workload.theta=0.99 checkpoint.streams=4 records=1500k",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	cells[0].Experiment.Algorithms[0] = "changed"
	*cells[0].Experiment.Workload.Theta = 7
	if e.Algorithms[0] != "none" || *cells[1].Experiment.Workload.Theta == 7 ||
		*e.Cells()[0].Experiment.Workload.Theta == 7 {
		t.Error("cells share what they should not")
	}
}

// A swept preset or distribution brings its own defaults along.
func TestCellsOfPresets(t *testing.T) {
	e := parse(t, "workload: {abort: 1%}\nmatrix:\n  workload.name: [ycsb-e, calc]\n")
	cells := e.Cells()
	if w := cells[0].Experiment.Workload; *w.Scan != 0.95 || w.MaxScan != 100 || w.Abort != 0.01 {
		t.Errorf("ycsb-e is %+v", w)
	}
	if w := cells[1].Experiment.Workload; *w.Scan != 0 || *w.RMW != 1 || w.Distribution != workload.Uniform ||
		w.Abort != 0.01 {
		t.Errorf("calc is %+v", w)
	}
}
