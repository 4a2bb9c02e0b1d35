package fstest

import (
	"io"
	iofs "io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"syscall"

	"ckptbench/algorithms/internal/fs"
)

// A node is the content of a file in a Mem, with everything a crash may bring
// back. The mutex of the Mem protects it.
type node struct {
	// As many as any length so far has needed: what a truncation cut off may come back.
	pages []page
	dirty map[int]bool // the pages that a sync writes
	lost  map[int]bool // those that a sync which failed left clean, and not written
	sizes []int64      // the length at the last sync, and each since
	short bool         // a sync that failed left the length as it was
}

// A page holds the versions of fs.Align bytes since the last sync, the synced one
// first and the present one last. A version is never changed; nil is zeros.
// A page that no write has touched since the last sync has one version.
type page [][]byte

// newNode returns an empty file.
func newNode() *node { return &node{dirty: map[int]bool{}, lost: map[int]bool{}, sizes: []int64{0}} }

// size is the length that a program sees.
func (n *node) size() int64 { return n.sizes[len(n.sizes)-1] }

// resize sets the length, and makes room for it. The lengths before it stay, since a
// crash may bring them back.
func (n *node) resize(size int64) {
	if size == n.size() {
		return
	}
	// A length that is set anew is written by the next sync.
	n.sizes, n.short = append(n.sizes, size), false
	// New pages are zeros, in every version.
	for want := int(fs.RoundUp(size) / fs.Align); len(n.pages) < want; {
		n.pages = append(n.pages, page{nil})
	}
}

// current returns the present version of page i, for reading.
func (n *node) current(i int) []byte { return n.pages[i][len(n.pages[i])-1] }

// put makes v the present version of page i.
// v belongs to the node from now on.
func (n *node) put(i int, v []byte) {
	n.pages[i] = append(n.pages[i], v)
	n.dirty[i] = true
	// A page that is written again is dirty again.
	delete(n.lost, i)
}

// write makes a new version of each page that it touches: the one before may come back.
func (n *node) write(p []byte, off int64) {
	if end := off + int64(len(p)); end > n.size() {
		n.resize(end)
	}
	for len(p) > 0 {
		i, at := int(off/fs.Align), int(off%fs.Align)
		// A version is never changed, so the page is copied, also where all of it is replaced.
		v := make([]byte, fs.Align)
		copy(v, n.current(i))
		k := copy(v[at:], p)
		n.put(i, v)
		p, off = p[k:], off+int64(k)
	}
}

// read copies the present versions. It returns io.EOF where the file ends within p.
func (n *node) read(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) && off < n.size() {
		i, at := int(off/fs.Align), int(off%fs.Align)
		rest := min(int64(len(p)-done), int64(fs.Align-at), n.size()-off)
		dst := p[done : done+int(rest)]
		if v := n.current(i); v != nil {
			copy(dst, v[at:])
		} else {
			clear(dst)
		}
		done, off = done+int(rest), off+rest
	}
	if done < len(p) {
		return done, io.EOF
	}
	return done, nil
}

// truncate shortens or lengthens the file. What is cut off reads as zeros when the file
// grows again.
func (n *node) truncate(size int64) {
	if size < n.size() {
		i, at := int(size/fs.Align), int(size%fs.Align)
		// The page that the end falls into keeps what is before it.
		if at > 0 {
			v := make([]byte, fs.Align)
			copy(v[:at], n.current(i))
			n.put(i, v)
			i++
		}
		for ; i < len(n.pages); i++ {
			n.put(i, nil)
		}
	}
	n.resize(size)
}

// sync makes the present versions and the length the only ones. Pages that a failed sync
// left clean are not dirty: they keep their old versions, as under Linux.
func (n *node) sync() {
	// Pages in lost are not in dirty, and keep all their versions: any may be what is on the
	// disk.
	for i := range n.dirty {
		n.pages[i] = page{n.current(i)}
	}
	clear(n.dirty)
	if !n.short {
		n.sizes = []int64{n.size()}
	}
}

// failSync is a sync that failed, as Linux has it: the pages count as clean
// afterwards. They are read back, but no later sync writes them; only what is
// written again is.
func (n *node) failSync() {
	for i := range n.dirty {
		n.lost[i] = true
	}
	clear(n.dirty)
	n.short = len(n.sizes) > 1
}

// clone returns a copy with all its versions, none of which is ever changed.
func (n *node) clone() *node {
	// The versions themselves are shared.
	c := &node{pages: make([]page, len(n.pages)), dirty: maps.Clone(n.dirty), lost: maps.Clone(n.lost),
		sizes: slices.Clone(n.sizes), short: n.short}
	for i, p := range n.pages {
		c.pages[i] = slices.Clone(p)
	}
	return c
}

// crash returns a durable copy in which each page, and the length, is the
// present one with probability keep and otherwise any of the earlier ones.
func (n *node) crash(rng *rand.Rand, keep float64) *node {
	// The present version is the last.
	pick := func(versions int) int {
		if versions == 1 || rng.Float64() < keep {
			return versions - 1
		}
		return rng.IntN(versions - 1)
	}
	c := newNode()
	// Length and pages are picked independently: a disk may have the one without the other.
	c.resize(n.sizes[pick(len(n.sizes))])
	c.sizes = []int64{c.size()}
	for i := range c.pages {
		c.pages[i] = page{n.pages[i][pick(len(n.pages[i]))]}
	}
	if at := c.size() % fs.Align; at > 0 { // what is beyond the end is not in the file
		last := len(c.pages) - 1
		v := make([]byte, fs.Align)
		copy(v[:at], c.current(last))
		c.pages[last] = page{v}
	}
	return c
}

// A memFile is an open file of a Mem.
type memFile struct {
	m      *Mem
	n      *node
	name   string
	direct bool
	write  bool
	// Calls of a closed file fail, as the operating system's do.
	closed bool // protected by m.mu
}

// begin takes the lock and checks that op may be done. The caller unlocks, even where
// begin returns an error.
// op is for the error; write is whether the file has to be open for writing.
func (f *memFile) begin(op string, write bool) error {
	f.m.mu.Lock()
	if f.closed {
		return &iofs.PathError{Op: op, Path: f.name, Err: iofs.ErrClosed}
	}
	if write && !f.write {
		return &iofs.PathError{Op: op, Path: f.name, Err: syscall.EBADF}
	}
	return nil
}

// check is the check that the kernel makes of direct I/O: p, off and the length must be
// aligned.
func (f *memFile) check(op string, p []byte, off int64) error {
	if off < 0 || f.direct && !fs.Aligned(p, off) {
		return &iofs.PathError{Op: op, Path: f.name, Err: syscall.EINVAL}
	}
	return nil
}

// The methods below implement fs.File, each under the Mem's lock.
func (f *memFile) ReadAt(p []byte, off int64) (int, error) {
	err := f.begin("read", false)
	defer f.m.mu.Unlock()
	if err == nil {
		err = f.check("read", p, off)
	}
	if err != nil {
		return 0, err
	}
	return f.n.read(p, off)
}

func (f *memFile) WriteAt(p []byte, off int64) (int, error) {
	err := f.begin("write", true)
	defer f.m.mu.Unlock()
	if err == nil {
		err = f.check("write", p, off)
	}
	if err != nil {
		return 0, err
	}
	f.n.write(p, off)
	return len(p), nil
}

func (f *memFile) Size() (int64, error) {
	err := f.begin("stat", false)
	defer f.m.mu.Unlock()
	return f.n.size(), err
}

// Allocate lengthens the file with zeros; unlike the operating system's it never fails.
func (f *memFile) Allocate(size int64) error {
	err := f.begin("allocate", true)
	defer f.m.mu.Unlock()
	if err == nil && size > f.n.size() {
		f.n.resize(size)
	}
	return err
}

func (f *memFile) Truncate(size int64) error {
	err := f.begin("truncate", true)
	defer f.m.mu.Unlock()
	if err == nil {
		f.n.truncate(size)
	}
	return err
}

// Sync makes the content durable, also where it was written through another file of the same
// name, but not the name.
func (f *memFile) Sync() error {
	err := f.begin("sync", false)
	defer f.m.mu.Unlock()
	if err == nil {
		f.n.sync()
	}
	return err
}

// failSync has a sync fail on purpose: see Hook.
func (f *memFile) failSync() {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	f.n.failSync()
}

// Direct reports what Create or Open was asked for.
func (f *memFile) Direct() bool { return f.direct }

func (f *memFile) Close() error {
	err := f.begin("close", false)
	defer f.m.mu.Unlock()
	f.closed = true
	return err
}
