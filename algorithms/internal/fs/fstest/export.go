package fstest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"ckptbench/algorithms/internal/fs"
)

// Export makes the folder dir of the operating system's file system what it is in the
// Mem, with all that is below it. Where the Mem has no such folder, there is none then.
// It is how a Mem that a power cut left can be recovered from by another process. What was
// durable and what was not is no longer told apart. dir must not be needed for anything else: it
// is removed first.
func (m *Mem) Export(dir string) error {
	if dir == "" {
		return nil
	}
	dir = filepath.Clean(dir)
	// Files of an earlier export would look like ones that a crash left.
	err := os.RemoveAll(dir)
	m.mu.Lock()
	defer m.mu.Unlock()
	inside := func(name string) bool { return name == dir || strings.HasPrefix(name, dir+string(filepath.Separator)) }
	for name := range m.dirs {
		if inside(name) {
			err = errors.Join(err, os.MkdirAll(name, 0o755))
		}
	}
	for name, n := range m.names {
		if inside(name) {
			err = errors.Join(err, n.export(name))
		}
	}
	return err
}

// export writes the file as it is now. The caller holds the Mem's lock.
func (n *node) export(name string) error {
	b := make([]byte, n.size())
	// The last page is cut to the file's length, and a page of zeros is left as make gave it.
	for i := range n.pages {
		if at := i * fs.Align; at < len(b) {
			copy(b[at:], n.current(i))
		}
	}
	return os.WriteFile(name, b, 0o644)
}
