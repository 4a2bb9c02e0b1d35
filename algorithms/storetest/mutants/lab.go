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
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A lab is where mutants are compiled and tried. Its methods may be called
// concurrently once healthy has returned.
type lab struct {
	root  string // of the module
	tmp   string
	seeds int
	// ledger knows what became of mutants before; nil: nothing is kept
	ledger *ledger
	limit  map[suite]time.Duration // a suite that takes longer, and than leastLimit, hangs; set by healthy

	mu sync.Mutex
	n  int // files made in tmp; protected by mu
}

func newLab(seeds int) (*lab, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return nil, err
	}
	return &lab{root: root, tmp: tmp, seeds: seeds, limit: map[suite]time.Duration{}}, nil
}

func (l *lab) close() { os.RemoveAll(l.tmp) }

// moduleRoot finds the folder of the module, from anywhere in it.
func moduleRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the module (run this inside it): %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// scratch returns a new path in the lab.
func (l *lab) scratch(name string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	return filepath.Join(l.tmp, fmt.Sprintf("%d-%s", l.n, name))
}

// Most of a healthy suite's time is compiling; the tests take seconds.
const (
	leastLimit   = 60 * time.Second
	limitFactor  = 10
	healthyLimit = 10 * time.Minute
)

// healthy runs the suites that the mutants will need on the code as it is: a
// kill by a suite that fails anyway would prove nothing.
func (l *lab) healthy(ctx context.Context, ms []mutant, progress io.Writer) error {
	for _, m := range ms {
		for _, s := range m.suites() {
			if _, ok := l.limit[s]; ok {
				continue
			}
			l.limit[s] = healthyLimit
			took, err := l.passes(ctx, s)
			if err != nil {
				return err
			}
			l.limit[s] = limitFactor * took
			fmt.Fprintf(progress, "healthy  %-20s %-12s %.1fs\n", s.pkg, s.run, took.Seconds())
		}
	}
	return nil
}

// passes runs one suite on the code as it is, plainly and with pauses, and
// returns how long the longer of the two took.
func (l *lab) passes(ctx context.Context, s suite) (took time.Duration, err error) {
	for _, sched := range []bool{false, true} {
		if sched && s.plain {
			continue
		}
		start := time.Now()
		killer, err := l.ask(ctx, s, specimen{sched: sched, seed: 1})
		if err == nil && killer != "" {
			err = fmt.Errorf("the tests of %s fail without any mutant: %s", s.pkg, killer)
		}
		if err != nil {
			return 0, err
		}
		took = max(took, time.Since(start))
	}
	return took, nil
}

// A specimen is one way to build and run a suite.
type specimen struct {
	overlay string // path; empty for the code as it is
	sched   bool   // with the points that pause
	seed    int
}

// try runs the suites that have to notice m: plainly at first, then with pauses
// at the places where others can see a thing half done, under one seed after
// another.
func (l *lab) try(ctx context.Context, m mutant) (o outcome) {
	o.mutant = m
	start := time.Now()
	defer func() { o.took = time.Since(start) }()
	var overlay string
	if overlay, o.err = l.overlay(m); o.err != nil {
		return o
	}
	seeds := l.seeds
	if m.harmless != "" {
		seeds = 1 // it only has to compile, and to be as harmless as said
	}
	for seed := 1; seed <= seeds; seed++ {
		for _, sched := range []bool{false, true} {
			for _, s := range m.suites() {
				if s.plain && (sched || seed > 1) {
					continue
				}
				o.killer, o.err = l.ask(ctx, s, specimen{overlay, sched, seed})
				if o.late = errors.Is(ctx.Err(), context.DeadlineExceeded); o.late || o.err != nil {
					return o
				}
				if o.killer != "" {
					return l.sentence(o, sched)
				}
			}
		}
	}
	return o
}

// sentence words the death of a mutant.
func (l *lab) sentence(o outcome, sched bool) outcome {
	if sched {
		o.killer += " (with pauses)"
	}
	if o.harmless != "" {
		o.err = fmt.Errorf("argued equivalent (%s), but %s noticed", o.harmless, o.killer)
	}
	return o
}

// overlay writes the changed file and the note that tells the compiler of it.
func (l *lab) overlay(m mutant) (path string, err error) {
	b, err := m.apply(l.root)
	if err != nil {
		return "", err
	}
	changed := l.scratch(filepath.Base(m.file))
	if err := os.WriteFile(changed, b, 0o644); err != nil {
		return "", err
	}
	real := filepath.Join(l.root, filepath.FromSlash(m.file))
	note, err := json.Marshal(map[string]map[string]string{"Replace": {real: changed}})
	if err != nil {
		return "", err
	}
	path = l.scratch("overlay.json")
	return path, os.WriteFile(path, note, 0o644)
}

// ask runs one suite and returns the first test that fails, if one does.
func (l *lab) ask(ctx context.Context, s suite, sp specimen) (killer string, err error) {
	dir := filepath.Join(l.root, filepath.FromSlash(s.pkg))
	if tests, _ := filepath.Glob(filepath.Join(dir, "*_test.go")); len(tests) == 0 {
		return "", nil
	}
	bin := l.scratch("suite.test")
	defer os.Remove(bin)
	if err := build(ctx, dir, bin, sp); err != nil {
		return "", err
	}
	return execute(ctx, dir, bin, s.run, sp.seed, max(leastLimit, l.limit[s]))
}

func build(ctx context.Context, dir, bin string, sp specimen) error {
	args := []string{"test", "-c", "-o", bin}
	if sp.overlay != "" {
		args = append(args, "-overlay", sp.overlay)
	}
	if sp.sched {
		args = append(args, "-tags", "sched")
	}
	cmd := exec.CommandContext(ctx, "go", append(args, ".")...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("it does not compile: %w\n%s", err, out.String())
	}
	return nil
}
