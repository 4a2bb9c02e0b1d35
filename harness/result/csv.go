package result

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

var (
	// The names say the units. Columns are only ever added, at the end.
	timelineHeader = []string{"start_s", "elapsed_s", "commits", "aborts", "algorithm_memory_bytes", "rss_bytes", "p50_ns",
		"p99_ns", "p999_ns", "max_ns"}
	// gapColumns came later: a timeline without them is taken as well.
	gapColumns   = []string{"host_taken_ns", "longest_gap_ns"}
	eventsHeader = []string{"at_s", "checkpoint", "event"}
)

// formatTimeline writes buckets as timeline.csv.
// Times are seconds from the beginning of the measured part.
func formatTimeline(buckets []Bucket) []byte {
	rows := make([][]string, len(buckets))
	for i, b := range buckets {
		rows[i] = []string{
			formatFloat(b.Start), formatFloat(b.Elapsed),
			strconv.FormatUint(b.Commits, 10), strconv.FormatUint(b.Aborts, 10),
			strconv.FormatInt(b.Algo, 10), strconv.FormatInt(b.RSS, 10),
			strconv.FormatUint(b.P50, 10), strconv.FormatUint(b.P99, 10),
			strconv.FormatUint(b.P999, 10), strconv.FormatUint(b.Max, 10),
			strconv.FormatUint(b.HostTaken, 10), strconv.FormatUint(b.LongestGap, 10),
		}
	}
	return formatCSV(slices.Concat(timelineHeader, gapColumns), rows)
}

// formatEvents writes events as events.csv.
func formatEvents(events []Event) []byte {
	rows := make([][]string, len(events))
	for i, e := range events {
		rows[i] = []string{formatFloat(e.At), strconv.Itoa(e.Checkpoint), e.Name}
	}
	return formatCSV(eventsHeader, rows)
}

// formatFloat writes v so that it is read back exactly.
// The shortest text that does.
func formatFloat(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// formatCSV writes a header and rows.
func formatCSV(header []string, rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	// A bytes.Buffer takes every write; Flush has nothing to report.
	w.Write(header)
	w.WriteAll(rows)
	return b.Bytes()
}

// parseTimeline reads timeline.csv; name is for errors.
// Rows have to ascend, as they were written.
func parseTimeline(name string, data []byte) ([]Bucket, error) {
	var out []Bucket
	// The header says which version wrote it.
	header := timelineHeader
	if first, _, _ := bytes.Cut(data, []byte("\n")); bytes.Contains(first, []byte(gapColumns[0])) {
		header = slices.Concat(timelineHeader, gapColumns)
	}
	err := parseCSV(name, data, header, func(r *row) {
		b := Bucket{
			Start: r.float(0), Elapsed: r.float(1), Commits: r.uint(2), Aborts: r.uint(3),
			Algo: r.int(4), RSS: r.int(5), P50: r.uint(6), P99: r.uint(7), P999: r.uint(8), Max: r.uint(9),
		}
		if n := len(timelineHeader); len(header) > n {
			b.HostTaken, b.LongestGap = r.uint(n), r.uint(n+1)
		}
		if b.Elapsed < 0 {
			r.fail(1, errors.New("is negative"))
		}
		if n := len(out); n > 0 && b.Start < out[n-1].Start {
			r.fail(0, errors.New("lies before the row above"))
		}
		out = append(out, b)
	})
	return out, err
}

// parseEvents reads events.csv; name is for errors.
func parseEvents(name string, data []byte) ([]Event, error) {
	var out []Event
	err := parseCSV(name, data, eventsHeader, func(r *row) {
		e := Event{At: r.float(0), Checkpoint: int(r.int(1)), Name: r.fields[2]}
		if err := checkEventName(e.Name); err != nil {
			r.fail(2, err)
		}
		out = append(out, e)
	})
	return out, err
}

// checkEventName refuses names that would not survive a line of CSV or a chart.
func checkEventName(s string) error {
	if s == "" {
		return errors.New("is empty")
	}
	for _, c := range []byte(s) {
		if c < ' ' || c == 0x7F {
			return errors.New("holds a control character")
		}
	}
	return nil
}

// A row is one line of a CSV file being read; err is its first fault.
// One is used for each line, so an error names file, line and column.
type row struct {
	file   string
	header []string
	fields []string
	// From 1, in the file; a row with quotes may span several.
	line int
	err  error
}

// fail keeps the row's first error, with file, line and column.
func (r *row) fail(col int, err error) {
	if r.err == nil {
		r.err = fmt.Errorf("%s:%d: %s %q: %w", r.file, r.line, r.header[col], r.fields[col], err)
	}
}

// The methods below parse one column each. After an error they return any value: the
// caller looks at err when it has read the whole row.
func (r *row) float(col int) float64 {
	v, err := strconv.ParseFloat(r.fields[col], 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		r.fail(col, errors.New("is not a finite number"))
	}
	return v
}

func (r *row) int(col int) int64 {
	v, err := strconv.ParseInt(r.fields[col], 10, 64)
	if err != nil {
		r.fail(col, errors.New("is not a whole number"))
	}
	return v
}

func (r *row) uint(col int) uint64 {
	v, err := strconv.ParseUint(r.fields[col], 10, 64)
	if err != nil {
		r.fail(col, errors.New("is not a whole number from 0"))
	}
	return v
}

// parseCSV checks the header, then calls add for each row until one fails.
// Column by column, a header of another version is refused.
func parseCSV(name string, data []byte, header []string, add func(*row)) error {
	cr := csv.NewReader(bytes.NewReader(data))
	cr.FieldsPerRecord = len(header)
	first, err := cr.Read()
	if err != nil {
		return fmt.Errorf("%s:1: want the header %v: %w", name, header, err)
	}
	for i := range header {
		if first[i] != header[i] {
			return fmt.Errorf("%s:1: column %d is %q, want %q: the file has another version", name, i+1, first[i], header[i])
		}
	}
	for {
		fields, err := cr.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil { // a csv.ParseError, which has the line
			return fmt.Errorf("%s: %w", name, err)
		}
		// Of the row just read.
		line, _ := cr.FieldPos(0)
		r := row{file: name, header: header, fields: fields, line: line}
		if add(&r); r.err != nil {
			return r.err
		}
	}
}
