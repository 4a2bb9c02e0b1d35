//go:build linux

package fork

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// state returns the letter of a process's state: S sleeps, T is stopped.
func state(t *testing.T, pid int) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return rest[:1]
}

// await returns when the process is in a state.
func await(t *testing.T, pid int, want string) {
	t.Helper()
	for state(t, pid) != want {
		time.Sleep(time.Millisecond)
	}
}

// stopped stops the clone where it waits, and kills it when the test hangs:
// nothing else would ever end it then.
func stopped(t *testing.T, s *Snapshot) {
	t.Helper()
	pid := s.Pid()
	watch := time.AfterFunc(30*time.Second, func() {
		t.Error("it hangs: nobody killed the stopped clone")
		_ = unix.Kill(pid, unix.SIGKILL)
	})
	t.Cleanup(func() { watch.Stop() })
	await(t, s.Pid(), "S")
	if err := unix.Kill(s.Pid(), unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	await(t, s.Pid(), "T")
}

// A clone that is stopped in the middle of a write, which makes it a short
// one, goes on where it was.
func TestShortWrite(t *testing.T) {
	p := random(t, 4*pipeBytes, false)
	s := take(t, context.Background(), p)
	stopped(t, s)
	if err := unix.Kill(s.Pid(), unix.SIGCONT); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(p))
	if err := errors.Join(s.Read(got), s.End()); err != nil || !bytes.Equal(got, p) {
		t.Errorf("%v, or not what was in memory", err)
	}
}

// A write that fails is reported with what was done and why, to whoever reads
// on, and to whoever read only what came before.
func TestWriteFails(t *testing.T) {
	p := random(t, 1000, false)
	check := func(err error) {
		t.Helper()
		if !errors.Is(err, unix.EFAULT) || !strings.Contains(err.Error(), "write") ||
			!strings.Contains(err.Error(), "1000 of 5096 bytes") {
			t.Errorf("%v; want a write that failed with %v after 1000 of 5096 bytes", err, unix.EFAULT)
		}
	}
	s := take(t, context.Background(), p, nowhere(t))
	check(s.Read(make([]byte, 2000)))
	check(s.End())

	s = take(t, context.Background(), p, nowhere(t))
	if err := s.Read(make([]byte, 1000)); err != nil {
		t.Error(err)
	}
	check(s.End())
}

// A clone that cannot be made is no snapshot, and leaves nothing.
func TestCloneFails(t *testing.T) {
	leavesNothing(t)
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	s.flags = unix.CLONE_SIGHAND // without CLONE_VM, which the kernel refuses
	err = s.Take(context.Background(), nil)
	if !errors.Is(err, unix.EINVAL) || !strings.Contains(err.Error(), "clone") || s.Pid() != 0 {
		t.Errorf("%v, process %d; want a clone that failed with %v", err, s.Pid(), unix.EINVAL)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// A clone that is killed is reported, wherever it was.
func TestKilled(t *testing.T) {
	check := func(err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), "killed by signal 9") {
			t.Errorf("%v; want that it was killed", err)
		}
	}
	p := random(t, 2*pipeBytes, false)
	s := take(t, context.Background(), p)
	await(t, s.Pid(), "S")
	if err := unix.Kill(s.Pid(), unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	await(t, s.Pid(), "Z") // until then it writes, if there is room
	check(s.Read(p))

	s = take(t, context.Background(), p)
	if err := s.Read(p); err != nil {
		t.Error(err)
	}
	if err := unix.Kill(s.Pid(), unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	check(s.End())
}

// Not reading to the end is an error of End, which does not wait for a reader.
func TestNotReadToTheEnd(t *testing.T) {
	p := random(t, 2*pipeBytes, false)
	for _, n := range []int{100, len(p)} {
		err := take(t, context.Background(), p[:n]).End()
		if want := fmt.Sprintf("goes on writing after 1 of %d bytes", n); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want that it %s", err, want)
		}
	}
}

// Closing in the middle, or again, leaves nothing.
func TestClose(t *testing.T) {
	p := random(t, 2*pipeBytes, false)
	s := take(t, context.Background(), p)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// When the context ends, whatever waits returns its error: before the clone,
// while the clone writes nothing any more, and while it does not end.
func TestCancelled(t *testing.T) {
	p := random(t, 2*pipeBytes, false)
	cancelled := func(err error) {
		t.Helper()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want %v", err, context.Canceled)
		}
	}
	t.Run("before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		cancelled(take(t, ctx, p).Read(p))
	})
	t.Run("in Read", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		s := take(t, ctx, p)
		stopped(t, s)
		time.AfterFunc(10*time.Millisecond, cancel)
		cancelled(s.Read(make([]byte, len(p))))
	})
	t.Run("in End", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		s := take(t, ctx, p)
		if err := s.Read(make([]byte, len(p))); err != nil {
			t.Error(err)
		}
		stopped(t, s)
		time.AfterFunc(10*time.Millisecond, cancel)
		cancelled(s.End())
	})
}

// The clone has no file of this process open but its ends of the pipes.
func TestFilesClosed(t *testing.T) {
	s := take(t, context.Background(), random(t, 2*pipeBytes, false))
	if err := s.Read(make([]byte, 1)); err != nil { // they are closed before it writes
		t.Fatal(err)
	}
	dir := fmt.Sprintf("/proc/%d/fd", s.Pid())
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range names {
		to, _ := os.Readlink(dir + "/" + e.Name())
		if len(names) != 2 || !strings.HasPrefix(to, "pipe:") {
			t.Errorf("file %s of the clone is %s", e.Name(), to)
		}
	}
}
