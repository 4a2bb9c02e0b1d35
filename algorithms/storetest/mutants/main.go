// Mutants breaks the algorithms, what is under them, and what measures and judges
// them, on purpose, one fault at a time, and shows which test notices. A fault that
// no test notices fails the command, unless the table argues that it does no harm.
//
//	go run ./algorithms/storetest/mutants                 all of them
//	go run ./algorithms/storetest/mutants -only calc      those of one room, or with that in their name
//	go run ./algorithms/storetest/mutants -sample 10      a tenth of them, drawn by a seed that is printed
//	go run ./algorithms/storetest/mutants -list           the table, without running anything
//	go run ./algorithms/storetest/mutants -keep FILE      those that the file lacks; it keeps what became of them
//	go run ./algorithms/storetest/mutants -keep FILE -report  what the file has, by room
//
// Nothing is changed on the disk: the compiler is handed the changed file in
// the place of the real one (go build -overlay).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
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

// options are the command line's.
type options struct {
	only    string
	jobs    int
	seeds   int
	list    bool
	sample  int
	seed    uint64
	within  time.Duration
	healthy bool
	keep    string
	report  bool
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("mutants", flag.ContinueOnError)
	flags.StringVar(&o.only, "only", "", "the mutants of this room, or with this in their name")
	flags.IntVar(&o.jobs, "jobs", 1, "mutants tried at once")
	flags.IntVar(&o.seeds, "seeds", 3, "seeds tried before a mutant counts as a survivor")
	flags.BoolVar(&o.list, "list", false, "print the table only")
	flags.IntVar(&o.sample, "sample", 1, "one mutant in so many, drawn at random")
	flags.Uint64Var(&o.seed, "seed", 0, "seed of the sample; 0 draws one")
	flags.DurationVar(&o.within, "within", 0,
		"end after this time, with those that were tried by then; 0 is without limit")
	flags.BoolVar(&o.healthy, "healthy", true,
		"run the tests without any mutant first; they have to pass for a kill to prove something")
	flags.StringVar(&o.keep, "keep", "", "keep what became of each mutant in this file, and try none that it has")
	flags.BoolVar(&o.report, "report", false, "print a table by room of what the file of -keep has")
	if err = flags.Parse(args); err == nil && o.report && o.keep == "" {
		err = errors.New("-report: name the file with -keep")
		fmt.Fprintln(flags.Output(), err)
	}
	for o.seed == 0 {
		o.seed = rand.Uint64N(1_000_000)
	}
	return o, err
}

func run(ctx context.Context, args []string, out, progress io.Writer) int {
	o, err := parse(args)
	if err != nil {
		return broken
	}
	table, err := all()
	if err != nil {
		fmt.Fprintln(progress, err)
		return broken
	}
	chosen := sample(choose(table, o.only), o.sample, o.seed)
	if len(chosen) == 0 {
		fmt.Fprintf(progress, "no mutant is called, or belongs to, %q\n", o.only)
		return broken
	}
	if o.list {
		printList(out, chosen)
		return allKilled
	}
	if o.sample > 1 {
		fmt.Fprintf(progress, "%d of %d mutants, drawn by -sample %d -seed %d\n", len(chosen), len(table), o.sample, o.seed)
	}
	lab, err := newLab(o.seeds)
	if err != nil {
		fmt.Fprintln(progress, err)
		return broken
	}
	defer lab.close()
	if o.keep != "" {
		if lab.ledger, err = ledgerHere(lab.root, o.keep); err != nil {
			fmt.Fprintln(progress, err)
			return broken
		}
	}
	if o.report {
		lab.ledger.report(out, chosen)
		return allKilled
	}
	if o.within > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.within)
		defer cancel()
	}
	if o.healthy {
		if err := lab.healthy(ctx, chosen, progress); err != nil {
			fmt.Fprintln(progress, err)
			return broken
		}
	}
	return summary(out, lab.tryAll(ctx, chosen, o.jobs, progress))
}

// sample draws one mutant in n, as a seed has it, in a random order. All of them
// stay in their order.
func sample(ms []mutant, n int, seed uint64) []mutant {
	if n <= 1 {
		return ms
	}
	drawn := slices.Clone(ms)
	rng := rand.New(rand.NewPCG(seed, 1))
	rng.Shuffle(len(drawn), func(i, j int) { drawn[i], drawn[j] = drawn[j], drawn[i] })
	return drawn[:(len(drawn)+n-1)/n]
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
	var mu sync.Mutex // protects done, progress and the ledger
	var done int
	var wg sync.WaitGroup
	for range max(jobs, 1) {
		wg.Go(func() {
			for i := range next {
				o, known := l.ledger.find(ms[i])
				if !known {
					o = l.try(ctx, ms[i])
				}
				mu.Lock()
				if !known {
					o.err = errors.Join(o.err, l.ledger.add(o))
				}
				outcomes[i] = o
				done++
				fmt.Fprintf(progress, "%3d/%d  %-44s %s\n", done, len(ms), o.name, o.verdict())
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
