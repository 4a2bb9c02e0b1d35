//go:build linux

package fork

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Supported returns nil: this platform can clone a process that goes on.
func Supported() error { return nil }

// pipeBytes is how far the clone may be ahead of the reader: the most that an
// ordinary user may ask for.
const pipeBytes = 1 << 20

// A Snapshot is a clone of this process and what it writes. Its methods are for
// one goroutine at a time; it must be closed.
type Snapshot struct {
	fds    pipes    // -1 once closed
	data   *os.File // fds.dataR
	flags  uintptr  // see clone
	pid    int      // 0 before the clone and when it has been reaped
	status unix.WaitStatus
	total  int64 // bytes that the clone is to write
	got    int64 // of those, read
	ctx    context.Context
	stop   func() bool   // calls the killing off that ctx's end would bring
	killed chan struct{} // closed when that killing is done
}

// New prepares a snapshot: all that can be done while transactions still run.
func New() (*Snapshot, error) {
	s := &Snapshot{fds: pipes{-1, -1, -1, -1}}
	if err := s.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("pipes of a snapshot: %w", err), s.Close())
	}
	return s, nil
}

// open makes the pipes: one for the data, one that holds the child back until it may go on.
func (s *Snapshot) open() error {
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
		return err
	}
	s.fds.holdR, s.fds.holdW = p[0], p[1]
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
		return err
	}
	s.fds.dataR, s.fds.dataW = p[0], p[1]
	// A user with many pipes is refused; a smaller one is slower.
	_, _ = unix.FcntlInt(uintptr(s.fds.dataW), unix.F_SETPIPE_SZ, pipeBytes)
	// Only the end that is read here: a read that waits can be called off.
	if err := unix.SetNonblock(s.fds.dataR, true); err != nil {
		return err
	}
	s.data = os.NewFile(uintptr(s.fds.dataR), "snapshot")
	return nil
}

// Take clones the process: what is in memory now is what Read returns, part
// after part. Nobody may be writing it until Take returns. When ctx ends the
// clone is killed. Take is called once.
func (s *Snapshot) Take(ctx context.Context, memory [][]byte) error {
	for _, p := range memory {
		s.total += int64(len(p))
	}
	pid, errno := clone(memory, s.fds, s.flags)
	if errno != 0 {
		return fmt.Errorf("clone the process for a snapshot: %w%s", errno, advice(errno))
	}
	s.pid, s.ctx, s.killed = pid, ctx, make(chan struct{})
	// Else the end of the data would not be seen when the clone is dead.
	closeFD(&s.fds.dataW)
	closeFD(&s.fds.holdR)
	data, killed := s.data, s.killed
	s.stop = context.AfterFunc(ctx, func() {
		defer close(killed)
		_ = unix.Kill(pid, unix.SIGKILL) // it is not reaped before this is done
		_ = data.SetReadDeadline(time.Unix(0, 0))
	})
	return nil
}

// advice says what to do about an error of clone.
func advice(errno syscall.Errno) string {
	switch errno {
	case unix.ENOMEM:
		return " (the system promises no second copy of this process's memory: let it overcommit, or use fewer records)"
	case unix.EAGAIN:
		return " (too many processes: raise their limit)"
	}
	return ""
}

// Pid returns the clone's process id, 0 when there is none.
func (s *Snapshot) Pid() int { return s.pid }

// Read fills p with what the clone writes next. It fails with ctx's error, or
// with what became of the clone; Close has to come then.
func (s *Snapshot) Read(p []byte) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	n, err := io.ReadFull(s.data, p)
	s.got += int64(n)
	switch {
	case err == nil:
		return nil
	case s.ctx.Err() != nil:
		return s.ctx.Err()
	case err == io.EOF || err == io.ErrUnexpectedEOF: // it has ended, or waits to be let go
		closeFD(&s.fds.holdW)
		return errors.Join(s.reap(), s.verdict())
	}
	return fmt.Errorf("read from the snapshot's process %d, after %d of %d bytes: %w", s.pid, s.got, s.total, err)
}

// End ends the clone when all that it writes was read, waits until it is gone,
// and reports whether it wrote all of it and nobody killed it.
func (s *Snapshot) End() error {
	if err := s.end(); err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

// end lets the child end, and checks that it wrote just what it was to write.
func (s *Snapshot) end() error {
	closeFD(&s.fds.holdW)
	if s.got < s.total {
		if err := s.Read(make([]byte, 1)); err != nil {
			return err
		}
		return fmt.Errorf("end of the snapshot's process %d: it goes on writing after %d of %d bytes", s.pid, s.got, s.total)
	}
	if err := s.reap(); err != nil {
		return err
	}
	err := s.verdict()
	if e := s.ctx.Err(); err != nil && e != nil && s.status.Signaled() { // we killed it
		return e
	}
	return err
}

// verdict returns an error unless the clone, which has ended, wrote all it had
// to.
func (s *Snapshot) verdict() error {
	after := fmt.Sprintf("after %d of %d bytes were read", s.got, s.total)
	switch st := s.status; {
	case st.Signaled():
		return fmt.Errorf("the snapshot's process was killed by signal %d (%v) %s (if nobody did, memory was short)",
			int(st.Signal()), st.Signal(), after)
	case st.ExitStatus() != 0:
		return fmt.Errorf("write in the snapshot's process, %s: %w", after, syscall.Errno(st.ExitStatus()))
	case s.got != s.total:
		return fmt.Errorf("the snapshot's process ended %s: %w", after, io.ErrUnexpectedEOF)
	}
	return nil
}

// Copied returns the bytes in pages that only the clone has any more: this
// process has written its own copy of them, or given them back. It is 0 when the
// clone has ended, or where the system does not say.
func (s *Snapshot) Copied() int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", s.pid))
	if err != nil {
		return 0
	}
	return field(b, "Private_Clean:") + field(b, "Private_Dirty:")
}

// field returns a field of kilobytes, in bytes.
func field(b []byte, name string) int64 {
	_, rest, _ := bytes.Cut(b, []byte("\n"+name))
	words := bytes.Fields(rest)
	if len(words) == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(string(words[0]), 10, 64)
	return n << 10
}

// Close kills the clone, if there still is one, waits until it is gone, and
// closes what is open.
func (s *Snapshot) Close() error {
	var err error
	if s.pid != 0 {
		_ = unix.Kill(s.pid, unix.SIGKILL)
		err = s.reap()
	}
	s.closeData()
	closeFD(&s.fds.dataW)
	closeFD(&s.fds.holdR)
	closeFD(&s.fds.holdW)
	return err
}

// reap waits for the clone's end and takes its status.
func (s *Snapshot) reap() error {
	if s.pid == 0 {
		return nil
	}
	// Its id stays taken until ctx's end can kill nobody else by it.
	err := retry(func() error { return unix.Waitid(unix.P_PID, s.pid, nil, unix.WEXITED|unix.WNOWAIT|unix.WALL, nil) })
	if !s.stop() {
		<-s.killed
	}
	if err == nil {
		err = retry(func() error { _, err := unix.Wait4(s.pid, &s.status, unix.WALL, nil); return err })
	}
	if err != nil {
		err = fmt.Errorf("wait for the snapshot's process %d: %w", s.pid, err)
	}
	s.pid = 0
	return err
}

// closeData closes the reading end; a child that still writes gets SIGPIPE.
func (s *Snapshot) closeData() {
	if s.data != nil { // it owns fds.dataR
		_ = s.data.Close()
		s.data, s.fds.dataR = nil, -1
	}
	closeFD(&s.fds.dataR)
}

// closeFD closes a descriptor once.
func closeFD(fd *int) {
	if *fd >= 0 {
		_ = unix.Close(*fd)
		*fd = -1
	}
}

// retry calls f again for as long as a signal interrupts it.
func retry(f func() error) error {
	for {
		if err := f(); err != unix.EINTR {
			return err
		}
	}
}
