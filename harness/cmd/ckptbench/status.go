package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"ckptbench/harness/bench"
)

// A status shows progress: one line redrawn on a terminal, a plain line every
// ten seconds elsewhere.
type status struct {
	w     io.Writer
	every time.Duration
	begin string // of a line
	end   string
	quiet bool
	last  time.Time
	drawn bool
	trial int
}

// newStatus shows progress on w: on a terminal as one line that changes, elsewhere as a
// line every 10 s, so that a log does not fill up.
func newStatus(w io.Writer, quiet bool) *status {
	s := &status{w: w, quiet: quiet, every: 10 * time.Second, end: "\n"}
	if isTerminal(w) {
		s.every, s.begin, s.end = 250*time.Millisecond, "\r\x1b[K", ""
	}
	return s
}

func (s *status) show(p bench.Progress) {
	if s.quiet || time.Since(s.last) < s.every && s.trial == p.Trial {
		return
	}
	s.last, s.drawn, s.trial = time.Now(), true, p.Trial
	b := p.Bucket
	line := fmt.Sprintf("[%d/%d %s", p.Trial, p.Trials, p.Algorithm)
	if p.Point != "" {
		line += " " + p.Point
	}
	line += "]"
	if b.Elapsed > 0 {
		line += fmt.Sprintf(" %6.1fs  %.2f M txn/s", b.Start+b.Elapsed, float64(b.Commits)/b.Elapsed/1e6)
		if b.P50 > 0 {
			line += fmt.Sprintf("  p50 %v p99.9 %v", time.Duration(b.P50), time.Duration(b.P999))
		}
	}
	if p.Doing != "" {
		line += "  " + p.Doing
	}
	if p.Left > 0 {
		line += fmt.Sprintf("  %s left", p.Left.Round(time.Second))
	}
	fmt.Fprint(s.w, s.begin, line, s.end)
}

// done removes the line from a terminal.
func (s *status) done() {
	if s.drawn && s.end == "" {
		fmt.Fprint(s.w, s.begin)
	}
}

// isTerminal reports whether w is a terminal, where lines can be overwritten and coloured.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
