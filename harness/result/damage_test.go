package result

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckptbench/harness/config"
)

// saved writes a result with two trials, as a run does: its configuration's hash is
// in every trial.
func saved(t *testing.T, dir string) *Experiment {
	t.Helper()
	known := config.Named("none", "calc")
	c, err := config.Parse("demo.yaml", []byte("algorithms: [none, calc]\nrecords: 1k\ntrials: 1\n"), known)
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := c.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	e := Experiment{Config: []byte("records: 1k\n"), Resolved: resolved, Machine: Machine{ID: "m", CPU: "C", Cores: 2},
		Command: &Command{Flags: []string{"--trials=1"}}}
	if err := SaveSetup(dir, e); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"none", "calc"} {
		x := sample()
		x.Algorithm, x.Trial, x.Round, x.Params, x.ConfigHash = name, 1, 1, nil, c.Hash()
		if err := Save(dir, x); err != nil {
			t.Fatal(err)
		}
	}
	return load(t, dir)
}

func load(t *testing.T, dir string) *Experiment {
	t.Helper()
	e, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// filesOf lists the files of a result.
func filesOf(t *testing.T, dir string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// An edit damages the result in a folder and says what it did.
type edit func(t *testing.T, r *rand.Rand, dir string) string

// change applies f to the content of a random file.
func change(what string, f func(*rand.Rand, []byte) []byte) edit {
	return func(t *testing.T, r *rand.Rand, dir string) string {
		t.Helper()
		paths := filesOf(t, dir)
		path := paths[r.IntN(len(paths))]
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f(r, data), 0o644); err != nil {
			t.Fatal(err)
		}
		return what + " of " + path
	}
}

func flipBit(r *rand.Rand, data []byte) []byte {
	data[r.IntN(len(data))] ^= 1 << r.IntN(8)
	return data
}

func changeDigit(r *rand.Rand, data []byte) []byte {
	var at []int
	for i, c := range data {
		if c >= '0' && c <= '9' {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return flipBit(r, data)
	}
	i := at[r.IntN(len(at))]
	data[i] = '0' + (data[i]-'0'+byte(1+r.IntN(9)))%10
	return data
}

func onLine(f func(before, line, after string) string) func(*rand.Rand, []byte) []byte {
	return func(r *rand.Rand, data []byte) []byte {
		lines := strings.SplitAfter(string(data), "\n")
		i := r.IntN(len(lines))
		return []byte(f(strings.Join(lines[:i], ""), lines[i], strings.Join(lines[i+1:], "")))
	}
}

func cut(r *rand.Rand, data []byte) []byte { return data[:r.IntN(len(data))] }

func removeFile(t *testing.T, r *rand.Rand, dir string) string {
	t.Helper()
	paths := filesOf(t, dir)
	path := paths[r.IntN(len(paths))]
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	return "removal of " + path
}

// copyOver puts one file in another's place.
func copyOver(t *testing.T, r *rand.Rand, dir string) string {
	t.Helper()
	paths := filesOf(t, dir)
	from, to := paths[r.IntN(len(paths))], paths[r.IntN(len(paths))]
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return "copy of " + from + " to " + to
}

// copyTrial puts a trial beside itself under the next number.
func copyTrial(t *testing.T, _ *rand.Rand, dir string) string {
	t.Helper()
	if err := os.CopyFS(filepath.Join(dir, "trials", "calc-2"),
		os.DirFS(filepath.Join(dir, "trials", "calc-1"))); err != nil {
		t.Fatal(err)
	}
	return "copy of calc-1 to calc-2"
}

// TestNoSilentDamage edits a result at random: what is loaded then is what was
// measured, or an error says that it is not.
func TestNoSilentDamage(t *testing.T) {
	edits := []edit{
		change("flip of a bit", flipBit), change("change of a digit", changeDigit), change("truncation", cut),
		change("removal of a line", onLine(func(before, _, after string) string { return before + after })),
		change("repetition of a line",
			onLine(func(before, line, after string) string { return before + line + line + after })),
		removeFile, copyOver, copyTrial,
	}
	refused := 0
	for n := range 60 {
		r := rand.New(rand.NewPCG(2026, uint64(n)))
		dir := filepath.Join(t.TempDir(), "demo")
		want := saved(t, dir)
		what := edits[n%len(edits)](t, r, dir)
		got, err := Load(dir)
		if err != nil {
			refused++
			if !strings.Contains(err.Error(), dir) {
				t.Errorf("edit %d, %s: the error names no file: %v", n, what, err)
			}
			continue
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("edit %d, %s: loaded without an error, and differs:\n%s", n, what, d)
		}
	}
	if refused < 50 {
		t.Errorf("%d of 60 edits were refused", refused)
	}
}

// The checksums are those of sha256sum.
func TestSumsAreStandard(t *testing.T) {
	tool, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("there is no sha256sum here")
	}
	dir := t.TempDir()
	saved(t, dir)
	for _, in := range []string{dir, filepath.Join(dir, "trials", "calc-1")} {
		cmd := exec.Command(tool, "--strict", "-c", sumsFile)
		cmd.Dir = in
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", in, err, out)
		}
	}
}

// errKilled is where a test ends a saver: nothing is done from then on.
var errKilled = errors.New("killed")

// killed returns a saver that ends before its n-th change of the file system, and
// says whether it did.
func killed(n int) (s saver, ended func() bool) {
	left := n
	return saver{step: func() error {
		if left--; left < 0 {
			return errKilled
		}
		return nil
	}}, func() bool { return left < 0 }
}

// A run that ends between any two changes of the file system leaves the trial
// that was there or the one that replaces it, whole; and the next run tidies up.
func TestSaveKilledAnywhere(t *testing.T) {
	for n, more := 0, true; more; n++ {
		dir := t.TempDir()
		saved(t, dir)
		x := load(t, dir).Trials[0]
		x.Warnings = []string{"the second"}
		s, ended := killed(n)
		err := s.save(dir, x)
		if more = ended(); more != errors.Is(err, errKilled) {
			t.Fatalf("step %d: %v", n, err)
		}
		for _, tidy := range []bool{false, true} {
			if tidy {
				if err := Tidy(dir); err != nil {
					t.Fatal(err)
				}
			}
			e := load(t, dir)
			if len(e.Trials) != 2 {
				t.Fatalf("step %d: %d trials", n, len(e.Trials))
			}
			if got := e.Trials[0].Warnings[0]; got != "load is 3.2" && got != "the second" {
				t.Errorf("step %d: %q", n, got)
			}
			if !more && e.Trials[0].Warnings[0] != "the second" {
				t.Errorf("the save was complete, and the old trial is there")
			}
		}
		for _, path := range filesOf(t, dir) {
			if strings.Contains(path, "/.") {
				t.Errorf("step %d: %s is left", n, path)
			}
		}
	}
}

// Likewise for what the trials share.
func TestSetupKilledAnywhere(t *testing.T) {
	for n, more := 0, true; more; n++ {
		dir := t.TempDir()
		old := saved(t, dir)
		e := *old
		e.Config, e.Machine.Facts = []byte("records: 1k # again\n"), map[string]string{"load average": "0.07"}
		s, ended := killed(n)
		err := s.saveSetup(dir, e)
		if more = ended(); more != errors.Is(err, errKilled) {
			t.Fatalf("step %d: %v", n, err)
		}
		if err := Tidy(dir); err != nil {
			t.Fatal(err)
		}
		if got := load(t, dir); len(got.Trials) != 2 || !more && string(got.Config) != string(e.Config) {
			t.Errorf("step %d: %d trials, config %q", n, len(got.Trials), got.Config)
		}
		if err := SaveSetup(dir, e); err != nil {
			t.Fatal(err)
		}
		if got := load(t, dir); string(got.Config) != string(e.Config) {
			t.Errorf("step %d: config %q", n, got.Config)
		}
	}
}

// A trial that measured something else than the configuration beside it says is
// refused, though all checksums are right.
func TestConfigHashIsRecomputed(t *testing.T) {
	dir := t.TempDir()
	x := saved(t, dir).Trials[0]
	x.ConfigHash = strings.Repeat("0", 64)
	if err := Save(dir, x); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "calc-1 measured another configuration") {
		t.Errorf("error %v", err)
	}
}

// Results of before there were checksums load, and say once that they have none.
func TestWithoutSums(t *testing.T) {
	for schema := 1; schema < sumsSchema; schema++ {
		dir := t.TempDir()
		for n := 1; n <= 2; n++ {
			x := sample()
			x.Schema, x.Trial = schema, n
			if err := Save(dir, x); err != nil {
				t.Fatal(err)
			}
		}
		e := load(t, dir)
		want := []string{"2 of 2 trials are of a version without checksums: a change to their files may go unseen"}
		if d := cmp.Diff(want, e.Warnings()); d != "" {
			t.Error(d)
		}
	}
}

func TestSetAside(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "demo")
	for n := 1; n <= 3; n++ {
		saved(t, dir)
		to, err := SetAside(dir)
		if want := fmt.Sprintf("%s.before-%d", dir, n); err != nil || to != want {
			t.Fatalf("%s, %v; want %s", to, err, want)
		}
		if e := load(t, to); len(e.Trials) != 2 {
			t.Errorf("%d trials in %s", len(e.Trials), to)
		}
	}
	e := saved(t, dir)
	to, err := SetAsideTrials(dir, []*Trial{&e.Trials[0]})
	if err != nil || to != dir+".before-4" {
		t.Fatal(to, err)
	}
	if a, b := load(t, dir), load(t, to); len(a.Trials) != 1 || len(b.Trials) != 1 || b.Trials[0].Algorithm != "calc" {
		t.Errorf("%d trials stayed, %d were set aside", len(a.Trials), len(b.Trials))
	}
	if d := cmp.Diff([]string{dir}, Dirs(parent)); d != "" {
		t.Error(d)
	}
	all := []string{dir, dir + ".before-1", dir + ".before", dir + ".before-x"}
	if got, passed := Current(all); passed != 2 || len(got) != 2 || got[1] != dir+".before-x" {
		t.Errorf("%v, %d passed over", got, passed)
	}
	if got, passed := Current(all[1:2]); passed != 0 || len(got) != 1 {
		t.Errorf("one that is named alone is meant: %v, %d", got, passed)
	}
}

func TestJudged(t *testing.T) {
	check := func(want string, edit func(*Trial)) {
		t.Helper()
		x := sample()
		edit(&x)
		if got := x.Judged(); got != want {
			t.Errorf("%q, want %q of status %s, verdict %+v", got, want, x.Status, x.Verdict)
		}
	}
	check(Right, func(*Trial) {})
	check(NotChecked, func(t *Trial) { t.Verdict = Verdict{Mode: ModeOff} })
	check(NotChecked, func(t *Trial) { t.Verdict = Verdict{Mode: ModeOff, OK: true} }) // as earlier versions wrote it
	check(NotChecked, func(t *Trial) { t.Status = Partial })
	check(NotChecked, func(t *Trial) { t.Status, t.Verdict.OK, t.Error = Failed, false, "disk full" })
	check(Wrong, func(t *Trial) { t.Status, t.Verdict.OK, t.Verdict.Detail = Failed, false, "image 1 is wrong" })
	check(NoImages, func(t *Trial) { t.Checkpoints, t.Verdict.Images = nil, 0 })
	check(NoImages, func(t *Trial) { t.Checkpoints, t.Verdict = nil, Verdict{Mode: ModeOff} })
}
