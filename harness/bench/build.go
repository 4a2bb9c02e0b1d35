package bench

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"runtime"
)

// build identifies the program: the commit and the version of Go that it was built
// with, or, of changed or unknown sources, a hash of the program itself. It is empty
// where neither can be had.
// A result is continued only by the program that began it.
func build() string {
	commit, modified := stamped()
	// A commit says nothing of sources that were changed.
	if commit != "" && modified == "false" {
		return commit + ", " + runtime.Version()
	}
	exe, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := os.Open(exe)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return fmt.Sprintf("sha256 %.16x", h.Sum(nil))
}
