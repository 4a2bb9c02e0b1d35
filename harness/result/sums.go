package result

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// sums are SHA-256 checksums in hexadecimal by file name.
// An empty checksum stands for no file.
type sums map[string]string

// sumsOf returns the checksums of files.
func sumsOf(files []file) sums {
	s := sums{}
	for _, f := range files {
		s[f.name] = sumOf(f.data)
	}
	return s
}

// sumOf is the SHA-256 of a file's bytes, in hex.
func sumOf(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// SumOf returns the SHA-256 checksum, in hexadecimal, of v's JSON without white space. A
// file that holds its own checksum leaves that empty in v. Any goroutine may call it.
func SumOf(v any) (string, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return sumOf(data), nil
}

// format writes s as sha256sum does, by name, so that `sha256sum -c` checks it.
// The order by name makes equal sums equal bytes.
func (s sums) format() []byte {
	var names []string
	for name := range s {
		names = append(names, name)
	}
	slices.Sort(names)
	var b bytes.Buffer
	for _, name := range names {
		fmt.Fprintf(&b, "%s  %s\n", s[name], name)
	}
	return b.Bytes()
}

// parseSums reads what format wrote, and nothing else.
func parseSums(name string, data []byte) (sums, error) {
	s := sums{}
	for line := range strings.Lines(string(data)) {
		sum, file, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		// A name that comes twice is refused, too.
		if raw, err := hex.DecodeString(sum); !ok || err != nil || len(raw) != sha256.Size || file == "" || s[file] != "" {
			return nil, fmt.Errorf("%s: line %q is not a checksum and a file's name", name, strings.TrimSpace(line))
		}
		s[file] = sum
	}
	// So that no space or case can differ unseen.
	if !bytes.Equal(s.format(), data) {
		return nil, fmt.Errorf("%s: was changed: it is not as this program writes it", name)
	}
	return s, nil
}

// checkSums compares every one of names that is in dir with the checksums there,
// and every file that the checksums name with what is there. It reports false if
// dir has no checksums.
// A file that is in names and has no checksum was added later.
func checkSums(dir string, names []string) (bool, error) {
	known, err := loadSums(dir, sumsFile)
	if err != nil || known == nil {
		return false, err
	}
	// There only if SaveSetup was interrupted; then either sum is right.
	next, err := loadSums(dir, nextSumsFile)
	if err != nil {
		return false, err
	}
	// A name that no result has would not be looked at below.
	for name := range known {
		if !slices.Contains(names, name) {
			return false, fmt.Errorf("%s: names %q, which is no file of a result", filepath.Join(dir, sumsFile), name)
		}
	}
	for _, name := range names {
		if err := checkSum(filepath.Join(dir, name), known[name], next[name]); err != nil {
			return false, err
		}
	}
	return true, nil
}

// checkSum compares a file with its checksum, or with the one that an interrupted
// SaveSetup was about to give it. An empty checksum stands for no file.
func checkSum(path, want, next string) error {
	data, err := readFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && want == "":
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: is missing, but %s names it: the result is damaged", path, sumsFile)
	case err != nil:
		return err
	}
	got := sumOf(data)
	switch {
	case got == want || got == next:
		return nil
	case want == "" && next == "":
		return fmt.Errorf("%s: %s does not name it: it was added later", path, sumsFile)
	}
	return fmt.Errorf("%s: was changed since it was measured: its checksum is not that of %s", path, sumsFile)
}

// loadSums returns nil where there are none.
// An error is of a file that cannot be read or was changed.
func loadSums(dir, name string) (sums, error) {
	path := filepath.Join(dir, name)
	data, err := readOptional(path)
	if err != nil || data == nil {
		return nil, err
	}
	return parseSums(path, data)
}
