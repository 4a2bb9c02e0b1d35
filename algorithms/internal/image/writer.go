package image

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/limit"
)

// A Writer writes one image. Its streams may be used concurrently; Commit and
// Abort only when nobody uses a stream any more. One of the two must be called.
// What it has written counts for nothing before Commit returns.
type Writer struct {
	dir *Dir
	// Its seq, base and crc are of this image.
	header header
	merge  uint64 // its number, where images are merged; else 0
	// nil, without limit, where the image is discarded.
	limit   *limit.Limiter
	file    fs.File // nil if the image is discarded
	streams []*Stream
	next    atomic.Int64          // offset of the next block; a stream claims one by adding to it
	failed  atomic.Pointer[error] // the first failure; it is final
	over    bool                  // committed or aborted
}

// Discarded reports whether nothing of the image is kept.
func (w *Writer) Discarded() bool { return w.dir.o.Discard }

// Streams returns how many streams there are.
func (w *Writer) Streams() int { return len(w.streams) }

// Stream returns stream i.
func (w *Writer) Stream(i int) *Stream { return w.streams[i] }

// Seq returns the sequence number of the image.
func (w *Writer) Seq() uint64 { return w.header.seq }

// name returns what the image will be called.
func (w *Writer) name() string { return w.id().name() }

// id is the image's number, and that of the merge.
func (w *Writer) id() id { return id{w.header.seq, w.merge} }

// path is where the image will be, and tmp where it is while it is written.
func (w *Writer) path() string { return filepath.Join(w.dir.o.Dir, w.name()) }

func (w *Writer) tmp() string { return w.path() + durable.TmpSuffix }

// fail notes the first error of any stream; see failure.
func (w *Writer) fail(err error) { w.failed.CompareAndSwap(nil, &err) }

// failure returns the first error of any stream, or nil.
func (w *Writer) failure() error {
	if err := w.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// writeAt writes p, unless the image is discarded.
// It may be called concurrently: streams write to different places of the file.
func (w *Writer) writeAt(p []byte, off int64) error {
	if w.file == nil {
		return nil
	}
	if _, err := w.file.WriteAt(p, off); err != nil {
		return explain(fmt.Errorf("write %d bytes at offset %d of %s: %w", len(p), off, w.tmp(), err))
	}
	return nil
}

// explain says what to do about a full disk.
func explain(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w (the image before stays; there must be room for one more beside the two that are kept)", err)
	}
	return err
}

// Commit writes what the streams still hold and makes the image durable and the
// newest one, with p as its point of consistency; then it deletes the image
// before the previous one. If it fails, the image is aborted and the previous
// one counts, with one exception: if only the last sync of the directory
// failed, either may count after a crash. ctx is heeded until all blocks are
// written.
func (w *Writer) Commit(ctx context.Context, p Point) (Info, error) {
	if w.over {
		return Info{}, fmt.Errorf("commit %s: it is committed or aborted already", w.name())
	}
	info, err := w.commit(ctx, p)
	if err != nil {
		return Info{}, errors.Join(err, w.Abort())
	}
	return info, nil
}

// commit is Commit, which cleans up where commit fails. After publish has returned
// without an error the image counts.
func (w *Writer) commit(ctx context.Context, p Point) (Info, error) {
	if err := p.check(); err != nil {
		return Info{}, fmt.Errorf("commit %s: %w", w.name(), err)
	}
	start := time.Now()
	// All blocks are in the file from here on; next is where the footer goes.
	if err := w.drain(ctx); err != nil {
		return Info{}, err
	}
	f := w.footer(p)
	at := w.next.Load()
	tail, crc := f.encode(at)
	if err := w.writeAt(tail, at); err != nil {
		return Info{}, err
	}
	written := time.Now()
	e := entry{seq: f.seq, base: w.header.base, merge: w.merge, size: at + int64(len(tail)), crc: crc, point: p}
	if err := w.publish(e); err != nil {
		return Info{}, explain(err)
	}
	info := Info{
		Seq: f.seq, Base: w.header.base, Point: p, Records: f.records, Tombstones: f.tombstones, Bytes: e.size,
		Digest:    f.digest,
		WriteTime: w.longestWait() + written.Sub(start), SyncTime: time.Since(written),
	}
	if w.file != nil {
		info.Path, info.Direct = w.path(), w.file.Direct()
	}
	// Buffers are given back before the sweep, which may take a while.
	w.finish()
	w.dir.sweep()
	return info, nil
}

// drain writes what the streams still hold.
func (w *Writer) drain(ctx context.Context) error {
	for _, s := range w.streams {
		before := s.waited
		// An empty block is not written.
		if s.n > blockHeader {
			if err := s.flush(ctx); err != nil {
				return err
			}
		}
		s.waited = before // commit counts this time
	}
	for _, s := range w.streams {
		if err := s.drain(ctx); err != nil {
			return err
		}
	}
	if err := w.failure(); err != nil {
		return err
	}
	return ctx.Err()
}

// footer adds up the streams.
// Blocks are sorted by their place, as streams claimed places in turns.
func (w *Writer) footer(p Point) *footer {
	f := &footer{seq: w.header.seq, headerCRC: w.header.crc, point: p, tables: make([]counts, len(w.header.tables))}
	for _, s := range w.streams {
		s.sum(f)
	}
	slices.SortFunc(f.blocks, func(a, b blockRef) int { return int(a.offset/fs.Align - b.offset/fs.Align) })
	return f
}

// longestWait is how long the slowest stream waited for the disk.
func (w *Writer) longestWait() time.Duration {
	var longest time.Duration
	for _, s := range w.streams {
		longest = max(longest, s.waited)
	}
	return longest
}

// publish makes the image durable under its name and then the manifest that
// names it.
// Bytes, then the name, then the manifest: each is durable before the next.
func (w *Writer) publish(e entry) error {
	if w.file == nil {
		return w.dir.record(e)
	}
	if err := w.file.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", w.tmp(), err)
	}
	if err := durable.Rename(w.dir.o.FS, w.path()); err != nil {
		return err
	}
	return w.dir.record(e)
}

// Abort gives the image up and removes its file. It does nothing after Commit
// or Abort.
func (w *Writer) Abort() error {
	if w.over {
		return nil
	}
	w.finish()
	// A manifest that may be durable names this file.
	if w.file == nil || w.dir.mayCount(w.id()) {
		return nil
	}
	// A rename that failed may have been done all the same.
	err := durable.Remove(w.dir.o.FS, w.tmp())
	return errors.Join(err, durable.Remove(w.dir.o.FS, w.path()))
}

// finish waits for the writes under way, gives the buffers back and closes the
// file. What the file holds is durable or of no value by then, so that an error
// of the close says nothing.
// After it the Dir may begin the next image.
func (w *Writer) finish() {
	w.over = true
	for _, s := range w.streams {
		for _, b := range s.close() {
			w.dir.giveBack(b.b)
		}
	}
	if w.file != nil {
		w.file.Close()
	}
	w.dir.release(w.merge != 0)
}
