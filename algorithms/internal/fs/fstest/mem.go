package fstest

import (
	"fmt"
	"io"
	iofs "io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"ckptbench/algorithms/internal/fs"
)

// A Mem is a file system in memory that knows what is durable: the bytes since
// the last Sync of a file and the names since the last SyncDir of a folder are
// at the mercy of CrashClone. It is stricter than the file systems of today (a
// Sync of a new file does not make its name durable). As under Linux, a sync that
// fails, by way of Hook, leaves the pages clean: no later sync writes them. It
// checks the alignment of direct I/O. Its methods may be called concurrently.
type Mem struct {
	mu sync.Mutex
	// All below is protected by mu.
	// Folders are durable as soon as they are made: no test is about losing one.
	dirs map[string]bool
	// All names are cleaned paths.
	names   map[string]*node // as a program sees them
	stable  map[string]*node // as they were at the last SyncDir
	pending []change         // what leads from stable to names, in order
	locked  map[string]bool  // nobody has a lock in a clone
}

// A change is a change of the names in one folder, done wholly or not at all.
type change struct {
	dir  string
	drop string // the name that goes, or ""
	name string // the name that comes, or ""
	// nil where only drop is set.
	node *node // what name stands for
}

// apply makes the change in names, which is either what a program sees or what is durable.
func (c change) apply(names map[string]*node) {
	if c.drop != "" {
		delete(names, c.drop)
	}
	if c.name != "" {
		names[c.name] = c.node
	}
}

// NewMem returns an empty file system.
// The working directory and the root are there.
func NewMem() *Mem {
	return &Mem{
		dirs:   map[string]bool{".": true, "/": true},
		names:  map[string]*node{},
		stable: map[string]*node{},
		locked: map[string]bool{},
	}
}

// CrashClone returns the file system as a power cut at this moment may leave
// it. Of the writes that no Sync covers any subset is lost, page of fs.Align bytes
// by page (a page written several times may come back as any of its versions),
// and of the lengths any is left. Of the creations, renames and removals that
// no SyncDir covers any subset is lost; as those that touch different names
// commute, this is also every order in which they may reach the disk. The Mem
// itself goes on undisturbed. Equal states and equal rng give equal clones.
func (m *Mem) CrashClone(rng *rand.Rand) *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	// How much is kept differs from clone to clone, so that tests meet every degree of loss.
	keep := rng.Float64()
	switch rng.IntN(4) { // the extremes, nothing lost and all lost, are the likeliest in life
	case 0:
		keep = 0
	case 1:
		keep = 1
	}
	names := map[string]*node{}
	for name, n := range m.stable {
		names[name] = n
	}
	// In their order, so that of two changes of one name the later one decides, if it was kept.
	for _, c := range m.pending {
		if rng.Float64() < keep {
			c.apply(names)
		}
	}
	clone := NewMem()
	for dir := range m.dirs {
		clone.dirs[dir] = true
	}
	copies := map[*node]*node{} // two names may stand for one node
	// In an order that does not depend on the map: the same rng gives the same clone.
	for _, name := range sortedNames(names) {
		n := names[name]
		if copies[n] == nil {
			copies[n] = n.crash(rng, keep)
		}
		// What the power cut left is durable, and nothing is pending.
		clone.names[name], clone.stable[name] = copies[n], copies[n]
	}
	return clone
}

// KillClone returns the file system as the death of the process at this moment
// leaves it: the page cache has everything, and no more of it is durable than was. A
// power cut may still take the rest.
// The Mem itself goes on undisturbed. Locks are free in the clone.
func (m *Mem) KillClone() *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	clone := NewMem()
	for dir := range m.dirs {
		clone.dirs[dir] = true
	}
	copies := map[*node]*node{}
	// A node stays one where several names, or a pending change, stand for it.
	copied := func(n *node) *node {
		if n != nil && copies[n] == nil {
			copies[n] = n.clone()
		}
		return copies[n]
	}
	for name, n := range m.names {
		clone.names[name] = copied(n)
	}
	for name, n := range m.stable {
		clone.stable[name] = copied(n)
	}
	for _, c := range m.pending {
		c.node = copied(c.node)
		clone.pending = append(clone.pending, c)
	}
	return clone
}

// sortedNames returns the names in ascending order.
func sortedNames(names map[string]*node) []string {
	out := make([]string, 0, len(names))
	for name := range names {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// change does c to the names and notes it as not yet durable. The caller holds mu.
func (m *Mem) change(c change) {
	c.apply(m.names)
	m.pending = append(m.pending, c)
}

// Create implements FS.
// A file that is there is emptied and keeps its node, as under Unix: who has it open sees that.
func (m *Mem) Create(name string, direct bool) (fs.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = filepath.Clean(name)
	dir := filepath.Dir(name)
	if !m.dirs[dir] {
		return nil, &iofs.PathError{Op: "create", Path: name, Err: iofs.ErrNotExist}
	}
	if m.dirs[name] {
		return nil, &iofs.PathError{Op: "create", Path: name, Err: syscall.EISDIR}
	}
	n := m.names[name]
	if n == nil {
		n = newNode()
		m.change(change{dir: dir, name: name, node: n})
	} else {
		n.truncate(0)
	}
	return &memFile{m: m, n: n, name: name, direct: direct, write: true}, nil
}

// Open implements FS.
func (m *Mem) Open(name string, direct bool) (fs.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = filepath.Clean(name)
	n := m.names[name]
	if n == nil {
		return nil, &iofs.PathError{Op: "open", Path: name, Err: iofs.ErrNotExist}
	}
	return &memFile{m: m, n: n, name: name, direct: direct}, nil
}

// Rename implements FS.
func (m *Mem) Rename(old, new string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, new = filepath.Clean(old), filepath.Clean(new)
	from, to := filepath.Dir(old), filepath.Dir(new)
	n := m.names[old]
	if n == nil || !m.dirs[to] {
		return &os.LinkError{Op: "rename", Old: old, New: new, Err: iofs.ErrNotExist}
	}
	if old == new {
		return nil
	}
	// Within one folder old goes and new comes together or not at all.
	if from == to {
		m.change(change{dir: to, drop: old, name: new, node: n})
		return nil
	}
	// Between folders a crash may leave both names, or neither.
	m.change(change{dir: to, name: new, node: n})
	m.change(change{dir: from, drop: old})
	return nil
}

// Remove implements FS.
func (m *Mem) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = filepath.Clean(name)
	if m.names[name] == nil {
		return &iofs.PathError{Op: "remove", Path: name, Err: iofs.ErrNotExist}
	}
	m.change(change{dir: filepath.Dir(name), drop: name})
	return nil
}

// List implements FS.
// Folders are listed as well as files, in ascending order.
func (m *Mem) List(dir string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir = filepath.Clean(dir)
	if !m.dirs[dir] {
		return nil, &iofs.PathError{Op: "list", Path: dir, Err: iofs.ErrNotExist}
	}
	var out []string
	for name := range m.names {
		if filepath.Dir(name) == dir {
			out = append(out, filepath.Base(name))
		}
	}
	for name := range m.dirs {
		if filepath.Dir(name) == dir && name != dir {
			out = append(out, filepath.Base(name))
		}
	}
	slices.Sort(out)
	return out, nil
}

// MkdirAll implements FS.
// It goes up until a folder is there.
func (m *Mem) MkdirAll(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for dir = filepath.Clean(dir); !m.dirs[dir]; dir = filepath.Dir(dir) {
		if m.names[dir] != nil {
			return &iofs.PathError{Op: "mkdir", Path: dir, Err: syscall.ENOTDIR}
		}
		m.dirs[dir] = true
	}
	return nil
}

// Lock implements FS. It creates no file.
// A lock is held by the Mem and not by a process, so two stores in one test exclude each other.
func (m *Mem) Lock(name string) (io.Closer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = filepath.Clean(name)
	if !m.dirs[filepath.Dir(name)] {
		return nil, &iofs.PathError{Op: "lock", Path: name, Err: iofs.ErrNotExist}
	}
	if m.locked[name] {
		return nil, fmt.Errorf("lock %s: %w", name, fs.ErrLocked)
	}
	m.locked[name] = true
	return &memLock{m: m, name: name}, nil
}

// A memLock is a lock that is held in a Mem.
type memLock struct {
	m    *Mem
	name string
	// A second Close must not free a lock that another has taken since.
	once sync.Once
}

// Close frees the lock.
func (l *memLock) Close() error {
	l.once.Do(func() {
		l.m.mu.Lock()
		defer l.m.mu.Unlock()
		delete(l.m.locked, l.name)
	})
	return nil
}

// SyncDir implements FS.
// Changes of other folders stay pending.
func (m *Mem) SyncDir(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir = filepath.Clean(dir)
	if !m.dirs[dir] {
		return &iofs.PathError{Op: "syncdir", Path: dir, Err: iofs.ErrNotExist}
	}
	m.pending = slices.DeleteFunc(m.pending, func(c change) bool {
		if c.dir == dir {
			c.apply(m.stable)
		}
		return c.dir == dir
	})
	return nil
}
