package host

import (
	"io/fs"
	"strconv"
	"strings"
)

// Files are a machine's files, rooted at /.
type Files struct{ fs.FS }

// text returns a file's content, "" where it cannot be read.
func (f Files) text(name string) string {
	data, err := fs.ReadFile(f.FS, strings.TrimPrefix(name, "/"))
	if err != nil {
		return ""
	}
	return string(data)
}

// line returns the first line of a file, "" where it cannot be read.
func (f Files) line(name string) string {
	first, _, _ := strings.Cut(f.text(name), "\n")
	return strings.TrimSpace(first)
}

// has reports whether there is a file or folder of that name.
func (f Files) has(name string) bool {
	_, err := fs.Stat(f.FS, strings.TrimPrefix(name, "/"))
	return err == nil
}

// value returns the number after a key in a file of lines "key number".
func (f Files) value(name, key string) (int64, bool) {
	for line := range strings.Lines(f.text(name)) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == key {
			return number(f[1])
		}
	}
	return 0, false
}

// number reads a whole number from 0 on.
func number(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0
}
