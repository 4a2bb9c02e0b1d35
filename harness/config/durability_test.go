package config

import (
	"strings"
	"testing"
)

// Where durability is swept, when checkpoints are taken has a meaning at some points
// and none at the others; wal may be swept beside it.
func TestByCheckpointBesideLogs(t *testing.T) {
	const text = "algorithms: [none, calc]\ncheckpoint: {first: 1s, interval: 7s}\n" +
		"matrix: {durability: [checkpoint, log], wal: [off, sync]}\n"
	e := parse(t, text)
	stored, err := e.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	again := parse(t, string(stored))
	for i, c := range e.Cells() {
		x, interval := c.Experiment, "7s"
		if x.ByCheckpoint() {
			interval = defaults("", known).Checkpoint.Interval.String()
		}
		if x.ByCheckpoint() != (i < 2) || x.Checkpoint.Interval.String() != interval {
			t.Errorf("%s: by checkpoint %t, interval %s", c, x.ByCheckpoint(), x.Checkpoint.Interval)
		}
		if b, err := x.Resolved(); err != nil || strings.Contains(string(b), "interval:") == x.ByCheckpoint() {
			t.Errorf("%s: resolved (%v)\n%s", c, err, b)
		} else if alone := parse(t, string(b)); alone.Cells()[0].Experiment.Hash() != x.Hash() {
			t.Errorf("%s: its hash is another when it is read again", c)
		}
		if x.Hash() != again.Cells()[i].Experiment.Hash() {
			t.Errorf("%s: its hash is another when the experiment is read again", c)
		}
	}
}

// An experiment without the key has the hash that it had before there was one.
func TestDurabilityKeepsHashes(t *testing.T) {
	a, b := parse(t, "records: 1M\n"), parse(t, "records: 1M\ndurability: log\n")
	c := parse(t, "records: 1M\nalgorithms: [none, calc]\ndurability: checkpoint\n")
	if a.Cells()[0].Experiment.Hash() != b.Cells()[0].Experiment.Hash() ||
		a.Cells()[0].Experiment.Hash() == c.Cells()[0].Experiment.Hash() {
		t.Error("the default changes the hash, or checkpoint does not")
	}
}
