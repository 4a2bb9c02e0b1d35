package main

import (
	"fmt"
	"io"
	"time"

	"ckptbench/harness/bench"
	"ckptbench/harness/units"
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
	line := progressLine(p)
	if width := terminalWidth(s.w); width > 1 && s.end == "" {
		line = units.Cut(line, width-1) // a longer one would leave a line behind at each redraw
	}
	fmt.Fprint(s.w, s.begin, line, s.end)
}

// progressLine says what a run is doing, in the units that go with the figures.
func progressLine(p bench.Progress) string {
	b := p.Bucket
	line := fmt.Sprintf("[%d/%d %s", p.Trial, p.Trials, p.Algorithm)
	if p.Point != "" {
		line += " " + p.Point
	}
	line += "]"
	if b.Elapsed > 0 {
		if at := b.Start + b.Elapsed; at > 0 { // warm-up is before 0
			line += fmt.Sprintf(" %6.1fs", at)
		}
		line += fmt.Sprintf("  %s txn/s", units.Large(float64(b.Commits)/b.Elapsed))
		if b.P50 > 0 {
			line += fmt.Sprintf("  p50 %s p99.9 %s", units.Duration(float64(b.P50)/1e9), units.Duration(float64(b.P999)/1e9))
		}
	}
	if p.Doing != "" {
		line += "  " + p.Doing
	}
	if p.Left > 0 {
		line += fmt.Sprintf("  %s left", p.Left.Round(time.Second))
	}
	return line
}

// done removes the line from a terminal.
func (s *status) done() {
	if s.drawn && s.end == "" {
		fmt.Fprint(s.w, s.begin)
	}
}
