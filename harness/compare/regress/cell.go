package regress

import (
	"ckptbench/harness/result"
)

// A cell is one algorithm at one matrix point, over its trials. Of a baseline
// only what is normalised or exact is there.
type cell struct {
	algorithm string
	point     []result.Param
	// More than one hash or number of workers is not an error here: refuseConfigs decides, which
	// knows of --ignore-config.
	hashes  []string // of the configuration, each once
	workers []int    // each once
	modes   []string // of verification, each once
	loaded  int      // records, before the run
	// A different amount of data makes exact figures of an image only worth showing.
	data int64 // bytes of them
	// One profiled trial is enough: it was slower than the others.
	profiled bool

	// False for one that failed; interrupted trials are in neither state, and not in the map.
	right   map[int]bool // by trial number: it ran to its end and its images were right
	failed  []string     // why, a line for each failed trial
	partial int          // interrupted trials
	// Only counted; whether there may be some is for refuse to say.
	idle       int // trials in which nothing committed, which have no figures
	overloaded int // trials of an open loop that did not reach its rate
	unchecked  int // trials whose images were not checked

	// One value for each trial that is right and has the figure.
	// The slices may be of different lengths: a trial without none beside it has no ratio, one
	// without images no pause.
	relative []float64 // throughput over none's of the same round
	raw      []float64 // txn/s
	peak     []float64 // memory of its own, over the data's
	pause    []float64 // the longest, s
	total    []float64 // mean of a checkpoint, s
	// Of the response time in an open loop, else of the service time.
	p999 []float64 // ns

	// One value for each complete image.
	records []int64
	// In the order of records, one for each.
	bytes []int64
	// Of all complete images, the cold first one too: its size is not a matter of time.
	exact exact
}

// exact are the figures of an image that are the same each time; nil where
// they are not.
type exact struct{ records, bytes *int64 }

// newCell collects the figures of one algorithm at one point from its trials.
func newCell(ts []*result.Trial) *cell {
	c := &cell{algorithm: ts[0].Algorithm, point: ts[0].Params, right: map[int]bool{}, loaded: ts[0].Records,
		data: ts[0].Memory.Data}
	for _, t := range ts {
		c.hashes, c.workers = appendNew(c.hashes, t.ConfigHash), appendNew(c.workers, t.Workers)
		c.modes = appendNew(c.modes, t.Verdict.Mode)
		c.profiled = c.profiled || t.Profiled
		// Whether a trial counts as unchecked, overloaded or idle is independent of how it ended
		// below.
		if t.Status == result.OK && t.Judged() == result.NotChecked {
			c.unchecked++
		}
		if t.Overloaded {
			c.overloaded++
		}
		if t.Idle() {
			c.idle++
		}
		switch {
		case t.Status == result.Partial:
			// An interrupted trial gives no figure at all: how far it came is chance.
			c.partial++
		case t.Status == result.Failed || t.Judged() == result.Wrong:
			// A wrong image is a failure like a crash, and its figures are not used.
			c.right[t.Trial] = false
			c.failed = append(c.failed, whyFailed(t))
		default:
			c.right[t.Trial] = true
			c.add(t)
		}
	}
	c.exact = c.findExact()
	return c
}

// whyFailed is the reason why a trial failed, in words.
func whyFailed(t *result.Trial) string {
	switch {
	case t.Error != "":
		return t.Error
	case t.Verdict.Detail != "":
		return t.Verdict.Detail
	}
	return "no reason given"
}

// add takes the figures of a trial that is right.
func (c *cell) add(t *result.Trial) {
	// Absent where none did not run in the round, or has no figure.
	if t.Relative != nil {
		c.relative = append(c.relative, *t.Relative)
	}
	if t.Throughput != nil {
		c.raw = append(c.raw, *t.Throughput)
	}
	// A benchmark that does not say how much data it has gives no such figure.
	if t.Memory.Data > 0 {
		c.peak = append(c.peak, float64(t.Memory.Peak)/float64(t.Memory.Data))
	}
	// An open loop has both; the response time has the waiting before the service in it, which
	// is what a client sees.
	q := t.Response
	if q == nil {
		q = t.Service
	}
	if q != nil && q.Count > 0 {
		c.p999 = append(c.p999, float64(q.P999))
	}
	c.addCheckpoints(t)
}

// addCheckpoints adds what a trial's checkpoints took. Pauses count of all of them, times
// of the warm ones.
func (c *cell) addCheckpoints(t *result.Trial) {
	all, warm := t.Complete(), t.Warm()
	if len(all) == 0 {
		return
	}
	// Without an image there is neither: a zero would look like the best of all.
	longest, total := 0.0, 0.0
	for _, k := range all {
		longest = max(longest, k.Pause)
		c.records, c.bytes = append(c.records, k.Records), append(c.bytes, k.Bytes)
	}
	// Never empty here: where there is one complete image, it is warm for want of another.
	for _, k := range warm {
		total += k.Total
	}
	c.pause, c.total = append(c.pause, longest), append(c.total, total/float64(len(warm)))
}

// findExact decides by what is there, not by the configuration: images that all
// hold what was loaded saw no insert and no delete, and are not partial. One
// image alone says nothing about how its size varies.
func (c *cell) findExact() exact {
	// Every image of every trial: one that differs makes the figure inexact.
	for _, n := range c.records {
		if n != int64(c.loaded) {
			return exact{}
		}
	}
	if len(c.records) == 0 {
		return exact{}
	}
	// The pointers are into slices that are not appended to any more.
	x := exact{records: &c.records[0]}
	if len(c.bytes) > 1 && allEqual(c.bytes) {
		x.bytes = &c.bytes[0]
	}
	return x
}

func allEqual[T comparable](vs []T) bool {
	for _, v := range vs {
		if v != vs[0] {
			return false
		}
	}
	return true
}

// where names the cell in a message: "calc at zipf=0.99".
func (c *cell) where() string {
	if len(c.point) == 0 {
		return c.algorithm
	}
	return c.algorithm + " at " + result.PointName(c.point)
}
