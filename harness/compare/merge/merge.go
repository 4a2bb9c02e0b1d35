// Package merge puts the parts of an experiment, run on several machines as
// `run --shard i/n`, together to one result.
//
// Every trial is taken as it is, with the machine it ran on. What is refused:
// parts of different configurations, a trial that two parts have, a round of
// which two machines measured a part (its ratios to none would compare machines),
// parts of different numbers of workers; and, unless asked for, several machines
// and an experiment that is not complete. The parts are only read, and a result
// that is there is never written over.
//
// Images, logs, profiles and whatever else a part keeps stay where they are.
package merge

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// Options say what to put up with.
type Options struct {
	// Without it, parts of different machines are refused even where each round ran on one of
	// them: a median over rounds would mix them.
	AcrossMachines bool // parts of several machines
	// Of what there is, everything else is still checked.
	Partial bool         // trials may be missing
	Known   config.Known // what the parts' configuration may name
}

// Merge puts the results in dirs together in the folder out, which must not be
// there, or be empty. It is there whole or not at all.
func Merge(out string, dirs []string, o Options) error {
	// Before the parts are read, which may take a while: a wrong name shows at once.
	if err := free(out); err != nil {
		return err
	}
	parts, err := load(dirs)
	if err != nil {
		return err
	}
	whole, err := join(parts, o)
	if err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	if err := save(out, whole); err != nil {
		return fmt.Errorf("merge into %s: %w", out, err)
	}
	return nil
}

// free refuses an out in which something is.
func free(out string) error {
	files, err := os.ReadDir(out)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && len(files) == 0:
		return nil
	case err != nil:
		return fmt.Errorf("merge into %s: %w", out, err)
	}
	return fmt.Errorf("merge into %s: there is something in it already, which is not written over: name a new folder "+
		"first, then the parts", out)
}

// load reads the parts, each of which may be named once.
func load(dirs []string) ([]*result.Experiment, error) {
	var parts []*result.Experiment
	var seen []string
	for _, dir := range dirs {
		// By the real path: two names of one folder would count its trials twice.
		path, err := filepath.EvalSymlinks(dir)
		if err == nil {
			path, err = filepath.Abs(path)
		}
		if err != nil {
			return nil, fmt.Errorf("merge: %w", err)
		}
		if slices.Contains(seen, path) {
			return nil, fmt.Errorf("merge: %s is named twice", dir)
		}
		seen = append(seen, path)
		// Checks every trial: a damaged part is an error and not merged.
		e, err := result.Load(dir)
		if err != nil {
			return nil, fmt.Errorf("merge: %w", err)
		}
		parts = append(parts, e)
	}
	return parts, nil
}

// join checks that the parts are of one experiment and makes it of them.
func join(parts []*result.Experiment, o Options) (*result.Experiment, error) {
	if err := oneConfig(parts); err != nil {
		return nil, err
	}
	// The name, the configuration and the seed are those of every part; what differs between
	// parts is set anew.
	whole := *parts[0]
	whole.Shard, whole.Machines, whole.Trials, whole.Pairs = result.Shard{}, machines(parts), nil, nil
	whole.Machine = whole.Machines[0]
	for _, p := range parts {
		for _, t := range p.Trials {
			// A part of one machine names it once for all its trials; here each trial has to say
			// where it ran. It is written in the schema of this program, whatever it was read
			// in.
			t.Machine, t.Schema = idOf(p, p.MachineOf(&t)), result.Schema
			whole.Trials = append(whole.Trials, t)
		}
		for _, pair := range p.Pairs {
			pair.Machine, pair.Schema = idOf(p, p.MachineOf(&result.Trial{Machine: pair.Machine})), result.Schema
			whole.Pairs = append(whole.Pairs, pair)
		}
	}
	// All that is wrong is said at once, so that nobody finds one fault after the other.
	if err := errors.Join(noneTwice(parts), oneMeasure(&whole), wholeRounds(&whole)); err != nil {
		return nil, err
	}
	if len(whole.MachineIDs()) > 1 && !o.AcrossMachines {
		return nil, severalMachines(&whole)
	}
	if !o.Partial {
		if err := complete(parts, &whole, o.Known); err != nil {
			return nil, err
		}
	}
	if len(whole.Machines) == 1 {
		whole.Machines = nil // as a result that was not merged has it
	}
	return &whole, nil
}

// save writes the result to a folder beside out and renames that.
func save(out string, e *result.Experiment) (err error) {
	// Beside out, not in the system's temporary folder: a rename does not cross file systems.
	parent := filepath.Dir(filepath.Clean(out))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(parent, ".tmp-merge-")
	if err != nil {
		return err
	}
	// Once it was renamed there is nothing left to remove.
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	// MkdirTemp makes folders that only their owner may read.
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	if err := result.SaveSetup(tmp, *e); err != nil {
		return err
	}
	for _, t := range e.Trials {
		if err := result.Save(tmp, t); err != nil {
			return err
		}
	}
	for _, p := range e.Pairs {
		if err := result.SavePair(tmp, p); err != nil {
			return err
		}
	}
	if e, err = result.Load(tmp); err != nil { // sorted, and what can be read again
		return err
	}
	if err := result.SaveBench(tmp, e); err != nil {
		return err
	}
	return os.Rename(tmp, out) // fails where something came to out meanwhile
}
