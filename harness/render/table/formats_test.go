package table

import (
	"errors"
	"strings"
	"testing"
)

// TestWrite: each format has its function, an unknown one names those there are, and nothing is written
// where a function fails.
func TestWrite(t *testing.T) {
	broken := errors.New("broken")
	say := func(s string) func() (string, error) { return func() (string, error) { return s, nil } }
	fail := func() (string, error) { return "half", broken }
	for _, c := range []struct{ format, want, err string }{
		{"table", "t", ""},
		{"markdown", "m", ""},
		{"json", "", "write claims as json: broken"},
		{"html", "", `claims format "html": want one of table, markdown, json`},
	} {
		var b strings.Builder
		err := Write(&b, "claims", c.format, say("t"), say("m"), fail)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if b.String() != c.want || got != c.err {
			t.Errorf("%s: wrote %q with error %q, want %q and %q", c.format, b.String(), got, c.want, c.err)
		}
	}
}
