package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// execute runs a test program until its first failure, and returns the name of
// the test that failed, or "" if none did.
func execute(ctx context.Context, dir, bin, run string, seed int, limit time.Duration) (killer string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin,
		"-test.v=test2json", "-test.failfast", "-test.run="+run, fmt.Sprintf("-test.timeout=%v", limit))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), fmt.Sprintf("STORETEST_SEED=%d", seed), fmt.Sprintf("SCHED_SEED=%d", seed))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	cmd.Stderr = cmd.Stdout // a panic goes there
	if err := cmd.Start(); err != nil {
		return "", err
	}
	killer = firstFailure(out)
	if killer != "" {
		cancel() // the rest of the suite does not matter
	}
	_, _ = io.Copy(io.Discard, out)
	err = cmd.Wait()
	if killer == "" && err != nil {
		return "", fmt.Errorf("%s ended with %w, and no test failed", bin, err)
	}
	return killer, nil
}

// In the mode for test2json a test's end is told when it comes (else a subtest's
// comes with its parent's), and marked with a control character.
const marker = "\x16"

var (
	failed  = regexp.MustCompile(`^\s*--- FAIL: (\S+)`)
	crashed = regexp.MustCompile(`^(?:panic|fatal error|unexpected fault address|SIG\w+): ?(.*)`)
	during  = regexp.MustCompile(`^\s+(Test\S*) \(`)
	begun   = regexp.MustCompile(`^=== (?:RUN|CONT|NAME)\s+(\S+)`)
)

// firstFailure reads a test program's output as far as the first failure and
// returns the name of the test: of the subtest, where it is one. A program that
// crashes gives the crash with the test last heard of.
func firstFailure(r io.Reader) string {
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	last := ""
	for in.Scan() {
		line := strings.TrimPrefix(in.Text(), marker)
		if m := begun.FindStringSubmatch(line); m != nil {
			last = m[1]
		}
		if m := failed.FindStringSubmatch(line); m != nil {
			return m[1]
		}
		if m := crashed.FindStringSubmatch(line); m != nil {
			return crash(in, m[1], last)
		}
	}
	return ""
}

// crash words a crash: a hang by the test that hangs, anything else by what it
// says.
func crash(in *bufio.Scanner, what, last string) string {
	name, hangs := strings.CutSuffix(what, " hangs; its goroutines:")
	if hangs {
		return name + " (hangs)"
	}
	if strings.HasPrefix(what, "test timed out") {
		for in.Scan() {
			if m := during.FindStringSubmatch(in.Text()); m != nil {
				return m[1] + " (hangs)"
			}
		}
		return last + " (hangs)"
	}
	return fmt.Sprintf("%s (crashes: %.60s)", last, what)
}
