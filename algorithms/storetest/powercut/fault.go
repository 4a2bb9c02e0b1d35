package main

import (
	"io"
	"math/rand/v2"
	"syscall"

	"ckptbench/algorithms/internal/fs/fstest"
)

// A fault has a call of the disk fail: the n-th that changes something, or the n-th of an
// operation. A disk that is full stays so.
// The camera's mutex protects it.
type fault struct {
	n       int
	op      string         // only such calls count; empty: any
	kind    int            // which of the ways to fail that its call has; see ways
	outcome fstest.Outcome // zero: by kind
	sticky  bool           // all later calls of op fail, too
	hit     string         // the first call that failed; empty: none yet
}

// newFault returns a fault by chance.
// Calls of a generation are some hundreds, so most faults hit.
func newFault(rng *rand.Rand) *fault {
	f := &fault{n: 1 + rng.IntN(120)}
	switch rng.IntN(5) {
	case 0:
		f.outcome = fstest.Outcome{Err: syscall.EIO}
	case 1:
		f.outcome = fstest.Outcome{Err: io.ErrShortWrite, Short: rng.IntN(4096)}
	case 2: // the answer is lost, and not the deed
		f.outcome = fstest.Outcome{Err: syscall.EIO, Done: true}
	case 3: // the disk is full
		f.outcome, f.sticky, f.op = fstest.NoSpace(), true, "write"
	case 4: // once; Linux has the pages as clean from then on
		f.outcome, f.op, f.n = fstest.Outcome{Err: syscall.EIO}, "sync", 1+rng.IntN(40)
	}
	return f
}

// ways returns the ways in which a call can fail: it is not done; it is done and the
// answer is lost; of a write, a part is done; and of what takes room, the disk is full,
// from then on.
func ways(op string) []fstest.Outcome {
	// EIO is a disk that has a fault.
	all := []fstest.Outcome{{Err: syscall.EIO}, {Err: syscall.EIO, Done: true}}
	switch op {
	case "write":
		all = append(all, fstest.Outcome{Err: io.ErrShortWrite, Short: 1000}, fstest.NoSpace())
	case "create", "mkdir":
		all = append(all, fstest.NoSpace())
	}
	return all
}

// mostWays is how many ways a call has at the most.
const mostWays = 4

// strike returns what becomes of a call.
func (f *fault) strike(call fstest.Call) fstest.Outcome {
	if f.op != "" && f.op != call.Op {
		return fstest.Outcome{}
	}
	// Calls that do not count were passed above.
	f.n--
	if f.n > 0 || f.n < 0 && !f.sticky {
		return fstest.Outcome{}
	}
	if f.hit == "" {
		f.hit = call.String()
	}
	if f.outcome.Err == nil {
		all := ways(call.Op)
		f.outcome = all[f.kind%len(all)]
		if f.outcome == fstest.NoSpace() {
			f.op, f.sticky = "write", true
		}
	}
	return f.outcome
}
