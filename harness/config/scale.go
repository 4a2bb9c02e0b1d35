package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"ckptbench/workload"
)

// A Scale is how much smaller than written an experiment is run: 0.05, or, in a
// configuration that was scaled already, 0.05 applied. The zero Scale is none.
//
// What it changes is in shrunk: records and times, by the same factor, so that
// at the same disk_rate a checkpoint takes the same part of a trial. What a
// transaction does, how many workers there are and how fast the disk is stay.
type Scale struct {
	Factor  float64 // above 0, at most 1; 0 if there is none
	Applied bool    // the values here are the scaled ones
}

const appliedSuffix = " applied"

// UnmarshalText reads a scale.
func (s *Scale) UnmarshalText(text []byte) error {
	number, applied := strings.CutSuffix(string(text), appliedSuffix)
	var f Share
	if err := f.UnmarshalText([]byte(number)); err != nil {
		return err
	}
	if f == 0 {
		return errors.New("must be more than 0: 1 changes nothing, 0.05 is a twentieth")
	}
	*s = Scale{Factor: float64(f), Applied: applied}
	return nil
}

// String writes a scale as it is read, and nothing where there is none.
func (s Scale) String() string {
	switch {
	case s.Factor == 0 || s.Factor == 1:
		return ""
	case s.Applied:
		return Number(s.Factor).String() + appliedSuffix
	}
	return Number(s.Factor).String()
}

// MarshalText writes what String does.
func (s Scale) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A shrink is a key that scale changes, and how.
type shrink struct {
	key string
	by  func(e *Experiment, f float64)
}

// The least that scale makes of a value; what is below it as written stays.
const (
	leastRecords  = 1000
	leastBudget   = Size(64 << 10)
	leastLongKeys = 10
	leastDuration = Duration(time.Second)
	leastWarmup   = Duration(100 * time.Millisecond)
	leastBucket   = Duration(10 * time.Millisecond)
	leastFirst    = Duration(10 * time.Millisecond)
	leastInterval = Duration(50 * time.Millisecond)
	leastVerify   = Duration(250 * time.Millisecond)
	leastHold     = Duration(time.Millisecond)
)

// shrunk are all of them. A long transaction holds its locks for less and comes
// more often, so that the same part of the time has one in it.
var shrunk = []shrink{
	{"records", func(e *Experiment, f float64) { e.Records = e.Records.times(f, leastRecords) }},
	{"verify_records", func(e *Experiment, f float64) { e.VerifyRecords = e.VerifyRecords.times(f, leastRecords) }},
	{"memory_budget", func(e *Experiment, f float64) { e.MemoryBudget = e.MemoryBudget.times(f, leastBudget) }},
	{"duration", func(e *Experiment, f float64) { e.Duration = e.Duration.times(f, leastDuration) }},
	{"warmup", func(e *Experiment, f float64) { e.Warmup = e.Warmup.times(f, leastWarmup) }},
	{"bucket", func(e *Experiment, f float64) { e.Bucket = e.Bucket.times(f, leastBucket) }},
	{"verify_duration", func(e *Experiment, f float64) { e.VerifyDuration = e.VerifyDuration.times(f, leastVerify) }},
	{"checkpoint.first", func(e *Experiment, f float64) { e.Checkpoint.First = e.Checkpoint.First.times(f, leastFirst) }},
	{"checkpoint.interval", func(e *Experiment, f float64) {
		e.Checkpoint.Interval = e.Checkpoint.Interval.times(f, leastInterval)
	}},
	{"workload.warehouses", func(e *Experiment, f float64) { shrinkWarehouses(&e.asked, f) }},
	{"workload.long.keys", func(e *Experiment, f float64) { shrinkLongKeys(&e.asked, f) }},
	{"workload.long.hold", func(e *Experiment, f float64) { shrinkHold(&e.asked, f) }},
	{"workload.long.every", func(e *Experiment, f float64) { shrinkEvery(&e.asked, f) }},
	{"workload.long.share", func(e *Experiment, f float64) { stretchShare(&e.asked, f) }},
}

// The functions below scale one key of a workload each by f, at most 1, and leave what is
// not given.
func shrinkWarehouses(w *workload.Spec, f float64) {
	w.Warehouses = int(Count(w.Warehouses).times(f, 1))
}

func shrinkLongKeys(w *workload.Spec, f float64) {
	w.Long.Keys = int(Count(w.Long.Keys).times(f, leastLongKeys))
}

func shrinkHold(w *workload.Spec, f float64) {
	if w.Long.Hold != nil {
		w.Long.Hold = new(time.Duration(Duration(*w.Long.Hold).times(f, leastHold)))
	}
}

func shrinkEvery(w *workload.Spec, f float64) {
	if w.Long.Every != nil {
		w.Long.Every = new(time.Duration(Duration(*w.Long.Every).times(f, leastHold)))
	}
}

func stretchShare(w *workload.Spec, f float64) {
	if w.Long.Share != nil {
		w.Long.Share = new(min(1, rounded(*w.Long.Share/f)))
	}
}

// rounded drops the last digits, which a division has made up: 0.0001 and not
// 0.00009999999999999999.
func rounded(x float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 12, 64), 64)
	if err != nil { // x is no number, and stays none
		return x
	}
	return short
}

// times returns f of c, rounded, but no less than least, or than c.
func (c Count) times(f float64, least Count) Count {
	return max(Count(math.Round(float64(c)*f)), min(c, least))
}

// times returns f of s, rounded, but no less than least, or than s.
func (s Size) times(f float64, least Size) Size {
	return max(Size(math.Round(float64(s)*f)), min(s, least))
}

// times returns f of d to the microsecond, but no less than least, or than d.
func (d Duration) times(f float64, least Duration) Duration {
	return max(Duration(time.Duration(float64(d)*f).Round(time.Microsecond)), min(d, least))
}

// pending is the factor that the values as written have yet to be scaled by; 1
// changes nothing.
func (e *Experiment) pending() float64 {
	if e.Scale.Applied || e.Scale.Factor == 0 {
		return 1
	}
	return e.Scale.Factor
}

// scaleKey scales one key's value, if it is one that scale changes.
func (e *Experiment) scaleKey(key string) {
	if e.pending() == 1 || e.Idle(key) {
		return
	}
	for _, s := range shrunk {
		if s.key == key {
			s.by(e, e.pending())
		}
	}
}

// resolved returns the workload with what its preset gives, which is scaled
// here: what was given was scaled when it was read.
func (e *Experiment) resolved() (workload.Spec, error) {
	w, err := e.asked.Resolve()
	if err != nil || e.Scale.Factor == 0 {
		return w, err
	}
	f, given := e.Scale.Factor, &e.asked
	if given.Warehouses == 0 {
		shrinkWarehouses(&w, f)
	}
	if given.Long.Keys == 0 && w.Long.Keys != w.Keys { // otherwise it is as long as the others
		shrinkLongKeys(&w, f)
	}
	if given.Long.Hold == nil {
		shrinkHold(&w, f)
	}
	if given.Long.Share == nil {
		stretchShare(&w, f)
	}
	if given.Long.Every == nil {
		shrinkEvery(&w, f)
	}
	return w, nil
}

// scale scales every value that is not swept.
func (b *builder) scale() {
	for _, s := range shrunk {
		if !b.e.settings.sweeping(s.key) {
			b.e.scaleKey(s.key)
		}
	}
}

// scaled notes that nothing is left to be scaled.
func (b *builder) scaled() {
	if b.e.Scale.Applied = b.e.Scale.Factor > 0; b.e.Scale.Factor == 1 {
		b.e.Scale = Scale{}
	}
	b.workload()
}

// sameScaled is the message for two values of a sweep that scale made equal.
func (b *builder) sameScaled(text string) string {
	return fmt.Sprintf("at scale %s two of the values become %s: use a larger scale, or fewer values",
		Number(b.e.pending()), text)
}
