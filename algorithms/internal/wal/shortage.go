package wal

import (
	"errors"
	"fmt"
	iofs "io/fs"
	"path/filepath"

	"ckptbench/algorithms/internal/fs"
)

// A Shortage is epochs that a reader of a log needs and that no file of it holds.
type Shortage struct {
	File     string // at which they are missed; the folder where there is no file
	From, To uint64 // the first and the last of them
	Why      string
}

// String returns "epochs 61 to 73 are missing: log-0-00000002 ends at epoch 60".
func (s Shortage) String() string {
	epochs := fmt.Sprintf("epoch %d is", s.From)
	if s.To > s.From {
		epochs = fmt.Sprintf("epochs %d to %d are", s.From, s.To)
	}
	return fmt.Sprintf("%s missing: %s %s", epochs, filepath.Base(s.File), s.Why)
}

// Shortages returns what the log in dir lacks of the epochs after from, up to to and up
// to its own end, oldest first, and the epoch of that end. It reads the headers of the
// files and the last file of each logger. A folder that is not there is a log of nothing.
// An end that is damaged, and not torn, is a *durable.Damage.
func Shortages(fsys fs.FS, dir string, from, to uint64) (short []Shortage, ends uint64, err error) {
	sv, err := look(fsys, dir)
	if errors.Is(err, iofs.ErrNotExist) {
		sv, err = &survey{dir: dir}, nil
	}
	if err != nil {
		return nil, 0, err
	}
	// The end of the last session; the ends of the others are noted by those that follow them.
	e, err := sv.end(fsys, 0)
	if err != nil {
		return nil, 0, err
	}
	for i, s := range sv.sessions {
		short = append(short, sv.before(i, from, to)...)
		// Of every session but the last, the last file of each logger has to reach the cut.
		for logger, chain := range s.chains {
			short = append(short, sv.within(s, logger, from)...)
			if len(chain) == 0 || i == len(sv.sessions)-1 || s.cut <= from {
				continue
			}
			t, err := readTail(fsys, chain[len(chain)-1], s.cut)
			if err != nil {
				return nil, 0, err
			}
			if since := max(from, t.mark); since < s.cut {
				short = append(short, Shortage{t.path, since + 1, s.cut, fmt.Sprintf(
					"ends at epoch %d, and %s is the next that is there", t.mark, filepath.Base(sv.sessions[i+1].any()))})
			}
		}
	}
	// What was asked for beyond the log's end.
	last := Shortage{File: dir, From: max(from, e.epoch) + 1, To: to, Why: "holds no log"}
	if last.From > last.To {
		return short, e.epoch, nil
	}
	if len(e.tails) > 0 {
		last.File, last.Why = e.first().path, fmt.Sprintf("ends at epoch %d", e.epoch)
	}
	return append(short, last), e.epoch, nil
}

// first returns the tail at which the log ends.
// The others have marks beyond it.
func (e *end) first() tail {
	for _, t := range e.tails {
		if t.mark == e.epoch {
			return t
		}
	}
	return e.tails[0]
}

// before returns what is missing ahead of a session. Files that are missing between two
// sessions show at the end of the first.
func (sv *survey) before(i int, from, to uint64) (short []Shortage) {
	s := sv.sessions[i]
	// Sessions are numbered from 1, so an earlier one was removed, or truncated.
	if i == 0 && s.session != 1 && s.prev > from {
		short = append(short, Shortage{s.any(), from + 1, s.prev, "is there, and files before it are not"})
	}
	since := max(from, s.prev)
	// Epochs between two sessions are lost if a state was found above them, and otherwise never
	// were durable; but a state that claims to hold a part of them does not fit.
	switch {
	case s.known > since:
		short = append(short, Shortage{s.any(), since + 1, s.known, "was begun when the log before it had been lost"})
	case s.known == 0 && to > since && to <= s.base:
		short = append(short, Shortage{s.any(), since + 1, to,
			fmt.Sprintf("was begun when the log ended at epoch %d", s.prev)})
	}
	return short
}

// within returns what is missing of one logger's files of a session.
func (sv *survey) within(s *session, logger int, from uint64) (short []Shortage) {
	name := filepath.Join(sv.dir, fmt.Sprintf("log-%d-*", logger))
	// There is no file at all of this logger.
	if len(s.chains[logger]) == 0 {
		if since := max(from, s.base); s.cut > since {
			short = append(short, Shortage{name, since + 1, s.cut, fmt.Sprintf("of session %d is not there", s.session)})
		}
		return short
	}
	// Parts are numbered from 0 within session and logger; a jump is a file that is gone.
	part, since := uint64(0), max(from, s.base)
	for _, seg := range s.chains[logger] {
		if seg.part != part && seg.before > since {
			short = append(short, Shortage{seg.path, since + 1, seg.before, "is there, and the file before it is not"})
		}
		part, since = seg.part+1, max(since, seg.before)
	}
	return short
}
