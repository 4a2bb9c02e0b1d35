package glean

import (
	"errors"
	"fmt"
	"strings"

	"ckptbench/algorithms/internal/durable"
)

// sweep removes what neither of the two newest snapshots needs: files of
// snapshots that were never committed among them. Without pages it leaves all
// page files and manifests, for somebody to have a look at. What it cannot
// remove it leaves to the next sweep. A manifest goes durably before its pages:
// one that came back after a crash without them would look damaged.
func (d *Dir) sweep(pages bool) {
	pages = pages && !d.hold
	// Trouble in removing is a problem to report and not an error: the snapshot itself is
	// committed.
	names, err := d.o.FS.List(d.o.Dir)
	if err != nil {
		d.problems = append(d.problems, fmt.Errorf("list snapshot folder: %w", err))
		return
	}
	manifests, err := d.remove(names, func(name string) bool { return pages && d.oldManifest(name) })
	if err == nil && manifests > 0 {
		// Page files must not go while a manifest that names them could come back.
		err = durable.SyncDir(d.o.FS, d.o.Dir)
	}
	if err == nil {
		// What was in the making counts for nobody, so it goes even if nothing else may.
		_, err = d.remove(names, func(name string) bool { return leftOver(name) || pages && d.oldPages(name) })
	}
	if err != nil {
		d.problems = append(d.problems, fmt.Errorf("remove what is left over: %w", err))
	}
}

// Release ends a Hold: from now on what neither of the two newest snapshots needs is
// removed.
// It is called when a recovery no longer needs an older snapshot.
func (d *Dir) Release() {
	if d.hold {
		d.hold = false
		d.sweep(true)
	}
}

// remove removes the files that may go, as many as it can.
func (d *Dir) remove(names []string, may func(string) bool) (n int, err error) {
	for _, name := range names {
		if !may(name) {
			continue
		}
		if id, ok := parseFile(name); ok {
			// A file that is open would keep its space on the disk.
			d.pages.drop(id)
		}
		n++
		err = errors.Join(err, d.o.FS.Remove(d.path(name)))
	}
	return n, err
}

// leftOver reports whether a file was in the making when the program ended.
func leftOver(name string) bool {
	return strings.HasPrefix(name, runPrefix) || strings.HasPrefix(name, manifestPrefix) &&
		strings.HasSuffix(name, durable.TmpSuffix)
}

// oldManifest reports whether a file is the manifest of another snapshot than
// the two newest.
func (d *Dir) oldManifest(name string) bool {
	n, ok := parseManifest(name)
	return ok && (d.cur == nil || d.cur.m.number != n) && (d.prev == nil || d.prev.number != n)
}

// oldPages reports whether the two newest snapshots have no page in a file.
func (d *Dir) oldPages(name string) bool {
	id, ok := parseFile(name)
	return ok && (d.cur == nil || d.cur.m.file(id) == nil) && (d.prev == nil || d.prev.file(id) == nil)
}
