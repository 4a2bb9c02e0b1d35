package fs_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// lockVariable names the file that a child of the test is to lock.
const lockVariable = "CKPTBENCH_TEST_LOCK"

func TestMain(m *testing.M) {
	if name := os.Getenv(lockVariable); name != "" {
		_, err := fs.OS().Lock(name)
		fmt.Println(err)
		select {} // until it is killed
	}
	os.Exit(m.Run())
}

// A lock is one store's until it is closed.
func TestLock(t *testing.T) {
	hook := fstest.Hook(fstest.NewMem(), func(fstest.Call) fstest.Outcome { return fstest.Outcome{} })
	for name, fsys := range map[string]fs.FS{"os": fs.OS(), "mem": fstest.NewMem(), "hook": hook} {
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
			if _, err := fsys.Lock(file); !errors.Is(err, fs.ErrLocked) || !strings.Contains(err.Error(), file) {
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
	_, err = fs.OS().Lock(file)
	if !errors.Is(err, fs.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("process %d ", child.Process.Pid)) {
		t.Errorf("the holder is not named: %v", err)
	}
	mustDo(t, child.Process.Kill())
	_ = child.Wait() // killed, it says
	l, err := fs.OS().Lock(file)
	mustDo(t, err, l.Close())
}

func mustDo(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}
