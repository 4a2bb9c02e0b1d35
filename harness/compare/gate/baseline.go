package gate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ckptbench/harness/compare/remote"
	"ckptbench/harness/result"
	"ckptbench/harness/result/paired"
)

// BaselineSchema is the version of a baseline's JSON. Version 1, with ratios of a
// day, was read by the command compare.
const BaselineSchema = 2

// ErrBaseline means that a baseline's file is not one that this program wrote.
var ErrBaseline = errors.New("cannot use the baseline; write it anew with make baseline")

// maxBaseline bounds a baseline's file, in bytes.
const maxBaseline = 1 << 20

// A Baseline is what is stored of a revision: its commit, for the base to build,
// and what does not depend on the day.
type Baseline struct {
	Schema     int    `json:"schema"`
	Experiment string `json:"experiment"`  // its name
	ConfigHash string `json:"config_hash"` // of what was measured; another one is another experiment
	// Never empty in a file that loads.
	Commit  string `json:"commit"`  // measured
	Date    string `json:"date"`    // RFC 3339
	Go      string `json:"go"`      // version
	Machine string `json:"machine"` // its id
	CPU     string `json:"cpu"`     // the model's name
	Cores   int    `json:"cores"`   // logical processors
	// Without one, days are never taken to be alike.
	Canary     *Canary         `json:"canary,omitempty"` // nil: not measured
	Algorithms []StoredFigures `json:"algorithms"`       // in the experiment's order
	// Against edits by hand, not against forgers: anybody can work it out.
	Sum string `json:"sum"` // SHA-256 of the rest
}

// A Canary is how long a fixed piece of work took: what of the machine's speed no
// counter shows.
type Canary struct {
	// Both in ns.
	Loop  float64 `json:"loop_ns"`  // a step of an arithmetic loop
	Chase float64 `json:"chase_ns"` // a step of a pointer chase
}

// canaryAgrees is by how much two canaries may differ for their days to be
// comparable, as a share.
const canaryAgrees = 0.05

// Agrees reports whether two days' machines are alike: same cores and canaries
// within 5 %.
func (b *Baseline) Agrees(machine string, cores int, c *Canary) bool {
	if b.Machine != machine || b.Cores != cores || b.Canary == nil || c == nil {
		return false
	}
	// Both ways round, so that it does not matter which day is the first; 0 is not measured.
	near := func(x, y float64) bool { return x > 0 && y > 0 && x/y < 1+canaryAgrees && y/x < 1+canaryAgrees }
	return near(b.Canary.Loop, c.Loop) && near(b.Canary.Chase, c.Chase)
}

// StoredFigures are those of one algorithm.
type StoredFigures struct {
	Algorithm string           `json:"algorithm"`         // as in the table of algorithms
	Exact     []remote.Figure  `json:"exact"`             // figures that do not vary from run to run
	OfNone    *paired.Interval `json:"of_none,omitempty"` // throughput over none's of that day, at rest
}

// Of returns an algorithm's figures, or nil.
func (b *Baseline) Of(algorithm string) *StoredFigures {
	for i := range b.Algorithms {
		if b.Algorithms[i].Algorithm == algorithm {
			return &b.Algorithms[i]
		}
	}
	return nil
}

// sum returns the checksum of everything but the checksum.
func (b *Baseline) sum() (string, error) {
	// A copy: b keeps its own sum.
	c := *b
	c.Sum = ""
	return result.SumOf(c)
}

// Save writes the baseline with its checksum, in one step, and makes the folder.
func (b *Baseline) Save(path string) error {
	// Before the sum, which covers it.
	b.Schema = BaselineSchema
	var err error
	if b.Sum, err = b.sum(); err != nil {
		return fmt.Errorf("write baseline %s: %w", path, err)
	}
	data, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return fmt.Errorf("write baseline %s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	// One name for all writers: two at once are not provided for.
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	return nil
}

// LoadBaseline reads a baseline. An error is ErrBaseline where the file is of
// another version, damaged or edited.
func LoadBaseline(path string) (*Baseline, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open baseline: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	// One byte more than is allowed, so that a file that is too large shows as such and is not
	// cut.
	data, err := io.ReadAll(io.LimitReader(f, maxBaseline+1))
	if err != nil {
		return nil, fmt.Errorf("read baseline %s: %w", path, err)
	}
	b, err := parseBaseline(data)
	if err != nil {
		return nil, fmt.Errorf("baseline %s: %w (%w)", path, err, ErrBaseline)
	}
	return b, nil
}

// parseBaseline decodes and checks a baseline. An edited one is an error: its seal does
// not fit.
func parseBaseline(data []byte) (*Baseline, error) {
	if len(data) > maxBaseline {
		return nil, fmt.Errorf("more than %d MiB, not a baseline", maxBaseline>>20)
	}
	var v struct {
		Schema int `json:"schema"`
	}
	// The version first: another one may well have other fields, and to say so is the better
	// reason.
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	switch {
	case v.Schema > BaselineSchema:
		return nil, fmt.Errorf("schema %d is newer than this program's %d", v.Schema, BaselineSchema)
	case v.Schema < BaselineSchema:
		return nil, fmt.Errorf("schema %d holds throughput of another day, which says nothing of the code", v.Schema)
	}
	var b Baseline
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&b); err != nil {
		return nil, err
	}
	// Decode stops at the end of the value, and would not see what was appended.
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON value")
	}
	sum, err := b.sum()
	switch {
	case err != nil:
		return nil, err
	case sum != b.Sum:
		return nil, errors.New("its checksum is wrong: it was edited")
	case b.Commit == "":
		return nil, errors.New("it names no commit")
	}
	return &b, nil
}
