package wal

import (
	"errors"
	iofs "io/fs"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

// A Gap is the epochs between two sessions: those in (After, Until] are in no
// file that counts.
//
// After a crash they are what was torn, and never durable: nothing is lost.
// But a state that holds a part of them, such as an image that was published
// ahead of its log, does not fit the sessions that follow.
//
// If Known is not 0 the log had lost its end, and the session goes on from a
// state that was found elsewhere, at epoch Known: what the log held between After
// and there cannot be replayed. Known is then in (After, Until].
// All epochs are of the log's own count.
type Gap struct {
	File                string // of the session that follows
	After, Until, Known uint64
}

// gap is the part of the log before the session that no file holds.
func (s *session) gap() Gap { return Gap{s.any(), s.prev, s.base, s.known} }

// damage is the error of a replay that needs the gap, from an epoch on.
func (g Gap) damage(from uint64) *durable.Damage {
	return damaged(g.File, 0,
		"the log of epochs %d to %d was lost before this file was begun; it is needed from epoch %d on",
		g.After+1, g.Known, from)
}

// Gaps returns the gaps of the log in dir, oldest first. It reads no more than
// the headers of the files, and may run beside an open Log.
// It may be called concurrently.
func Gaps(fsys fs.FS, dir string) ([]Gap, error) {
	sv, err := look(fsys, dir)
	if err != nil {
		return nil, err
	}
	var gaps []Gap
	for _, s := range sv.sessions {
		if s.prev < s.base {
			gaps = append(gaps, s.gap())
		}
	}
	return gaps, nil
}

// End returns the epoch at which the log in dir ends: what Open would go on
// after. It is 0 where there is no log. One that is damaged before its durable end
// is a *durable.Damage.
// It reads the headers of the files and the last file of each logger. It may run beside an open
// Log, whose end then moves.
func End(fsys fs.FS, dir string) (uint64, error) {
	sv, err := look(fsys, dir)
	if errors.Is(err, iofs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	e, err := sv.end(fsys, 0)
	return e.epoch, err
}
