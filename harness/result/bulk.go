package result

import (
	"fmt"
	"io"
	"slices"
)

// A Bulk is what putting messages of rows came to. All was compared with a model
// at the end of the trial, or the trial has none.
// It is what IEP-32's benchmark measures.
type Bulk struct {
	Put      string    `json:"put"`      // the way; see workload.Puts
	Rows     uint64    `json:"rows"`     // that were put in the measured part
	Elapsed  float64   `json:"put_s"`    // in which they were put; what the harness did between messages is not in it
	Messages Quantiles `json:"messages"` // times of messages, ns

	Held       int64  `json:"held"`        // rows at the end, when there are most
	Bytes      int64  `json:"bytes"`       // of these, with their keys
	Pages      int    `json:"pages"`       // that they are in
	PageSize   int    `json:"page_size"`   // bytes
	IndexPages int    `json:"index_pages"` // 0 without an index
	Digest     string `json:"digest"`      // of all rows: the same for every way of a round
}

// Rate returns rows per second.
func (b *Bulk) Rate() float64 {
	if b.Elapsed <= 0 {
		return 0
	}
	return float64(b.Rows) / b.Elapsed
}

// putKey is the parameter of the matrix that says how messages are put.
// The ways of putting are the algorithms of this benchmark.
const putKey = "workload.put"

// A BulkPoint is what the ways to put messages came to at one point of the matrix,
// the way aside.
type BulkPoint struct {
	Params []Param // without the way
	Ways   []Way   // in the matrix's order
}

// A Way is one of them. Its figures are over the trials that ran to their end;
// none are of a way of which a trial failed.
type Way struct {
	Put    string   // one of workload.Puts
	Trials int      // that ran to their ends
	Failed int      // trials
	Errors []string // each once

	Rate    Stat // rows per second
	Message Stat // the median message's time, s
	Tail    Stat // that of the slowest of a hundred, s
	Pages   Stat // with rows in them
	Index   Stat // of the index
	Full    Stat // share of the rows' pages that is rows

	// Against the base in the same round, of which they did the same: its time
	// over this one's by the median message, this one's pages over its. N is 0
	// for the base.
	// Both above 1 where the way is better in time and worse in room.
	Gain, MorePages Stat
}

// Saved returns the share of the base's time that the way saves, and its range.
// 1 less 1 over the gain: half the time is 50 %.
func (w Way) Saved() Stat {
	s := w.Gain
	if s.N == 0 {
		return s
	}
	s.Median, s.Lo, s.Hi = 1-1/w.Gain.Median, 1-1/w.Gain.Lo, 1-1/w.Gain.Hi
	return s
}

// BulkPoints returns what e's trials of messages came to; nil where it has none.
// puts are all ways, in the order in which to show them, and base names the one
// that another is compared with.
func (e *Experiment) BulkPoints(puts []string, base func(put string) string) []BulkPoint {
	var out []BulkPoint
	for _, point := range e.Points() {
		ts := e.bulkAt(point)
		if len(ts) == 0 {
			continue
		}
		// Points that differ in the way alone are one BulkPoint.
		rest := without(point, putKey)
		n := slices.IndexFunc(out, func(l BulkPoint) bool { return slices.Equal(l.Params, rest) })
		if n < 0 {
			n, out = len(out), append(out, BulkPoint{Params: rest})
		}
		out[n].Ways = append(out[n].Ways, newWay(putOf(point, ts), ts))
	}
	slices.SortStableFunc(out, func(a, b BulkPoint) int { return comparePoints(a.Params, b.Params) })
	for i := range out {
		slices.SortStableFunc(out[i].Ways, func(a, b Way) int {
			return slices.Index(puts, a.Put) - slices.Index(puts, b.Put)
		})
		// All ways of the point are there by now.
		e.compareWays(&out[i], base)
	}
	return out
}

// bulkAt returns a point's trials, where they are of messages. One that failed
// says nothing of that, but that it has no timeline.
func (e *Experiment) bulkAt(point []Param) (ts []*Trial) {
	bulk := false
	for i := range e.Trials {
		if t := &e.Trials[i]; slices.Equal(t.Params, point) {
			ts, bulk = append(ts, t), bulk || t.Bulk != nil || t.Verdict.Mode == ModelVerdict
		}
	}
	if !bulk {
		return nil
	}
	return ts
}

// ModelVerdict is the mode of a Verdict where there were no images, but rows that
// were compared with a model.
const ModelVerdict = "model"

// without returns a point without one of its keys.
func without(point []Param, key string) []Param {
	return slices.DeleteFunc(slices.Clone(point), func(p Param) bool { return p.Key == key })
}

// putOf is the way of putting at a point: of the matrix, or else what the trials say.
func putOf(point []Param, ts []*Trial) string {
	for _, p := range point {
		if p.Key == putKey {
			return p.Value
		}
	}
	for _, t := range ts {
		if t.Bulk != nil {
			return t.Bulk.Put
		}
	}
	return ""
}

// newWay makes the figures of one way of putting from its trials.
func newWay(put string, ts []*Trial) Way {
	w := Way{Put: put}
	for _, t := range ts {
		if t.Status == Failed {
			w.Failed++
		}
		if t.Error != "" {
			w.Errors = appendNew(w.Errors, t.Error)
		}
	}
	if w.Failed > 0 {
		return w
	}
	ts = whole(ts)
	w.Trials = len(ts)
	figure := func(get func(*Bulk) float64) Stat {
		return over(ts, func(t *Trial) (float64, bool) { return get(t.Bulk), true })
	}
	w.Rate = figure((*Bulk).Rate)
	w.Message = figure(func(b *Bulk) float64 { return float64(b.Messages.P50) / 1e9 })
	w.Tail = figure(func(b *Bulk) float64 { return float64(b.Messages.P99) / 1e9 })
	w.Pages = figure(func(b *Bulk) float64 { return float64(b.Pages) })
	// Bytes of rows over the bytes of the pages that they are in.
	w.Full = figure(func(b *Bulk) float64 { return float64(b.Bytes) / float64(max(1, b.Pages*b.PageSize)) })
	w.Index = figure(func(b *Bulk) float64 { return float64(b.IndexPages) })
	return w
}

// whole returns the trials that ran to their end and have figures.
func whole(ts []*Trial) (out []*Trial) {
	for _, t := range ts {
		if t.Status == OK && t.Bulk != nil {
			out = append(out, t)
		}
	}
	return out
}

// compareWays sets each way of l against its base, round by round.
func (e *Experiment) compareWays(l *BulkPoint, base func(string) string) {
	for i := range l.Ways {
		w := &l.Ways[i]
		if base(w.Put) == w.Put || w.Failed > 0 {
			continue
		}
		var gains, more []float64
		for _, t := range whole(e.trialsOf(l.Params, w.Put)) {
			for _, b := range whole(e.trialsOf(l.Params, base(w.Put))) {
				// In the same round the machine was about the same, and the rows were equal.
				if b.Round == t.Round && t.Bulk.Messages.P50 > 0 && b.Bulk.Pages > 0 {
					gains = append(gains, float64(b.Bulk.Messages.P50)/float64(t.Bulk.Messages.P50))
					more = append(more, float64(t.Bulk.Pages)/float64(b.Bulk.Pages))
				}
			}
		}
		w.Gain, w.MorePages = NewStat(gains), NewStat(more)
	}
}

// trialsOf returns a way's trials at a point that does not say the way.
func (e *Experiment) trialsOf(rest []Param, put string) (ts []*Trial) {
	for i := range e.Trials {
		t := &e.Trials[i]
		if slices.Equal(without(t.Params, putKey), rest) && putOf(t.Params, []*Trial{t}) == put {
			ts = append(ts, t)
		}
	}
	return ts
}

// RowSize returns how long rows are at p, as the matrix says it: 44-104; empty
// where it does not.
func (p BulkPoint) RowSize() string {
	for _, q := range p.Params {
		if q.Key == "workload.row_size" {
			return q.Value
		}
	}
	return ""
}

// writeBulkUnits says of the units of messages which way is better, where there
// are any.
func writeBulkUnits(w io.Writer, e *Experiment) {
	if slices.ContainsFunc(e.Trials, func(t Trial) bool { return t.Bulk != nil }) {
		fmt.Fprint(w, "Unit rows/s better=higher\nUnit message-ns better=lower\nUnit message-p99-ns better=lower\n"+
			"Unit pages better=lower\n")
	}
}

// writeBulkLine is writeBenchLine for a trial of bulk.
func writeBulkLine(w io.Writer, t *Trial, procs int) {
	writeBenchName(w, t, procs)
	b := t.Bulk
	fmt.Fprintf(w, " %.0f rows/s %d message-ns %d message-p99-ns %d pages\n", b.Rate(), b.Messages.P50,
		b.Messages.P99, b.Pages)
}
