package wal

import (
	"context"
	"fmt"
	"maps"

	"ckptbench/algorithms/internal/fs"
)

// A Follower replays an open log bit by bit, each time from where it was: a
// Replay begins at the start of a segment. One goroutine at a time uses it.
// It is for hekaton, which is fed from the log at every checkpoint.
type Follower struct {
	fs  fs.FS
	dir string
	at  uint64
	// Without it every call would read the newest segment from its beginning.
	skip map[string]int64 // by segment: nothing of a later epoch than at stands before this offset
}

// Follow returns a Follower of the log in dir that has everything up to epoch
// from behind it.
func Follow(fsys fs.FS, dir string, from uint64) *Follower {
	return &Follower{fs: fsys, dir: dir, at: from}
}

// At returns the epoch up to which all is handed over.
func (o *Follower) At() uint64 { return o.at }

// Next is Replay from At to an epoch, which must be durable, not 0 and not below
// At. After an error At is what it was.
func (o *Follower) Next(
	ctx context.Context, to uint64, parallel int, f func(part int, c Change) error,
) (ReplayInfo, error) {
	// Nothing is read, not even the folder's listing.
	if to == o.at {
		return ReplayInfo{From: to, To: to, Durable: to}, nil
	}
	skip := map[string]int64{}
	info, err := follow(ctx, o.fs, o.dir, o.at, to, parallel, places{before: o.skip, after: skip}, nil, f)
	// After an error reading begins again where it began.
	if err == nil {
		o.at, o.skip = to, skip
	}
	return info, err
}

// places are where reading begins in a segment, by its path, and where it may
// begin the next time. A mark says that all records of its epoch stand before
// it; but later ones may, too, so it is not enough to go on behind it.
type places struct{ before, after map[string]int64 }

// trust takes the log to reach epoch to, without looking: it is in the open log's
// durable part. Were it not there, reading would meet the end of a file.
// The last session is cut at to: what is behind it may be half written.
func (sv *survey) trust(_ fs.FS, to uint64) (end, error) {
	if len(sv.sessions) == 0 {
		return end{}, fmt.Errorf("follow log %s to epoch %d: there is none", sv.dir, to)
	}
	sv.sessions[len(sv.sessions)-1].cut = to
	return end{epoch: to}, nil
}

// start moves s to where it is to begin.
func (p places) start(s *scanner) { s.off = max(s.off, p.before[s.path]) }

// note notes where reading the chains continues.
func (p places) note(chains []*chain) {
	if p.after == nil {
		return
	}
	clear(p.after) // of sessions before nothing is read again
	for _, c := range chains {
		maps.Copy(p.after, c.resume())
	}
}

// resume returns the offset of the first frame beyond the cut; if there was none,
// that behind the last frame.
// Reading goes on there in the next call, under the same path.
func (c *chain) resume() map[string]int64 {
	switch {
	case c.beyond != "":
		return map[string]int64{c.beyond: c.beyondAt}
	case c.s != nil:
		return map[string]int64{c.s.path: c.s.off}
	}
	return nil
}

// pass notes that fr, at offset at, is beyond the cut.
func (c *chain) pass(at int64) {
	if c.beyond == "" {
		c.beyond, c.beyondAt = c.s.path, at
	}
}
