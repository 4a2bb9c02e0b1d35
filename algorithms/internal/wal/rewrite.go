package wal

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

// rewrite makes durable what was read of the last session, as the new one is
// built on it.
//
// To sync the files is not enough. After a sync that failed, Linux takes the
// pages for clean: they are read back, and the next sync returns without writing
// them. Which sync failed died with the process. So a segment that was not closed
// in order is written anew, as a file of its own, which takes the place of the old
// one. The segments before the last of each logger were synced before the next was
// begun.
func (sv *survey) rewrite(fsys fs.FS, tails []tail) error {
	if err := sv.removeCopies(fsys); err != nil {
		return err
	}
	// One sync of the folder for all the renames.
	some := false
	for _, t := range tails {
		if t.size == 0 || t.sealed >= t.mark && t.bad == nil {
			continue // no file; or Close synced everything up to the mark before it wrote the end
		}
		// The copy ends where the file ends, torn bytes included: what is cut is decided by the
		// marks, not by the length.
		if err := copySegment(fsys, t.path, t.size); err != nil {
			return err
		}
		some = true
	}
	if !some {
		return nil
	}
	return durable.SyncDir(fsys, sv.dir)
}

// removeCopies removes the copies that a crash left unfinished.
func (sv *survey) removeCopies(fsys fs.FS) error {
	for _, name := range sv.copies {
		if err := fsys.Remove(filepath.Join(sv.dir, name)); err != nil {
			return fmt.Errorf("remove unfinished copy: %w", err)
		}
	}
	return nil
}

// isCopy reports whether a name is that of a segment's copy in the making.
// Such a file counts for nothing.
func isCopy(name string) bool {
	stem, ok := strings.CutSuffix(name, durable.TmpSuffix)
	_, _, segment := parseName(stem)
	return ok && segment
}

// copySegment replaces a file of a given size by a durable copy of it. A crash
// leaves the one or the other.
func copySegment(fsys fs.FS, path string, size int64) error {
	from, err := fsys.Open(path, false)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	defer from.Close()
	tmp := path + durable.TmpSuffix
	to, err := fsys.Create(tmp, false)
	if err != nil {
		return fmt.Errorf("copy log: %w", err)
	}
	// The copy is synced before it takes the name. The folder is synced by the caller.
	err = errors.Join(copyBytes(to, from, size), to.Close())
	if err == nil {
		err = fsys.Rename(tmp, path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("copy log %s, which was not closed: %w", path, err), fsys.Remove(tmp))
	}
	return nil
}

// copyBytes copies size bytes and makes them durable.
func copyBytes(to, from fs.File, size int64) error {
	b := make([]byte, min(chunkBytes, max(size, 1)))
	for off := int64(0); off < size; {
		p := b[:min(int64(len(b)), size-off)]
		n, err := from.ReadAt(p, off)
		if err != nil && (err != io.EOF || n < len(p)) {
			return fmt.Errorf("%d bytes of %d: %w", off+int64(n), size, err)
		}
		if _, err := to.WriteAt(p, off); err != nil {
			return err
		}
		off += int64(n)
	}
	return to.Sync()
}
