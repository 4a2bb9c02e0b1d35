package regress

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"

	"ckptbench/harness/result"
)

// baselineSchema is the version of a baseline's JSON. Version 1 had no checksum;
// version 2 is that of the command regress.
const baselineSchema = 3

// maxBaseline bounds a baseline's file, in bytes: ten thousand cells.
const maxBaseline = 16 << 20

// A baseline is what of a result holds on other machines too, roughly: ratios to
// none, exact figures, memory in sizes of the data.
type baseline struct {
	Schema     int    `json:"schema"`
	Experiment string `json:"experiment"`
	Commit     string `json:"commit,omitempty"`
	Dirty      bool   `json:"dirty,omitempty"`
	Date       string `json:"date,omitempty"`
	// One machine, whose id must be known: newBaseline refuses others.
	Machine string  `json:"machine"`
	CPU     string  `json:"cpu,omitempty"`
	Go      string  `json:"go,omitempty"`
	Cells   []entry `json:"cells"`
	// Against edits by hand, not against forgers: anybody can work it out.
	Sum string `json:"sum"` // SHA-256 of the rest
}

// An entry is a cell in a baseline's file.
type entry struct {
	Algorithm  string         `json:"algorithm"`
	Params     []result.Param `json:"params,omitempty"`
	ConfigHash string         `json:"config_hash"`
	Workers    int            `json:"workers"`
	Loaded     int            `json:"loaded_records"`
	// Bytes of the records, by which peak memory is divided.
	Data int64 `json:"data_bytes"`
	// Off is shown as a note when it is compared with.
	Mode string `json:"verified"`
	// All were right, or the baseline would not have been written.
	Trials int `json:"trials"`
	// One a trial; no median, as the test needs the trials.
	Relative []float64 `json:"relative_to_none"`
	Peak     []float64 `json:"peak_over_data,omitempty"`
	// Nil where images differ.
	Records *int64 `json:"records,omitempty"` // of every image
	Bytes   *int64 `json:"bytes,omitempty"`
}

// WriteBaseline writes to w what of s holds on other machines, for Open to read.
// It refuses a side that is not fit to be compared with: of several machines,
// with trials that failed or were interrupted or have no ratio to none.
func WriteBaseline(w io.Writer, s *Side) error {
	b, err := newBaseline(s)
	if err != nil {
		return fmt.Errorf("write baseline of %s: %w", s.Name, err)
	}
	// Last, over all the fields that are set by now.
	if b.Sum, err = b.sum(); err != nil {
		return fmt.Errorf("write baseline of %s: %w", s.Name, err)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(b); err != nil {
		return fmt.Errorf("write baseline of %s: %w", s.Name, err)
	}
	return nil
}

// sum returns the checksum of everything but the checksum.
func (b *baseline) sum() (string, error) {
	// A copy: b keeps its own sum.
	c := *b
	c.Sum = ""
	return result.SumOf(c)
}

// SaveBaseline writes WriteBaseline's JSON to a file, in one step, and makes the
// folder it is in.
func SaveBaseline(path string, s *Side) error {
	var b bytes.Buffer
	// Whole in memory before the file is touched, so that a refusal leaves the old baseline.
	if err := WriteBaseline(&b, s); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	if err := replaceFile(path, b.Bytes()); err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	return nil
}

// replaceFile writes path in one step, so that a reader sees the old or the new
// content.
func replaceFile(path string, data []byte) error {
	// One name for all writers: two at once are not provided for.
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, data, 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// newBaseline makes a baseline of a side that was measured on one known machine.
func newBaseline(s *Side) (*baseline, error) {
	switch {
	case s.stored():
		return nil, errors.New("it is a baseline already")
	case len(s.Machines) != 1 || s.Machines[0] == "":
		return nil, fmt.Errorf("it was measured on %s, not on one that is known", machines(s))
	}
	// What could not be compared as a result is no baseline either.
	if err := s.refuse(); err != nil {
		return nil, err
	}
	b := &baseline{Schema: baselineSchema, Experiment: s.Experiment.Name, Commit: s.Commit, Dirty: s.Dirty, Date: s.Date,
		Machine: s.Machines[0], CPU: s.Experiment.Machine.CPU, Go: s.Go}
	for _, c := range s.cells {
		e, err := newEntry(c)
		if err != nil {
			return nil, err
		}
		b.Cells = append(b.Cells, e)
	}
	return b, nil
}

// newEntry keeps of a cell what holds on other machines: ratios and exact figures.
func newEntry(c *cell) (entry, error) {
	switch {
	case len(c.failed) > 0:
		return entry{}, fmt.Errorf("%s failed: %s", c.where(), c.failed[0])
	case len(c.relative) != len(c.right):
		return entry{}, fmt.Errorf("%d of the %d trials of %s have a ratio to %s; it must run in every round",
			len(c.relative), len(c.right), c.where(), baselineAlgorithm)
	case len(c.hashes) != 1 || len(c.workers) != 1 || len(c.modes) != 1:
		return entry{}, fmt.Errorf("the trials of %s are of different configurations or numbers of workers", c.where())
	}
	return entry{
		Algorithm: c.algorithm, Params: c.point, ConfigHash: c.hashes[0], Workers: c.workers[0], Loaded: c.loaded,
		Data: c.data,
		Mode: c.modes[0], Trials: len(c.right), Relative: c.relative, Peak: c.peak, Records: c.exact.records,
		Bytes: c.exact.bytes,
	}, nil
}

// readBaseline reads a baseline's file, up to a size that none reaches.
func readBaseline(path string) (*Side, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// One byte more than is allowed, so that a file that is too large shows as such and is not
	// cut.
	data, err := io.ReadAll(io.LimitReader(f, maxBaseline+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	b, err := parseBaseline(data)
	if err != nil {
		return nil, fmt.Errorf("baseline %s: %w", path, err)
	}
	return b.side(path), nil
}

// parseBaseline reads a baseline's JSON, which must hold nothing else. The
// version is looked at first, since a newer file may well hold other fields.
func parseBaseline(data []byte) (*baseline, error) {
	if len(data) > maxBaseline {
		return nil, fmt.Errorf("over %d MiB, not a baseline", maxBaseline>>20)
	}
	var v struct {
		Schema int `json:"schema"`
	}
	// Only to find a newer version; whatever else is wrong is told by the strict decoder below,
	// with its place.
	if err := json.Unmarshal(data, &v); err == nil && v.Schema > baselineSchema {
		return nil, fmt.Errorf("schema %d is newer than this program's %d; use the version that wrote it", v.Schema,
			baselineSchema)
	}
	var b baseline
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&b); err != nil {
		return nil, fmt.Errorf("at byte %d: %w", dec.InputOffset(), err)
	}
	// Decode stops at the end of the value, and would not see what was appended.
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the JSON value at byte %d", dec.InputOffset())
	}
	// Before the sum: an old schema has another sum, and the schema is the better reason.
	if err := b.check(); err != nil {
		return nil, err
	}
	sum, err := b.sum()
	if err == nil && sum != b.Sum {
		err = errors.New("its checksum is wrong: it was edited; write it anew with compare --write-baseline")
	}
	return &b, err
}

// check refuses a baseline that nobody could compare with.
func (b *baseline) check() error {
	if b.Schema != baselineSchema {
		return fmt.Errorf("schema is %d, want %d; write it anew with compare --write-baseline", b.Schema, baselineSchema)
	}
	for i := range b.Cells {
		e := &b.Cells[i]
		// Quadratic, which the bound on the file's size keeps harmless.
		twice := slices.ContainsFunc(b.Cells[:i],
			func(o entry) bool { return o.Algorithm == e.Algorithm && slices.Equal(o.Params, e.Params) })
		switch {
		case e.Algorithm == "":
			return fmt.Errorf("cell %d has no algorithm", i)
		case twice:
			return fmt.Errorf("cell %d, %s, is there twice", i, e.Algorithm)
		case e.Trials < 1 || len(e.Relative) != e.Trials || len(e.Peak) > e.Trials:
			return fmt.Errorf("cell %d, %s, has %d trials with %d ratios and %d peaks", i, e.Algorithm, e.Trials,
				len(e.Relative), len(e.Peak))
		case slices.ContainsFunc(slices.Concat(e.Relative, e.Peak),
			func(v float64) bool { return v < 0 || v > math.MaxFloat32 }):
			return fmt.Errorf("cell %d, %s, has a figure that is below 0 or beyond measure", i, e.Algorithm)
		}
	}
	return nil
}

// side makes b the base of a comparison.
func (b *baseline) side(name string) *Side {
	s := &Side{About: About{Name: name, Commit: b.Commit, Dirty: b.Dirty, Date: b.Date, Machines: []string{b.Machine},
		Go: b.Go, Stored: true}}
	for _, e := range b.Cells {
		c := &cell{
			algorithm: e.Algorithm, point: e.Params, hashes: []string{e.ConfigHash}, workers: []int{e.Workers},
			modes:  []string{e.Mode},
			loaded: e.Loaded, data: e.Data, right: map[int]bool{}, relative: e.Relative, peak: e.Peak,
			exact: exact{records: e.Records, bytes: e.Bytes},
		}
		// Which trials they were is not kept; numbers count from 1, as in a result.
		for n := range e.Trials {
			c.right[n+1] = true
		}
		s.cells = append(s.cells, c)
	}
	return s
}
