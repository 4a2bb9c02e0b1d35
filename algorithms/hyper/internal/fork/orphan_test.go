//go:build linux

package fork

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// orphaned is the environment variable that makes the test program take a
// snapshot, say the clone's process id, and wait to be killed.
const orphaned = "CKPTBENCH_FORK_ORPHAN"

func TestMain(m *testing.M) {
	if os.Getenv(orphaned) != "" {
		fmt.Println(orphan())
	}
	os.Exit(m.Run())
}

// orphan returns only if it fails.
func orphan() error {
	s, err := New()
	if err != nil {
		return err
	}
	if err := s.Take(context.Background(), [][]byte{make([]byte, 4*pipeBytes)}); err != nil {
		return err
	}
	if err := s.Read(make([]byte, 1)); err != nil {
		return err
	}
	fmt.Println(s.Pid())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// A clone ends when the process that it is a clone of is killed, and holds
// nothing of it open: the pipe to a third process is at its end.
func TestParentKilled(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), orphaned+"=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(stdout)
	line, err := out.ReadString('\n')
	pid, bad := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || bad != nil {
		t.Fatalf("the process said %q: %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait()
	for gone := false; !gone; time.Sleep(time.Millisecond) {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		gone = err != nil || strings.Contains(string(b), ") Z ") // who adopted it may not reap it
	}
}
