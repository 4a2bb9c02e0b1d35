package regress

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckptbench/harness/render/table"
	"ckptbench/harness/result"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); d != "" {
		t.Errorf("%s (-update if it should change):\n%s", path, d)
	}
}

func TestGolden(t *testing.T) {
	edit := func(t *result.Trial) {
		switch {
		case t.Algorithm == "naive-copy" && t.Trial == 4:
			fail(t)
		case t.Algorithm == "cpr":
			t.Checkpoints[1].Bytes += 4096
		}
	}
	zipf := []result.Param{{Key: "zipf", Value: "0.99"}, {Key: "records", Value: "1|000"}}
	cases := map[string]struct {
		base, head shape
		o          Options
	}{
		"same":   {},
		"worse":  {head: shape{speed: map[string]float64{"calc": 0.8, "zigzag": 1.1}, edit: edit}},
		"few":    {base: shape{trials: 2}, head: shape{trials: 2, speed: map[string]float64{"calc": 0.5}}},
		"across": {base: shape{point: zipf}, head: shape{point: zipf, machine: "m2"}, o: Options{AcrossMachines: true}},
	}
	for name, c := range cases {
		c.o.Order = order
		r, err := Compare(NewSide(c.base.make()), NewSide(c.head.make()), c.o)
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range table.Formats {
			if format == "json" && name != "worse" {
				continue // one is enough to pin the fields
			}
			var b bytes.Buffer
			if err := r.Write(&b, format); err != nil {
				t.Fatal(err)
			}
			golden(t, name+"."+format, b.Bytes())
			if format == "json" && !json.Valid(b.Bytes()) {
				t.Errorf("%s: not JSON", name)
			}
		}
	}
	if err := (&Report{}).Write(&bytes.Buffer{}, "html"); err == nil {
		t.Error("html is a format")
	}
}

// TestAwkward writes what a hostile result holds: no line may break, no escape
// sequence come through.
func TestAwkward(t *testing.T) {
	odd := func(t *result.Trial) {
		if t.Algorithm == "calc" {
			t.Algorithm = "a\x1b[31m\n|b"
		}
	}
	worse := func(t *result.Trial) {
		odd(t)
		if t.Algorithm != "none" && t.Trial == 2 {
			fail(t)
			t.Error = "first\nsecond | \x1b]0;x\x07"
		}
	}
	base, head := NewSide(shape{edit: odd}.make()), NewSide(shape{edit: worse}.make())
	head.Name = "x\r\n\x1b[0m"
	r, err := Compare(base, head, Options{})
	if err != nil || !r.Regressed() {
		t.Fatalf("%v, %v", err, r)
	}
	for _, format := range table.Formats {
		var b bytes.Buffer
		if err := r.Write(&b, format); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(b.String(), "\x1b\r\x07") || strings.Contains(b.String(), "first\nsecond") {
			t.Errorf("%s: control characters in %q", format, b.String())
		}
	}
}

func TestDeltas(t *testing.T) {
	check := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	check(formatP(0.0001), "<0.001")
	check(Line{Base: number(1), Head: number(1), Delta: number(-1e-9)}.delta(), "+0.0 %")
	check(Line{Base: number(0), Head: number(1)}.delta(), "from 0")
	check(Line{Metric: metricRecords, Base: number(1e6), Head: number(999999), Delta: number(-1e-6),
		Verdict: Regressed}.delta(), "-1")
}
