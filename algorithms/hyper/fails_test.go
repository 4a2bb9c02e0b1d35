//go:build linux

package hyper

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ckptbench/algorithms/hyper/internal/fork"
	"ckptbench/algorithms/store"
)

// A checkpoint whose snapshot fails says at which step and why, leaves neither
// a process nor a file open, and keeps the image before; the store goes on, and
// the next image is right.
func TestFails(t *testing.T) {
	hole, err := unix.Mmap(-1, 0, 4096, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(hole)
	r := newRig(t)
	check := func(name string, meddle func(*rig), want error, text string) {
		t.Run(name, func(t *testing.T) {
			defer func(outer *testing.T) { r.T = outer }(r.T)
			r.T = t
			before, files := r.image(), r.files()
			meddle(r)
			r.work(23)
			_, err := r.s.Checkpoint(context.Background())
			if err == nil || want != nil && !errors.Is(err, want) || !strings.Contains(err.Error(), text) {
				t.Errorf("%v; want %q and %v", err, text, want)
			}
			if n := r.files(); n != files {
				t.Errorf("%d files are open, there were %d", n, files)
			}
			if !maps.Equal(r.image(), before) {
				t.Error("the image before has changed")
			}
			if own := r.s.Memory().Own; own != 0 {
				t.Errorf("%d bytes of own memory are left", own)
			}
			r.next, r.full = meddled{}, false
			r.work(23)
			_, err = r.s.Checkpoint(context.Background())
			r.must(err)
			if !maps.Equal(r.image(), state(r.s)) {
				t.Error("the next image is not what is in memory")
			}
		})
	}
	check("no clone", func(r *rig) {
		r.next.taking = func([][]byte) ([][]byte, error) { return nil, unix.EAGAIN }
	}, unix.EAGAIN, "")
	check("first write", func(r *rig) {
		r.next.taking = func(m [][]byte) ([][]byte, error) { return append([][]byte{hole}, m...), nil }
	}, unix.EFAULT, "write in the snapshot's process, after 0 of")
	check("last write", func(r *rig) {
		r.next.taking = func(m [][]byte) ([][]byte, error) { return append(m[:len(m)-1:len(m)-1], hole), nil }
	}, unix.EFAULT, "write in the snapshot's process")
	check("write after all was read", func(r *rig) {
		r.next.taking = func(m [][]byte) ([][]byte, error) { return append(m, hole), nil }
	}, unix.EFAULT, "write in the snapshot's process")
	check("killed", func(r *rig) {
		r.next.reading = func(s *fork.Snapshot) {
			if s.Pid() != 0 {
				_ = unix.Kill(s.Pid(), unix.SIGKILL)
			}
		}
	}, nil, "killed by signal 9")
	check("full disk", func(r *rig) { r.full = true }, unix.ENOSPC, "room for one more")
}

// What is written, inserted and deleted while the clone writes is in the next
// image and not in this one.
func TestWrittenMeanwhile(t *testing.T) {
	r := newRig(t)
	for range 3 {
		r.work(23)
		want := state(r.s)
		r.next.reading = func(*fork.Snapshot) { r.work(61) }
		report, err := r.s.Checkpoint(context.Background())
		r.must(err)
		if !maps.Equal(r.image(), want) {
			t.Error("the image is not what was in memory when the process was cloned")
		}
		r.inOrder(report.Marks, store.MarkClosed, store.MarkPoint, MarkCloned, store.MarkOpened, store.MarkCapture)
		if m := r.s.Memory(); m.Peak == 0 || m.Own != 0 {
			t.Errorf("%d bytes of pages were copied at the most, and %d now", m.Peak, m.Own)
		}
	}
}

// inOrder checks that the marks are there, one after the other.
func (r *rig) inOrder(marks []store.Mark, names ...string) {
	r.Helper()
	for _, m := range marks {
		if len(names) > 0 && m.Name == names[0] {
			names = names[1:]
		}
	}
	if len(names) > 0 {
		r.Errorf("%q is not where it should be among the marks %v", names[0], marks)
	}
}

// A context that ends when it is looked at for the n-th time.
type looked struct {
	context.Context
	cancel context.CancelFunc
	left   int
}

func (c *looked) Err() error {
	if c.left--; c.left == 0 {
		c.cancel()
	}
	return c.Context.Err()
}

// Wherever a checkpoint is cancelled, neither a process nor a file is left.
func TestCancelled(t *testing.T) {
	r := newRig(t)
	files := r.files()
	r.next.reading = func(*fork.Snapshot) { r.work(997) }
	for n, failed := 1, true; failed; n++ {
		inner, cancel := context.WithCancel(context.Background())
		ctx := &looked{inner, cancel, n}
		_, err := r.s.Checkpoint(ctx)
		cancel()
		failed = err != nil
		if failed && !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled at look %d: %v", n, err)
		}
		if now := r.files(); now != files {
			t.Fatalf("cancelled at look %d: %d files are open, there were %d", n, now, files)
		}
	}
	r.next = meddled{}
	_, err := r.s.Checkpoint(context.Background())
	r.must(err)
	if !maps.Equal(r.image(), state(r.s)) {
		t.Error("the image after all that is not what is in memory")
	}
}

// A clone that stands still holds the checkpoint up only until it is cancelled.
func TestCancelledWhileStopped(t *testing.T) {
	r := newRig(t)
	files := r.files()
	ctx, cancel := context.WithCancel(context.Background())
	r.next.reading = func(s *fork.Snapshot) {
		if pid := s.Pid(); pid != 0 {
			_ = unix.Kill(pid, unix.SIGSTOP)
			time.AfterFunc(5*time.Millisecond, cancel)
			watch := time.AfterFunc(30*time.Second, func() {
				t.Error("it hangs: nobody killed the stopped clone")
				_ = unix.Kill(pid, unix.SIGKILL)
			})
			t.Cleanup(func() { watch.Stop() })
		}
	}
	if _, err := r.s.Checkpoint(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
	if now := r.files(); now != files {
		t.Errorf("%d files are open, there were %d", now, files)
	}
}
