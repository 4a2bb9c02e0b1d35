// Package tsc reads the processor's time-stamp counter and turns its ticks into
// durations and times of the monotonic clock. A reading takes about a third of
// time.Since's time, so that every transaction can be timed.
package tsc
