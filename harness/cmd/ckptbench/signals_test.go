package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ckptbench/harness/result"
)

// stubborn is a command that says when its context ends, and does not end itself.
func stubborn() {
	ctx, cancel := interruptible(os.Stderr)
	defer cancel()
	fmt.Println("ready")
	<-ctx.Done()
	fmt.Println("interrupted")
	select {}
}

// A child is the test's program as a command of its own.
type child struct {
	*exec.Cmd
	out *bufio.Reader
	err strings.Builder
}

func startChild(t *testing.T, args ...string) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	c := &child{Cmd: exec.CommandContext(ctx, exe, args...)}
	c.Stderr = &c.err
	if args[0] != "stubborn" {
		c.Env = append(os.Environ(), asCommand+"=1")
	}
	pipe, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.out = bufio.NewReader(pipe)
	// A test that runs under nohup, or in the background of a script, ignores these,
	// and a child would as well; what is caught is the child's own to decide.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt, syscall.SIGHUP)
	defer signal.Stop(caught)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() })
	return c
}

// says waits for a line of the child's.
func (c *child) says(t *testing.T, want string) {
	t.Helper()
	if line, err := c.out.ReadString('\n'); err != nil || line != want+"\n" {
		t.Fatalf("says %q, %v; want %q: %s", line, err, want, c.err.String())
	}
}

// reach waits until the child has made a folder, or has ended.
func (c *child) reach(t *testing.T, dir string) {
	t.Helper()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _ = io.Copy(io.Discard, c.out)
	}()
	for {
		if _, err := os.Stat(dir); err == nil {
			return
		}
		select {
		case <-gone:
			t.Fatalf("ended before it made %s, with status %d: %s", dir, c.ends(t), c.err.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (c *child) tell(t *testing.T, s os.Signal) {
	t.Helper()
	if err := c.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// ends waits for the child's end and returns its status.
func (c *child) ends(t *testing.T) int {
	t.Helper()
	var exit *exec.ExitError
	if err := c.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode()
}

// The first signal asks, the second SIGINT or SIGTERM ends at once, and any number
// of SIGHUP only ask.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	for _, signals := range [][]os.Signal{
		{os.Interrupt, os.Interrupt},
		{syscall.SIGTERM, os.Interrupt},
		{syscall.SIGHUP, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGTERM},
	} {
		c := startChild(t, "stubborn")
		c.says(t, "ready")
		c.tell(t, signals[0])
		c.says(t, "interrupted")
		for _, s := range signals[1:] {
			time.Sleep(20 * time.Millisecond) // two of a kind at once may become one
			c.tell(t, s)
		}
		if status := c.ends(t); status != exitInterrupted {
			t.Errorf("%v: status %d, want %d", signals, status, exitInterrupted)
		}
		if said := c.err.String(); strings.Count(said, "\n") != 1 || !strings.Contains(said, "ended at once") {
			t.Errorf("%v: says %q", signals, said)
		}
	}
}

// An open loop that is interrupted, or whose terminal is closed, ends by itself
// and keeps what it measured: all that was due until then.
func TestInterruptedOpenLoop(t *testing.T) {
	config := write(t, "open.yaml", `
algorithms: [none]
records: 1k
workers: 1
workload: {name: calc}
rate: 1k/s
arrivals: fixed
duration: 10h
warmup: 0s
bucket: 100ms
verify: off
recover: false
trials: 1
`)
	// interrupted returns the trials of a run that is told after a while to end.
	interrupted := func(s os.Signal, after time.Duration) []result.Trial {
		out := t.TempDir()
		c := startChild(t, "run", config, "--out", out, "--plots", "")
		c.reach(t, filepath.Join(out, "open", "scratch"))
		time.Sleep(after)
		c.tell(t, s)
		if status := c.ends(t); status != exitInterrupted {
			t.Fatalf("%v: status %d: %s", s, status, c.err.String())
		}
		e, err := result.Load(filepath.Join(out, "open"))
		if err != nil {
			t.Fatal(err)
		}
		return e.Trials
	}
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGHUP} {
		var trials []result.Trial
		for after := time.Second; len(trials) == 0 && after <= 16*time.Second; after *= 2 { // nothing was measured yet
			trials = interrupted(s, after)
		}
		if len(trials) == 0 {
			t.Fatalf("%v: nothing was measured", s)
		}
		tr := trials[0]
		if tr.Status != result.Partial || tr.Response == nil {
			t.Fatalf("%v: status %s, responses %+v", s, tr.Status, tr.Response)
		}
		// One a millisecond, until some time after the last bucket began; ten hours
		// would be 36 million, and none of them took a nanosecond.
		if n := float64(tr.Response.Count); n > 1000*tr.Elapsed+1500 || tr.Response.P50 < 10 {
			t.Errorf("%v: %v responses in %v s, median %d ns", s, n, tr.Elapsed, tr.Response.P50)
		}
	}
}
