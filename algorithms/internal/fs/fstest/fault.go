package fstest

import (
	"io"
	"sync"
	"syscall"

	"ckptbench/algorithms/internal/fs"
)

// A Fault is a file system in which calls fail on purpose. The calls are counted from 1,
// over all files and goroutines. Its methods may be called concurrently.
type Fault struct {
	fs.FS
	// Called under mu.
	decide func(n int, c Call) Outcome

	mu sync.Mutex
	n  int // calls so far; protected by mu
}

// NewFault wraps fsys. Before each call it asks decide, under a lock, what is
// to become of the n-th one; decide may be nil, which lets everything through.
func NewFault(fsys fs.FS, decide func(n int, c Call) Outcome) *Fault {
	f := &Fault{decide: decide}
	f.FS = Hook(fsys, f.next)
	return f
}

// next counts a call and returns its outcome. decide runs under mu: it need not be safe
// for concurrent use, and must not call the file system.
func (f *Fault) next(c Call) Outcome {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	if f.decide == nil {
		return Outcome{}
	}
	return f.decide(f.n, c)
}

// Calls returns how many calls were made so far.
// A test runs once without faults to learn how many there are, then once for each.
func (f *Fault) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.n
}

// At gives call n the outcome o and lets all others through.
func At(n int, o Outcome) func(int, Call) Outcome {
	return func(i int, _ Call) Outcome {
		if i == n {
			return o
		}
		return Outcome{}
	}
}

// From gives call n and all after it the outcome o, as when a disk is gone.
func From(n int, o Outcome) func(int, Call) Outcome {
	return func(i int, _ Call) Outcome {
		if i >= n {
			return o
		}
		return Outcome{}
	}
}

// ShortWrite stops a write after n bytes.
// io.ErrShortWrite is what it fails with.
func ShortWrite(n int) Outcome { return Outcome{Err: io.ErrShortWrite, Short: n} }

// NoSpace fails a call as a full disk does.
func NoSpace() Outcome { return Outcome{Err: syscall.ENOSPC} }
