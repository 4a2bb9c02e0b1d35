// Mutants breaks the algorithms and what is under them on purpose, one fault at
// a time, and shows which test notices. A fault that no test notices fails the
// command, unless the table argues that it makes no wrong image.
//
//	go run ./algorithms/storetest/mutants                 all of them
//	go run ./algorithms/storetest/mutants -only calc      those of one room, or with that in their name
//	go run ./algorithms/storetest/mutants -list           the table, without running anything
//
// Nothing is changed on the disk: the compiler is handed the changed file in
// the place of the real one (go build -overlay).
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit codes.
const (
	allKilled = 0
	survived  = 1 // a mutant did
	broken    = 2 // the table or the healthy code is
)

func run(ctx context.Context, args []string, out, progress io.Writer) int {
	flags := flag.NewFlagSet("mutants", flag.ContinueOnError)
	only := flags.String("only", "", "the mutants of this room, or with this in their name")
	jobs := flags.Int("jobs", 1, "mutants tried at once")
	seeds := flags.Int("seeds", 3, "seeds tried before a mutant counts as a survivor")
	list := flags.Bool("list", false, "print the table only")
	if err := flags.Parse(args); err != nil {
		return broken
	}
	chosen := choose(all(), *only)
	if len(chosen) == 0 {
		fmt.Fprintf(progress, "no mutant is called, or belongs to, %q\n", *only)
		return broken
	}
	if *list {
		printList(out, chosen)
		return allKilled
	}
	lab, err := newLab(*seeds)
	if err != nil {
		fmt.Fprintln(progress, err)
		return broken
	}
	defer lab.close()
	if err := lab.healthy(ctx, chosen, progress); err != nil {
		fmt.Fprintln(progress, err)
		return broken
	}
	return summary(out, lab.tryAll(ctx, chosen, *jobs, progress))
}

func choose(ms []mutant, only string) (chosen []mutant) {
	for _, m := range ms {
		if only == "" || m.room == only || strings.Contains(m.name, only) {
			chosen = append(chosen, m)
		}
	}
	return chosen
}

// tryAll tries mutants, some at once, and returns what became of them in the
// order of the table.
func (l *lab) tryAll(ctx context.Context, ms []mutant, jobs int, progress io.Writer) []outcome {
	outcomes := make([]outcome, len(ms))
	next := make(chan int)
	var mu sync.Mutex // protects done and progress
	var done int
	var wg sync.WaitGroup
	for range max(jobs, 1) {
		wg.Go(func() {
			for i := range next {
				outcomes[i] = l.try(ctx, ms[i])
				mu.Lock()
				done++
				fmt.Fprintf(progress, "%3d/%d  %-44s %s\n", done, len(ms), ms[i].name, outcomes[i].verdict())
				mu.Unlock()
			}
		})
	}
	for i := range ms {
		next <- i
	}
	close(next)
	wg.Wait()
	return outcomes
}

// summary prints the table and returns the exit code.
func summary(out io.Writer, outcomes []outcome) (code int) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "mutant\tfault\tkilled by\tseconds")
	killed, excused := 0, 0
	for _, o := range outcomes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%.1f\n", o.name, o.fault, o.verdict(), o.took.Seconds())
		switch {
		case o.err != nil:
			code = broken
		case o.killer != "":
			killed++
		case o.harmless != "":
			excused++
		default:
			code = max(code, survived)
		}
	}
	w.Flush()
	for _, o := range outcomes {
		if o.harmless != "" {
			fmt.Fprintf(out, "%s is equivalent: %s\n", o.name, o.harmless)
		}
	}
	fmt.Fprintf(out, "%d mutants: %d killed, %d argued equivalent, %d not killed\n",
		len(outcomes), killed, excused, len(outcomes)-killed-excused)
	return code
}

func printList(out io.Writer, ms []mutant) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "room\tmutant\tfault\tseen in")
	for _, m := range ms {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", m.room, m.name, m.fault, m.seen)
	}
	w.Flush()
}

// An outcome is what became of a mutant.
type outcome struct {
	mutant
	killer string // the test that failed, and how; empty if none did
	err    error  // the mutant could not be tried
	took   time.Duration
}

func (o outcome) verdict() string {
	switch {
	case o.err != nil:
		return "ERROR: " + o.err.Error()
	case o.killer != "":
		return o.killer
	case o.harmless != "":
		return "(equivalent)"
	}
	return "SURVIVED"
}
