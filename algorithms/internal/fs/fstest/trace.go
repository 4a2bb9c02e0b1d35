package fstest

import (
	"path/filepath"
	"strings"
	"sync"

	"ckptbench/algorithms/internal/fs"
)

// A Trace is a file system that notes each call as a line, for golden files. Its methods
// may be called concurrently; the lines are in the order in which the calls began.
// What a call does with a disk is thus compared as text; see the golden files of the packages
// that use it.
type Trace struct {
	fs.FS
	root string

	mu    sync.Mutex
	lines []string // protected by mu
}

// NewTrace wraps fsys. Names are noted relative to root.
// So the lines do not depend on where a test's folder is.
func NewTrace(fsys fs.FS, root string) *Trace {
	t := &Trace{root: root}
	t.FS = Hook(fsys, func(c Call) Outcome {
		t.note(c)
		return Outcome{}
	})
	return t
}

// note appends the line of a call.
func (t *Trace) note(c Call) {
	c.Name = t.short(c.Name)
	if c.To != "" {
		c.To = t.short(c.To)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append(t.lines, c.String())
}

// short is a name relative to the root, with slashes on every system.
func (t *Trace) short(name string) string {
	if rel, err := filepath.Rel(t.root, name); err == nil {
		return filepath.ToSlash(rel)
	}
	return name
}

// Cut returns the lines so far, each ended by a newline, and forgets them.
// A test cuts between two steps to tell their calls apart.
func (t *Trace) Cut() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	for _, l := range t.lines {
		b.WriteString(l + "\n")
	}
	t.lines = nil
	return b.String()
}
