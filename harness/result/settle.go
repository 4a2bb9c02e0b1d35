package result

import "math"

// Of the p99 after a checkpoint.
const (
	settledWithin  = 1.2 // of the p99 between checkpoints
	settledBuckets = 3   // in a row
)

// Moments return which buckets of the timeline lie wholly within a capture, from
// its point of consistency to its last record, and which wholly outside of every
// checkpoint, from its trigger until it was durable. The warm-up's lie in neither.
func (t *Trial) Moments() (capturing, between func(Bucket) bool) {
	captures, checkpoints := t.spans("point", "capture end"), t.spans("trigger", "durable")
	capturing = func(b Bucket) bool {
		for _, s := range captures {
			if s.from <= b.Start && b.Start+b.Elapsed <= s.to {
				return b.Measured()
			}
		}
		return false
	}
	between = func(b Bucket) bool {
		for _, s := range checkpoints {
			if s.from < b.Start+b.Elapsed && b.Start < s.to {
				return false
			}
		}
		return b.Measured()
	}
	return capturing, between
}

// Settle says of each complete checkpoint how long after its end the p99 was back:
// the time from when it was durable to the start of the first of three buckets in a
// row whose p99 is at most 1.2 times usual, the p99 between checkpoints. Only
// buckets count that begin at the end or later and end before the next checkpoint
// is triggered, so that the figure is as fine as the buckets are; one in which
// nothing was timed is not back. It is nil where the p99 never came back before the
// next checkpoint, or the trial's end. It needs the events and the timeline.
func (t *Trial) Settle(usual uint64) {
	for i := range t.Checkpoints {
		c := &t.Checkpoints[i]
		if c.Settled = nil; c.Error != "" || usual == 0 {
			continue
		}
		end, next := t.ended(c.N), t.triggered(c.N+1)
		run, start := 0, 0.0
		for _, b := range t.Buckets {
			if b.Start < end || b.Start+b.Elapsed > next || b.P99 == 0 || float64(b.P99) > settledWithin*float64(usual) {
				run = 0
				continue
			}
			if run++; run == 1 {
				start = b.Start
			}
			if run == settledBuckets {
				after := start - end
				c.Settled = &after
				break
			}
		}
	}
}

// ended returns when checkpoint n was durable; it never was: the end of all time.
func (t *Trial) ended(n int) float64 { return t.moment(n, "durable") }

// triggered returns when checkpoint n was triggered.
func (t *Trial) triggered(n int) float64 { return t.moment(n, "trigger") }

// moment returns when checkpoint n had its event of that name, or infinity.
func (t *Trial) moment(n int, name string) float64 {
	for _, e := range t.Events {
		if e.Checkpoint == n && e.Name == name {
			return e.At
		}
	}
	return math.Inf(1)
}
