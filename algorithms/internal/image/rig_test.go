package image

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// A trip is a run of images on a file system that may fail on the way, and knows
// what should be there at any moment.
type trip interface {
	run(fsys fs.FS) error   // stops at the first error
	check(fsys fs.FS) error // reports whether the newest image is the last committed, or the one tried
	goOn(fsys fs.FS) error  // opens the directory, goes on in it and checks that
}

// progress is how far a trip came.
type progress struct {
	committed uint64 // the newest image whose Commit returned without error
	trying    uint64 // the image being written, or the last one tried
}

// latest returns what is to be read, which has to be the last image committed or
// the one tried; nil without an error where none was committed.
func (p *progress) latest(fsys fs.FS) (*Set, error) {
	set, problems, err := Latest(fsys, testDir)
	switch {
	case errors.Is(err, ErrNoImage) && p.committed == 0:
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("latest: %w", err)
	case len(problems) > 0:
		return nil, fmt.Errorf("latest passed over %v", problems)
	}
	if seq := set.Newest().Seq; seq != p.committed && seq != p.trying {
		return nil, fmt.Errorf("latest is %d; %d was committed, %d tried", seq, p.committed, p.trying)
	}
	return set, nil
}

// verified reports whether Verify finds nothing.
func verified(fsys fs.FS) error {
	if r, err := Verify(fsys, testDir); err != nil || !r.OK() {
		return fmt.Errorf("verify: %v, %w", r, err)
	}
	return nil
}

var errBroken = errors.New("broken")

// everyFault has every call of a trip fail, or every so many where tests are to
// be short, in every way.
func everyFault(t *testing.T, short int, begin func() trip) {
	counting := fstest.NewFault(fstest.NewMem(), nil)
	if err := begin().run(counting); err != nil {
		t.Fatal(err)
	}
	step := 1
	if testing.Short() {
		step = short
	}
	check := func(name string, decide func(n int) func(int, fstest.Call) fstest.Outcome) {
		t.Run(name, func(t *testing.T) {
			for n := 1; n <= counting.Calls(); n += step {
				mem, s := fstest.NewMem(), begin()
				err := s.run(fstest.NewFault(mem, decide(n)))
				if err != nil && !isFault(err) {
					t.Fatalf("call %d: %v", n, err)
				}
				if err := s.check(mem); err != nil {
					t.Fatalf("call %d: %v", n, err)
				}
				if err := s.goOn(mem); err != nil {
					t.Fatalf("after call %d: %v", n, err)
				}
			}
		})
	}
	at := func(o fstest.Outcome) func(int) func(int, fstest.Call) fstest.Outcome {
		return func(n int) func(int, fstest.Call) fstest.Outcome { return fstest.At(n, o) }
	}
	check("error", at(fstest.Outcome{Err: errBroken}))
	check("done, but error", at(fstest.Outcome{Err: errBroken, Done: true}))
	check("short write", at(fstest.ShortWrite(fs.Align)))
	check("no space", at(fstest.NoSpace()))
	check("dead from here on", func(n int) func(int, fstest.Call) fstest.Outcome {
		return fstest.From(n, fstest.Outcome{Err: errBroken})
	})
}

// isFault reports whether err is one that everyFault gives.
func isFault(err error) bool {
	return errors.Is(err, errBroken) || errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), "short write")
}

// failing returns a file system in which the call fails that brings left, the
// calls until then, to 0; it is done all the same where done says so.
func failing(mem *fstest.Mem, left *int, done bool) fs.FS {
	return fstest.NewFault(mem, func(int, fstest.Call) fstest.Outcome {
		if *left--; *left == 0 {
			return fstest.Outcome{Err: errBroken, Done: done}
		}
		return fstest.Outcome{}
	})
}
