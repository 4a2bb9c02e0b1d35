package store

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/internal/wal"
)

var update = flag.Bool("update", false, "write the golden files anew")

// logOf appends sessions of one transaction each to the log in dir, the first of which
// follows a state at epoch after. It returns the epoch at which the log ends. No clock
// moves the epochs: they are the same each time.
func logOf(t *testing.T, dir string, after uint64, sessions int) (end uint64) {
	t.Helper()
	for i := range sessions {
		o := wal.Options{Dir: dir, FS: fs.OS(), Workers: 1, Sync: true, Interval: time.Hour}
		if i == 0 {
			o.After = after
		}
		l, err := wal.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		b := l.Worker(0)
		b.Begin()
		b.Put(0, 7, []byte("value"))
		b.Commit(uint64(i+1) << 16)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		end = l.Durable()
	}
	return end
}

// imageOf publishes an empty image at a place in the log.
func imageOf(t *testing.T, dir string, from, to uint64) {
	t.Helper()
	d, err := image.Open(image.Options{Dir: dir, Algorithm: "naive",
		Tables: []TableSpec{{Name: "t", ValueSize: 8, Capacity: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := d.Begin()
	if err == nil {
		_, err = w.Commit(t.Context(), Point{Kind: "commit", Seq: 9, LogFrom: from, LogTo: to})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// removeFile removes a file of a log, by its place among them: -1 is the newest, 0 all.
func removeFile(t *testing.T, log string, which int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(log, "log-*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for i, f := range files {
		if which == 0 || which == i || which == i-len(files) { // the oldest one, 0, with all
			if err := os.Remove(f); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A log that does not reach is named: at which file, which epochs are missing, and what
// to do. The texts are pinned.
func TestVerifyReach(t *testing.T) {
	var out bytes.Buffer
	check := func(what string, damaged bool, make func(images, log string)) {
		t.Helper()
		root := t.TempDir()
		images, log := filepath.Join(root, "images"), filepath.Join(root, "log")
		make(images, log)
		text, err := VerifyReach(images, log)
		if errors.Is(err, ErrDamaged) != damaged || err != nil && !damaged {
			t.Errorf("%s: %v", what, err)
		}
		fmt.Fprintf(&out, "# %s\n%s", what, strings.ReplaceAll(text, root, ""))
	}
	check("the log reaches", false, func(images, log string) {
		imageOf(t, images, 1, 0)
		end := logOf(t, log, 0, 3)
		imageOf(t, images, 2, end)
	})
	check("the newest file was removed; the image before mixes no versions", true, func(images, log string) {
		imageOf(t, images, 1, 0)
		imageOf(t, images, 2, logOf(t, log, 0, 3))
		removeFile(t, log, -1)
		removeFile(t, log, -1)
	})
	check("a file between was removed", true, func(images, log string) {
		imageOf(t, images, 1, 0)
		imageOf(t, images, 1, logOf(t, log, 0, 4))
		removeFile(t, log, 2)
	})
	check("the log was emptied, and both images mix versions", true, func(images, log string) {
		end := logOf(t, log, 0, 4)
		imageOf(t, images, 1, end-1)
		imageOf(t, images, 2, end)
		removeFile(t, log, 0)
	})
	check("the folder was removed", true, func(images, log string) { imageOf(t, images, 5, 9) })
	check("the log ends before an image that mixes no versions", true, func(images, log string) {
		imageOf(t, images, 40+logOf(t, log, 0, 3), 0)
	})
	check("the log had been lost, and went on from the newest image", false, func(images, log string) {
		end := logOf(t, log, 0, 3)
		imageOf(t, images, end-1, 0)
		imageOf(t, images, end+20, 0)
		logOf(t, log, end+20, 2)
	})
	root := t.TempDir()
	imageOf(t, root, 5, 9)
	text, err := VerifyReach(root, "")
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("no log, and the image mixes versions: %v", err)
	}
	fmt.Fprintf(&out, "# the log was not found\n%s", strings.ReplaceAll(text, root, "/images"))
	if _, err := VerifyReach(t.TempDir(), ""); !errors.Is(err, ErrNothing) {
		t.Errorf("nothing in it: %v", err)
	}

	const name = "testdata/reach.golden"
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(name, out.Bytes(), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil || !bytes.Equal(want, out.Bytes()) {
		t.Errorf("%v; -update if it should change:\n%s", err, out.String())
	}
}
