package glean

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

const (
	fileMagic   = "ckptpage"
	fileVersion = 1
	fileHeader  = 32 // bytes of the first unit that mean something
	// writeBytes is how much of a page file is collected for one write, in bytes.
	writeBytes = 1 << 20
)

// encodeFile returns the first unit of a page file.
// The rest of the unit stays zeros, so that the first page begins at a multiple of unit.
func encodeFile(id fileID) []byte {
	b := make([]byte, unit)
	copy(b, fileMagic)
	binary.LittleEndian.PutUint32(b[8:], fileVersion)
	binary.LittleEndian.PutUint32(b[12:], uint32(id))
	binary.LittleEndian.PutUint32(b[28:], durable.Checksum(b[:28]))
	return b
}

// checkFile checks the first bytes of a page file.
func checkFile(b []byte, id fileID) error {
	le := binary.LittleEndian
	switch {
	case len(b) < fileHeader || durable.Checksum(b[:28]) != le.Uint32(b[28:]):
		return errCRC
	case string(b[:8]) != fileMagic:
		return errors.New("not a snapshot file")
	case le.Uint32(b[8:]) != fileVersion:
		return fmt.Errorf("format version %d, this program reads %d", le.Uint32(b[8:]), fileVersion)
	case fileID(le.Uint32(b[12:])) != id:
		return fmt.Errorf("the file belongs under the name %s", fileID(le.Uint32(b[12:])).name())
	}
	return nil
}

// A writer writes the file of one partition, page after page. The file is
// created with the first page: a partition without changes has none.
// It belongs to one reducer's goroutine, and at the end to that which builds the roots.
type writer struct {
	d   *Dir
	id  fileID
	f   fs.File
	buf []byte // what is not written yet; aligned, for direct I/O
	at  int64  // where buf goes
	// Live counts what was appended, in bytes; all pages of a new file are reached at first.
	live int64 // bytes of pages
}

// path is the path of the file that is written.
func (w *writer) path() string { return filepath.Join(w.d.o.Dir, w.id.name()) }

// append writes a page and returns where it is.
func (w *writer) append(page []byte, kind byte, at place, used int) (Pointer, error) {
	if w.f == nil {
		if err := w.create(); err != nil {
			return 0, err
		}
	}
	// A page knows where it will stand before it is written, because the header names it.
	p := pointer(w.id, w.at+int64(len(w.buf)))
	seal(page, p, kind, at, used)
	w.live += int64(len(page))
	return p, w.write(page)
}

// create begins the file. It is not called where a partition has no page to write.
func (w *writer) create() error {
	f, err := w.d.o.FS.Create(w.path(), !w.d.o.Buffered)
	if err != nil {
		return fmt.Errorf("create snapshot file: %w", err)
	}
	w.f, w.buf = f, fs.Buffer(writeBytes)[:0]
	// The first unit of the file goes through the buffer like any page.
	return w.write(encodeFile(w.id))
}

// write takes whole units.
func (w *writer) write(b []byte) error {
	for len(b) > 0 {
		n := min(len(b), cap(w.buf)-len(w.buf))
		// b is copied: the composer uses its page's memory again for the next page.
		w.buf = append(w.buf, b[:n]...)
		b = b[n:]
		if len(w.buf) == cap(w.buf) {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush writes what is buffered. Only whole units are, so that direct I/O can be used.
func (w *writer) flush() error {
	if len(w.buf) == 0 {
		return nil
	}
	if _, err := w.f.WriteAt(w.buf, w.at); err != nil {
		return fmt.Errorf("write %d bytes at offset %d of %s: %w", len(w.buf), w.at, w.path(), err)
	}
	w.at += int64(len(w.buf))
	w.buf = w.buf[:0]
	return nil
}

// finish writes what is left and makes it durable.
// Only the file's bytes are durable after it, not yet its name: job.make syncs the folder once
// for all files.
func (w *writer) finish() error {
	if w.f == nil {
		return nil
	}
	if err := w.flush(); err != nil {
		return err
	}
	if err := w.f.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", w.path(), err)
	}
	return nil
}

// close closes the file. What it holds is durable or of no value by then.
func (w *writer) close() {
	if w.f != nil {
		_ = w.f.Close()
	}
}

// A pages reads the pages of the files that snapshots refer to. Its methods may
// be called concurrently.
type pages struct {
	o *Options

	mu sync.Mutex
	// Files stay open from the first page read until drop or close, since pages are read one by
	// one.
	files map[fileID]pageFile // protected by mu
}

// A pageFile does not grow any more: pages are read when they are committed.
type pageFile struct {
	fs.File
	path string
	size int64
}

// readFull fills b from an offset of the file.
func (f pageFile) readFull(b []byte, off int64) error {
	return ErrDamaged.ReadFull(f.File, f.path, b, off)
}

// read returns the page at p, in buf where that is long enough, and the used
// part of its payload. size is the length of p's file; 0: whatever it has. It
// allocates nothing where the file is open and buf is long enough.
func (ps *pages) read(p Pointer, size int64, kind byte, at place, buf []byte) (page, payload []byte, err error) {
	f, err := ps.open(p.file())
	if err != nil {
		return buf, nil, err
	}
	if size == 0 {
		size = f.size
	}
	if p.offset() < unit || p.offset() > size-unit {
		return buf, nil, ps.damage(p, fmt.Errorf("there is no page: the file has %d bytes", size))
	}
	// The first unit has the header, and with it the length. Most pages are one unit long, and
	// take one read.
	page = slices.Grow(buf[:0], unit)[:unit]
	if err := f.readFull(page, p.offset()); err != nil {
		return page, nil, err
	}
	n, err := pageLength(page)
	if err == nil && n > size-p.offset() {
		err = fmt.Errorf("page of %d bytes, %d are left", n, size-p.offset())
	}
	if err != nil {
		return page, nil, ps.damage(p, err)
	}
	// A page of several units: the rest in a second read, when its length is known.
	if n > unit {
		page = slices.Grow(page, int(n)-unit)[:n]
		if err := f.readFull(page[unit:], p.offset()+unit); err != nil {
			return page, nil, err
		}
	}
	if payload, err = openPage(page, p, kind, at); err != nil {
		return page, nil, ps.damage(p, err)
	}
	return page, payload, nil
}

// path is the path of a snapshot's file.
func (ps *pages) path(id fileID) string { return filepath.Join(ps.o.Dir, id.name()) }

// damage is the error for a page that cannot be read.
func (ps *pages) damage(p Pointer, err error) error {
	return damaged(ps.path(p.file()), p.offset(), "%v", err)
}

// open returns the file, open, and checked when it is opened.
func (ps *pages) open(id fileID) (pageFile, error) {
	ps.mu.Lock()
	// The file is opened under the lock. It happens once for each file, and a second open of the
	// same would have to be undone.
	defer ps.mu.Unlock()
	if f, ok := ps.files[id]; ok {
		return f, nil
	}
	path := ps.path(id)
	f, err := ps.o.FS.Open(path, false)
	if err != nil {
		return pageFile{}, fmt.Errorf("open snapshot file: %w", err)
	}
	b := make([]byte, fileHeader)
	if err := ErrDamaged.ReadFull(f, path, b, 0); err != nil {
		return pageFile{}, errors.Join(err, f.Close())
	}
	if err := checkFile(b, id); err != nil {
		return pageFile{}, errors.Join(damaged(path, 0, "%v", err), f.Close())
	}
	size, err := f.Size()
	if err != nil {
		return pageFile{}, errors.Join(fmt.Errorf("size of snapshot file %s: %w", path, err), f.Close())
	}
	ps.files[id] = pageFile{f, path, size}
	return ps.files[id], nil
}

// drop closes a file, if it is open.
func (ps *pages) drop(id fileID) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if f, ok := ps.files[id]; ok {
		_ = f.Close() // it was only read
		delete(ps.files, id)
	}
}

// close closes the files that were opened. No page may be read meanwhile.
func (ps *pages) close() {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for id, f := range ps.files {
		_ = f.Close()
		delete(ps.files, id)
	}
}
