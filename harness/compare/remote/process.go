package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"ckptbench/harness/result/paired"
)

// A Process is a build of the program that runs as a child. Between two requests
// it is stopped, so that nothing of it runs beside the other side's slices and its
// captures advance in its own turns alone. It belongs to one goroutine.
type Process struct {
	// Go is the version of Go that it was built with.
	Go string
	// Algorithms are the names that it knows.
	Algorithms []string

	cmd     *exec.Cmd
	in      io.WriteCloser
	lines   *json.Decoder
	said    bytes.Buffer // its stderr; to be read when ended
	stopped bool
	ended   bool
}

var _ paired.Side = (*Process)(nil)

// Start starts the build at path with args and asks which protocol it speaks. An
// error is ErrProtocol where it answers nothing or another version. The end of ctx
// kills the process. The caller has to Close it.
func Start(ctx context.Context, path string, args ...string) (*Process, error) {
	p := &Process{cmd: exec.CommandContext(ctx, path, args...)}
	// A Ctrl-C at the terminal is for the parent, which ends its children.
	p.cmd.SysProcAttr = ownGroup()
	p.cmd.Stderr = &p.said
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	p.in, p.lines = in, json.NewDecoder(out)
	r, err := p.ask(request{Op: opHello})
	if err == nil && r.Version != Version {
		err = fmt.Errorf("version %d: %w", r.Version, ErrProtocol)
	}
	if err != nil {
		if ctx.Err() == nil && !errors.Is(err, ErrProtocol) {
			err = fmt.Errorf("%w: %w", ErrProtocol, err)
		}
		p.kill()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	p.Go, p.Algorithms = r.Go, r.Algorithms
	return p, nil
}

// Open opens a store that has no memory yet. One that is open is closed before.
func (p *Process) Open(c Cell) error {
	_, err := p.ask(request{Op: opOpen, Cell: c})
	return err
}

// Touch makes at least this share of the open store's memory present.
func (p *Process) Touch(share float64) error {
	_, err := p.ask(request{Op: opTouch, Share: share})
	return err
}

// Load fills the open store.
func (p *Process) Load() error {
	_, err := p.ask(request{Op: opLoad})
	return err
}

// Run runs the workers of the open store for about d.
func (p *Process) Run(d time.Duration) (paired.Slice, error) {
	start := time.Now()
	r, err := p.ask(request{Op: opRun, Nanoseconds: int64(d)})
	if err != nil {
		return paired.Slice{}, err
	}
	end := start.Add(time.Duration(r.Elapsed))
	return paired.Slice{Start: start, End: end, Rate: r.Rate, Host: time.Duration(r.Host)}, nil
}

// StartCaptures takes checkpoints one after another from now on, in the time in
// which the process is not stopped.
func (p *Process) StartCaptures() error {
	_, err := p.ask(request{Op: opCapture, On: true})
	return err
}

// StopCaptures ends the checkpoints and returns how many images were completed.
func (p *Process) StopCaptures() (images int, err error) {
	r, err := p.ask(request{Op: opCapture})
	return r.Images, err
}

// Shut closes the open store, if there is one, and frees its memory.
func (p *Process) Shut() error {
	_, err := p.ask(request{Op: opClose})
	return err
}

// Exact returns the figures of a run that is the same each time.
func (p *Process) Exact(c Cell) ([]Figure, error) {
	r, err := p.ask(request{Op: opExact, Cell: c})
	return r.Figures, err
}

// Close ends the process and waits for it. It returns nil for one that ended
// before, whose request failed.
func (p *Process) Close() error {
	if p.ended {
		return nil
	}
	if err := p.wake(); err != nil {
		p.kill()
		return err
	}
	_ = p.in.Close() // its end is the request to end
	p.ended = true
	if err := p.cmd.Wait(); err != nil {
		return p.explain("end", err)
	}
	return nil
}

// ask sends a request and reads the reply. The process runs in between only.
func (p *Process) ask(q request) (r reply, err error) {
	if err := p.wake(); err != nil {
		return r, err
	}
	line, err := json.Marshal(q)
	if err != nil {
		return r, fmt.Errorf("ask for %s: %w", q.Op, err)
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return r, p.explain(q.Op, err)
	}
	if err := p.lines.Decode(&r); err != nil {
		return r, p.explain(q.Op, err)
	}
	if r.Error != "" {
		return r, fmt.Errorf("%s: %s", q.Op, r.Error)
	}
	return r, p.stop()
}

// stop stops the process between its slices, so that it uses no processor then: its
// collector and its clock's goroutines would disturb the other side's slice.
func (p *Process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return fmt.Errorf("stop a process between slices: %w", err)
	}
	p.stopped = true
	return nil
}

// wake lets a stopped process go on.
func (p *Process) wake() error {
	if !p.stopped {
		return nil
	}
	if err := p.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		return fmt.Errorf("wake a process for a slice: %w", err)
	}
	p.stopped = false
	return nil
}

// kill ends a process that is no longer needed.
func (p *Process) kill() {
	if p.ended {
		return
	}
	p.ended = true
	_ = p.cmd.Process.Kill() // it may have ended
	_ = p.cmd.Wait()         // it was killed
}

// explain ends a process that broke off, and adds to the error what it said last.
func (p *Process) explain(op string, err error) error {
	p.kill()
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.EPIPE) {
		err = errors.New("the process ended")
	}
	said := strings.TrimSpace(p.said.String())
	if i := strings.LastIndexByte(said, '\n'); i >= 0 {
		said = said[i+1:]
	}
	if said != "" {
		return fmt.Errorf("%s: %w; it said: %s", op, err, said)
	}
	return fmt.Errorf("%s: %w", op, err)
}
