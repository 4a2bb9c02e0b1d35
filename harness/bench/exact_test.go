package bench

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
)

// TestExactIsTheSame runs algorithms of every kind twice: no figure may depend on time.
func TestExactIsTheSame(t *testing.T) {
	var known config.Known
	for _, e := range algorithms.All() {
		known.Algorithms = append(known.Algorithms, config.Algorithm{Name: e.Name})
	}
	e, err := config.Parse("x.yaml",
		[]byte("algorithms: [none]\nrecords: 3k\nworkers: 2\nworkload: {name: calc}\nduration: 100ms\n"), known)
	if err != nil {
		t.Fatal(err)
	}
	for _, algorithm := range []string{"none", "fuzzy", "zigzag", "calc", "pcalc", "hyper", "foedus"} {
		t.Run(algorithm, func(t *testing.T) {
			var ws [2]Work
			for i := range ws {
				if ws[i], err = Exact(t.Context(), e, 0, algorithm, filepath.Join(t.TempDir(), "x")); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(ws[0], ws[1]); d != "" {
				t.Error(d)
			}
			for _, image := range ws[0].Images {
				if image.Records != 3000 {
					t.Errorf("an image of %d records", image.Records)
				}
			}
			if n := len(ws[0].Images); (n == 2) != (algorithm != "none") {
				t.Errorf("%d images", n)
			}
		})
	}
}
