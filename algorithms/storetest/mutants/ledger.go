package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A ledger is a file of the mutants that were tried on one commit, so that a run of the
// whole table, which takes hours, can be cut into pieces. The first line is the commit. Each
// other is a mutant, how long it took in seconds, and the test that killed it or nothing, with
// tabs between. It is for one goroutine at a time.
type ledger struct {
	path   string
	commit string
	known  map[string]outcome // by the mutant's name
}

// openLedger reads the ledger at path, or begins one. It refuses one of another commit.
func openLedger(path, commit string) (*ledger, error) {
	l := &ledger{path: path, commit: commit, known: map[string]outcome{}}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, os.WriteFile(path, []byte(commit+"\n"), 0o644)
	}
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if lines[0] != commit {
		return nil, fmt.Errorf("%s is of commit %s, and this is %s: name another file", path, lines[0], commit)
	}
	for i, line := range lines[1:] {
		f := strings.Split(line, "\t")
		if len(f) != 3 {
			return nil, fmt.Errorf("%s: line %d: %q: want a name, seconds and a test", path, i+2, line)
		}
		seconds, err := strconv.ParseFloat(f[1], 64)
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, i+2, err)
		}
		l.known[f[0]] = outcome{killer: f[2], took: time.Duration(seconds * float64(time.Second))}
	}
	return l, nil
}

// find returns what became of m, if it was tried.
func (l *ledger) find(m mutant) (o outcome, ok bool) {
	if l == nil {
		return o, false
	}
	o, ok = l.known[m.name]
	o.mutant = m
	return o, ok
}

// add appends what became of a mutant. One that could not be tried will be tried again.
func (l *ledger) add(o outcome) error {
	if l == nil || o.err != nil || o.late {
		return nil
	}
	f, err := os.OpenFile(l.path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s\t%.1f\t%s\n", o.name, o.took.Seconds(), strings.Join(strings.Fields(o.killer), " "))
	return errors.Join(err, f.Close())
}

// report prints what the ledger knows of the mutants, by room, in Markdown.
func (l *ledger) report(out io.Writer, ms []mutant) {
	rooms, whole := map[string]*count{}, count{}
	var excused []mutant
	for _, m := range ms {
		o, ok := l.find(m)
		o.late = !ok
		if rooms[m.room] == nil {
			rooms[m.room] = &count{}
		}
		rooms[m.room].add(o)
		whole.add(o)
		if m.harmless != "" {
			excused = append(excused, m)
		}
	}
	names := make([]string, 0, len(rooms))
	for name := range rooms {
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Fprintf(out, "Commit %s: %s.\n\n", l.commit, whole.String())
	fmt.Fprintln(out, "| room | mutants | killed | equivalent | not killed | not tried |\n|---|--:|--:|--:|--:|--:|")
	for _, name := range names {
		c := rooms[name]
		fmt.Fprintf(out, "| %s | %d | %d | %d | %d | %d |\n", name, c.all, c.killed, c.equivalent, c.survived, c.late)
	}
	fmt.Fprint(out, "\nArgued equivalent:\n\n")
	for _, m := range excused {
		fmt.Fprintf(out, "* `%s` %s: %s.\n", m.name, m.fault, m.harmless)
	}
}

// ledgerHere opens the ledger at path for the module at root as it is.
func ledgerHere(root, path string) (*ledger, error) {
	commit, err := commitHere(root)
	if err != nil {
		return nil, err
	}
	return openLedger(path, commit)
}

// commitHere returns the commit of the module at root, in short, or an error where files of
// it have changed since.
func commitHere(root string) (string, error) {
	git := func(args ...string) (string, error) {
		cmd := exec.Command("git", args...)
		cmd.Dir = root
		b, err := cmd.Output()
		return strings.TrimSpace(string(b)), err
	}
	changed, err := git("status", "--porcelain", "--untracked-files=no")
	if err == nil && changed != "" {
		err = fmt.Errorf("files have changed since the last commit: commit them, so that it can be said what was tried\n%s",
			changed)
	}
	if err != nil {
		return "", err
	}
	return git("rev-parse", "--short=7", "HEAD")
}
