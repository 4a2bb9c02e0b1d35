package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
)

// lockName is the file in each folder that a store writes which says that it does. An
// algorithm's own files lie below one of them.
const lockName = "LOCK"

// folders returns the folders that a store of these options writes to.
func (o *Options) folders() (dirs []string) {
	if o.Images.Dir != "" && (!o.Images.Discard || !o.Own.None()) {
		dirs = append(dirs, filepath.Clean(o.Images.Dir))
	}
	if o.Log.Dir != "" {
		dirs = append(dirs, filepath.Clean(o.Log.Dir))
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// lockFolders makes the folders and keeps other stores out of them: two in one would
// remove each other's files as leftovers.
func (s *Store) lockFolders() error {
	fsys := s.opts.Images.FS
	for _, dir := range s.opts.folders() {
		if err := fsys.MkdirAll(dir); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
		l, err := fsys.Lock(filepath.Join(dir, lockName))
		if err != nil {
			return fmt.Errorf("%w; two stores cannot write to one folder", err)
		}
		s.locks = append(s.locks, l)
	}
	return nil
}

// unlockFolders lets other stores use the folders.
func (s *Store) unlockFolders() error {
	var errs []error
	for _, l := range s.locks {
		errs = append(errs, l.Close())
	}
	s.locks = nil
	return errors.Join(errs...)
}
