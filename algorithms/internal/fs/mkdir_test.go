package fs

import (
	"os"
	"path/filepath"
	"testing"
)

// A folder is made durable by whoever needs it: also where another process made it,
// which may have died before it could.
func TestMkdirAllSyncs(t *testing.T) {
	var synced []string
	fsys := osFS{func(dir string) error {
		synced = append(synced, dir)
		return nil
	}}
	root := t.TempDir()
	check := func(what string, make func() error, want ...string) {
		t.Helper()
		synced = nil
		mustDo(t, make())
		for _, dir := range want {
			if i := len(synced) - 1; i < 0 || synced[i] != dir {
				t.Fatalf("%s: %v was synced, want %v at the end", what, synced, want)
			}
			synced = synced[:len(synced)-1]
		}
	}
	a := filepath.Join(root, "a")
	b := filepath.Join(a, "b")
	check("two new", func() error { return fsys.MkdirAll(b) }, a, root)
	check("there already", func() error { return fsys.MkdirAll(b) }, a)
	fsys.sync = func(string) error { return os.ErrPermission }
	check("a parent that is not ours", func() error { return fsys.MkdirAll(a) })
	if err := fsys.MkdirAll(filepath.Join(b, "c")); err == nil {
		t.Error("a folder was made, and its parent not synced, without a word")
	}
}

func mustDo(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}
