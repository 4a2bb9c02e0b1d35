package fs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// lockVariable names the file that a child of the test is to lock.
const lockVariable = "CKPTBENCH_TEST_LOCK"

func TestMain(m *testing.M) {
	if name := os.Getenv(lockVariable); name != "" {
		_, err := OS().Lock(name)
		fmt.Println(err)
		select {} // until it is killed
	}
	os.Exit(m.Run())
}

// A lock is one store's until it is closed.
func TestLock(t *testing.T) {
	for name, fsys := range map[string]FS{"os": OS(), "mem": NewMem(), "hook": Hook(NewMem(), func(Call) Outcome { return Outcome{} })} {
		t.Run(name, func(t *testing.T) {
			if name == "os" && runtime.GOOS != "linux" {
				t.Log("locks are not offered here")
				return
			}
			dir := filepath.Join(t.TempDir(), "a")
			mustDo(t, fsys.MkdirAll(dir))
			file := filepath.Join(dir, "LOCK")
			l, err := fsys.Lock(file)
			mustDo(t, err)
			if _, err := fsys.Lock(file); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), file) {
				t.Errorf("locked twice: %v", err)
			}
			other, err := fsys.Lock(file + "2")
			mustDo(t, err, other.Close(), l.Close())
			l, err = fsys.Lock(file)
			mustDo(t, err, l.Close())
		})
	}
}

// A lock is named by its holder, and ends when he is killed.
func TestLockOfTheDead(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("locks are not offered here")
		return
	}
	file := filepath.Join(t.TempDir(), "LOCK")
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), lockVariable+"="+file)
	out, err := child.StdoutPipe()
	mustDo(t, err, child.Start())
	line := make([]byte, 64)
	n, err := out.Read(line)
	if err != nil || string(line[:n]) != "<nil>\n" {
		t.Fatalf("the child says %q, %v", line[:n], err)
	}
	_, err = OS().Lock(file)
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("process %d ", child.Process.Pid)) {
		t.Errorf("the holder is not named: %v", err)
	}
	mustDo(t, child.Process.Kill())
	_ = child.Wait() // killed, it says
	l, err := OS().Lock(file)
	mustDo(t, err, l.Close())
}

// A folder is made durable by whoever needs it: also where another process made it,
// which may have died before it could.
func TestMkdirAllSyncs(t *testing.T) {
	var synced []string
	fsys := osFS{func(dir string) error {
		synced = append(synced, dir)
		return nil
	}}
	root := t.TempDir()
	check := func(what string, make func() error, want ...string) {
		t.Helper()
		synced = nil
		mustDo(t, make())
		for _, dir := range want {
			if i := len(synced) - 1; i < 0 || synced[i] != dir {
				t.Fatalf("%s: %v was synced, want %v at the end", what, synced, want)
			}
			synced = synced[:len(synced)-1]
		}
	}
	a := filepath.Join(root, "a")
	b := filepath.Join(a, "b")
	check("two new", func() error { return fsys.MkdirAll(b) }, a, root)
	check("there already", func() error { return fsys.MkdirAll(b) }, a)
	fsys.sync = func(string) error { return os.ErrPermission }
	check("a parent that is not ours", func() error { return fsys.MkdirAll(a) })
	if err := fsys.MkdirAll(filepath.Join(b, "c")); err == nil {
		t.Error("a folder was made, and its parent not synced, without a word")
	}
}
