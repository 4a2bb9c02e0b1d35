package bench

import (
	"time"

	"ckptbench/harness/bench/latency"
	"ckptbench/harness/bench/tsc"
)

// fakeZero is when a fake clock reads 0.
var fakeZero = time.Unix(1_000_000, 0)

// A fakeTime is a clock whose ticks are nanoseconds and that stands still until
// the test moves it.
type fakeTime struct{ now uint64 }

func (f *fakeTime) clock() *tsc.Clock {
	return tsc.Of(func() uint64 { return f.now }, 1, fakeZero)
}

// fakeRun returns a run on a fake clock.
func fakeRun() (*run, *fakeTime) {
	f := &fakeTime{}
	return &run{clock: f.clock()}, f
}

// all returns what a timer recorded, in all buckets.
func (t *timer) all() (service, response, durable latency.Counts) {
	t.takeAll(func(y *tally) {
		service.Merge(&y.service)
		if y.response != nil {
			response.Merge(y.response)
		}
		if y.durable != nil {
			durable.Merge(y.durable)
		}
	})
	return service, response, durable
}
