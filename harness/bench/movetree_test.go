package bench

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckptbench/harness/result"
)

// A folder that goes to another file system is copied whole, and a file with two names
// keeps them.
func TestMoveByCopy(t *testing.T) {
	from, to := filepath.Join(t.TempDir(), "from"), filepath.Join(t.TempDir(), "to")
	must := func(errs ...error) {
		t.Helper()
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	must(os.MkdirAll(filepath.Join(from, "images"), 0o755), os.MkdirAll(filepath.Join(from, "kept"), 0o755))
	image, kept := filepath.Join("images", "image-1"), filepath.Join("kept", "image-1")
	must(os.WriteFile(filepath.Join(from, image), []byte("image"), 0o644),
		os.Link(filepath.Join(from, image), filepath.Join(from, kept)))
	must(moveByCopy(from, to))
	if _, err := os.Stat(from); !os.IsNotExist(err) {
		t.Errorf("the old folder is left: %v", err)
	}
	a, errA := os.Stat(filepath.Join(to, image))
	b, errB := os.Stat(filepath.Join(to, kept))
	must(errA, errB)
	if text, err := os.ReadFile(filepath.Join(to, kept)); string(text) != "image" || err != nil || !os.SameFile(a, b) {
		t.Errorf("copied as %q, %v; one file with two names: %t", text, err, os.SameFile(a, b))
	}
	if err := moveByCopy(from, to); err == nil || !strings.Contains(err.Error(), from) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// The images of a trial are kept with the results though they were written to another
// file system, and the result says what both folders lie on.
func TestKeptOnAnotherFileSystem(t *testing.T) {
	const images = "/dev/shm"
	out := t.TempDir()
	here, there := folderOn("results", out), folderOn("images and log", images)
	if here == there || there.FileSystem == "" {
		t.Skipf("there is no second file system here: %s", images)
	}
	text := strings.Replace(small, "verify_duration: 100ms", "verify: off", 1) + "algorithms: [calc]\nkeep_images: true\n"
	text = strings.Replace(text, "checkpoint: {", "checkpoint: {dir: "+images+", ", 1)
	var kept []string
	for n := 0; n < attempts && len(kept) == 0; n++ { // a machine that stood still finished no image
		_, _, err := ranIn(t, out, text, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if kept, err = filepath.Glob(filepath.Join(out, "small", "images", "*", "images", "image-*")); err != nil {
			t.Fatal(err)
		}
	}
	e, err := result.Load(filepath.Join(out, "small"))
	if err != nil {
		t.Fatal(err)
	}
	if x := e.Trials[0]; x.Error != "" {
		t.Error(x.Error)
	}
	if len(kept) == 0 {
		t.Error("no image was kept")
	}
	if want := []result.Folder{there, here}; !slices.Equal(e.Machine.Folders, want) {
		t.Errorf("folders %+v, want %+v", e.Machine.Folders, want)
	}
}

// A result folder that is a link leads to another disk, where what is set aside stays
// and the next result goes. A link to nothing is an error, and no folder is made.
func TestResultFolderIsALink(t *testing.T) {
	disk, out := t.TempDir(), t.TempDir()
	text := strings.Replace(small, "verify_duration: 100ms", "verify: off", 1) + "algorithms: [none]\n"
	real, link := filepath.Join(disk, "real"), filepath.Join(out, "small")
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ranIn(t, out, text, Options{}); err == nil || !strings.Contains(err.Error(), "mount its disk") {
		t.Errorf("a link to nothing: %v", err)
	}
	if err := os.Mkdir(real, 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, _, err := ranIn(t, out, text, Options{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{real, real + ".before-1"} {
		if _, err := result.Load(dir); err != nil {
			t.Error(err)
		}
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
}
