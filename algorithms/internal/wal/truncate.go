package wal

import (
	"errors"
	"fmt"

	"ckptbench/algorithms/internal/durable"
)

// Truncate deletes the files that hold no epoch above upTo, which has to be
// durable, and covered by an image that is. Replay then has to start from upTo
// or later. The files being written always stay.
// It may be called concurrently. After an error the files that are left are tried again by the
// next call.
func (l *Log) Truncate(upTo uint64) error {
	if d := l.Durable(); upTo > d {
		return fmt.Errorf("truncate log %s to epoch %d: only epoch %d is durable; wait for it first", l.o.Dir, upTo, d)
	}
	old := l.takeFiles(upTo)
	if len(old) == 0 {
		return nil
	}
	for i, f := range old {
		if err := l.o.FS.Remove(f.path); err != nil {
			l.filesMu.Lock()
			// What is not removed has to stay in the list.
			l.files = append(l.files, old[i:]...)
			l.filesMu.Unlock()
			return errors.Join(fmt.Errorf("truncate log: %w", err), durable.SyncDir(l.o.FS, l.o.Dir))
		}
	}
	return durable.SyncDir(l.o.FS, l.o.Dir)
}

// takeFiles takes the files up to upTo out of the list. They are removed
// without the lock, so that no logger waits for that at its next rotation.
func (l *Log) takeFiles(upTo uint64) (old []sealed) {
	l.filesMu.Lock()
	defer l.filesMu.Unlock()
	keep := l.files[:0]
	for _, f := range l.files {
		if f.last <= upTo {
			old = append(old, f)
		} else {
			keep = append(keep, f)
		}
	}
	l.files = keep
	return old
}
