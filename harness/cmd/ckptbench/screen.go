package main

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

// isTerminal reports whether w is a terminal, where lines can be overwritten.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// coloured reports whether what is written to w may have colours: it is a terminal, and
// nobody asked for none (NO_COLOR, see no-color.org, or TERM=dumb).
func coloured(w io.Writer) bool { return isTerminal(w) && wantsColour(os.Getenv) }

// wantsColour reports whether the environment leaves colours in.
func wantsColour(env func(string) string) bool { return env("NO_COLOR") == "" && env("TERM") != "dumb" }

// widthOf returns how many letters fit beside each other in w: what COLUMNS says, or a
// terminal's width; 0 where there is no limit.
func widthOf(w io.Writer) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	return terminalWidth(w)
}

// terminalWidth is that of a terminal; 0 where w is none, or does not say.
func terminalWidth(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	n, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return n
}
