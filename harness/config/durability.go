package config

import (
	"slices"
	"strings"

	"ckptbench/workload"
)

// Durability says what makes a transaction durable.
// A word of the file; validation refuses others.
type Durability string

// What makes it so.
const (
	DurabilityLog        Durability = "log"
	DurabilityCheckpoint Durability = "checkpoint"
)

const durabilityKey = "durability"

// impliedKeys say when checkpoints are taken, which durability: checkpoint decides.
// Only read.
var impliedKeys = []string{"checkpoint.first", "checkpoint.interval", "checkpoint.count"}

// ByCheckpoint reports whether a published image makes the transactions durable that it
// holds. Checkpoints then follow each other without a gap, from the start of the
// warm-up. Only baselines, which take none, have the log that WAL says.
func (e *Experiment) ByCheckpoint() bool {
	// Bulk has no checkpoints, whatever durability says.
	return e.Durability == DurabilityCheckpoint && e.Workload.Name != workload.Bulk
}

// implied tells whether a key means nothing at any point of e, as durability:
// checkpoint decides what it says.
func (e *Experiment) implied(key string) bool {
	// Where durability is swept, other points need the keys, so that they are not idle.
	return e.ByCheckpoint() && slices.Contains(impliedKeys, key) && !e.settings.sweeping(durabilityKey)
}

// checkDurability finds what does not go with durability by images.
func (e *Experiment) checkDurability(c *checker) {
	if !e.ByCheckpoint() {
		return
	}
	// An image must be a prefix of the history by itself: after a crash there is nothing else.
	others := slices.DeleteFunc(slices.Clone(e.Algorithms), func(name string) bool {
		return e.known.is(name, Algorithm.prefixed)
	})
	c.add(len(others) > 0, durabilityKey, algorithmsKey,
		"checkpoint needs images that are enough without a log: leave out %s, whose images need one or are wrong",
		strings.Join(others, ", "))
	const with = "with durability: checkpoint"
	c.add(e.Checkpoint.Sink != SinkFile, "checkpoint.sink", durabilityKey,
		"%s writes no images, and %s they make transactions durable: use file", e.Checkpoint.Sink, with)
	for _, key := range impliedKeys {
		_, given := e.settings.keys[key]
		c.add(given && !e.acksSwept, key, durabilityKey,
			"has no meaning %s, which takes checkpoints back to back from the start of the warm-up: remove it", with)
	}
}
