package bench

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
	"ckptbench/harness/lock"
	"ckptbench/harness/result"
)

// known names the algorithms; without variants in a short run.
func known() config.Known {
	var k config.Known
	for _, e := range algorithms.All() {
		k.Algorithms = append(k.Algorithms, config.Algorithm{Name: e.Name,
			Default: !e.Unsound && (e.Variant == "" || !testing.Short()),
			Budget:  e.Own.Paged, Own: !e.Own.None(), Restore: e.Paged, Prefix: e.DurableByImage() || e.Baseline})
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
	e, err := config.Parse("bench.yaml",
		[]byte("records: 1M\nrecord_size: 100\nworkers: 1\nworkload: "+workload+"\n"), known())
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

// run1 runs an experiment whose recorded runs provoke nothing.
func run1(t *testing.T, text string) *result.Experiment {
	t.Helper()
	return runWith(t, text, Options{calm: true})
}

// attempts is how often what got nothing done is tried in all.
const attempts = 3

// runWith runs an experiment, and again where the machine stood still for as long as a
// trial lasted, so that nothing was done in it.
func runWith(t *testing.T, text string, o Options) *result.Experiment {
	t.Helper()
	e := runOnce(t, text, o)
	for n := 1; n < attempts && stoodStill(e); n++ {
		t.Log("a trial got nothing done: the experiment is run again")
		e = runOnce(t, text, o)
	}
	return e
}

// stoodStill reports whether a trial committed nothing, or too little to have some of
// every kind, or began no checkpoint.
func stoodStill(e *result.Experiment) bool {
	return slices.ContainsFunc(e.Trials, func(tr result.Trial) bool {
		entry, _ := algorithms.Find(tr.Algorithm)
		few := tr.Committed == 0 || len(tr.Kinds) > 0 && tr.Committed < 100
		return tr.Status == result.OK && tr.Bulk == nil && (few || !entry.Baseline && len(tr.Checkpoints) == 0)
	})
}

// finished counts a trial's checkpoints that were finished.
func finished(tr *result.Trial) (n int) {
	for _, c := range tr.Checkpoints {
		if c.Error == "" {
			n++
		}
	}
	return n
}

func runOnce(t *testing.T, text string, o Options) *result.Experiment {
	t.Helper()
	o.Out, o.Given = t.TempDir(), []byte(text)
	dir, err := Run(t.Context(), parse(t, text), o)
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

// Every algorithm (one of each family in a short run) runs a workload that inserts and
// deletes, and one of each family one that writes fields.
func TestEveryAlgorithmRunsAndIsVerified(t *testing.T) {
	runs := map[string]string{
		"{read: 0.4, update: 0.2, insert: 0.2, delete: 0.2, keys: 3}": "",
		"{name: ycsb-a, keys: 4}": "algorithms: [none, " +
			strings.Join(families, ", ") + "]\n",
	}
	for workload, some := range runs {
		t.Run(workload, func(t *testing.T) {
			if testing.Short() && some != "" {
				t.Skip("the other workload is enough")
			}
			if testing.Short() {
				some = "algorithms: [none, " + strings.Join(judgedApart, ", ") + "]\n"
			}
			e := run1(t, some+strings.Replace(small, "{name: calc}", workload, 1))
			for i := range e.Trials {
				tr := &e.Trials[i]
				if tr.Status != result.OK || !tr.Verdict.OK || tr.Committed == 0 || tr.Throughput == nil {
					t.Errorf("%s: status %s %s, verdict %+v, %d committed", tr.Algorithm, tr.Status, tr.Error, tr.Verdict,
						tr.Committed)
				}
				e, _ := algorithms.Find(tr.Algorithm)
				if e.Baseline {
					continue
				}
				if len(tr.Checkpoints) == 0 || (tr.Recovery == nil) != e.Unlogged || tr.Verdict.Images < recordedImages+1 ||
					tr.Verdict.Transactions == 0 {
					t.Errorf("%s: %d checkpoints, recovery %v, verdict %+v", tr.Algorithm, len(tr.Checkpoints), tr.Recovery,
						tr.Verdict)
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
	dir, err := Run(t.Context(), parse(t, text), Options{Out: t.TempDir(), find: find, calm: true})
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
	text := strings.NewReplacer("250ms", "10s", "verify_duration: 100ms", "verify: off").Replace(small) +
		"algorithms: [calc]\n"
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	committed := uint64(0)
	o := Options{Out: t.TempDir(), calm: true, Progress: func(p Progress) {
		if p.Bucket.Measured() {
			committed += p.Bucket.Commits
		}
		if p.Bucket.Start > 0.3 && committed > 0 {
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

// ranIn runs an experiment in out and returns the algorithms that were run, and the
// notices.
func ranIn(t *testing.T, out, text string, o Options) (names, notices string, err error) {
	t.Helper()
	var ran, said []string
	o.Out, o.Given, o.calm = out, []byte(text), true
	o.Progress = func(p Progress) {
		if p.Doing == "loading" {
			ran = append(ran, p.Algorithm)
		}
	}
	o.Notice = func(line string) { said = append(said, line) }
	_, err = Run(t.Context(), parse(t, text), o)
	return strings.Join(ran, " "), strings.Join(said, "\n"), err
}

// algorithmsIn loads a result and names the algorithms that it has trials of.
func algorithmsIn(t *testing.T, dir string) string {
	t.Helper()
	e, err := result.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(e.Algorithms([]string{"none"}), " ")
}

func TestResumeRunsWhatIsMissing(t *testing.T) {
	text := strings.Replace(small, "verify_duration: 100ms", "verify: off", 1)
	out := t.TempDir()
	dir := filepath.Join(out, "small")
	check := func(text string, o Options, wantRun, wantSaid, wantErr string) {
		t.Helper()
		ran, said, err := ranIn(t, out, text, o)
		if wantErr == "" && err != nil || wantErr != "" && (err == nil || !strings.Contains(err.Error(), wantErr)) {
			t.Fatalf("error %v, want %q", err, wantErr)
		}
		if ran != wantRun || !strings.Contains(said, wantSaid) || wantSaid == "" && said != "" {
			t.Errorf("ran %q, want %q; said %q, want %q", ran, wantRun, said, wantSaid)
		}
	}
	longer := strings.Replace(text, "250ms", "300ms", 1)
	check(text+"algorithms: [none, calc]\n", Options{}, "none calc", "", "")
	check(text+"algorithms: [none, calc, cpr]\n", Options{Resume: true}, "cpr", "", "")
	check(text+"algorithms: [none]\n", Options{Resume: true}, "", "",
		"algorithms is none,calc,cpr in the result and none here")
	check(longer+"algorithms: [none]\n", Options{Resume: true}, "", "", "duration is 250ms in the result and 300ms here")
	if got := algorithmsIn(t, dir); got != "none calc cpr" {
		t.Errorf("after two refusals there is %s", got)
	}
	check(longer+"algorithms: [none]\n", Options{Resume: true, Force: true}, "none",
		"3 trials of another configuration are now in "+dir+".before-1", "")
	if now, before := algorithmsIn(t, dir), algorithmsIn(t, dir+".before-1"); now != "none" || before != "none calc cpr" {
		t.Errorf("there is %s, and %s was set aside", now, before)
	}
	check(text+"algorithms: [calc]\n", Options{}, "calc", "the result that was there is now "+dir+".before-2", "")
	if now, before := algorithmsIn(t, dir), algorithmsIn(t, dir+".before-2"); now != "calc" || before != "none" {
		t.Errorf("there is %s, and %s was set aside", now, before)
	}
	if left, _ := filepath.Glob(filepath.Join(dir+"*", ".lock")); len(left) > 0 {
		t.Errorf("locks are left: %v", left)
	}
}

// What another build began is not continued, unless that is asked for.
func TestResumeByAnotherBuild(t *testing.T) {
	text := strings.Replace(small, "verify_duration: 100ms", "verify: off", 1) + "algorithms: [none]\n"
	out := t.TempDir()
	dir := filepath.Join(out, "small")
	if _, _, err := ranIn(t, out, text, Options{}); err != nil {
		t.Fatal(err)
	}
	e, err := result.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	e.Machine.Build = "0123, go1"
	if err := result.SaveSetup(dir, *e); err != nil {
		t.Fatal(err)
	}
	_, _, err = ranIn(t, out, text, Options{Resume: true})
	if err == nil || !strings.Contains(err.Error(), `build is "0123, go1" in the result and "sha256 `) {
		t.Errorf("error %v", err)
	}
	if _, _, err = ranIn(t, out, text, Options{Resume: true, Force: true}); err != nil {
		t.Fatal(err)
	}
	if e, err = result.Load(dir); err != nil ||
		!strings.Contains(strings.Join(e.Warnings(), "\n"), "another build, 0123, go1") {
		t.Errorf("%v, warnings %q", err, e.Warnings())
	}
}

// A second run of a result, or into its scratch folder, is refused while the first
// is at work, and changes nothing.
func TestSecondRunIsRefused(t *testing.T) {
	out, images := t.TempDir(), t.TempDir()
	text := strings.Replace(small, "verify_duration: 100ms", "verify: off", 1) + "algorithms: [none]\n"
	text = strings.Replace(text, "checkpoint: {", "checkpoint: {dir: "+images+", ", 1)
	var second error
	o := Options{Out: out, calm: true, Progress: func(p Progress) {
		if p.Doing == "loading" {
			_, second = Run(t.Context(), parse(t, text), Options{Out: out, calm: true})
			if _, err := Run(t.Context(), parse(t, text), Options{Out: t.TempDir(), calm: true}); err != nil {
				t.Errorf("a run of another result with the same checkpoint.dir: %v", err)
			}
		}
	}}
	dir, err := Run(t.Context(), parse(t, text), o)
	if err != nil {
		t.Fatal(err)
	}
	if !errors.Is(second, lock.ErrHeld) || !strings.Contains(second.Error(), dir) ||
		strings.Contains(second.Error(), "\n") {
		t.Errorf("the second run: %v", second)
	}
	if got := algorithmsIn(t, dir); got != "none" {
		t.Errorf("there is %s", got)
	}
	if left, err := os.ReadDir(images); err != nil || len(left) > 0 {
		t.Errorf("left in checkpoint.dir: %v, %v", left, err)
	}
}

// A checkpoint.dir that is not there is not made: its disk may not be mounted.
func TestCheckpointDirMustBeThere(t *testing.T) {
	out, images := t.TempDir(), filepath.Join(t.TempDir(), "mnt")
	text := strings.Replace(small, "checkpoint: {", "checkpoint: {dir: "+images+", ", 1)
	_, err := Run(t.Context(), parse(t, text+"algorithms: [calc]\n"), Options{Out: out})
	if err == nil || !strings.Contains(err.Error(), "there is no folder "+images) {
		t.Errorf("error %v", err)
	}
	for _, dir := range []string{images, filepath.Join(out, "small")} {
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s was made", dir)
		}
	}
}

// What a run that was killed left is cleaned by the next.
func TestLeftoversAreCleaned(t *testing.T) {
	out := t.TempDir()
	dir := filepath.Join(out, "small")
	left := []string{"scratch/images/image-1", ".tmp-machine.json", "trials/.tmp-1/trial.json",
		"trials/.new-none-1/trial.json"}
	for _, name := range left {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text := strings.Replace(small, "verify_duration: 100ms", "verify: off", 1) + "algorithms: [none]\n"
	if _, said, err := ranIn(t, out, text, Options{}); err != nil || said != "" {
		t.Fatal(said, err)
	}
	for _, name := range left {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s is left", name)
		}
	}
}

// The file system of a result is that of the images.
func TestFileSystemIsTheImages(t *testing.T) {
	const images = "/dev/shm"
	if _, err := os.Stat(images); err != nil {
		t.Skipf("there is no second file system here: %v", err)
	}
	text := strings.Replace(small, "verify_duration: 100ms", "verify: off", 1) + "algorithms: [none]\n"
	out := t.TempDir()
	if _, _, err := ranIn(t, out, strings.Replace(text, "checkpoint: {", "checkpoint: {dir: "+images+", ", 1),
		Options{}); err != nil {
		t.Fatal(err)
	}
	m, err := result.LoadMachine(filepath.Join(out, "small"))
	if want := fileSystem(images); err != nil || m.FileSystem != want {
		t.Errorf("file system %q, want %q, %v", m.FileSystem, want, err)
	}
}
