// Crash kills a store under load, with SIGKILL at random moments, and checks
// what can be recovered: with a log all that was acknowledged; without one the
// state of the newest image, which is no older than the last checkpoint that
// returned; and never anything in between. The store then goes on from there,
// and is killed again.
//
//	go run ./algorithms/storetest/crash -trials 200
//	go run ./algorithms/storetest/crash -only calc -seed 7
//	go run ./algorithms/storetest/crash -power 12
//
// The process dies, the machine does not: what the page cache keeps survives. With
// -power the process keeps a journal of what it does to its files, and the disk is built
// from that as power cuts may have left it; see power.go.
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
	"time"

	"ckptbench/algorithms"
)

func main() {
	if text := os.Getenv(childVariable); text != "" {
		os.Exit(childMain(text))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := parentMain(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// parentMain returns the exit code: 0 if nothing was found, 1 if something was, 2 for a wrong
// command line.
func parentMain(ctx context.Context, args []string, out, progress io.Writer) int {
	flags := flag.NewFlagSet("crash", flag.ContinueOnError)
	trials := flags.Int("trials", 200, "kills of each algorithm; half of them with a log, where it can do without")
	only := flags.String("only", "", "this algorithm only")
	// A random one by default, and printed: a failure can be run again.
	seed := flags.Uint64("seed", maphash.Comparable(maphash.MakeSeed(), 0)%1_000_000,
		"of the work and of the moments of the kills")
	dir := flags.String("dir", "",
		"where the stores are to be, on a real file system (default: the system's folder for temporary files)")
	power := flags.Int("power", 0, "power cuts for each kill, in place of what the kill leaves in the page cache")
	cutter := flags.String("cutter", "",
		"command that takes the file system of -dir away (with the argument down) and brings it back (up): see below.go")
	jobs := flags.Int("jobs", runtime.NumCPU(), "stores at once")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if *cutter != "" && *power > 0 {
		fmt.Fprintln(progress, "-cutter and -power are two ways to cut the power: choose one")
		return 2
	}
	exe, err := os.Executable()
	if err != nil {
		fmt.Fprintln(progress, err)
		return 2
	}
	fmt.Fprintf(progress, "seed %d\n", *seed)
	p := &plan{exe: exe, dir: *dir, seed: *seed, progress: progress, cuts: *power, cutter: *cutter}
	if *cutter != "" {
		*jobs = 1 // there is one file system for all
		if p.notes, err = os.MkdirTemp("", "crash-notes-"); err != nil {
			fmt.Fprintln(progress, err)
			return 2
		}
		defer os.RemoveAll(p.notes)
	}
	rows := p.rows(*only, *trials)
	if len(rows) == 0 {
		fmt.Fprintf(progress, "there is no algorithm %q that takes images\n", *only)
		return 2
	}
	p.all(ctx, rows, *jobs)
	return report(out, rows)
}

// A row is one algorithm with or without a log.
type row struct {
	e      algorithms.Entry
	log    bool
	trials int // wanted

	mu   sync.Mutex
	sum  tally         // protected by mu
	took time.Duration // by all its lineages; protected by mu
	errs []error       // protected by mu
}

// sound reports whether an algorithm's images are to be right.
// The others have no images, or wrong ones on purpose.
func sound(e algorithms.Entry) bool { return !e.Baseline && !e.Unsound }

// A plan is one run of the command.
type plan struct {
	exe, dir string
	seed     uint64
	cuts     int    // power cuts for each kill
	cutter   string // see lineage
	notes    string // folder of ledgers; empty: each in its store's folder
	progress io.Writer
}

// rows returns what is to be run. Half of the trials have a log, where the algorithm can do
// without.
func (p *plan) rows(only string, trials int) (rows []*row) {
	for _, e := range algorithms.All() {
		switch {
		case !sound(e) || only != "" && e.Name != only:
		case e.NeedsLog:
			rows = append(rows, &row{e: e, log: true, trials: trials})
		default:
			rows = append(rows, &row{e: e, trials: trials - trials/2}, &row{e: e, log: true, trials: trials / 2})
		}
	}
	return rows
}

// all runs the lineages of all rows, some at once.
func (p *plan) all(ctx context.Context, rows []*row, jobs int) {
	type job struct {
		r    *row
		seed uint64
		n    int
	}
	// Each lineage has a seed of its own, which is printed with what it finds.
	queue := make(chan job)
	var wg sync.WaitGroup
	for range max(jobs, 1) {
		wg.Go(func() {
			for j := range queue {
				p.one(ctx, j.r, j.seed, j.n)
			}
		})
	}
	seed := p.seed
	for _, r := range rows {
		for left := r.trials; left > 0 && ctx.Err() == nil; left -= generations {
			queue <- job{r, seed, min(left, generations)}
			seed++
		}
	}
	close(queue)
	wg.Wait()
}

// one runs one lineage, and keeps its files where it found something.
func (p *plan) one(ctx context.Context, r *row, seed uint64, n int) {
	start := time.Now()
	dir, err := folder(p.dir, r.e, seed)
	var t tally
	if err == nil {
		t, err = p.run(ctx, dir, r.e, r.log, seed, n)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.took += time.Since(start)
	r.sum.add(t)
	if err != nil {
		r.errs = append(r.errs, err)
		fmt.Fprintln(p.progress, err)
	}
	for _, text := range t.texts {
		fmt.Fprintf(p.progress, "%s, log %v, seed %d, in %s: %s\n", r.e.Name, r.log, seed, dir, text)
	}
	// Files stay where something was found.
	if err == nil && len(t.texts) == 0 {
		os.RemoveAll(dir)
	}
}

// report prints the table and returns the exit code.
func report(out io.Writer, rows []*row) (code int) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "algorithm\tlog\ttrials\twhile starting\tpower cuts\t"+
		"images\ttransactions\tlost\tmixed\terrors\tseconds\t")
	for _, r := range rows {
		s := &r.sum
		fmt.Fprintf(w, "%s\t%v\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.0f\t\n", r.e.Name, r.log, s.trials, s.early, s.cuts,
			s.images, s.transactions, s.lost, s.mixed, len(r.errs), r.took.Seconds())
		// Trials that were not run count as a failure, too.
		if s.lost+s.mixed+len(r.errs) > 0 || s.trials < r.trials {
			code = 1
		}
	}
	w.Flush()
	return code
}
