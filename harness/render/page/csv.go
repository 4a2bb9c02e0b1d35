package page

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"ckptbench/harness/render/table"
	"ckptbench/harness/result"
	"ckptbench/harness/result/paired"
)

// figures are CSV's: each gives its median and its range, in base units.
var figures = []struct {
	name string
	get  func(*result.Row) result.Stat
}{
	// Names carry their units.
	{"throughput_txn_s", func(r *result.Row) result.Stat { return r.Throughput }},
	{"relative_to_none", func(r *result.Row) result.Stat { return r.Relative }},
	{"relative_to_none_with_log", func(r *result.Row) result.Stat { return r.RelativeLog }},
	{"lost_txn", func(r *result.Row) result.Stat { return r.Lost }},
	{"rest_of_none", part(func(p *result.Parts) paired.Interval { return p.Rest })},
	{"capturing_of_none", capturePart(func(p *result.Parts) paired.Interval { return p.Capture })},
	{"machine_left", capturePart(func(p *result.Parts) paired.Interval { return p.Share })},
	{"loss_at_rest", part(func(p *result.Parts) paired.Interval { return p.RestLoss })},
	{"loss_capturing", part(func(p *result.Parts) paired.Interval { return p.CaptureLoss })},
	{"loss_to_checkpointer", part(func(p *result.Parts) paired.Interval { return p.MachineLoss })},
	{"loss_paused", part(func(p *result.Parts) paired.Interval { return p.PauseLoss })},
	{"p50_ns", func(r *result.Row) result.Stat { return r.P50 }},
	{"p99_ns", func(r *result.Row) result.Stat { return r.P99 }},
	{"p999_ns", func(r *result.Row) result.Stat { return r.P999 }},
	{"max_ns", func(r *result.Row) result.Stat { return r.Max }},
	{"durable_p50_ns", func(r *result.Row) result.Stat { return r.DurableP50 }},
	{"durable_p99_ns", func(r *result.Row) result.Stat { return r.DurableP99 }},
	{"durable_p999_ns", func(r *result.Row) result.Stat { return r.DurableP999 }},
	{"durable_max_ns", func(r *result.Row) result.Stat { return r.DurableMax }},
	{"durable_wait_s", func(r *result.Row) result.Stat { return r.DurableWait }},
	{"durable_count", func(r *result.Row) result.Stat { return r.DurableCount }},
	{"never_durable", func(r *result.Row) result.Stat { return r.NeverDurable }},
	{"never_durable_oldest_s", func(r *result.Row) result.Stat { return r.NeverOldest }},
	{"pause_s", func(r *result.Row) result.Stat { return r.Pause }},
	{"checkpoint_s", func(r *result.Row) result.Stat { return r.Total }},
	{"wait_s", func(r *result.Row) result.Stat { return r.Wait }},
	{"capture_s", func(r *result.Row) result.Stat { return r.Capture }},
	{"write_s", func(r *result.Row) result.Stat { return r.Write }},
	{"sync_s", func(r *result.Row) result.Stat { return r.Sync }},
	{"stalled_s", func(r *result.Row) result.Stat { return r.Stalled }},
	{"memory_rest_of_data", func(r *result.Row) result.Stat { return r.Rest }},
	{"memory_peak_of_data", func(r *result.Row) result.Stat { return r.Peak }},
	{"heap_growth_of_data", func(r *result.Row) result.Stat { return r.Heap }},
	{"gc_share", func(r *result.Row) result.Stat { return r.GC }},
	{"recovery_s", func(r *result.Row) result.Stat { return r.Recovery }},
	{"gc_cycles", func(r *result.Row) result.Stat { return r.GCs }},
	{"capturing_txn_s", func(r *result.Row) result.Stat { return r.Capturing }},
	{"between_txn_s", func(r *result.Row) result.Stat { return r.Between }},
	{"capturing_of_between", func(r *result.Row) result.Stat { return r.Kept }},
	{"copies", func(r *result.Row) result.Stat { return r.Copies }},
	{"copied_of_data", func(r *result.Row) result.Stat { return r.Copied }},
	{"log_lag_bytes", func(r *result.Row) result.Stat { return r.Lag }},
	{"read_per_logged_byte", func(r *result.Row) result.Stat { return r.ReadPer }},
	{"written_per_logged_byte", func(r *result.Row) result.Stat { return r.WrittenPer }},
	{"p99_between_ns", func(r *result.Row) result.Stat { return r.P99Between }},
	{"p999_between_ns", func(r *result.Row) result.Stat { return r.P999Between }},
	{"p99_capturing_ns", func(r *result.Row) result.Stat { return r.P99Capturing }},
	{"p999_capturing_ns", func(r *result.Row) result.Stat { return r.P999Capturing }},
	{"p99_back_s", func(r *result.Row) result.Stat { return r.P99Back }},
}

// part returns one of the parts that the overhead was taken apart into.
func part(get func(*result.Parts) paired.Interval) func(*result.Row) result.Stat {
	return func(r *result.Row) result.Stat {
		if r.Parts == nil {
			return result.Stat{}
		}
		return result.NewInterval(get(r.Parts), r.Parts.Openings)
	}
}

// capturePart is part for what is known only where transactions ran while an image
// was captured.
func capturePart(get func(*result.Parts) paired.Interval) func(*result.Row) result.Stat {
	of := part(get)
	return func(r *result.Row) result.Stat {
		if r.Parts == nil || !r.Parts.HasCapture {
			return result.Stat{}
		}
		return of(r)
	}
}

// WriteCSV writes several experiments as one CSV file with the columns of all:
// cells of a column that an experiment lacks are empty.
func WriteCSV(w io.Writer, exps []*result.Experiment, o Options) error {
	var all table.Grid
	for _, e := range exps {
		// Experiments of different matrices have different parameter columns.
		all = all.Join(newSummary(e, o.Order).sheet())
	}
	text, err := all.CSV()
	if err != nil {
		return fmt.Errorf("write report as csv: %w", err)
	}
	_, err = io.WriteString(w, text)
	return err
}

// csv writes s alone.
func (s summary) csv() (string, error) { return s.sheet().CSV() }

// sheet is one table for all points, a column per parameter, every figure with the
// ends of its range; empty where not measured.
func (s summary) sheet() table.Grid {
	// An experiment of messages alone has no algorithms.
	if len(s.tables) == 0 && len(s.bulk) > 0 {
		return s.bulkSheet()
	}
	keys := s.keys()
	head := append([]string{"experiment"}, keys...)
	head = append(head, "algorithm", "status", "trials", "failed", "verification", "images")
	for _, f := range figures {
		head = append(head, f.name, f.name+"_lo", f.name+"_hi")
	}
	head = append(head, "range_level", "error")
	// Only a merged result has the column; so has each of its rows below.
	if len(s.exp.MachineIDs()) > 1 {
		head = append(head, "machines")
	}
	if len(s.growth) > 0 {
		head = append(head, growthColumns...)
	}
	out := table.Grid{Columns: table.Words(head...)}
	for _, t := range s.tables {
		for i := range t.rows {
			out.Add(s.csvRow(&t.rows[i], keys)...)
		}
	}
	return out
}

// csvRow is one algorithm at one point, every figure with its range, in base units.
func (s summary) csvRow(r *result.Row, keys []string) []string {
	cells := []string{s.exp.Name}
	for _, k := range keys {
		v := ""
		if i := slices.IndexFunc(r.Params, func(p result.Param) bool { return p.Key == k }); i >= 0 {
			v = r.Params[i].Value
		}
		cells = append(cells, v)
	}
	status := result.OK
	switch {
	case !r.Measured():
		status = result.Failed
	case r.Partial:
		status = result.Partial
	}
	cells = append(cells, r.Algorithm, status, strconv.Itoa(r.Trials), strconv.Itoa(r.Failed), r.Mode,
		strconv.Itoa(r.Images))
	for _, f := range figures {
		st := f.get(r)
		for _, v := range []float64{st.Median, st.Lo, st.Hi} {
			// Empty, not 0, which would be a figure.
			if st.N == 0 {
				cells = append(cells, "")
			} else {
				cells = append(cells, strconv.FormatFloat(v, 'g', -1, 64))
			}
		}
	}
	level := ""
	if r.Throughput.N > 0 {
		level = strconv.FormatFloat(r.Throughput.Level, 'g', 4, 64) // 0: min..max
	}
	cells = append(cells, level, strings.Join(r.Errors, "; "))
	if len(s.exp.MachineIDs()) > 1 {
		cells = append(cells, strings.Join(s.machinesOf(r), " "))
	}
	if len(s.growth) > 0 {
		cells = append(cells, s.csvGrowth(r)...)
	}
	return cells
}

// machinesOf are the ids of where r's trials ran.
func (s summary) machinesOf(r *result.Row) []string {
	var ids []string
	// In the order of the trials.
	for _, t := range s.exp.At(r.Algorithm, r.Params) {
		if id := s.exp.MachineOf(t).ID; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// growthColumns say how the pause grows with the number of records: the same at
// every number of them.
var growthColumns = []string{
	"pause_fit_base_s", "pause_fit_s_per_record", "pause_slope", "pause_slope_lo", "pause_slope_hi", "pause_slope_level",
	"pause_growth", "pause_growth_claimed", "pause_growth_source",
}

// csvGrowth is of r's algorithm, where r is one of the sizes that were fitted.
func (s summary) csvGrowth(r *result.Row) []string {
	cells := make([]string, len(growthColumns))
	i := slices.IndexFunc(s.growth, func(g result.Growth) bool { return g.Of(r) })
	// Cells stay empty, as the row of a failed algorithm does in the table of growth.
	if i < 0 || s.growth[i].Failed > 0 {
		return cells
	}
	f := s.growth[i].Pause
	if f.Fitted() {
		// The first six of growthColumns.
		for k, v := range []float64{f.Base, f.PerRecord, f.Slope, f.Lo, f.Hi, f.Level} {
			cells[k] = strconv.FormatFloat(v, 'g', -1, 64)
		}
	}
	c := claimOf(r.Algorithm)
	cells[6], cells[7], cells[8] = f.Word, c.growth, c.source
	return cells
}

// keys are the parameters of all points, in order of appearance.
func (s summary) keys() []string {
	var keys []string
	for _, t := range s.tables {
		for _, p := range t.point {
			if !slices.Contains(keys, p.Key) {
				keys = append(keys, p.Key)
			}
		}
	}
	return keys
}
