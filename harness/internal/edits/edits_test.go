package edits

import (
	"bytes"
	"testing"
)

// Every kind of edit occurs, is repeated by the same number, and leaves the data alone.
func TestRandom(t *testing.T) {
	data := []byte("a 1\nb 22\nc 333\n")
	was := bytes.Clone(data)
	longer, shorter, same := 0, 0, 0
	for n := range 40 * Kinds {
		got := Random(n, data)
		if !bytes.Equal(got, Random(n, data)) || !bytes.Equal(data, was) {
			t.Fatalf("edit %d: %q, then %q, of %q", n, got, Random(n, data), data)
		}
		switch {
		case len(got) > len(data):
			longer++
		case len(got) < len(data):
			shorter++
		default:
			same++
		}
		if n%Kinds < 2 && (len(got) != len(data) || bytes.Equal(got, data)) {
			t.Errorf("edit %d is to change a byte of %q: %q", n, data, got)
		}
	}
	if longer < 5 || shorter < 45 || same < 80 {
		t.Errorf("%d edits lengthen, %d shorten, %d keep the length", longer, shorter, same)
	}
}
