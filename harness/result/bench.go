package result

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
)

// benchFile is the name of the benchmark listing in a result directory.
const benchFile = "bench.txt"

// benchUnits says of each unit of WriteBench which way is better; benchstat
// assumes lower for none of them.
var benchUnits = []struct{ unit, better string }{
	{"txn/s", "higher"}, {"lost-txn", "lower"}, {"p50-ns", "lower"}, {"p99-ns", "lower"}, {"p99.9-ns", "lower"},
	{"max-ns", "lower"},
	{"durable-p50-ns", "lower"}, {"durable-p99-ns", "lower"}, {"durable-p99.9-ns", "lower"}, {"durable-max-ns", "lower"},
	{"never-durable-txn", "lower"},
	{"pause-ns", "lower"}, {"checkpoint-ns", "lower"}, {"image-B", "lower"}, {"collapse-read-B", "lower"},
	{"collapse-written-B", "lower"},
	{"collapse-ns", "lower"}, {"peak-B", "lower"}, {"recovery-ns", "lower"},
}

// WriteBench writes e in the Go benchmark format, one line per trial with
// figures, for benchstat and its relatives. The matrix point is in the name as
// /key=value, so that benchstat -col /algorithm compares algorithms.
// Failed trials have no figures and no line.
// The format is that of golang.org/x/perf/benchfmt. An error is w's.
func WriteBench(w io.Writer, e *Experiment) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "pkg: ckptbench\nexperiment: %s\n", oneLine(e.Name))
	for n, id := range e.MachineIDs() {
		writeBenchMachine(b, e, id, n == 0)
	}
	return b.Flush()
}

// writeBenchMachine writes the trials of one machine below its facts, which hold
// for the lines that follow them.
// The units are said once, with the first machine.
func writeBenchMachine(b io.Writer, e *Experiment, id string, first bool) {
	// A result may be merged from several machines.
	m := e.MachineOf(&Trial{Machine: id})
	for _, kv := range [][2]string{{"os", m.OS}, {"cpu", m.CPU}, {"machine", m.ID}, {"commit", m.Commit},
		{"toolchain", m.Go}} {
		if kv[1] != "" || !first { // an empty one takes the machine above back
			fmt.Fprintf(b, "%s: %s\n", kv[0], oneLine(kv[1]))
		}
	}
	for _, u := range benchUnits {
		if first {
			fmt.Fprintf(b, "Unit %s better=%s\n", u.unit, u.better)
		}
	}
	if first {
		writeBulkUnits(b, e)
	}
	for _, t := range noneFirst(e.Trials) {
		switch {
		case t.Status != OK || e.MachineOf(t).ID != id:
		case t.Throughput != nil:
			writeBenchLine(b, t, m.GOMAXPROCS)
		case t.Bulk != nil:
			writeBulkLine(b, t, m.GOMAXPROCS)
		}
	}
}

// noneFirst are the trials with none's before all others, which keep their order: benchstat
// compares with what stands first.
func noneFirst(trials []Trial) (out []*Trial) {
	for _, none := range []bool{true, false} {
		for i := range trials {
			if (trials[i].Algorithm == baseName) == none {
				out = append(out, &trials[i])
			}
		}
	}
	return out
}

// SaveBench writes WriteBench's listing to bench.txt in the result directory
// dir.
func SaveBench(dir string, e *Experiment) error {
	var b strings.Builder
	if err := WriteBench(&b, e); err != nil {
		return err
	}
	if err := replaceFile(filepath.Join(dir, benchFile), []byte(b.String())); err != nil {
		return fmt.Errorf("save bench: %w", err)
	}
	return nil
}

// writeBenchName begins a trial's line.
func writeBenchName(w io.Writer, t *Trial, procs int) {
	fmt.Fprintf(w, "BenchmarkCkpt/algorithm=%s", benchName(t.Algorithm))
	for _, p := range t.Params {
		fmt.Fprintf(w, "/%s=%s", benchName(p.Key), benchName(p.Value))
	}
	// The suffix is always there, or a name that ends in -8 would be cut.
	fmt.Fprintf(w, "-%d 1", max(procs, 1))
}

// writeBenchLine writes one trial in the format of Go's benchmarks, for benchstat: what
// the trial does not have is left out of the line.
func writeBenchLine(w io.Writer, t *Trial, procs int) {
	writeBenchName(w, t, procs)
	put := func(v float64, unit string) { fmt.Fprintf(w, " %s %s", strconv.FormatFloat(v, 'f', -1, 64), unit) }
	put(*t.Throughput, "txn/s")
	if t.Lost != nil {
		put(*t.Lost, "lost-txn")
	}
	// Response times where there are some, as those include waiting.
	q := t.Response
	if q == nil {
		q = t.Service
	}
	if q != nil && q.Count > 0 {
		put(float64(q.P50), "p50-ns")
		put(float64(q.P99), "p99-ns")
		put(float64(q.P999), "p99.9-ns")
		put(float64(q.Max), "max-ns")
	}
	if q := t.Durable; q != nil && q.Count > 0 {
		put(float64(q.P50), "durable-p50-ns")
		put(float64(q.P99), "durable-p99-ns")
		put(float64(q.P999), "durable-p99.9-ns")
		put(float64(q.Max), "durable-max-ns")
		if t.NeverDurable > 0 {
			put(float64(t.NeverDurable), "never-durable-txn")
		}
	}
	// The row of this trial alone: its medians are the trial's figures.
	r := newRow([]*Trial{t})
	if r.Checkpoints > 0 {
		cs := complete(t.Checkpoints)
		put(nanos(r.Pause.Median), "pause-ns")
		put(nanos(r.Total.Median), "checkpoint-ns")
		put(float64(cs[len(cs)-1].Bytes), "image-B")
	}
	if c := t.Collapse; c != nil {
		put(float64(c.Read), "collapse-read-B")
		put(float64(c.Written), "collapse-written-B")
		put(nanos(c.Time), "collapse-ns")
	}
	if t.Memory.Peak > 0 {
		put(float64(t.Memory.Peak), "peak-B")
	}
	if t.Recovery != nil {
		put(nanos(t.Recovery.FirstTxn), "recovery-ns")
	}
	fmt.Fprintln(w)
}

// nanos rounds seconds to nanoseconds.
func nanos(seconds float64) float64 { return float64(int64(seconds*1e9 + 0.5)) }

// benchName keeps a name in one piece: the format splits at blanks and slashes.
func benchName(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == '/' || r == '=' || r == 0x7F {
			return '_'
		}
		return r
	}, s)
}

// oneLine is s with all white space folded: the format ends a value at a line's end.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
