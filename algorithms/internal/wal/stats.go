package wal

import "time"

// Stats are counts since Open.
type Stats struct {
	Bytes     uint64        // written to the files
	Records   uint64        // transactions and note chunks drained
	Groups    uint64        // epoch marks, over all loggers
	Syncs     uint64        // of log files
	SyncTime  time.Duration // in them, over all loggers
	Stalls    uint64        // commits that found their ring full
	StallTime time.Duration // in them, over all workers
	Segments  int           // files of the log, with those of earlier sessions
}

// Stats returns the counts; they are not a snapshot of one moment.
// It may be called concurrently, also with Commit.
func (l *Log) Stats() Stats {
	var s Stats
	for _, g := range l.loggers {
		s.Bytes += g.bytes.Load()
		s.Records += g.records.Load()
		s.Groups += g.groups.Load()
		s.Syncs += g.syncs.Load()
		s.SyncTime += time.Duration(g.syncTime.Load())
	}
	for _, b := range append([]*Buffer{l.notes.buf}, l.buffers...) {
		s.Stalls += b.stalls.Load()
		s.StallTime += time.Duration(b.stallTime.Load())
	}
	l.filesMu.Lock()
	defer l.filesMu.Unlock()
	s.Segments = len(l.files) + len(l.loggers)
	return s
}
