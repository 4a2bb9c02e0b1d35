// Package lock keeps a folder for one process at a time, and says which has it.
//
// A lock is an advisory lock (flock) on a file, so it ends with the process that
// took it, and with those that inherited the file, however they end. What the file
// says of its holder is for people only.
package lock

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Name is the usual name of the lock's file in the folder that it protects.
const Name = ".lock"

// patience is how long Take waits for a process that only asks with HolderOf.
const patience = 200 * time.Millisecond

// ErrHeld is the error of a lock that another process holds.
var ErrHeld = errors.New("another run is at work")

// A Holder is a process that holds a lock.
type Holder struct {
	PID     int    `json:"pid"`     // the process
	Host    string `json:"host"`    // its machine's name
	Command string `json:"command"` // its command line
	Since   string `json:"since"`   // RFC 3339
}

// String names the holder for a person.
func (h Holder) String() string {
	if h.PID == 0 {
		return "a process that did not say which it is"
	}
	return fmt.Sprintf("pid %d on %s since %s: %s", h.PID, h.Host, h.Since, h.Command)
}

// self describes this process.
func self() Holder {
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	since := time.Now().UTC().Format(time.RFC3339)
	return Holder{PID: os.Getpid(), Host: host, Command: strings.Join(os.Args, " "), Since: since}
}

// A Lock is a lock that this process holds.
type Lock struct {
	path string
	file *os.File
}

// Take takes the lock whose file is path and makes the file if need be. The folder
// of path must be there. The error is ErrHeld, with who holds it, if another
// process does. On a file system without locks every Take succeeds.
func Take(path string) (*Lock, error) {
	for until := time.Now().Add(patience); ; time.Sleep(patience / 10) {
		l, err := try(path)
		if err == nil && l == nil {
			continue // the file was replaced meanwhile
		}
		if !errors.Is(err, ErrHeld) || time.Now().After(until) {
			return l, err
		}
	}
}

// try returns nil and no error where the file that it locked is no longer at path.
func try(path string) (*Lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		// Read while the holder may be writing it: half a text is no JSON, and then nobody is
		// named.
		h := read(f)
		return nil, errors.Join(fmt.Errorf("%w (%s)", ErrHeld, h), f.Close())
	case err != nil && !unsupported(err):
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	if !same(f, path) {
		return nil, f.Close()
	}
	// From here the lock is held, also where the file system has none and nobody is kept out.
	l := &Lock{path, f}
	if err := l.sign(); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return l, nil
}

// unsupported reports whether a file system has no locks.
func unsupported(err error) bool {
	return errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.ENOLCK)
}

// same reports whether f is the file at path: it may have been removed, or its
// folder renamed, between the opening and the locking.
func same(f *os.File, path string) bool {
	a, err := f.Stat()
	if err != nil {
		return false
	}
	b, err := os.Stat(path)
	return err == nil && os.SameFile(a, b)
}

// sign writes into the file who holds the lock.
func (l *Lock) sign() error {
	text, err := json.Marshal(self())
	if err != nil {
		return err
	}
	// What the holder before wrote may be longer.
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt(append(text, '\n'), 0)
	return err
}

// read reads who holds the lock; the zero Holder where that is not written yet.
func read(f *os.File) (h Holder) {
	data, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<16))
	if err != nil || json.Unmarshal(data, &h) != nil {
		return Holder{}
	}
	return h
}

// File is the locked file. A process that inherits it holds the lock too.
func (l *Lock) File() *os.File { return l.file }

// Moved tells l that its file has another name now.
func (l *Lock) Moved(path string) { l.path = path }

// Release removes the file and gives the lock up.
func (l *Lock) Release() error {
	err := os.Remove(l.path) // first, so that nobody takes the lock of a file that goes
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	if err := errors.Join(err, l.file.Close()); err != nil {
		return fmt.Errorf("give up the lock: %w", err)
	}
	return nil
}

// HolderOf returns who holds the lock whose file is path; ok is false where nobody
// does.
func HolderOf(path string) (h Holder, ok bool) {
	f, err := os.Open(path)
	if err != nil {
		return Holder{}, false
	}
	defer f.Close()
	// A shared lock, so that several may ask at once; closing the file gives it up.
	if err := unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB); !errors.Is(err, unix.EWOULDBLOCK) {
		return Holder{}, false
	}
	return read(f), true
}
