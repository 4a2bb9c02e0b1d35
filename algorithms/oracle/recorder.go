package oracle

import "sync/atomic"

// Unplaced is the seq of a read-only transaction that the algorithm gives no
// place in its order. The claim is then not checked for it; the dependencies
// through it are.
const Unplaced = ^uint64(0)

// A Recorder collects what the workers of a verification run read and wrote.
// Worker and Full may be called concurrently; History only while no worker
// records.
type Recorder struct {
	limit int64
	logs  []*Log
	// recorded counts accesses in full chunks, tickets the begin and end
	// tickets; each has a cache line to itself, as all workers share them.
	_        [64]byte
	recorded atomic.Int64
	_        [56]byte
	tickets  atomic.Uint64
	_        [56]byte
}

// NewRecorder returns a recorder for the given number of workers. Past about
// limit accesses (24 bytes each) it reports Full; a limit of 0 means none.
func NewRecorder(workers, limit int) *Recorder {
	r := &Recorder{limit: int64(limit)}
	for range workers {
		r.logs = append(r.logs, &Log{recorder: r})
	}
	return r
}

// Worker returns the log of worker i, counted from 0. One goroutine at a time
// may use it.
func (r *Recorder) Worker(i int) *Log { return r.logs[i] }

// Full reports whether the limit is reached, late by at most 4096 accesses a
// worker. Nothing is dropped then: a history with holes would prove nothing.
// It is for the caller to stop the workers.
func (r *Recorder) Full() bool { return r.limit > 0 && r.recorded.Load() >= r.limit }

// A kind is what a transaction did to a record.
type kind uint8

const (
	read kind = iota
	write
	remove
)

// An access is one record read, written or deleted by a transaction.
type access struct {
	key, stamp uint64 // stamp belongs to the version read; 0 for a write or a delete
	table      uint32
	kind       kind
}

// A commit is a transaction that committed. Its accesses are the next ones of its
// log that no commit before it took.
type commit struct {
	id, seq    uint64
	begin, end uint64 // tickets: begin is drawn before the first lock, end after the last write
	accesses   int    // how many
}

// A Log records the transactions of one worker, its session. It belongs to one
// goroutine, takes no locks and allocates a chunk now and then.
type Log struct {
	recorder *Recorder
	accesses chunked[access]
	commits  chunked[commit]
	start    int    // where the open transaction's accesses begin
	begin    uint64 // its begin ticket
	_        [64]byte
}

// Begin opens a transaction and takes its begin ticket. Call it before the
// transaction's first lock. What an earlier Begin opened and nobody ended is
// forgotten.
func (l *Log) Begin() {
	l.accesses.truncate(l.start)
	l.begin = l.recorder.tickets.Add(1)
}

// Read records that the transaction saw the version with this stamp. Reading
// its own write may be recorded or left out.
func (l *Log) Read(table int, key, stamp uint64) {
	l.add(access{key: key, stamp: stamp, table: uint32(table), kind: read})
}

// Write records that the transaction wrote or inserted the record. Repeats are
// allowed; the last Write or Delete of a record decides whether it is present.
func (l *Log) Write(table int, key uint64) {
	l.add(access{key: key, table: uint32(table), kind: write})
}

// Delete records that the transaction deleted the record.
func (l *Log) Delete(table int, key uint64) {
	l.add(access{key: key, table: uint32(table), kind: remove})
}

// add appends an access. Full chunks are counted, without the first of each log: the
// counter is shared, so it changes rarely.
func (l *Log) add(a access) {
	if l.accesses.append(a) && l.accesses.n > 1 {
		l.recorder.recorded.Add(chunkLen)
	}
}

// Commit ends the transaction and takes its end ticket. The id is unique and
// not 0; seq is its place in the order the algorithm claims (a position in the
// commit log, a period, a version, an epoch), equal places being allowed. Call
// it once the commit is decided, before or after the locks are released.
func (l *Log) Commit(id, seq uint64) {
	c := commit{id: id, seq: seq, begin: l.begin, accesses: l.accesses.n - l.start}
	l.start = l.accesses.n
	c.end = l.recorder.tickets.Add(1)
	l.commits.append(c)
}

// Abort forgets the transaction: its writes must have been taken back, stamps
// included.
func (l *Log) Abort() { l.accesses.truncate(l.start) }
