package wal

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

// chunkBytes is how much of a segment is read at once.
const chunkBytes = 1 << 20

// A scanner reads the frames of one segment in order.
// It is for one goroutine. The file may grow while it is read; the size asked for at the
// beginning bounds what is read.
type scanner struct {
	f    fs.File
	path string
	// The checksums of the segment's session and logger begin with it.
	seed  uint32
	reuse bool  // bodies are valid until the next call only
	unit  int   // bytes of a read, unless a frame is longer; 0 is chunkBytes
	off   int64 // of the next frame
	size  int64 // of the file, as far as we know
	buf   []byte
	chunk []byte // what buf lies in
}

// openSegment opens seg for scanning; the caller closes s.f.
func openSegment(fsys fs.FS, seg segment) (*scanner, error) {
	f, err := fsys.Open(seg.path, false)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	size, err := f.Size()
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("size of log %s: %w", seg.path, err)
	}
	return &scanner{f: f, path: seg.path, seed: seed(seg.session, seg.logger), off: segHeader, size: size}, nil
}

// damage is the damage of the frame that the scanner is on.
func (s *scanner) damage(why error) *durable.Damage {
	return damaged(s.path, s.off, "%v", why)
}

// errShort means that the file ends within a frame.
var errShort = errors.New("frame is cut short")

// errHole means that a page of the file was never written, but a later one was.
var errHole = errors.New("zeros where a frame should be")

// next returns the next frame. At the end of the file or of its written part
// the error is io.EOF; a bad frame gives a *durable.Damage, and the scanner stays on it;
// any other error is the file system's.
func (s *scanner) next() (frame, error) {
	// A clean end is the file's end or zeros, as files are allocated ahead.
	if s.off >= s.size {
		return frame{}, io.EOF
	}
	if err := s.fill(frameHeader); err != nil {
		return frame{}, err
	}
	// The length is checked against the file by fill before it is believed.
	n, err := frameLen(s.buf)
	if err == errZero {
		return frame{}, io.EOF
	}
	if err != nil {
		return frame{}, s.damage(err)
	}
	if err := s.fill(n); err != nil {
		return frame{}, err
	}
	fr, err := openFrame(s.buf[:n], s.seed)
	if err != nil {
		return frame{}, s.damage(err)
	}
	s.off += int64(n)
	s.buf = s.buf[n:]
	return fr, nil
}

// fill makes sure that n bytes are in s.buf.
func (s *scanner) fill(n int) error {
	if len(s.buf) >= n {
		return nil
	}
	if int64(n) > s.size-s.off {
		return s.damage(errShort)
	}
	unit := s.unit
	if unit == 0 {
		unit = chunkBytes
	}
	want := int(min(int64(max(n, unit)), s.size-s.off))
	// Without reuse every chunk stays, for bodies that point into it.
	chunk := s.chunk
	if !s.reuse || cap(chunk) < want {
		chunk = make([]byte, want)
	}
	chunk = chunk[:want]
	// The rest of the last chunk moves to the front of the new one.
	have := copy(chunk, s.buf)
	got, err := readAt(s.f, s.path, chunk[have:], s.off+int64(have))
	if err != nil {
		return err
	}
	s.chunk, s.buf = chunk, chunk[:have+got]
	if have+got < want { // the file was trimmed after we asked for its size
		s.size = s.off + int64(have+got)
	}
	if have+got < n {
		return s.damage(errShort)
	}
	return nil
}

// readAt fills p, or less at the end of the file.
func readAt(f fs.File, path string, p []byte, off int64) (int, error) {
	n, err := f.ReadAt(p, off)
	if err != nil && err != io.EOF {
		return n, fmt.Errorf("read log %s at offset %d: %w", path, off, err)
	}
	return n, nil
}

// A tail is what the last segment of a chain says about its end.
// It is what survey.judge decides by. Offsets and lengths in bytes.
type tail struct {
	path      string
	mark      uint64          // the last epoch that is whole
	confirmed uint64          // the largest epoch that any mark says was announced
	sealed    uint64          // the epoch at which Close found all synced, or 0
	highest   uint64          // the largest epoch seen
	bad       *durable.Damage // what stopped the scan, or nil at a clean end
	off       int64           // where it stopped
	lost      int64           // bytes of the file behind a bad place
	size      int64           // of the file; 0: there is none
}

// readTail scans seg to its end, or to a mark of epoch stop if that is not 0.
func readTail(fsys fs.FS, seg segment, stop uint64) (tail, error) {
	s, err := openSegment(fsys, seg)
	if err != nil {
		return tail{}, err
	}
	defer s.f.Close()
	// Nothing of the frames is kept.
	s.reuse = true
	// Before the first frame the header speaks: everything below first is in earlier parts, and
	// durable had been announced.
	t := tail{path: seg.path, size: s.size, mark: seg.first - 1, confirmed: seg.durable,
		highest: max(seg.first-1, seg.before)}
	// The whole file is read where the end is not known: what counts ends at the last mark.
	for stop == 0 || t.mark < stop {
		fr, err := s.next()
		if err != nil {
			return t, t.end(s, err)
		}
		t.note(fr)
		if fr.kind == frameMark {
			t.mark = max(t.mark, fr.epoch)
		}
	}
	return t, nil
}

// note takes from fr what holds wherever it stands.
func (t *tail) note(fr frame) {
	// Also of frames behind a bad place, since epochs must not be given out again.
	t.highest = max(t.highest, fr.epoch)
	switch fr.kind {
	case frameMark:
		t.confirmed = max(t.confirmed, fr.stamp)
	case frameEnd:
		t.sealed = max(t.sealed, fr.stamp)
	}
}

// end notes why s stopped and looks for marks behind that place.
func (t *tail) end(s *scanner, err error) error {
	if err != io.EOF && !errors.As(err, &t.bad) {
		return err
	}
	// What follows the stop is searched, byte by byte, for marks: one that speaks of a later
	// durable epoch proves that the log was whole once.
	t.off, t.lost = s.off, s.size-s.off
	// A frame may lie across two chunks, so the last bytes of one are looked at again with the
	// next.
	carry := 0
	chunk := make([]byte, min(chunkBytes, t.lost))
	for off := s.off; off < s.size; {
		n, err := readAt(s.f, s.path, chunk[carry:], off)
		if err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		off += int64(n)
		b := chunk[:carry+n]
		t.seek(b, s.seed)
		// After zeros only zeros may come; anything else was written behind a page that was not.
		if t.bad == nil && !durable.Zero(b) {
			t.bad = s.damage(errHole)
		}
		carry = copy(chunk, b[max(0, len(b)-frameHeader+1):])
	}
	return nil
}

// bareLength is what bytes 4 to 7 of marks and ends are.
var bareLength = []byte{frameHeader, 0, 0, 0}

// seek takes note of the marks and ends in b, wherever they stand.
func (t *tail) seek(b []byte, seed uint32) {
	for {
		i := bytes.Index(b, bareLength)
		if i < 0 {
			return
		}
		// A frame's length stands at its byte 4.
		if i >= 4 && len(b)-i+4 >= frameHeader {
			if fr, err := openFrame(b[i-4:i-4+frameHeader], seed); err == nil {
				t.note(fr)
			}
		}
		b = b[i+1:]
	}
}

// zeroFrom reports whether the file holds nothing but zeros from off on.
func zeroFrom(f fs.File, path string, off, size int64) (bool, error) {
	if off >= size {
		return true, nil
	}
	chunk := make([]byte, min(chunkBytes, size-off))
	for off < size {
		n, err := readAt(f, path, chunk, off)
		if err != nil {
			return false, err
		}
		if n == 0 || !durable.Zero(chunk[:n]) {
			return n == 0, nil
		}
		off += int64(n)
	}
	return true, nil
}
