// Package edits damages files at random, for tests of their readers: what a reader accepts
// must be what was written.
package edits

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Check fails the test where read takes one of 60 random edits of data for anything but
// want, or refuses fewer than 45 of them.
func Check[T any](t *testing.T, data []byte, want T, read func([]byte) (T, error)) {
	t.Helper()
	refused := 0
	for n := range 60 {
		got, err := read(Random(n, data))
		if err != nil {
			refused++
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("edit %d: read without an error, and differs:\n%s", n, d)
		}
	}
	if refused < 45 {
		t.Errorf("%d of 60 edits were refused", refused)
	}
}

// Kinds is how many kinds of damage Random knows. Its argument n chooses among them in turn.
const Kinds = 4

// Random returns data with one edit: a bit turned over, another digit, the end cut off, or a
// line left out or written twice. Equal arguments give equal edits. Data must not be empty,
// and stays as it is.
func Random(n int, data []byte) []byte {
	r := rand.New(rand.NewPCG(2026, uint64(n)))
	edited, at := bytes.Clone(data), r.IntN(len(data))
	switch n % Kinds {
	case 0:
		edited[at] ^= 1 << r.IntN(8)
	case 1: // the next digit there is, or any byte where none follows
		if i := bytes.IndexAny(data[at:], "0123456789"); i >= 0 {
			at += i
		}
		edited[at] = '0' + (edited[at]-'0'+byte(1+r.IntN(9)))%10
	case 2:
		edited = edited[:at]
	case 3:
		lines := bytes.SplitAfter(data, []byte("\n"))
		i := r.IntN(len(lines))
		twice := slices.Repeat(lines[i:i+1], 2*r.IntN(2))
		edited = bytes.Join(slices.Replace(slices.Clone(lines), i, i+1, twice...), nil)
	}
	return edited
}
