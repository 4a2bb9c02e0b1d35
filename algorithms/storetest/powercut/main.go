// Powercut cuts the power of a store under load: at calls of its file system, with
// images, log and the algorithm's own files on one disk that knows what is durable.
// It recovers what is left, checks it against the history, goes on, and cuts again,
// for three generations.
//
//	go run ./algorithms/storetest/powercut -cuts 20000
//	go run ./algorithms/storetest/powercut -only calc -seed 7
//	go run ./algorithms/storetest/powercut -turns
//	go run ./algorithms/storetest/powercut -every
//
// A cut loses any subset of what no sync covers. Some cuts only kill the process, so
// that a later one may still take what the first left in the page cache; some damage
// the newest file that is published; and in some runs a call of the file system fails
// before the cut. With -every the power is cut at every call that changes something, of
// three generations with two checkpoints each, once with one file of the log and once
// with several. With -turns every call of a generation fails in turn: with an error, with
// an answer that is lost, with a write that is short, and with a full disk. What is
// demanded each time is in judge.go.
package main

import (
	"context"
	"flag"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"text/tabwriter"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the command without its process: it returns the exit code, 2 for arguments that
// make no sense and 1 for findings.
func run(ctx context.Context, args []string, out, progress io.Writer) int {
	flags := flag.NewFlagSet("powercut", flag.ContinueOnError)
	cuts := flags.Int("cuts", 20000, "in all, at least")
	only := flags.String("only", "", "this algorithm only")
	seed := flags.Uint64("seed", maphash.Comparable(maphash.MakeSeed(), 0)%1_000_000, "of the work and of the cuts")
	turns := flags.Bool("turns", false,
		"have every call of a generation fail in turn, in place of chance; -cuts is not heeded")
	every := flags.Bool("every", false, "cut the power at every call, in place of chance; -cuts is not heeded")
	jobs := flags.Int("jobs", 2*runtime.NumCPU(), "stores at once; most of the time they wait")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	fmt.Fprintf(progress, "seed %d\n", *seed)
	rows := rowsOf(*only)
	if len(rows) == 0 {
		fmt.Fprintf(progress, "there is no algorithm %q that takes images\n", *only)
		return 2
	}
	// So many cuts for each row.
	each := (*cuts + len(rows) - 1) / len(rows)
	runAll(rows, *jobs, func(r *row, job int) {
		switch {
		case *every:
			r.everyCall(ctx, *seed)
		case *turns:
			r.turns(ctx, *seed)
		default:
			r.lineages(ctx, *seed+uint64(job), each)
		}
	})
	return report(out, progress, rows)
}

// A row is one setup and the outcomes of its cuts.
type row struct {
	setup
	// held while the row runs: rows run beside each other, a row's lineages in turn
	mu  sync.Mutex
	sum tally // protected by mu
}

// rowsOf returns all setups, or those of one algorithm.
func rowsOf(only string) (rows []*row) {
	for _, s := range setups() {
		if only == "" || s.e.Name == only {
			rows = append(rows, &row{setup: s})
		}
	}
	return rows
}

// runAll runs each row, some at once.
// job is the number of the goroutine that runs it, and makes its seeds differ.
func runAll(rows []*row, jobs int, run func(r *row, job int)) {
	queue := make(chan *row)
	var wg sync.WaitGroup
	for i := range jobs {
		wg.Go(func() {
			for r := range queue {
				run(r, i)
			}
		})
	}
	for _, r := range rows {
		queue <- r
	}
	close(queue)
	wg.Wait()
}

// lineages runs lineages until there were so many cuts, or one that found something.
// A few findings are enough to look into.
func (r *row) lineages(ctx context.Context, seed uint64, cuts int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for n := uint64(0); r.sum.cuts < cuts && ctx.Err() == nil && len(r.sum.texts) < maxTexts; n++ {
		l := newLineage(r.setup, seed, n)
		l.run(ctx)
		r.sum.add(l.tally)
	}
}

// everyCall cuts the power at every call of two lineages.
func (r *row) everyCall(ctx context.Context, seed uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// One of them has one file of the log, the other several.
	for n := range uint64(2) {
		l := newLineage(r.setup, seed, n)
		l.every = true
		l.run(ctx)
		r.sum.add(l.tally)
	}
}

// turns has the first call of a generation fail, then the second, and so on until there
// are no more.
func (r *row) turns(ctx context.Context, seed uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// A turn that met no call was beyond the last; one may be missed by chance.
	for n, missed := 1, 0; missed < 2 && ctx.Err() == nil && len(r.sum.texts) < maxTexts; n++ {
		l := newTurn(r.setup, seed, n)
		l.run(ctx)
		r.sum.add(l.tally)
		if l.missed {
			missed++
		}
	}
}

// maxTexts is how many findings of a row are enough.
const maxTexts = 5

// report prints the table and returns the exit code.
func report(out, progress io.Writer, rows []*row) (code int) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "algorithm\twal\tsink\tcuts\tlost\ttorn\tunexplained\t")
	var sum tally
	for _, r := range rows {
		s := r.sum
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t\n", r.e.Name, r.wal, r.sink, s.cuts, s.lost, s.torn, s.unexplained)
		sum.add(s)
		for _, text := range s.texts {
			fmt.Fprintln(progress, text)
		}
	}
	fmt.Fprintf(w, "all\t\t\t%d\t%d\t%d\t%d\t\n", sum.cuts, sum.lost, sum.torn, sum.unexplained)
	w.Flush()
	if sum.lost+sum.torn+sum.unexplained > 0 {
		return 1
	}
	return 0
}
