package result

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Prefixes of names in a result directory that are no trial's. A folder cannot be
// renamed over a full one, so a trial is replaced in four steps: the new one is
// written to ".new-NAME"; NAME becomes ".old-NAME"; ".new-NAME" becomes NAME;
// ".old-NAME" goes. Where a run ended between two of them, NAME or ".old-NAME" is
// a whole trial, and ".new-NAME" is whole if ".old-NAME" is there.
const (
	tmpPrefix = ".tmp-" // unfinished files
	newPrefix = ".new-"
	oldPrefix = ".old-"
)

// publish makes files a folder at final.
// A crash at any point leaves a state that settle completes.
func (s saver) publish(final string, files []file) error {
	parent, name := filepath.Split(final)
	fresh, old := filepath.Join(parent, newPrefix+name), filepath.Join(parent, oldPrefix+name)
	// What an earlier run left would be in the way.
	if err := s.settle(final); err != nil {
		return err
	}
	if err := s.change(func() error { return os.Mkdir(fresh, 0o755) }); err != nil {
		return err
	}
	if err := s.writeAll(fresh, files); err != nil {
		return errors.Join(err, s.change(func() error { return os.RemoveAll(fresh) }))
	}
	if err := s.change(func() error { return syncDir(parent) }); err != nil { // before the old one goes
		return err
	}
	// A trial that is new has nothing to move.
	err := s.change(func() error { return os.Rename(final, old) })
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := s.change(func() error { return os.Rename(fresh, final) }); err != nil {
		return err
	}
	if err := s.change(func() error { return syncDir(parent) }); err != nil { // before the old one is deleted
		return err
	}
	return s.change(func() error { return os.RemoveAll(old) })
}

// settle completes or undoes a publish of final that was interrupted.
func (s saver) settle(final string) error {
	parent, name := filepath.Split(final)
	fresh, old := filepath.Join(parent, newPrefix+name), filepath.Join(parent, oldPrefix+name)
	// The run ended between the two renames.
	if !exists(final) && exists(old) {
		from := old
		if exists(fresh) { // it was complete before the old one was moved
			from = fresh
		}
		if err := s.change(func() error { return os.Rename(from, final) }); err != nil {
			return err
		}
		if err := s.change(func() error { return syncDir(parent) }); err != nil {
			return err
		}
	}
	// The trial's own folder is there now, so both are waste.
	for _, left := range []string{fresh, old} {
		if err := s.change(func() error { return os.RemoveAll(left) }); err != nil {
			return err
		}
	}
	return nil
}

// standsFor returns the trial's folder that an ".old-" or ".new-" folder stands for
// because a publish was interrupted; ok is false for every other folder, and where
// the trial's own is there.
// Load reads such a folder in place of the trial's, as it must not change anything.
func standsFor(path string) (final string, ok bool) {
	parent, base := filepath.Split(path)
	if name, is := strings.CutPrefix(base, oldPrefix); is {
		final = filepath.Join(parent, name)
		return final, !exists(final) && !exists(filepath.Join(parent, newPrefix+name))
	}
	if name, is := strings.CutPrefix(base, newPrefix); is {
		final = filepath.Join(parent, name)
		return final, !exists(final) && exists(filepath.Join(parent, oldPrefix+name))
	}
	return "", false
}

// Tidy removes from the result directory dir what a run left that was killed:
// unfinished files and folders. It completes or undoes what Save was interrupted
// in. Nothing else may write to dir meanwhile.
// It is called before a run goes on in a result directory.
func Tidy(dir string) error {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // settled before
			return nil
		case err != nil:
			return err
		}
		name := d.Name()
		switch {
		case strings.HasPrefix(name, tmpPrefix):
			err = os.RemoveAll(path)
		case strings.HasPrefix(name, newPrefix):
			err = saver{}.settle(filepath.Join(filepath.Dir(path), strings.TrimPrefix(name, newPrefix)))
		case strings.HasPrefix(name, oldPrefix):
			err = saver{}.settle(filepath.Join(filepath.Dir(path), strings.TrimPrefix(name, oldPrefix)))
		default:
			return nil
		}
		// What is in it was dealt with, and may be gone.
		if err == nil && d.IsDir() {
			err = fs.SkipDir
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clean up %s: %w", dir, err)
	}
	return nil
}

// exists reports whether there is anything of this name, a broken link included.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
