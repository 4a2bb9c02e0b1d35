package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"
)

// longestLine is the most characters that a line of Go may have; a tab is one.
const longestLine = 120

// TestLinesAreShort: no line of the project's Go is longer than a reader's window, strings
// included: break these with +. What tests read (testdata) is as it is.
func TestLinesAreShort(t *testing.T) {
	files := 0
	err := filepath.WalkDir("../../..", func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git"):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		files++
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n := 0
		for line := range bytes.SplitSeq(data, []byte("\n")) {
			n++
			if long := utf8.RuneCount(line); long > longestLine {
				t.Errorf("%s:%d has %d characters, may have %d", path, n, long, longestLine)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 500 {
		t.Errorf("%d files were looked at: the folder is not the project's", files)
	}
}
