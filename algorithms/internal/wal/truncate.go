package wal

import "fmt"

// Truncate deletes the files that hold no epoch above upTo, which has to be
// durable, and covered by an image that is. Replay then has to start from upTo
// or later. The files being written always stay.
func (l *Log) Truncate(upTo uint64) error {
	if d := l.Durable(); upTo > d {
		return fmt.Errorf("truncate log %s to epoch %d: only epoch %d is durable; wait for it first", l.o.Dir, upTo, d)
	}
	l.filesMu.Lock()
	defer l.filesMu.Unlock()
	keep := l.files[:0]
	var first error
	gone := 0
	for _, f := range l.files {
		if f.last > upTo || first != nil {
			keep = append(keep, f)
			continue
		}
		if err := l.o.FS.Remove(f.path); err != nil {
			first = fmt.Errorf("truncate log: %w", err)
			keep = append(keep, f)
			continue
		}
		gone++
	}
	l.files = keep
	if first != nil || gone == 0 {
		return first
	}
	if err := l.o.FS.SyncDir(l.o.Dir); err != nil {
		return fmt.Errorf("sync log folder %s: %w", l.o.Dir, err)
	}
	return nil
}
