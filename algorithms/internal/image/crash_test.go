package image

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// A scenario takes several images, reopening in between, and knows what each
// should hold. It uses one stream, so that a seed gives nearly the same calls
// again (two blocks under way may swap places).
type scenario struct {
	progress
	content map[uint64][]durable.Record
}

// run takes full, full, partial, partial, then after a restart full, full. It
// stops at the first error.
func (s *scenario) run(fsys fs.FS) error {
	s.content = map[uint64][]durable.Record{}
	for _, bases := range [][]bool{{false, false, true, true}, {false, false}} {
		d, err := Open(testOptions(fsys))
		if err != nil {
			return err
		}
		for _, partial := range bases {
			if err := s.take(d, partial); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *scenario) take(d *Dir, partial bool) error {
	base := uint64(0)
	if partial {
		base = s.committed
	}
	w, err := d.BeginPartial(base)
	if err != nil {
		return err
	}
	defer w.Abort()
	s.trying = w.Seq()
	s.content[s.trying] = someRecords(s.trying, 12)
	if err := fill(ctx(), w, s.content[s.trying]); err != nil {
		return err
	}
	if _, err := w.Commit(ctx(), Point{Kind: "commit", Seq: s.trying}); err != nil {
		return err
	}
	s.committed = s.trying
	return nil
}

// check reports whether fsys holds the last image committed or the one tried,
// wholly.
func (s *scenario) check(fsys fs.FS) error {
	set, err := s.latest(fsys)
	if set == nil {
		return err
	}
	for _, ref := range set.Images {
		got, err := scanAll(fsys, ref.Path, 1)
		if err != nil {
			return err
		}
		if err := sameRecords(got, s.content[ref.Seq]); err != nil {
			return fmt.Errorf("%s: %w", ref.Path, err)
		}
	}
	return nil
}

// goOn opens the directory, takes one more image and checks that it counts.
func (s *scenario) goOn(fsys fs.FS) error {
	d, err := Open(testOptions(fsys))
	if err != nil {
		return err
	}
	next := &scenario{content: s.content, progress: progress{committed: d.Newest()}}
	if err := next.take(d, next.committed != 0); err != nil {
		return err
	}
	if next.committed != next.trying {
		return errors.New("not committed")
	}
	return errors.Join(verified(fsys), next.check(fsys))
}

// Whichever call of the file system fails, and however, the newest image is the
// old one or the new one, and the next checkpoint succeeds.
func TestFaults(t *testing.T) {
	t.Parallel()
	everyFault(t, 5, func() trip { return new(scenario) })
}

// A Dir that met a failure goes on in the same process.
func TestFaultAndOn(t *testing.T) {
	for n := 1; ; n++ {
		mem := fstest.NewMem()
		fails := 0
		fsys := failing(mem, &fails, n%2 == 0)
		s := &scenario{content: map[uint64][]durable.Record{}}
		d := open(t, testOptions(fsys))
		take := func() error { return s.take(d, false) }
		if err := errors.Join(take(), take()); err != nil {
			t.Fatal(err)
		}
		fails = n
		failure := take()
		if fails > 0 {
			break // n is beyond the last call
		}
		if err := s.check(mem); err != nil {
			t.Fatalf("call %d (%v): %v", n, failure, err)
		}
		if err := errors.Join(take(), take(), take()); err != nil {
			t.Fatalf("after call %d: %v", n, err)
		}
		if err := s.check(mem); err != nil {
			t.Fatalf("after call %d: %v", n, err)
		}
		if got, want := len(names(t, mem)), 4; got != want {
			t.Fatalf("after call %d (%v): %d files, want %d: %v", n, failure, got, want, names(t, mem))
		}
	}
}

// A power cut before any call leaves the old image or the new one, and the
// program starts again from it.
func TestCrash(t *testing.T) {
	t.Parallel()
	seeds := uint64(3)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(seed, 2))
		mem, s, n := fstest.NewMem(), new(scenario), 0
		crash := func(_ int, c fstest.Call) fstest.Outcome {
			n++
			clone := mem.CrashClone(rng)
			if err := s.check(clone); err != nil {
				t.Errorf("seed %d: power cut before call %d (%v): %v", seed, n, c, err)
			}
			if err := s.goOn(clone); err != nil {
				t.Errorf("seed %d: after a power cut before call %d (%v): %v", seed, n, c, err)
			}
			return fstest.Outcome{}
		}
		if err := s.run(fstest.NewFault(mem, crash)); err != nil {
			t.Fatal(err)
		}
		for range 4 {
			crash(0, fstest.Call{Op: "end"})
		}
	}
}

func TestNoSpace(t *testing.T) {
	mem := fstest.NewMem()
	full := false
	fsys := fstest.NewFault(mem, func(_ int, c fstest.Call) fstest.Outcome {
		if full && c.Op == "write" && c.Off > 3*fs.Align {
			return fstest.NoSpace()
		}
		return fstest.Outcome{}
	})
	d := open(t, testOptions(fsys))
	first := mustTake(t, d, 0, someRecords(1, 100), Point{})
	full = true
	_, err := take(d, 0, someRecords(2, 100), Point{})
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "image-000002") ||
		!strings.Contains(err.Error(), "the image before stays") {
		t.Errorf("the error is not clear: %v", err)
	}
	set, problems, err := Latest(mem, testDir)
	if err != nil || len(problems) > 0 || set.Newest().Path != first.Path {
		t.Errorf("Latest: %v, %v, %v", set, problems, err)
	}
	if got := fmt.Sprint(names(t, mem)); got != "[MANIFEST-000001 image-000001]" {
		t.Errorf("left: %v", got)
	}
}
