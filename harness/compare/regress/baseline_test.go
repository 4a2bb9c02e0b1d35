package regress

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckptbench/harness/internal/edits"
	"ckptbench/harness/render/table"
	"ckptbench/harness/result"
)

// roundTrip writes a baseline of e and opens it again.
func roundTrip(t *testing.T, e *result.Experiment) *Side {
	t.Helper()
	path := filepath.Join(t.TempDir(), "new", "b.json")
	if err := SaveBaseline(path, NewSide(e)); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBaseline(t *testing.T) {
	stored := roundTrip(t, shape{}.make())
	check := func(name string, head shape, o Options, worse bool) {
		t.Helper()
		r, err := Compare(stored, NewSide(head.make()), o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if r.Regressed() != worse {
			t.Errorf("%s: %s", name, r.Sentence())
		}
	}
	across := Options{AcrossMachines: true, Threshold: 0.1}
	check("as it was", shape{}, Options{}, false)
	check("as it was, elsewhere", shape{machine: "m2"}, across, false)
	check("a slow machine", shape{machine: "m2", speed: map[string]float64{"none": 0.2}}, across, false)
	check("15 % slower", shape{machine: "m2", speed: map[string]float64{"calc": 0.85}}, across, true)
	check("8 % slower", shape{machine: "m2", speed: map[string]float64{"calc": 0.92}}, across, false)
	check("failed", shape{machine: "m2", edit: only("calc", 6, fail)}, across, true)
	check("missing", shape{machine: "m2", leave: "cpr"}, across, true)
	check("a record lost", shape{machine: "m2",
		edit: only("cpr", 1, func(t *result.Trial) { t.Checkpoints[0].Records-- })}, across, true)
	check("larger images", shape{machine: "m2", edit: only("cpr", 1, func(t *result.Trial) { t.Checkpoints[0].Bytes++ })},
		across, true)
	check("more memory", shape{machine: "m2", edit: only("zigzag", 0, func(t *result.Trial) { t.Memory.Peak *= 2 })},
		across, true)

	refuse := func(name string, base, head *Side, o Options) {
		t.Helper()
		if _, err := Compare(base, head, o); !errors.Is(err, ErrCannot) {
			t.Errorf("%s: %v", name, err)
		}
	}
	refuse("elsewhere, not asked for", stored, NewSide(shape{machine: "m2"}.make()), Options{})
	refuse("another config", stored, NewSide(shape{edit: func(t *result.Trial) { t.ConfigHash = "x" }}.make()), across)
	refuse("other workers", stored, NewSide(shape{edit: func(t *result.Trial) { t.Workers = 4 }}.make()), across)
	refuse("as head", NewSide(shape{}.make()), stored, across)
}

func TestBaselineGolden(t *testing.T) {
	var b bytes.Buffer
	if err := WriteBaseline(&b, NewSide(shape{trials: 2}.make())); err != nil {
		t.Fatal(err)
	}
	golden(t, "baseline.json", b.Bytes())
}

// TestUnfit gives what must not become a baseline.
func TestUnfit(t *testing.T) {
	check := func(name string, s *Side) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "b.json")
		if err := SaveBaseline(path, s); err == nil {
			t.Errorf("%s is a baseline", name)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s left a file", name)
		}
	}
	check("failed", NewSide(shape{edit: only("calc", 2, fail)}.make()))
	check("partial", NewSide(shape{edit: only("calc", 2, func(t *result.Trial) { t.Status = result.Partial })}.make()))
	check("profiled", NewSide(shape{edit: func(t *result.Trial) { t.Profiled = true }}.make()))
	check("without none", NewSide(shape{edit: func(t *result.Trial) { t.Relative = nil }}.make()))
	check("two machines", NewSide(shape{}.make(), shape{machine: "m2"}.make()))
	check("two configurations", NewSide(shape{edit: only("calc", 1, func(t *result.Trial) { t.ConfigHash = "x" })}.make()))
	check("empty", NewSide(&result.Experiment{Machine: result.Machine{ID: "m1"}}))
	check("a baseline", roundTrip(t, shape{}.make()))
}

func TestDamagedBaseline(t *testing.T) {
	var b bytes.Buffer
	if err := WriteBaseline(&b, NewSide(shape{trials: 2}.make())); err != nil {
		t.Fatal(err)
	}
	good := b.String()
	check := func(text, want string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "b.json")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); !errors.Is(err, ErrCannot) || !strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), path) {
			t.Errorf("%v, want ErrCannot with the path and %q", err, want)
		}
	}
	check("", "EOF")
	check(good[:len(good)/2], "EOF")
	check(good+"{}", "follows")
	check(strings.Replace(good, `"schema": 3`, `"schema": 4`, 1), "newer")
	check(strings.Replace(good, `"schema": 3`, `"schema": 1`, 1), "want 3")
	check(strings.Replace(good, `"workers": 2`, `"workers": 3`, 1), "it was edited")
	check(strings.Replace(good, `0.9,`, `9.9,`, 1), "it was edited")
	check(strings.Replace(good, `"verified": "trial"`, `"verified": "off"`, 1), "it was edited")
	check(strings.Replace(good, `"sum": "`, `"sum": "0`, 1), "it was edited")
	check(strings.Replace(good, `"machine"`, `"engine"`, 1), "unknown field")
	check(strings.Replace(good, `"trials": 2`, `"trials": 3`, 1), "3 trials")
	check(strings.Replace(good, `"trials": 2`, `"trials": 1000000000000`, 1), "trials")
	check(strings.Replace(good, `"calc"`, `""`, 1), "no algorithm")
	check(strings.Replace(good, `"calc"`, `"cpr"`, 1), "twice")
	check(strings.Replace(good, `1.1`, `-1.1`, 1), "below 0")
	check(strings.Replace(good, `1.1`, `1e999`, 1), "")
}

// TestBaselineEdits edits a baseline at random: what is read then is what was written, or
// an error says that it is not.
func TestBaselineEdits(t *testing.T) {
	var b bytes.Buffer
	if err := WriteBaseline(&b, NewSide(shape{trials: 2}.make())); err != nil {
		t.Fatal(err)
	}
	want, err := parseBaseline(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	edits.Check(t, b.Bytes(), want, parseBaseline)
}

// FuzzBaseline gives the decoder anything: what it takes must work as a base.
func FuzzBaseline(f *testing.F) {
	var b bytes.Buffer
	if err := WriteBaseline(&b, NewSide(shape{trials: 1}.make())); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"schema":3,"cells":[{"algorithm":"calc","trials":1,"relative_to_none":[0]}]}`))
	f.Add([]byte(`{"schema":3}`))
	f.Add([]byte(`null`))
	head := NewSide(shape{}.make())
	f.Fuzz(func(t *testing.T, data []byte) {
		base, err := parseBaseline(data)
		if err != nil {
			return
		}
		r, err := Compare(base.side("b"), head, Options{AcrossMachines: true, IgnoreConfig: true})
		if err != nil {
			return
		}
		for _, format := range table.Formats {
			if err := r.Write(&bytes.Buffer{}, format); err != nil {
				t.Errorf("%s: %v", format, err)
			}
		}
	})
}
