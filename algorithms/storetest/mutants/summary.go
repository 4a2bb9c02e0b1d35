package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// An outcome is what became of a mutant.
type outcome struct {
	mutant
	killer string // the test that failed, and how; empty if none did
	err    error  // the mutant could not be tried
	late   bool   // the time was over before it was decided
	took   time.Duration
}

func (o outcome) verdict() string {
	switch {
	case o.late:
		return "(no time)"
	case o.err != nil:
		return "ERROR: " + o.err.Error()
	case o.killer != "":
		return o.killer
	case o.harmless != "":
		return "(equivalent)"
	}
	return "SURVIVED"
}

// A count is what became of several mutants.
type count struct{ all, killed, equivalent, survived, failed, late int }

func (c *count) add(o outcome) {
	c.all++
	switch {
	case o.late:
		c.late++
	case o.err != nil:
		c.failed++
	case o.killer != "":
		c.killed++
	case o.harmless != "":
		c.equivalent++
	default:
		c.survived++
	}
}

// code returns the exit code.
func (c *count) code() int {
	switch {
	case c.failed > 0:
		return broken
	case c.survived > 0:
		return survived
	}
	return allKilled
}

func (c *count) String() string {
	text := fmt.Sprintf("%d mutants: %d killed, %d argued equivalent, %d not killed", c.all, c.killed, c.equivalent,
		c.survived+c.failed)
	if c.late > 0 {
		text += fmt.Sprintf(", %d not tried in the time there was", c.late)
	}
	return text
}

// summary prints what became of every mutant and of every room's, and returns the
// exit code.
func summary(out io.Writer, outcomes []outcome) (code int) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "mutant\tfault\tkilled by\tseconds")
	var whole count
	rooms := map[string]*count{}
	var names []string
	for _, o := range outcomes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%.1f\n", o.name, o.fault, o.verdict(), o.took.Seconds())
		whole.add(o)
		if rooms[o.room] == nil {
			rooms[o.room], names = &count{}, append(names, o.room)
		}
		rooms[o.room].add(o)
	}
	w.Flush()
	for _, o := range outcomes {
		if o.harmless != "" {
			fmt.Fprintf(out, "%s is equivalent: %s\n", o.name, o.harmless)
		}
	}
	if len(names) > 1 {
		fmt.Fprintln(w, "room\tmutants\tkilled\tequivalent\tnot killed")
		for _, name := range slices.Sorted(slices.Values(names)) {
			c := rooms[name]
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\n", name, c.all, c.killed, c.equivalent, c.survived+c.failed)
		}
		w.Flush()
	}
	fmt.Fprintln(out, whole.String())
	return whole.code()
}

func printList(out io.Writer, ms []mutant) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "room\tmutant\tfault\tseen in")
	for _, m := range ms {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", m.room, m.name, m.fault, m.seen)
	}
	w.Flush()
}
