package durable

import (
	"errors"
	"fmt"
	iofs "io/fs"
	"path/filepath"

	"ckptbench/algorithms/internal/fs"
)

// TmpSuffix ends the name of a file in the making. No reader takes such a file.
const TmpSuffix = ".tmp"

// Publish makes b, durably, all that the file at path holds: a crash leaves the old file
// or the new one. What b refers to must be durable before.
//
// After an error with unsure false, the old file is there. With unsure true the file was
// renamed, or nearly: which of the two a crash leaves is unknown.
func Publish(fsys fs.FS, path string, b []byte) (unsure bool, err error) {
	if err := fs.WriteFile(fsys, path+TmpSuffix, b); err != nil {
		return false, discard(fsys, path, err)
	}
	if err := fsys.Rename(path+TmpSuffix, path); err != nil {
		return true, discard(fsys, path, fmt.Errorf("publish %s: %w", path, err))
	}
	err = SyncDir(fsys, filepath.Dir(path))
	return err != nil, err
}

// Rename publishes a file that was written as path+TmpSuffix and synced. After an error
// either name may be there.
func Rename(fsys fs.FS, path string) error {
	if err := fsys.Rename(path+TmpSuffix, path); err != nil {
		return fmt.Errorf("publish %s: %w", path, err)
	}
	return SyncDir(fsys, filepath.Dir(path))
}

// discard removes what was written of a file in the making, and returns why.
func discard(fsys fs.FS, path string, why error) error {
	if err := Remove(fsys, path+TmpSuffix); err != nil {
		return fmt.Errorf("%w (and: %w)", why, err)
	}
	return why
}

// Remove removes a file that may be there.
func Remove(fsys fs.FS, path string) error {
	if err := fsys.Remove(path); err != nil && !errors.Is(err, iofs.ErrNotExist) {
		return fmt.Errorf("remove leftover: %w", err)
	}
	return nil
}

// SyncDir makes the names in a folder durable.
func SyncDir(fsys fs.FS, dir string) error {
	if err := fsys.SyncDir(dir); err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	return nil
}
