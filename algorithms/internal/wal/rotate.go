package wal

import (
	"fmt"
	"path/filepath"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

// reserveBytes is how far a synced file is allocated ahead.
// In bytes.
const reserveBytes = 4 << 20

// rotate goes on to a new segment. The old one is synced.
func (g *logger) rotate() error {
	if err := g.detach(); err != nil {
		return err
	}
	g.log.filesMu.Lock()
	// From here on Truncate may remove it.
	g.log.files = append(g.log.files, sealed{g.path, g.highest})
	g.log.filesMu.Unlock()
	g.seg.part++
	// The header tells a reader whether it needs the files before: first is the next epoch,
	// before the largest that they may hold.
	g.seg.first, g.seg.before = g.marked+1, g.highest
	return g.create()
}

// create begins the segment after g.seg.number. Name and header are durable
// before the first frame is written.
// The first of a session is made by Open, the others by the logger's goroutine.
func (g *logger) create() error {
	g.seg.number++
	// What was announced is written down, so that a torn chain cannot be taken for one that
	// never got that far.
	g.seg.durable = g.log.durable.Load()
	path := filepath.Join(g.log.o.Dir, g.seg.name())
	f, err := g.log.o.FS.Create(path, false)
	if err != nil {
		return fmt.Errorf("create log: %w", err)
	}
	g.attach(path, f)
	g.off, g.reserved = segHeader, 0
	// Header, its sync, then the name: a file without a whole header was never begun.
	if _, err := f.WriteAt(g.seg.encode(), 0); err != nil {
		return fmt.Errorf("write log %s at offset 0: %w", g.path, err)
	}
	g.bytes.Add(segHeader)
	if err := g.sync(); err != nil {
		return err
	}
	return durable.SyncDir(g.log.o.FS, g.log.o.Dir)
}

// reserve extends the file in steps, so that most syncs are spared its length.
// It is a hint that may fail.
func (g *logger) reserve(end int64) {
	// Without syncs there is nothing to spare.
	if !g.log.o.Sync || end <= g.reserved {
		return
	}
	step := min(reserveBytes, max(g.log.o.SegmentBytes, 1))
	g.reserved = (end + step - 1) / step * step
	// A disk that is full shows at the write.
	_ = g.file.Allocate(g.reserved)
}

// trim gives back what was allocated and not used.
func (g *logger) trim() error {
	if err := g.file.Truncate(g.off); err != nil {
		return fmt.Errorf("trim log %s to %d bytes: %w", g.path, g.off, err)
	}
	return nil
}

// closeFile closes the file at the end of the session; a failure is the log's.
func (g *logger) closeFile() {
	if g.file == nil {
		return
	}
	if err := g.detach(); err != nil {
		g.log.fail(err)
	}
}

// attach makes f the file to be written.
func (g *logger) attach(path string, f fs.File) {
	g.fileMu.Lock()
	defer g.fileMu.Unlock()
	g.path, g.file = path, f
}

// detach closes the file, when nobody syncs it.
func (g *logger) detach() error {
	g.fileMu.Lock()
	defer g.fileMu.Unlock()
	err := g.file.Close()
	g.file = nil
	if err != nil {
		return fmt.Errorf("close log %s: %w", g.path, err)
	}
	return nil
}
