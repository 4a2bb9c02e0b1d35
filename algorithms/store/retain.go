package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A store keeps its two newest images and the log that these need. Whoever wants to look
// at older ones has them retained: their files get second names in a folder of his, on
// the same file system, which the store never removes. No byte is copied.

// Retain retains an image that was just published, with all images it is based on, in dir,
// which it makes. It returns the files' second names: the full image first and the image
// itself at the end; where it was collapsed since, what took its place. It waits for a
// collapse under way; it is not to be called beside a checkpoint. It is for images on the
// operating system's file system, and the error names the file that could not be retained.
func (s *Store) Retain(info ImageInfo, dir string) (paths []string, err error) {
	err = s.HoldCollapses(func() error {
		chain := []string{info.Path}
		if info.Base != 0 {
			if chain, err = Chain(s.opts.Images.FS, info.Path); err != nil {
				return fmt.Errorf("keep %s for reading back: %w", info.Path, err)
			}
		}
		for _, path := range chain {
			name, err := retain(path, dir)
			if err != nil {
				return err
			}
			paths = append(paths, name)
		}
		return nil
	})
	return paths, err
}

// RetainLog retains every file of the log in dir, as Retain does, those included that
// the next checkpoints find to be of no more use. One that is still written grows under
// both names.
func (s *Store) RetainLog(dir string) error {
	files, err := os.ReadDir(s.opts.Log.Dir)
	if err != nil {
		return fmt.Errorf("keep the log for reading back: %w", err)
	}
	for _, f := range files {
		if _, err := retain(filepath.Join(s.opts.Log.Dir, f.Name()), dir); err != nil {
			return err
		}
	}
	return nil
}

// retain gives a file a second name in dir, unless it has it.
func retain(path, dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("keep %s for reading back: %w", path, err)
	}
	name := filepath.Join(dir, filepath.Base(path))
	if err := os.Link(path, name); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("keep %s for reading back: %w", path, err)
	}
	return name, nil
}
