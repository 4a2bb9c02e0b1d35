package page

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"ckptbench/harness/result"
)

// TestSameBytes writes every format often, of results with many facts, warnings
// and machines, whose order no map may decide.
func TestSameBytes(t *testing.T) {
	merged := func() *result.Experiment {
		e := matrix()
		for n := range 4 {
			m := result.Machine{ID: fmt.Sprint("m", n), CPU: "Slide Rule", Facts: map[string]string{}}
			for k := range 9 {
				m.Facts[fmt.Sprint("fact ", k)] = "so"
				m.Warnings = append(m.Warnings, fmt.Sprint("warning ", k))
			}
			e.Machines = append(e.Machines, m)
		}
		e.Machine = e.Machines[0]
		for i := range e.Trials {
			e.Trials[i].Machine = e.Machines[e.Trials[i].Round%4].ID
		}
		return e
	}
	for _, make := range []func() *result.Experiment{sample, heap, matrix, growing, merged} {
		for _, format := range append(slices.Clone(Formats), "html") {
			var first []byte
			for n := range 10 {
				var b bytes.Buffer
				var err error
				if format == "html" {
					err = WriteHTML(&b, Page{Exp: make(), Order: order, Pictures: []Picture{chart}})
				} else {
					err = Write(&b, make(), format, Options{Order: order})
				}
				if err != nil {
					t.Fatal(err)
				}
				if n == 0 {
					first = b.Bytes()
				} else if !bytes.Equal(first, b.Bytes()) {
					t.Errorf("%s is not the same when it is written again:\n%s\n%s", format, first, b.Bytes())
				}
			}
		}
	}
}
