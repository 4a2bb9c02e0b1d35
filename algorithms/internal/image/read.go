package image

import (
	"fmt"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

// An Image is an image open for reading. Its methods may be called
// concurrently, Close when all others have returned.
// header and footer are in memory and do not change; blocks are read when they are scanned.
type Image struct {
	f    fs.File
	path string
	size int64
	head *header
	foot *footer
	crc  uint32 // the last four bytes of the file
}

// OpenImage opens an image and checks its header, footer and trailer, and that
// its blocks fill what is between. If something is wrong with them the error is
// a *durable.Damage.
// It reads with direct I/O where the file system has it.
func OpenImage(fsys fs.FS, path string) (*Image, error) {
	f, err := fsys.Open(path, true)
	if err != nil {
		return nil, fmt.Errorf("open image: %w", err)
	}
	im := &Image{f: f, path: path}
	if err := im.load(); err != nil {
		f.Close()
		return nil, err
	}
	return im, nil
}

// Close closes the file.
// No scan may be running.
func (im *Image) Close() error { return im.f.Close() }

// Path returns the name it was opened under.
func (im *Image) Path() string { return im.path }

// Seq returns the sequence number.
func (im *Image) Seq() uint64 { return im.head.seq }

// Base returns the number of the image this one is based on, or 0.
func (im *Image) Base() uint64 { return im.head.base }

// Algorithm returns the name of the algorithm that took the image.
func (im *Image) Algorithm() string { return im.head.algorithm }

// Tables returns the tables; the caller must not change them.
func (im *Image) Tables() []durable.Table { return im.head.tables }

// Point returns the point of consistency.
func (im *Image) Point() Point { return im.foot.point }

// Records returns the number of records, tombstones not included.
func (im *Image) Records() uint64 { return im.foot.records }

// Tombstones returns the number of tombstones.
func (im *Image) Tombstones() uint64 { return im.foot.tombstones }

// Size returns the length of the file in bytes.
func (im *Image) Size() int64 { return im.size }

// entry returns what a manifest says of the image, which was written by a merge
// of that number, or by none.
func (im *Image) entry(merge uint64) entry {
	return entry{seq: im.head.seq, base: im.head.base, merge: merge, size: im.size, crc: im.crc, point: im.foot.point}
}

// load reads header, trailer and footer.
func (im *Image) load() (err error) {
	if im.size, err = im.f.Size(); err != nil {
		return err
	}
	// The shortest image has a header and a footer.
	if im.size < headerSize+fs.Align || im.size%fs.Align != 0 {
		return damaged(im.path, im.size, "its length is %d; it is cut off, or not an image", im.size)
	}
	// The trailer is read with the page that it ends, since direct I/O takes whole pages.
	buf := fs.Buffer(fs.Align)
	if err := ErrDamaged.ReadFull(im.f, im.path, buf, 0); err != nil {
		return err
	}
	if im.head, err = decodeHeader(im.path, buf); err != nil {
		return err
	}
	if err := ErrDamaged.ReadFull(im.f, im.path, buf, im.size-fs.Align); err != nil {
		return err
	}
	tr, err := decodeTrailer(im.path, buf[fs.Align-trailerSize:], im.size)
	if err != nil {
		return err
	}
	foot := fs.Buffer(int(im.size - tr.footer))
	if err := ErrDamaged.ReadFull(im.f, im.path, foot, tr.footer); err != nil {
		return err
	}
	im.crc = tr.own
	im.foot, err = decodeFooter(im.path, foot[:len(foot)-trailerSize], tr, im.head)
	return err
}
