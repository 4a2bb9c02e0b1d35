package result

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// tmpPrefix marks a folder that is not a trial yet, or no longer; Load passes
// it over.
const tmpPrefix = ".tmp-"

// Save writes t into the result directory dir: all its files into a temporary
// folder, which is then renamed, so that a trial is there whole or not at all.
// A trial of the same name is replaced. Different trials may be saved
// concurrently.
func Save(dir string, t Trial) error {
	if err := save(dir, t); err != nil {
		return fmt.Errorf("save trial %s: %w", TrialDir(t), err)
	}
	return nil
}

func save(dir string, t Trial) error {
	if err := t.Check(); err != nil {
		return err
	}
	if _, err := t.Latency(); err != nil {
		return err
	}
	if _, err := parseHGRM(durableFile, t.DurableHGRM); err != nil {
		return err
	}
	meta, err := marshal(t)
	if err != nil {
		return err
	}
	final := trialPath(dir, t)
	parent := filepath.Dir(final)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(parent, tmpPrefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	files := []file{{trialFile, meta}, {timelineFile, formatTimeline(t.Buckets)}, {eventsFile, formatEvents(t.Events)}}
	if len(t.HGRM) > 0 {
		files = append(files, file{latencyFile, t.HGRM})
	}
	if len(t.DurableHGRM) > 0 {
		files = append(files, file{durableFile, t.DurableHGRM})
	}
	if len(t.HLog) > 0 {
		files = append(files, file{intervalFile, t.HLog})
	}
	if err := writeAll(tmp, files); err != nil {
		return err
	}
	return swap(tmp, final)
}

// swap renames tmp to final. A folder cannot be renamed over a full one, so the
// old one is moved away first; a crash in between loses the old trial, which
// was about to be replaced, and never leaves a mixture.
func swap(tmp, final string) error {
	parent := filepath.Dir(final)
	if _, err := os.Lstat(final); err == nil {
		old, err := os.MkdirTemp(parent, tmpPrefix)
		if err != nil {
			return err
		}
		defer os.RemoveAll(old)
		if err := os.Rename(final, filepath.Join(old, "replaced")); err != nil {
			return err
		}
	}
	if err := os.Rename(tmp, final); err != nil {
		return err
	}
	return syncDir(parent)
}

// SaveSetup writes what all trials of an experiment share: e's configuration as
// given and as resolved, and the machine. It is called before the first trial.
func SaveSetup(dir string, e Experiment) error {
	files, err := setupFiles(e)
	if err != nil {
		return fmt.Errorf("save setup of %s: %w", dir, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("save setup: %w", err)
	}
	for _, f := range files {
		if err := replaceFile(filepath.Join(dir, f.name), f.data); err != nil {
			return fmt.Errorf("save setup: %w", err)
		}
	}
	return nil
}

func setupFiles(e Experiment) ([]file, error) {
	where, what := machineFile, any(e.Machine)
	if len(e.Machines) > 0 {
		where, what = machinesFile, e.Machines
	}
	machine, err := marshal(what)
	files := []file{{configFile, e.Config}, {resolvedFile, e.Resolved}, {where, machine}}
	if err != nil || e.Shard.Whole() {
		return files, err
	}
	shard, err := marshal(e.Shard)
	return append(files, file{shardFile, shard}), err
}

// replaceFile writes name in one step, so that a reader sees the old or the new
// content.
func replaceFile(name string, data []byte) error {
	dir, base := filepath.Split(name)
	tmp := file{tmpPrefix + base, data}
	if err := writeAll(dir, []file{tmp}); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(dir, tmp.name), name); err != nil {
		return err
	}
	return syncDir(dir)
}

// A file is a name below some folder and its whole content.
type file struct {
	name string
	data []byte
}

// writeAll writes files into dir and makes them durable.
func writeAll(dir string, files []file) error {
	for _, f := range files {
		if err := writeSync(filepath.Join(dir, f.name), f.data); err != nil {
			return err
		}
	}
	return syncDir(dir)
}

func writeSync(name string, data []byte) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if e := f.Sync(); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

func syncDir(dir string) error {
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
