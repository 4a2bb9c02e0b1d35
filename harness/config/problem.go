package config

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Problems is the error of this package: everything that is wrong with a
// configuration, in the order of its lines.
type Problems []Problem

// A Problem is one thing that is wrong, and what to do about it.
type Problem struct {
	File string // as it was named to Parse or Load
	Line int    // 1-based; 0 if the file as a whole is meant
	Set  string // key=value, if not the file but a --set is wrong
	Text string // what is wrong and what to do
}

// Error writes a line per problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// Error writes file:line: text, or --set key=value: text.
func (p Problem) Error() string {
	switch {
	case p.Set != "":
		return fmt.Sprintf("--set %s: %s", p.Set, p.Text)
	case p.Line > 0:
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
	}
	return fmt.Sprintf("%s: %s", p.File, p.Text)
}

// err is nil where there is no problem.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int { return cmp.Compare(a.order(), b.order()) })
	return p
}

// order puts lines first, then what has none, then each --set; what is on one
// line stays in the order of finding.
func (p Problem) order() int {
	switch {
	case p.Set != "":
		return math.MaxInt
	case p.Line == 0:
		return math.MaxInt - 1
	}
	return p.Line
}

// A place is where a key was given its value. The zero place is a default.
type place struct {
	file string
	line int
	set  string
}

// problem is a problem at a place.
func (p place) problem(format string, args ...any) Problem {
	return Problem{File: p.file, Line: p.line, Set: p.set, Text: fmt.Sprintf(format, args...)}
}
