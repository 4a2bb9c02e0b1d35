package result

import (
	"bytes"
	"regexp"
	"slices"
	"testing"
)

// benchstat compares with what stands first.
func TestBenchBeginsWithNone(t *testing.T) {
	e := &Experiment{Name: "demo"}
	for _, a := range []string{"calc", "naive", "none", "none-again", "zigzag"} {
		for n := range 2 {
			x := sample()
			x.Algorithm, x.Trial, x.Params = a, n+1, nil
			e.Trials = append(e.Trials, x)
		}
	}
	var b bytes.Buffer
	if err := WriteBench(&b, e); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^BenchmarkCkpt/algorithm=(\S+)-\d+ `).FindAllStringSubmatch(b.String(), -1) {
		got = append(got, m[1])
	}
	want := []string{"none", "none", "calc", "calc", "naive", "naive", "none-again", "none-again", "zigzag", "zigzag"}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
