package regress

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ckptbench/harness/result"
)

// A Side is one half of a comparison: one result, several put together, or a
// stored baseline.
type Side struct {
	About
	Experiment *result.Experiment // nil for a baseline

	// Made once by NewSide or readBaseline, and only read after that.
	cells []*cell // by matrix point and algorithm
	part  string  // the experiment that it is only a part of; empty: it is a whole one
}

// About says where a side is from.
// Part of the report and of a stored baseline, so that both say what was compared.
type About struct {
	Name   string `json:"name"`             // folders or file, as they were given
	Commit string `json:"commit,omitempty"` // of the program; empty: not known
	// One of several results is enough.
	Dirty bool   `json:"dirty,omitempty"` // with changes beside the commit
	Date  string `json:"date,omitempty"`  // of the first trial, RFC 3339
	// In the order in which they come up.
	Machines []string `json:"machines,omitempty"` // ids, each once; empty for one that is not known
	Go       string   `json:"go,omitempty"`       // version
	Stored   bool     `json:"stored,omitempty"`   // a baseline
}

// Open reads a side: the folder of a result, several with commas between them
// (their trials are put together), or a baseline's file. An error is ErrCannot.
func Open(path string) (*Side, error) {
	s, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCannot, err)
	}
	return s, nil
}

// open reads what path names: a baseline's file, or result folders with commas between.
func open(path string) (*Side, error) {
	// A file is a baseline; whatever else is wrong with path shows when it is read as folders.
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return readBaseline(path)
	}
	var exps []*result.Experiment
	var seen []string
	for _, dir := range folders(path) {
		// By the real path, so that a link to a folder is that folder.
		real, err := filepath.EvalSymlinks(dir)
		if err != nil {
			return nil, err
		}
		if real, err = filepath.Abs(real); err != nil {
			return nil, err
		}
		// Trials that are counted twice look steadier than they are.
		if slices.Contains(seen, real) {
			return nil, fmt.Errorf("%s: the same folder twice on one side", dir)
		}
		seen = append(seen, real)
		if info, err := os.Stat(dir); err == nil && !info.IsDir() {
			return nil, fmt.Errorf("%s: a file among folders; a baseline stands alone", dir)
		}
		e, err := result.Load(dir)
		if err != nil {
			return nil, err
		}
		exps = append(exps, e)
	}
	s := NewSide(exps...)
	s.Name = path
	return s, nil
}

// folders splits a side at its commas, unless there is a folder of that name.
func folders(path string) []string {
	// A comma may be part of a name; what is there as it stands is meant as it stands. Any error
	// but that it is missing is left for reading to report.
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return []string{path}
	}
	return strings.Split(path, ",")
}

// NewSide makes one side of one or several results of an experiment.
func NewSide(exps ...*result.Experiment) *Side {
	// Cells are made of the merged trials, so that trials of several results of one algorithm
	// become one cell.
	s := &Side{Experiment: Merge(exps...)}
	// Each once, in the order of the results.
	var names, commits, gos []string
	for _, e := range exps {
		names = appendNew(names, e.Name)
		for _, id := range e.MachineIDs() {
			s.Machines = appendNew(s.Machines, id)
		}
		for _, m := range e.AllMachines() {
			commits, gos = appendNew(commits, m.Commit), appendNew(gos, m.Go)
			s.Dirty = s.Dirty || m.Dirty
		}
		// Of several shards the last one is named; one is enough to refuse the side.
		if !e.Shard.Whole() {
			s.part = fmt.Sprintf("%s is shard %s of %s", e.Dir, e.Shard, e.Name)
		}
		for i := range e.Trials {
			// Compared as text.
			if at := e.Trials[i].StartedAt; at != "" && (s.Date == "" || at < s.Date) {
				s.Date = at
			}
		}
	}
	s.Name, s.Commit, s.Go = strings.Join(names, ","), strings.Join(commits, ","), strings.Join(gos, ",")
	for _, p := range s.Experiment.Points() {
		for _, a := range s.Experiment.Algorithms(nil) {
			if ts := s.Experiment.At(a, p); len(ts) > 0 {
				s.cells = append(s.cells, newCell(ts))
			}
		}
	}
	return s
}

// Merge puts the trials of several results together, in memory: trials and
// rounds go on counting where the result before ended. What the results share
// is the first's.
func Merge(exps ...*result.Experiment) *result.Experiment {
	// An empty result, which is then refused for having no trials.
	if len(exps) == 0 {
		return &result.Experiment{}
	}
	// Name, configuration and folder are the first's; slices that are changed are made anew, so
	// that exps stay as they are.
	all := *exps[0]
	all.Trials, all.Machines = nil, nil
	trials, rounds := 0, 0
	for _, e := range exps {
		// The highest numbers so far; moving on only after a whole result keeps its trials'
		// distances.
		lastTrial, lastRound := trials, rounds
		for _, m := range e.AllMachines() {
			if !slices.ContainsFunc(all.Machines, func(o result.Machine) bool { return o.ID == m.ID }) {
				all.Machines = append(all.Machines, m)
			}
		}
		for _, t := range e.Trials {
			// A result of one machine says it once; merged trials have to say it each.
			t.Machine = e.MachineOf(&t).ID
			t.Trial += trials
			t.Round += rounds
			lastTrial, lastRound = max(lastTrial, t.Trial), max(lastRound, t.Round)
			all.Trials = append(all.Trials, t)
		}
		trials, rounds = lastTrial, lastRound
	}
	return &all
}

// appendNew appends v unless the list has it.
func appendNew[T comparable](list []T, v T) []T {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

// stored reports whether s is a baseline, which has normalised figures only.
func (s *Side) stored() bool { return s.Stored }

// cell returns an algorithm at a point, or nil.
func (s *Side) cell(algorithm string, point []result.Param) *cell {
	for _, c := range s.cells {
		if c.algorithm == algorithm && slices.Equal(c.point, point) {
			return c
		}
	}
	return nil
}

// points are the points of the matrix that the side has, each once.
func (s *Side) points() [][]result.Param {
	var out [][]result.Param
	for _, c := range s.cells {
		if !slices.ContainsFunc(out, func(p []result.Param) bool { return slices.Equal(p, c.point) }) {
			out = append(out, c.point)
		}
	}
	return out
}

// algorithms returns the names in s: those in order first, then the others.
func (s *Side) algorithms(order []string) []string {
	var names, out []string
	for _, c := range s.cells {
		names = appendNew(names, c.algorithm)
	}
	slices.Sort(names)
	for _, a := range order {
		if slices.Contains(names, a) {
			out = appendNew(out, a)
		}
	}
	for _, a := range names {
		out = appendNew(out, a)
	}
	return out
}

// noiseFloor returns how far from 1 the ratios of none to itself were: the worst
// over the matrix of the ends of each point's range.
func (s *Side) noiseFloor() (floor float64, ok bool) {
	for _, c := range s.cells {
		r := result.Row{Algorithm: c.algorithm, Relative: result.NewStat(c.relative)}
		if f, is := r.NoiseFloor(); is {
			floor, ok = max(floor, f), true
		}
	}
	return floor, ok
}
