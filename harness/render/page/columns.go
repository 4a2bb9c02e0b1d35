package page

import (
	"slices"
	"strconv"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// A column is one figure of a row, in a unit for people.
type column struct {
	name, unit string
	// Returns none where the row lacks the figure; never called for a failed row. With ranged the
	// figure's interval or range follows it, where it has one that the text lacks.
	cell func(r *result.Row, ranged bool) string
}

// none is the cell of a figure that was not measured.
const none = units.Missing

// columns are the figures behind the algorithm's name.
var columns = []column{
	{"txn/s", "", stat(func(r *result.Row) result.Stat { return r.Throughput }, 1, units.Grouped)},
	{"of none", "%", ofNone},
	{"lost", "txn", stat(func(r *result.Row) result.Stat { return r.Lost }, 1, units.Grouped)},
	{"p50", "µs", stat(func(r *result.Row) result.Stat { return r.P50 }, 1e-3, units.Digits)},
	{"p99.9", "µs", stat(func(r *result.Row) result.Stat { return r.P999 }, 1e-3, units.Digits)},
	{"max", "ms", stat(func(r *result.Row) result.Stat { return r.Max }, 1e-6, units.Digits)},
	{"pause", "ms", stat(func(r *result.Row) result.Stat { return r.Pause }, 1e3, units.Digits)},
	{"checkpoint", "s", stat(func(r *result.Row) result.Stat { return r.Total }, 1, units.Digits)},
	{"extra memory", "× data", stat(func(r *result.Row) result.Stat { return r.Peak }, 1, units.Fixed(2))},
	{"recovery", "s", stat(func(r *result.Row) result.Stat { return r.Recovery }, 1, units.Digits)},
	{"verified", "images", plain(images)},
}

// heapColumns are shown where the Go heap is part of the experiment.
var heapColumns = []column{
	{"heap growth", "× data", stat(func(r *result.Row) result.Stat { return r.Heap }, 1, units.Fixed(2))},
	{"collector", "%", stat(func(r *result.Row) result.Stat { return r.GC }, 100, units.Fixed(1))},
	{"cycles", "", stat(func(r *result.Row) result.Stat { return r.GCs }, 1, units.Digits)},
	{"between", "txn/s", stat(func(r *result.Row) result.Stat { return r.Between }, 1, units.Grouped)},
	{"capturing", "% of that", stat(func(r *result.Row) result.Stat { return r.Kept }, 100, units.Fixed(1))},
	{"copied", "× data", stat(func(r *result.Row) result.Stat { return r.Copied }, 1, units.Fixed(2))},
}

// durableColumns are shown where a log or images make transactions durable.
var durableColumns = []column{
	{"durable p50", "ms", stat(func(r *result.Row) result.Stat { return r.DurableP50 }, 1e-6, units.Digits)},
	{"durable p99.9", "ms", stat(func(r *result.Row) result.Stat { return r.DurableP999 }, 1e-6, units.Digits)},
	{"durable max", "ms", stat(func(r *result.Row) result.Stat { return r.DurableMax }, 1e-6, units.Digits)},
}

// logCostColumns are shown where a checkpoint reads what was logged.
var logCostColumns = []column{
	{"behind the log", "MB", stat(func(r *result.Row) result.Stat { return r.Lag }, 1e-6, units.Digits)},
	{"read", "/ logged", stat(func(r *result.Row) result.Stat { return r.ReadPer }, 1, units.Digits)},
	{"written", "/ logged", stat(func(r *result.Row) result.Stat { return r.WrittenPer }, 1, units.Digits)},
}

// logColumn is shown where some are logged and none is not.
var logColumn = column{"of none with a log", "%", plain(ofLogged)}

// columns returns those of the table: with the durable latencies behind the
// others where there are any, and behind the checkpoint what it did with it.
func (t pointRows) columns() []column {
	// A column is shown where one row of the table has it; in the others it is a dash.
	all := t.heaped()
	if slices.ContainsFunc(t.rows, func(r result.Row) bool { return r.RelativeLog.N > 0 }) {
		at := 1 + slices.IndexFunc(all, func(c column) bool { return c.name == "of none" })
		// A clone, since all may be the package's own list, which concurrent reports read.
		all = slices.Insert(slices.Clone(all), at, logColumn)
	}
	if slices.ContainsFunc(t.rows, func(r result.Row) bool { return r.ReadPer.N > 0 }) {
		at := 1 + slices.IndexFunc(all, func(c column) bool { return c.name == "checkpoint" })
		all = slices.Insert(slices.Clone(all), at, logCostColumns...)
	}
	if !slices.ContainsFunc(t.rows, func(r result.Row) bool { return r.DurableP50.N > 0 }) {
		return all
	}
	at := 1 + slices.IndexFunc(all, func(c column) bool { return c.name == "max" })
	return slices.Insert(slices.Clone(all), at, durableColumns...)
}

// heaped returns the columns without the heap's, where no algorithm in the table
// kept the collector busy, left it more garbage than there is data, or counts
// what transactions copied.
func (t pointRows) heaped() []column {
	const (
		busy  = 0.01 // of the CPU time
		large = 1    // of the data
	)
	for i := range t.rows {
		// One such row is enough for all: otherwise nobody could see how the others compare.
		gc, heap := t.rows[i].GC, t.rows[i].Heap
		if gc.N > 0 && gc.Median >= busy || heap.N > 0 && heap.Median >= large || t.rows[i].Copied.N > 0 {
			return slices.Concat(columns, heapColumns)
		}
	}
	return columns
}

// stat makes a column's cell of a figure: its median, scaled and formatted.
func stat(
	get func(*result.Row) result.Stat, factor float64, format func(float64) string,
) func(*result.Row, bool) string {
	return func(r *result.Row, ranged bool) string {
		s := get(r)
		switch {
		case s.N == 0:
			return none
		case ranged && s.N > 1:
			return format(factor*s.Median) + " [" + format(factor*s.Lo) + ", " + format(factor*s.Hi) + "]"
		}
		return format(factor * s.Median)
	}
}

// plain makes a column's cell of a text that has its interval, or can have none.
func plain(text func(*result.Row) string) func(*result.Row, bool) string {
	return func(r *result.Row, _ bool) string { return text(r) }
}

// images counts those that were read back and right; of an unverified run there
// are none to count, of none's run there were none to take.
func images(r *result.Row) string {
	switch {
	case r.Judged == result.NotChecked && r.Mode == result.ModeOff:
		return "off"
	case r.Judged == result.NotChecked:
		return result.NotChecked
	case r.Judged == result.Wrong:
		return "NO"
	case r.Images == 0:
		return none
	}
	return strconv.Itoa(r.Images)
}

// name is the algorithm's, with a mark if it was interrupted.
func name(r *result.Row) string {
	n := units.OneLine(r.Algorithm)
	// A failed one says more, and is said elsewhere.
	if r.Partial && r.Failed == 0 {
		n += " (interrupted)"
	}
	return n
}

// failure says why r has no figures, or "".
func failure(r *result.Row) string {
	switch {
	case r.Failed == 0 && r.Trials > 0:
		return ""
	case len(r.Errors) > 0:
		return "FAILED: " + units.OneLine(r.Errors[0])
	}
	return "FAILED: no reason given"
}
