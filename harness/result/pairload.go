package result

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// loadPairs reads all pairs of the result directory, by point and algorithm.
func (e *Experiment) loadPairs() error {
	root := filepath.Join(e.Dir, pairsDir)
	if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	// Other files in the folder are passed over.
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isPairFile(d.Name()) {
			return err
		}
		data, err := readFile(path)
		if err != nil {
			return err
		}
		var p Pair
		if err := decodePair(path, data, &p); err != nil {
			return err
		}
		// As with trials: a renamed file would be another algorithm's.
		if pairPath(e.Dir, p) != path {
			return fmt.Errorf("%s: this is the pair of %s: the file was renamed or copied", path, p.Algorithm)
		}
		e.Pairs = append(e.Pairs, p)
		return nil
	})
	slices.SortStableFunc(e.Pairs, func(a, b Pair) int {
		return cmp.Or(comparePoints(a.Params, b.Params), cmp.Compare(a.Algorithm, b.Algorithm))
	})
	return err
}

// makeDir makes a folder with all above it.
// Only the last folder's name is made durable.
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}
