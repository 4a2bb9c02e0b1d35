package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"ckptbench/harness/bench"
	"ckptbench/harness/config"
)

// A childSpec tells a process of its own which trial to run. It comes on stdin;
// progress goes back on stdout, an object a line.
type childSpec struct {
	Name    string // of the configuration's file
	Config  string // with every default, and the seed that was drawn
	Job     bench.Job
	Profile string
}

// isolate returns what runs one trial in a process of its own.
func (c *runCommand) isolate(
	e *config.Experiment, show func(bench.Progress),
) func(context.Context, bench.Job) error {
	return func(ctx context.Context, j bench.Job) error {
		// Not the file: it may change, and flags are not in it.
		text, err := e.Resolved()
		if err != nil {
			return err
		}
		in, err := json.Marshal(childSpec{Name: e.Info.Name + ".yaml", Config: string(text), Job: j, Profile: c.Profile})
		if err != nil {
			return err
		}
		return runChild(ctx, in, j.Locks, show)
	}
}

// runChild runs a child on the spec in, and shows its progress. It returns the child's
// error by its message. Locks of the result folder go to the child as open files.
func runChild(ctx context.Context, in []byte, inherit []*os.File, show func(bench.Progress)) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, exe, "trial")
	cmd.Stdin = bytes.NewReader(in)
	// So that the locks last as long as the child, even if this process dies.
	cmd.ExtraFiles = inherit
	cmd.Cancel = func() error { return cmd.Process.Signal(stopSignal()) } // it keeps what was measured
	// Then it is killed.
	cmd.WaitDelay = time.Minute
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	// Until the child closes its stdout, or writes what is no progress.
	for d := json.NewDecoder(out); ; {
		var p bench.Progress
		if d.Decode(&p) != nil {
			break
		}
		show(p)
	}
	// A child whose pipe is full would wait for ever.
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		return errors.Join(fmt.Errorf("%w", err), errors.New(strings.TrimSpace(said.String())))
	}
	return nil
}

// A trialCommand is the child's side: it runs the trial that stdin describes.
type trialCommand struct{}

func (trialCommand) Run(ctx context.Context, t terminal) error {
	var spec childSpec
	if err := json.NewDecoder(os.Stdin).Decode(&spec); err != nil {
		return fmt.Errorf("read the trial to run from stdin: %w", err)
	}
	e, err := config.Parse(spec.Name, []byte(spec.Config), known())
	if err != nil {
		return err
	}
	lines := json.NewEncoder(t.out)
	o := bench.Options{Progress: func(p bench.Progress) { _ = lines.Encode(p) }} // nobody listens any more: run on
	if spec.Profile != "" {
		o.Profile = profiler(spec.Profile)
	}
	return bench.RunJob(ctx, e, o, spec.Job)
}
