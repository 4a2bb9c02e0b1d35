package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ckptbench/workload"
	"ckptbench/workload/dist"
	"ckptbench/workload/smallbank"
)

// Bounds that keep a slip of the finger from becoming an experiment.
const (
	maxRecords    = 1_000_000_000_000
	minRecordSize = 8 // a verified record carries its last writer's number
	maxRecordSize = 64 << 20
	maxWorkers    = 4096
	maxStreams    = 256
	maxTrials     = 1000
	maxTime       = 7 * 24 * time.Hour
	minBucket     = time.Millisecond
	maxBuckets    = 1_000_000
)

// The workloads reach as many records as may be configured.
const _ = uint64(dist.MaxRecords - maxRecords)

// A finding is something wrong with one point of the matrix.
type finding struct {
	key  string // at which to say so
	also string // the other key that it depends on, "" if the value is wrong by itself
	text string
}

// A checker collects findings.
type checker struct{ found []finding }

// add notes a finding if wrong is set. key is the key to blame, also another that makes
// it wrong, or empty.
func (c *checker) add(wrong bool, key, also, format string, args ...any) {
	if wrong {
		c.found = append(c.found, finding{key, also, key + ": " + fmt.Sprintf(format, args...)})
	}
}

// between checks that a count is within bounds, both included.
func (c *checker) between(key string, v, low, high Count) {
	c.add(v < low || v > high, key, "", "%s must be %s to %s", v, low, high)
}

// validate judges one point, whose every value is well formed.
func (e *Experiment) validate() []finding {
	var c checker
	c.between("records", e.Records, 1, maxRecords)
	c.add(e.RecordSize.Low < minRecordSize || e.RecordSize.High > maxRecordSize, "record_size", "",
		"%s must be %s to %s", e.RecordSize, Size(minRecordSize), Size(maxRecordSize))
	e.checkLarge(&c)
	c.between("workers", e.Workers, 0, maxWorkers)
	c.between("trials", e.Trials, 1, maxTrials)
	c.between("checkpoint.streams", e.Checkpoint.Streams, 1, maxStreams)
	e.checkTimes(&c)
	e.checkSink(&c)
	if name := e.firstOf(Algorithm.budgeted, false); name != "" {
		c.add(e.MemoryBudget > 0, "memory_budget", algorithmsKey, "%s keeps every record in memory: run %s alone, or "+
			"remove it", name, strings.Join(e.known.names(Algorithm.budgeted), " and "))
	}
	c.add(e.RateOf == RateOfOwn && e.Rate.Percent == 0, "rate_of", "rate",
		"own has a meaning with a rate in percent only: remove it")
	e.checkWorkload(&c)
	e.checkPair(&c)
	e.checkRestore(&c)
	e.checkDurability(&c)
	return c.found
}

// checkTimes checks the durations against each other, and a run's length.
func (e *Experiment) checkTimes(c *checker) {
	long := false
	for _, t := range []struct {
		key  string
		time Duration
	}{
		{"duration", e.Duration}, {"warmup", e.Warmup}, {"verify_duration", e.VerifyDuration},
		{"checkpoint.interval", e.Checkpoint.Interval},
	} {
		c.add(t.time > Duration(maxTime), t.key, "", "%s is longer than a week", t.time)
		long = long || t.time > Duration(maxTime)
	}
	c.add(e.Duration == 0, "duration", "", "must be more than 0")
	c.add(e.VerifyDuration == 0 && e.Verify == VerifyTrial, "verify_duration", "verify",
		"must be more than 0 with verify: trial")
	c.add(e.Bucket < Duration(minBucket), "bucket", "", "%s must be at least %s", e.Bucket, Duration(minBucket))
	if long || e.Duration == 0 || e.Bucket < Duration(minBucket) {
		return
	}
	c.add(e.Bucket > e.Duration, "bucket", "duration", "%s is longer than duration (%s)", e.Bucket, e.Duration)
	c.add(e.Duration/e.Bucket > maxBuckets, "bucket", "duration", "%s cuts duration (%s) into over a million", e.Bucket,
		e.Duration)
	c.add(!e.ByCheckpoint() && e.Checkpoint.First >= e.Duration && !slices.Equal(e.Algorithms, []string{"none"}),
		"checkpoint.first", "duration",
		"%s is not before the end of duration (%s): there would be no checkpoint", e.Checkpoint.First, e.Duration)
}

// VerifiedRecords is how many records the recorded trial of a verification has.
func (e *Experiment) VerifiedRecords() Count {
	if e.VerifyRecords == 0 || e.Idle("verify_records") {
		return e.Records
	}
	return min(e.Records, e.VerifyRecords)
}

// Owning tells whether any of the algorithms recovers from files of its own or, with
// own false, from images.
func (e *Experiment) Owning(own bool) bool { return e.firstOf(Algorithm.owning, own) != "" }

// firstOf returns the first algorithm that is among some, or is not; empty if
// there is no such.
func (e *Experiment) firstOf(so func(Algorithm) bool, want bool) string {
	for _, a := range e.Algorithms {
		if e.known.is(a, so) == want {
			return a
		}
	}
	return ""
}

// checkSink finds what needs images where none are kept.
func (e *Experiment) checkSink(c *checker) {
	const sink, none = "checkpoint.sink", "there are no images with checkpoint.sink: discard"
	if own := e.firstOf(Algorithm.owning, true); e.Checkpoint.Sink == SinkOwn && own != "" {
		c.add(e.Checkpoint.DiskRate > 0, "checkpoint.disk_rate", sink,
			"it limits images, and with checkpoint.sink: own %s writes files of its own: remove it", own)
	}
	if e.Checkpoint.Sink != SinkDiscard {
		return
	}
	c.add(e.Recover && e.firstOf(Algorithm.owning, false) != "", "recover", sink, "%s: set recover: false", none)
	c.add(e.KeepImages, "keep_images", sink, "%s: set keep_images: false", none)
	c.add(e.Verify == VerifyFull, "verify", sink, "%s: use trial, whose short trial writes files, or off", none)
	c.add(e.Checkpoint.DiskRate > 0, "checkpoint.disk_rate", sink,
		"nothing is written with checkpoint.sink: discard: remove it")
}

// checkWorkload passes on what the workload finds wrong with itself, a line for
// each, and compares it with the rest.
func (e *Experiment) checkWorkload(c *checker) {
	for i := range rows {
		key := rows[i].name
		_, given := e.settings.keys[key]
		c.add(given && !e.swept && e.idleInWorkload(key), key, "workload.name", "has no meaning with workload %s: remove it",
			e.Workload.Name)
	}
	w, err := e.resolved()
	if err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			key, text, _ := strings.Cut(line, ": ")
			if rowOf("workload."+key) == nil { // of several keys, which the line names
				c.found = append(c.found, finding{"workload.name", "workload.name", "workload: " + line})
				continue
			}
			c.add(true, "workload."+key, "workload.name", "%s", text)
		}
		return
	}
	if e.Records == 0 || e.RecordSize.Low < minRecordSize {
		return
	}
	if w.IsBenchmark() {
		c.add(w.Name == workload.SmallBank && (e.Records < 2 || e.Records > smallbank.MaxAccounts), "records",
			"workload.name", "%s must be 2 to %d with workload smallbank", e.Records, uint64(smallbank.MaxAccounts))
		c.add(w.Name == workload.SmallBank && e.VerifyRecords == 1, "verify_records", "workload.name",
			"1 must be at least 2 with workload smallbank")
		return
	}
	if w.Name == workload.Bulk {
		e.checkBulk(c, w)
		return
	}
	const many = "%d different ones per transaction need as many records, there are %s"
	c.add(Count(w.Keys) > e.Records && w.UpdatesPerTick == 0, "workload.keys", "records", many, w.Keys, e.Records)
	c.add(*w.Long.Share > 0 && Count(w.Long.Keys) > e.Records, "workload.long.keys", "records", many, w.Long.Keys,
		e.Records)
	if n := e.VerifiedRecords(); n < e.Records && e.Verify != VerifyOff {
		const few = "%s are fewer than the %d different ones that a transaction needs"
		c.add(Count(w.Keys) > n && w.UpdatesPerTick == 0, "verify_records", "workload.keys", few, n, w.Keys)
		c.add(*w.Long.Share > 0 && Count(w.Long.Keys) > n, "verify_records", "workload.long.keys", few, n, w.Long.Keys)
	}
	if e.Large.Share > 0 {
		e.checkLargeUse(c, w)
	}
	c.add(Size(w.Fields) > e.RecordSize.Low, "workload.fields", "record_size", "%d do not fit a record of %s", w.Fields,
		e.RecordSize)
}
