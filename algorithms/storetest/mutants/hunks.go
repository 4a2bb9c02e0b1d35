package main

import (
	"embed"
	"fmt"
	"path"
	"strings"
)

// hunkFiles are mutants as text, a file for each room:
//
//	== quantiles-p999-is-p99
//	fault: reports the p99 as the p99.9
//	file: harness/bench/timer.go
//	test: harness/bench ^TestQuantiles$
//	-	P999: at(99.9),
//	+	P999: at(99),
//
// A fault may have more lines with a key: seen, where it was met (nothing: found
// here), further tests, pauses, which are tests that may need pauses or luck, and
// harmless, why no test can notice. Then come its places
// in the file, parted by lines of @@: whole lines that go (-), come (+) or stay
// ( ), each behind its sign. What goes and stays has to be in the file once.
// Before the first fault there is a comment.
//
//go:embed testdata/*.txt
var hunkFiles embed.FS

// foundHere is where a fault was met that names nothing else.
const foundHere = "found here"

// hunkMutants returns the mutants of all files of hunks, by room.
func hunkMutants() (ms []mutant, err error) {
	files, err := hunkFiles.ReadDir("testdata")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		b, err := hunkFiles.ReadFile(path.Join("testdata", f.Name()))
		if err != nil {
			return nil, err
		}
		room, err := parseHunks(strings.TrimSuffix(f.Name(), ".txt"), string(b))
		if err != nil {
			return nil, fmt.Errorf("testdata/%s: %w", f.Name(), err)
		}
		ms = append(ms, room...)
	}
	return ms, nil
}

// parseHunks reads the mutants of a room.
func parseHunks(room, text string) ([]mutant, error) {
	parts := strings.Split("\n"+text, "\n== ")
	var ms []mutant
	for _, part := range parts[1:] {
		name, body, _ := strings.Cut(part, "\n")
		m, err := parseMutant(body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		m.room, m.name = room, name
		ms = append(ms, m)
	}
	return ms, nil
}

// parseMutant reads what stands below a mutant's name.
func parseMutant(body string) (mutant, error) {
	m := mutant{seen: foundHere}
	var h hunk
	for line := range strings.Lines(body) {
		line = strings.TrimSuffix(line, "\n")
		var err error
		switch {
		case line == "":
		case line == "@@":
			err = m.place(&h)
		case strings.ContainsAny(line[:1], "-+ "):
			h.add(line)
		default:
			err = m.set(line)
		}
		if err != nil {
			return m, err
		}
	}
	return m, m.place(&h)
}

// set takes a line with a key.
func (m *mutant) set(line string) error {
	key, value, ok := strings.Cut(line, ": ")
	if !ok {
		return fmt.Errorf("line %q has no key, nor a sign", line)
	}
	switch key {
	case "fault":
		m.fault = value
	case "seen":
		m.seen = value
	case "file":
		m.file = value
	case "harmless":
		m.harmless = value
	case "test", "pauses":
		pkg, run, ok := strings.Cut(value, " ")
		if !ok {
			return fmt.Errorf("%s %q: want a package and a pattern", key, value)
		}
		m.own = append(m.own, suite{pkg: pkg, run: run, plain: key == "test"})
	default:
		return fmt.Errorf("key %q: want fault, seen, file, test, pauses or harmless", key)
	}
	return nil
}

// A hunk is one place of a file, before and after.
type hunk struct{ before, after []string }

// add takes a line with its sign.
func (h *hunk) add(line string) {
	if line[0] != '+' {
		h.before = append(h.before, line[1:])
	}
	if line[0] != '-' {
		h.after = append(h.after, line[1:])
	}
}

// place ends a hunk, which becomes an edit of m.
func (m *mutant) place(h *hunk) error {
	if len(h.before) == 0 {
		return fmt.Errorf("a place without lines that are in the file")
	}
	m.edits = append(m.edits, edit{wholeLines(h.before), wholeLines(h.after)})
	*h = hunk{}
	return nil
}

func wholeLines(lines []string) string { return "\n" + strings.Join(append(lines, ""), "\n") }
