package wal

import (
	"fmt"
	"time"
)

// Open starts a new session of the log in o.Dir: its loggers and its epochs.
// What is on disk stays as it is; the epochs go on above it. A log that is
// damaged before its durable end is refused with a *durable.Damage. Where the log
// ends before o.After, the session says so for all time: see Gap.
// The caller has to keep others from the folder; Close ends the session.
func Open(o Options) (*Log, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := o.FS.MkdirAll(o.Dir); err != nil {
		return nil, fmt.Errorf("make log folder: %w", err)
	}
	// First what is there, then what of it counts, then that made durable; a new file comes
	// last.
	sv, err := look(o.FS, o.Dir)
	if err != nil {
		return nil, err
	}
	// Damage before the durable end stops here: a new session would cut the log where it can
	// still be read.
	e, err := sv.end(o.FS, 0)
	if err != nil {
		return nil, err
	}
	if err := sv.rewrite(o.FS, e.tails); err != nil {
		return nil, err
	}
	l := newLog(o, sv, e)
	// All files of a session are there before any frame of it is written: a session of which one
	// is missing has lost it.
	for _, g := range l.loggers {
		if err := g.create(); err != nil {
			for _, g := range l.loggers {
				g.closeFile()
			}
			return nil, err
		}
	}
	l.start()
	return l, nil
}

// newLog returns a log whose goroutines do not run yet.
func newLog(o Options, sv *survey, e end) *Log {
	// Above everything that was ever given out, also in what is cut: an epoch of two meanings
	// could not be replayed.
	base := max(e.highest, o.After, o.Above)
	session := uint64(1)
	if n := len(sv.sessions); n > 0 {
		session = sv.sessions[n-1].session + 1
	}
	known := uint64(0)
	// The log ends before the state that the session goes on from; the headers say so from now
	// on.
	if o.After > e.epoch {
		known = o.After
	}
	l := &Log{
		o: o,
		header: header{
			sync: o.Sync, loggers: o.Loggers, number: sv.number, session: session,
			prev: e.epoch, base: base, known: known, first: base + 1, before: base,
		},
		files: sv.sealed(),
		quit:  make(chan struct{}),
		halt:  make(chan struct{}),
		stop:  make(chan struct{}),
		moved: make(chan struct{}),
	}
	l.epoch.Store(base + 1)
	l.closed.Store(base)
	l.durable.Store(base)
	l.times.add(base, time.Now())
	l.dirty.Store(base)
	for i := range o.Loggers {
		l.loggers = append(l.loggers, newLogger(l, i))
	}
	// Workers are dealt to loggers in turn.
	for i := range o.Workers {
		l.buffers = append(l.buffers, newBuffer(l, l.loggers[i%o.Loggers]))
	}
	l.notes.init(l)
	return l
}

// sealed lists all files of earlier sessions.
// They can be truncated like segments of this session.
func (sv *survey) sealed() []sealed {
	var out []sealed
	for _, path := range sv.empty {
		out = append(out, sealed{path: path})
	}
	for _, s := range sv.sessions {
		for _, c := range s.chains {
			// A segment's last epoch is known from the header of the next one, and for the last
			// from the cut.
			for i, seg := range c {
				last := s.cut
				if i+1 < len(c) {
					last = min(last, c[i+1].before)
				}
				out = append(out, sealed{seg.path, last})
			}
		}
	}
	return out
}

// start begins the clock and the loggers.
func (l *Log) start() {
	l.clockDone.Go(l.clock)
	for _, g := range l.loggers {
		l.loggersDone.Go(g.run)
	}
}
