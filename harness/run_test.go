package harness

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// known names the algorithms; without variants in a short run.
func known() config.Known {
	var k config.Known
	for _, e := range algorithms.All() {
		k.Algorithms = append(k.Algorithms, e.Name)
		if !e.Unsound && (e.Variant == "" || !testing.Short()) {
			k.DefaultAlgorithms = append(k.DefaultAlgorithms, e.Name)
		}
		if e.Own.Form == store.Pages {
			k.BudgetAlgorithms = append(k.BudgetAlgorithms, e.Name)
		}
		if !e.Own.None() {
			k.OwnAlgorithms = append(k.OwnAlgorithms, e.Name)
		}
		if e.Paged {
			k.RestoreAlgorithms = append(k.RestoreAlgorithms, e.Name)
		}
	}
	return k
}

const small = `
records: 5k
record_size: 100
workers: 2
workload: {name: calc}
duration: 250ms
warmup: 20ms
bucket: 50ms
verify_duration: 100ms
trials: 1
recover: true
checkpoint: {first: 30ms, interval: 100ms}
`

// benchCell is a cell at the size of the default experiment.
func benchCell(b *testing.B, workload string) cell {
	b.Helper()
	e, err := config.Parse("bench.yaml", []byte("records: 1M\nrecord_size: 100\nworkers: 1\nworkload: "+workload+"\n"), known())
	if err != nil {
		b.Fatal(err)
	}
	return cell{Experiment: e.Cells()[0].Experiment}
}

func parse(t testing.TB, text string) *config.Experiment {
	t.Helper()
	e, err := config.Parse("small.yaml", []byte(text), known())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func run1(t *testing.T, text string) *result.Experiment {
	t.Helper()
	dir, err := Run(t.Context(), parse(t, text), Options{Out: t.TempDir(), Given: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	e, err := result.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "scratch")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("scratch folder is left: %v", err)
	}
	return e
}

// A recorded trial may have fewer records; the result says so.
func TestVerifyRecords(t *testing.T) {
	e := run1(t, small+"algorithms: [calc]\nverify_records: 1k\n")
	x := e.Trials[0]
	if x.Status != result.OK || !x.Verdict.OK || x.Verdict.Transactions == 0 || x.Records != 5000 {
		t.Errorf("%s, verdict %+v of %d records", x.Status, x.Verdict, x.Records)
	}
	if want := "had 1000 of the 5000 records"; len(x.Warnings) == 0 || !strings.Contains(x.Warnings[0], want) {
		t.Errorf("warnings %q, want %q", x.Warnings, want)
	}
	if c := x.Checkpoints; len(c) == 0 || c[0].Records != 5000 {
		t.Errorf("the measured trial's checkpoints are %+v", c)
	}
}

func TestEveryAlgorithmRunsAndIsVerified(t *testing.T) {
	workloads := []string{"{read: 0.4, update: 0.2, insert: 0.2, delete: 0.2, keys: 3}", "{name: ycsb-a, keys: 4}"}
	if testing.Short() {
		workloads = workloads[:1]
	}
	for _, workload := range workloads {
		t.Run(workload, func(t *testing.T) {
			e := run1(t, strings.Replace(small, "{name: calc}", workload, 1))
			for i := range e.Trials {
				tr := &e.Trials[i]
				if tr.Status != result.OK || !tr.Verdict.OK || tr.Committed == 0 || tr.Throughput == nil {
					t.Errorf("%s: status %s %s, verdict %+v, %d committed", tr.Algorithm, tr.Status, tr.Error, tr.Verdict, tr.Committed)
				}
				if e, _ := algorithms.Find(tr.Algorithm); e.Baseline {
					continue
				}
				if len(tr.Checkpoints) == 0 || tr.Recovery == nil || tr.Verdict.Images < recordedImages+1 || tr.Verdict.Transactions == 0 {
					t.Errorf("%s: %d checkpoints, recovery %v, verdict %+v", tr.Algorithm, len(tr.Checkpoints), tr.Recovery, tr.Verdict)
				}
			}
		})
	}
}

// TestUnsoundIsFailed runs naive-copy with its image torn for certain.
func TestUnsoundIsFailed(t *testing.T) {
	naive, _ := algorithms.Find("naive-copy")
	naive.New = newTorn
	find := func(name string) (algorithms.Entry, bool) { return naive, name == naive.Name }
	text := small + "algorithms: [naive-copy]\n"
	dir, err := Run(t.Context(), parse(t, text), Options{Out: t.TempDir(), find: find})
	if !errors.Is(err, ErrWrong) {
		t.Fatalf("error %v, want that an image is wrong", err)
	}
	e, err := result.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Trials) != 1 {
		t.Fatalf("%d trials", len(e.Trials))
	}
	if tr := e.Trials[0]; tr.Status != result.Failed || tr.Throughput != nil || tr.Verdict.OK || tr.Error == "" {
		t.Errorf("status %s, throughput %v, verdict %+v, error %q", tr.Status, tr.Throughput, tr.Verdict, tr.Error)
	}
}

func TestInterruptKeepsWhatWasMeasured(t *testing.T) {
	text := strings.NewReplacer("250ms", "10s", "verify_duration: 100ms", "verify: off").Replace(small) + "algorithms: [calc]\n"
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := Options{Out: t.TempDir(), Progress: func(p Progress) {
		if p.Bucket.Start > 0.3 {
			cancel()
		}
	}}
	began := time.Now()
	dir, err := Run(ctx, parse(t, text), o)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v after %v, want that of the context", err, time.Since(began))
	}
	e, err := result.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Trials) != 1 || e.Trials[0].Status != result.Partial || e.Trials[0].Committed == 0 {
		t.Errorf("%d trials, want a partial one: %+v", len(e.Trials), e.Trials)
	}
}

func TestResumeRunsWhatIsMissing(t *testing.T) {
	text := strings.Replace(small, "verify_duration: 100ms", "verify: off", 1)
	out := t.TempDir()
	ran := func(text string, resume bool) (names []string) {
		o := Options{Out: out, Resume: resume, Progress: func(p Progress) {
			if p.Doing == "loading" {
				names = append(names, p.Algorithm)
			}
		}}
		if _, err := Run(t.Context(), parse(t, text), o); err != nil {
			t.Fatal(err)
		}
		return names
	}
	check := func(got []string, want string) {
		t.Helper()
		if s := strings.Join(got, " "); s != want {
			t.Errorf("ran %q, want %q", s, want)
		}
	}
	check(ran(text+"algorithms: [none, calc]\n", false), "none calc")
	check(ran(text+"algorithms: [none, calc, cpr]\n", true), "cpr")
	check(ran(strings.Replace(text, "250ms", "300ms", 1)+"algorithms: [none]\n", true), "none")
	check(ran(text+"algorithms: [none]\n", false), "none")
}
