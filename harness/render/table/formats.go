package table

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Formats are the names that Write takes: for a terminal or a log, for GitHub, and for programs.
var Formats = []string{"table", "markdown", "json"}

// Write writes to w what one of three functions returns: plain, markdown and json, in the order of
// Formats. Errors say what was to be written, in one word such as "comparison". Nothing is written
// where the function fails.
func Write(w io.Writer, what, format string, plain, markdown, json func() (string, error)) error {
	i := slices.Index(Formats, format)
	if i < 0 {
		return fmt.Errorf("%s format %q: want one of %s", what, format, strings.Join(Formats, ", "))
	}
	text, err := []func() (string, error){plain, markdown, json}[i]()
	if err != nil {
		return fmt.Errorf("write %s as %s: %w", what, format, err)
	}
	_, err = io.WriteString(w, text)
	return err
}
