package remote

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"
)

// A Store is a store whose workers stand still between slices. It belongs to one
// goroutine.
type Store interface {
	// Touch makes at least this share of the memory present, before Load.
	Touch(share float64) error
	// Load fills the store with records.
	Load() error
	// Run runs all workers for about d and returns what they did.
	Run(d time.Duration) (Slice, error)
	// StartCaptures takes checkpoints one after another until StopCaptures.
	StartCaptures() error
	// StopCaptures ends them and returns how many images were completed.
	StopCaptures() (images int, err error)
	// Close ends captures that still run and frees the memory.
	Close() error
}

// A Program is what a child offers.
type Program struct {
	Algorithms []string                                      // that it can open
	Open       func(context.Context, Cell) (Store, error)    // opens a store for slices; one at a time
	Exact      func(context.Context, Cell) ([]Figure, error) // measures the figures that do not vary
}

// Serve answers requests from in on out until in ends. It closes a store that is
// still open then.
func (p Program) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	s := server{program: p}
	lines, answers := json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)
	for {
		var q request
		if err := lines.Decode(&q); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			} else {
				err = fmt.Errorf("read a request: %w", err)
			}
			return errors.Join(err, s.close())
		}
		r, err := s.answer(ctx, q)
		if err != nil {
			r = reply{Error: err.Error()}
		}
		if err := answers.Encode(r); err != nil {
			return errors.Join(fmt.Errorf("write a reply: %w", err), s.close())
		}
	}
}

// A server answers requests about the one store that is open.
type server struct {
	program Program
	store   Store // nil: none is open
}

// answer does what a request asks for. An error is part of the reply, and ends nothing.
func (s *server) answer(ctx context.Context, q request) (r reply, err error) {
	switch q.Op {
	case opHello:
		return reply{Version: Version, Go: runtime.Version(), Algorithms: s.program.Algorithms}, nil
	case opOpen:
		if err := s.close(); err != nil {
			return r, err
		}
		s.store, err = s.program.Open(ctx, q.Cell)
		return r, err
	case opExact:
		r.Figures, err = s.program.Exact(ctx, q.Cell)
		return r, err
	case opClose:
		return r, s.close()
	}
	if s.store == nil {
		return r, fmt.Errorf("%s: no store is open, or no such operation", q.Op)
	}
	return s.use(q)
}

// use answers a request about the open store.
func (s *server) use(q request) (r reply, err error) {
	switch {
	case q.Op == opTouch:
		err = s.store.Touch(q.Share)
	case q.Op == opLoad:
		err = s.store.Load()
	case q.Op == opRun:
		r.Slice, err = s.store.Run(time.Duration(q.Nanoseconds))
	case q.Op == opCapture && q.On:
		err = s.store.StartCaptures()
	case q.Op == opCapture:
		r.Images, err = s.store.StopCaptures()
	default:
		err = fmt.Errorf("unknown operation %q", q.Op)
	}
	return r, err
}

// close closes the store that is open, if one is.
func (s *server) close() error {
	if s.store == nil {
		return nil
	}
	err := s.store.Close()
	s.store = nil
	return err
}
