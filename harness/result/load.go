package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxFile bounds what is read of one file, in bytes: a day of 100 ms buckets is
// under a quarter of it.
// It keeps a folder that is no result from filling the memory.
const maxFile = 256 << 20

// Load reads the result directory dir with all its trials, by matrix point,
// algorithm and trial number. Anything damaged is an error that names the file
// and, where it has lines, the line: a file that was changed since it was written,
// or figures that contradict each other. The configuration and the machine may be
// missing from results of schemas 1 and 2, trials from all, but not everything.
// It reads every file of the result, and changes nothing. What is odd and no damage is in Notes
// and Warnings.
func Load(dir string) (*Experiment, error) {
	e := &Experiment{Name: filepath.Base(filepath.Clean(dir)), Dir: dir}
	// The order: trials before the setup's checks, which compare the two.
	found, err := e.loadSetup()
	if err != nil {
		return nil, fmt.Errorf("load result: %w", err)
	}
	if err := e.loadTrials(); err != nil {
		return nil, fmt.Errorf("load result: %w", err)
	}
	if err := e.checkSetup(); err != nil {
		return nil, fmt.Errorf("load result: %w", err)
	}
	if err := e.loadPairs(); err != nil {
		return nil, fmt.Errorf("load result: %w", err)
	}
	// The commonest mistake is the folder above or below.
	if !found && len(e.Trials) == 0 {
		return nil, fmt.Errorf("load result %s: %s; give the directory of one experiment%s", dir, nothingIn(dir),
			elsewhere(dir))
	}
	// The folder may have been renamed; the trials know the experiment's name.
	if len(e.Trials) > 0 && e.Trials[0].Experiment != "" {
		e.Name = e.Trials[0].Experiment
	}
	return e, nil
}

// Dirs returns the folders directly in dir that hold results, but for those that
// were set aside.
// A folder that cannot be read holds none.
func Dirs(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var dirs []string
	for _, d := range entries {
		path := filepath.Join(dir, d.Name())
		if IsBefore(path) {
			continue
		}
		if _, err := os.Stat(filepath.Join(path, trialsDir)); err == nil {
			dirs = append(dirs, path)
		}
	}
	return dirs
}

// nothingIn says why a folder is no result.
func nothingIn(dir string) string {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return "there is no such folder"
	}
	return "neither " + machineFile + " nor a trial in it"
}

// elsewhere names the results in dir, or beside it.
func elsewhere(dir string) string {
	for _, in := range []string{dir, filepath.Dir(filepath.Clean(dir))} {
		if dirs := Dirs(in); len(dirs) > 0 {
			return ", such as " + strings.Join(dirs[:min(len(dirs), 5)], ", ")
		}
	}
	return ""
}

// loadSetup reads what the trials share and reports whether any of it is there.
func (e *Experiment) loadSetup() (bool, error) {
	var err error
	if e.Config, err = readOptional(filepath.Join(e.Dir, configFile)); err != nil {
		return false, err
	}
	name := filepath.Join(e.Dir, resolvedFile)
	if e.Resolved, err = readOptional(name); err != nil {
		return false, err
	}
	// Files of the setup are optional: a result of an early version has fewer.
	if e.About, err = about(e.Resolved); err != nil {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	if _, err := e.loadJSON(commandFile, &e.Command); err != nil {
		return false, err
	}
	known, err := e.loadMachines()
	return known || e.Config != nil || e.Resolved != nil, err
}

// loadMachines reads where the trials were measured, and of which part of the
// experiment they are. It reports whether the first is known.
func (e *Experiment) loadMachines() (bool, error) {
	shard, err := e.loadJSON(shardFile, &e.Shard)
	if err != nil {
		return false, err
	}
	if shard && e.Shard.check() != nil {
		return false, fmt.Errorf("%s: %w", filepath.Join(e.Dir, shardFile), e.Shard.check())
	}
	// A merged result has a list; a measured one has its own machine.
	merged, err := e.loadJSON(machinesFile, &e.Machines)
	switch {
	case err != nil:
		return false, err
	case merged && len(e.Machines) == 0:
		return false, fmt.Errorf("%s: names no machine", filepath.Join(e.Dir, machinesFile))
	case merged:
		e.Machine = e.Machines[0]
		return true, nil
	}
	return e.loadJSON(machineFile, &e.Machine)
}

// loadJSON reads a file of the result directory, if it is there.
// It reports whether the file is there.
func (e *Experiment) loadJSON(name string, v any) (bool, error) {
	path := filepath.Join(e.Dir, name)
	data, err := readOptional(path)
	if err != nil || data == nil {
		return false, err
	}
	return true, decodeJSON(path, data, v)
}

// about takes the one thing the reader of a result wants from the
// configuration; the rest is package bench's to understand.
func about(resolved []byte) (string, error) {
	// Everything else in the configuration is left alone.
	var c struct {
		Experiment struct {
			About string `yaml:"about"`
		} `yaml:"experiment"`
	}
	if err := yaml.Unmarshal(resolved, &c); err != nil {
		return "", err
	}
	return c.Experiment.About, nil
}

// loadTrials reads all trials. Folders that a stopped run left half written are passed
// over, or stand for the trial that they replace; see standsFor.
func (e *Experiment) loadTrials() error {
	root := filepath.Join(e.Dir, trialsDir)
	if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	// Points are folders of their own, as deep as the matrix has keys.
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root:
			// A name with a dot is no trial's: it is left over, or half of a replacement.
			final, ok := standsFor(path)
			if !ok {
				return filepath.SkipDir
			}
			if err := e.loadTrial(path, final); err != nil {
				return err
			}
			return filepath.SkipDir
		case !d.IsDir() && d.Name() == trialFile:
			return e.loadTrial(filepath.Dir(path), filepath.Dir(path))
		case d.IsDir() && path != root && exists(filepath.Join(path, sumsFile)) && !exists(filepath.Join(path, trialFile)):
			return fmt.Errorf("%s: is missing, but %s names it: the result is damaged", filepath.Join(path, trialFile), sumsFile)
		}
		return nil
	})
	// As a reader expects them, whatever the walk's order.
	sort.SliceStable(e.Trials, func(i, j int) bool { return before(&e.Trials[i], &e.Trials[j]) })
	return err
}

// loadTrial reads the trial in dir, whose name is to be that of the folder final.
func (e *Experiment) loadTrial(dir, final string) error {
	t, err := loadTrial(dir)
	if err != nil {
		return err
	}
	// A folder that was renamed would be counted under a wrong algorithm.
	if want := trialPath(e.Dir, *t); want != final {
		return fmt.Errorf("%s: this is trial %s: the folder was renamed or copied", filepath.Join(dir, trialFile),
			TrialDir(*t))
	}
	e.Trials = append(e.Trials, *t)
	return nil
}

// before is the order of trials: by point, algorithm and number.
// Numbers of trials ascend in the order in which they were measured.
func before(a, b *Trial) bool {
	if c := comparePoints(a.Params, b.Params); c != 0 {
		return c < 0
	}
	if a.Algorithm != b.Algorithm {
		return a.Algorithm < b.Algorithm
	}
	return a.Trial < b.Trial
}

// loadTrial reads one trial's files, and checks that they agree with each other.
func loadTrial(dir string) (*Trial, error) {
	var t Trial
	name := filepath.Join(dir, trialFile)
	data, err := readFile(name)
	if err != nil {
		return nil, err
	}
	if err := decodeTrial(name, data, &t); err != nil {
		return nil, err
	}
	// A trial of bulk has these files too, empty.
	name = filepath.Join(dir, timelineFile)
	if data, err = readFile(name); err != nil {
		return nil, err
	}
	if t.Buckets, err = parseTimeline(name, data); err != nil {
		return nil, err
	}
	name = filepath.Join(dir, eventsFile)
	if data, err = readFile(name); err != nil {
		return nil, err
	}
	if t.Events, err = parseEvents(name, data); err != nil {
		return nil, err
	}
	// Distributions are there where something was timed.
	if t.HGRM, err = loadHGRM(filepath.Join(dir, latencyFile)); err != nil {
		return nil, err
	}
	if t.DurableHGRM, err = loadHGRM(filepath.Join(dir, durableFile)); err != nil {
		return nil, err
	}
	if t.HLog, err = readOptional(filepath.Join(dir, intervalFile)); err != nil {
		return nil, err
	}
	// Sums are checked last: a figure that contradicts another is the better message.
	if err := t.agrees(); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, trialFile), err)
	}
	return &t, t.checkSums(dir)
}

// checkSums compares the files of the trial in dir with their checksums, which
// trials before sumsSchema lack.
// Since that version every trial has them, so none is damage.
func (t *Trial) checkSums(dir string) error {
	there, err := checkSums(dir, trialFiles)
	if err == nil && !there && t.Schema >= sumsSchema {
		err = fmt.Errorf("%s: is missing: the result is damaged", filepath.Join(dir, sumsFile))
	}
	return err
}

// loadHGRM reads a listing that may be missing, and checks it.
func loadHGRM(name string) ([]byte, error) {
	data, err := readOptional(name)
	if err == nil {
		_, err = parseHGRM(name, data)
	}
	return data, err
}

// decodeTrial reads trial.json. The version is looked at first, since a newer
// file may well hold fields that are unknown here.
// A newer file is refused, as its figures may mean something else.
func decodeTrial(name string, data []byte, t *Trial) error {
	var v struct {
		Schema int `json:"schema"`
	}
	if err := json.Unmarshal(data, &v); err == nil && v.Schema > Schema {
		return fmt.Errorf("%s: schema %d is newer than this program's %d; use the version that wrote it", name,
			v.Schema, Schema)
	}
	if err := decodeJSON(name, data, t); err != nil {
		return err
	}
	if err := t.Check(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// decodeJSON reads one JSON value and nothing else; unknown fields are errors.
func decodeJSON(name string, data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	// A misspelt key would otherwise be a figure that is silently 0.
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("%s:%d: %w", name, line(data, errorOffset(err, dec)), err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("%s:%d: something follows the JSON value", name, line(data, dec.InputOffset()))
	}
	return nil
}

// errorOffset says where in the input err arose, as well as it is known.
// The decoder knows the offset of some errors only; for the others, how far it had read.
func errorOffset(err error, dec *json.Decoder) int64 {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return syntax.Offset
	case errors.As(err, &typ):
		return typ.Offset
	}
	return dec.InputOffset()
}

// line is the line of an offset in data, from 1.
func line(data []byte, offset int64) int {
	n := min(max(offset, 0), int64(len(data)))
	return 1 + bytes.Count(data[:n], []byte("\n"))
}

// readFile reads a file of a result, up to a size that none of them reaches.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// One byte more than allowed tells a file that is too long.
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: over %d MiB, not a result of this program", name, maxFile>>20)
	}
	return data, nil
}

// readOptional returns nil for a file that is not there.
// Empty and missing files differ: an empty one is not nil.
func readOptional(name string) ([]byte, error) {
	data, err := readFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}
