package result

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Save writes t into the result directory dir: all its files and their checksums
// into a temporary folder, which is then renamed, so that a trial is there whole
// or not at all. A trial of the same name is replaced; at every moment the old or
// the new one is there. Different trials may be saved concurrently.
// It refuses a trial that Load would refuse.
func Save(dir string, t Trial) error {
	if err := (saver{}).save(dir, t); err != nil {
		return fmt.Errorf("save trial %s: %w", TrialDir(t), err)
	}
	return nil
}

// A saver writes results. Its zero value works.
type saver struct {
	step func() error // called before every change of the file system; for tests, which end there; nil: none
}

// change makes a change of the file system, unless the saver is to end before it.
func (s saver) change(do func() error) error {
	if s.step != nil {
		if err := s.step(); err != nil {
			return err
		}
	}
	return do()
}

// save writes a trial under its final name, all of it or nothing; see publish.
func (s saver) save(dir string, t Trial) error {
	// All contents are made before the first change of the disk.
	files, err := trialContents(t)
	if err != nil {
		return err
	}
	final := trialPath(dir, t)
	if err := s.change(func() error { return os.MkdirAll(filepath.Dir(final), 0o755) }); err != nil {
		return err
	}
	return s.publish(final, files)
}

// trialContents returns the files of a trial, with their checksums last.
func trialContents(t Trial) ([]file, error) {
	if err := errors.Join(t.Check(), t.agrees()); err != nil {
		return nil, err
	}
	meta, err := marshal(t)
	if err != nil {
		return nil, err
	}
	files := []file{{trialFile, meta}, {timelineFile, formatTimeline(t.Buckets)}, {eventsFile, formatEvents(t.Events)}}
	for _, f := range []file{{latencyFile, t.HGRM}, {durableFile, t.DurableHGRM}, {intervalFile, t.HLog}} {
		// A listing without a value is not written.
		if len(f.data) > 0 {
			files = append(files, f)
		}
	}
	// An early trial that is saved again stays of its schema.
	if t.Schema < sumsSchema {
		return files, nil
	}
	return append(files, file{sumsFile, sumsOf(files).format()}), nil
}

// SaveSetup writes what all trials of an experiment share: e's configuration as
// given and as resolved, its flags, the machine, and the checksums of all that. It
// is called before the first trial. When it is interrupted, each file is the old or
// the new one, and Load takes either.
func SaveSetup(dir string, e Experiment) error {
	if err := (saver{}).saveSetup(dir, e); err != nil {
		return fmt.Errorf("save setup of %s: %w", dir, err)
	}
	return nil
}

// saveSetup writes the files of the experiment. The sums of the new files are written
// first, so that a run that is stopped between leaves old or new files, never unknown ones.
func (s saver) saveSetup(dir string, e Experiment) error {
	files, err := setupFiles(e)
	if err != nil {
		return err
	}
	if err := s.change(func() error { return os.MkdirAll(dir, 0o755) }); err != nil {
		return err
	}
	next := sumsOf(files).format()
	for _, f := range append([]file{{nextSumsFile, next}}, files...) {
		if err := s.replace(filepath.Join(dir, f.name), f.data); err != nil {
			return err
		}
	}
	// From here on the new checksums are the only ones.
	err = s.change(func() error { return os.Rename(filepath.Join(dir, nextSumsFile), filepath.Join(dir, sumsFile)) })
	if err != nil {
		return err
	}
	return s.change(func() error { return syncDir(dir) })
}

// setupFiles returns the files of the experiment, but for its trials.
func setupFiles(e Experiment) ([]file, error) {
	// One machine has a file of its own format, as a merged result has several.
	where, what := machineFile, any(e.Machine)
	if len(e.Machines) > 0 {
		where, what = machinesFile, e.Machines
	}
	machine, err := marshal(what)
	if err != nil {
		return nil, err
	}
	files := []file{{configFile, e.Config}, {resolvedFile, e.Resolved}, {where, machine}}
	if e.Command != nil {
		command, err := marshal(e.Command)
		if err != nil {
			return nil, err
		}
		files = append(files, file{commandFile, command})
	}
	if e.Shard.Whole() {
		return files, nil
	}
	shard, err := marshal(e.Shard)
	return append(files, file{shardFile, shard}), err
}

// replaceFile writes name in one step, so that a reader sees the old or the new
// content.
func replaceFile(name string, data []byte) error { return saver{}.replace(name, data) }

// replace writes a file durably in place of the one of that name: a temporary file, a
// rename, and a sync of the folder.
func (s saver) replace(name string, data []byte) error {
	dir, base := filepath.Split(name)
	tmp := file{tmpPrefix + base, data}
	// In the same folder, since a rename cannot leave a file system.
	if err := s.writeAll(dir, []file{tmp}); err != nil {
		return err
	}
	if err := s.change(func() error { return os.Rename(filepath.Join(dir, tmp.name), name) }); err != nil {
		return err
	}
	return s.change(func() error { return syncDir(dir) })
}

// A file is a name below some folder and its whole content.
type file struct {
	name string
	data []byte
}

// writeAll writes files into dir and makes them durable.
// Names are synced once, when all files are written.
func (s saver) writeAll(dir string, files []file) error {
	for _, f := range files {
		if err := s.change(func() error { return writeSync(filepath.Join(dir, f.name), f.data) }); err != nil {
			return err
		}
	}
	return s.change(func() error { return syncDir(dir) })
}

// writeSync writes a file and makes its bytes durable; its name is not yet.
func writeSync(name string, data []byte) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	// The first error counts; the file is closed in any case.
	_, err = f.Write(data)
	if e := f.Sync(); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	// filepath.Split returns "" for a name without a folder.
	if dir == "" {
		dir = "."
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if e := d.Close(); err == nil {
		err = e
	}
	return err
}

// marshal writes v as JSON for people and version control: indented, one final
// newline, no HTML escapes.
func marshal(v any) ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return []byte(b.String()), nil
}
