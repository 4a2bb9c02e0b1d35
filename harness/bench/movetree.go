package bench

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// moveTree renames a folder. Where the new name is on another file system, it copies
// the folder to a name beside the new one, renames that and removes the old folder.
// Any other error of the rename is returned.
func moveTree(from, to string) error {
	err := os.Rename(from, to)
	if !errors.Is(err, syscall.EXDEV) {
		return err
	}
	return moveByCopy(from, to)
}

// moveByCopy moves a folder between file systems: a copy under a temporary name, then a
// rename, so that a stop leaves no half of it under its name.
func moveByCopy(from, to string) error {
	tmp := to + ".tmp"
	// What an earlier attempt left.
	err := os.RemoveAll(tmp)
	if err == nil {
		err = copyTree(from, tmp)
	}
	if err == nil {
		err = os.Rename(tmp, to)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("copy %s to %s: %w", from, to, err), os.RemoveAll(tmp))
	}
	// Both are there for a moment; the old one goes last.
	return os.RemoveAll(from)
}

// copyTree copies a folder of files. Files that are one under several names stay
// one: an image that is kept has two names.
func copyTree(from, to string) error {
	type copied struct {
		info fs.FileInfo
		name string
	}
	// There are few files, so they are searched in turn.
	var done []copied
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		name := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(name, 0o755)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		for _, c := range done {
			// Otherwise a chain of images would take its room twice.
			if os.SameFile(c.info, info) {
				return os.Link(c.name, name)
			}
		}
		done = append(done, copied{info, name})
		return copyFile(path, name)
	})
}

// copyFile copies a file's bytes.
func copyFile(from, to string) (err error) {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	_, err = io.Copy(w, r)
	return err
}
