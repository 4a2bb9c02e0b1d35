package main

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
	"ckptbench/harness/lock"
)

// kept has a small store write images, a log and the algorithm's own files, which
// lie beside the images or, where these are discarded, beside the log. It returns
// the folder of it all.
func kept(t *testing.T, algorithm string, images bool) string {
	t.Helper()
	dir := t.TempDir()
	e, ok := algorithms.Find(algorithm)
	if !ok {
		t.Fatalf("no algorithm %s", algorithm)
	}
	o := store.Options{
		Tables: []store.TableSpec{{Name: "t", ValueSize: 100, Capacity: 400}}, Workers: 1,
		Images: store.Images{Dir: filepath.Join(dir, "images")},
		Log:    store.Log{Dir: filepath.Join(dir, "log"), Interval: time.Millisecond},
	}
	if !images {
		o.Images = store.Images{Discard: true}
	}
	e.Apply(&o)
	s, err := store.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Load(0, 300, func(i uint64, buf []byte) (uint64, []byte) { return i, buf })
	if err == nil {
		err = s.Start()
	}
	for round := uint64(0); round < 3 && err == nil; round++ {
		for key := round; key < 400 && err == nil; key += 7 {
			err = s.Worker(0).Do(&store.Request{
				Access: []store.Access{{Key: key, Mode: store.Exclusive}},
				Body: func(tx *store.Txn) error {
					tx.Write(0, store.Whole, binary.LittleEndian.AppendUint64(nil, key+round))
					return nil
				},
			})
		}
		if err == nil {
			_, err = s.Checkpoint(context.Background())
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// The files that an algorithm keeps of its own are verified too: what is changed,
// cut or gone is named.
func TestVerifyOwnFiles(t *testing.T) {
	check := func(algorithm string, images bool, own, manifest string) {
		t.Helper()
		dir := kept(t, algorithm, images)
		verify := func(status int, what, want string) {
			t.Helper()
			if got, out, errOut := command(t, "verify", dir); got != status || !strings.Contains(out, want) {
				t.Errorf("%s, %s: status %d, want %d and %q:\n%s%s", algorithm, what, got, status, want, out, errOut)
			}
		}
		verify(0, "whole", own+": ")
		files, err := os.ReadDir(filepath.Join(dir, own))
		if err != nil || len(files) < 3 {
			t.Fatalf("%s: files %v, %v", algorithm, files, err)
		}
		for _, f := range files {
			path := filepath.Join(dir, own, f.Name())
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			put := func(b []byte) {
				t.Helper()
				if err := os.WriteFile(path, b, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for _, at := range []int{0, len(whole) / 3, len(whole) / 2, len(whole) - 1} {
				whole[at] ^= 1
				put(whole)
				verify(1, f.Name()+" changed", f.Name()+": DAMAGED")
				whole[at] ^= 1
			}
			put(whole[:len(whole)-5])
			verify(1, f.Name()+" cut", f.Name()+": DAMAGED")
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(f.Name(), manifest) || manifest == "PAIRS" { // of snapshots, the one before is taken
				verify(1, f.Name()+" gone", f.Name()+": DAMAGED")
			}
			put(whole)
		}
		verify(0, "whole again", own+": ")
	}
	check("hekaton", true, "images/own", "PAIRS")
	check("hekaton", false, "log/own", "PAIRS")
	check("foedus", true, "images/own/foedus", "snapshot-")
	check("foedus", false, "log/own/foedus", "snapshot-")
}

// Folders may be links: the one that is named, and those in it. What several links lead
// to is read once, and a link to nothing is an error.
func TestVerifyLinks(t *testing.T) {
	real, dir := kept(t, "calc", true), t.TempDir()
	for _, link := range [][2]string{{filepath.Join(real, "images"), "a"}, {filepath.Join(real, "images"), "b"},
		{dir, "loop"}} {
		if err := os.Symlink(link[0], filepath.Join(dir, link[1])); err != nil {
			t.Fatal(err)
		}
	}
	named := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(real, named); err != nil {
		t.Fatal(err)
	}
	check := func(path string, status int, want string, times int) {
		t.Helper()
		got, out, errOut := command(t, "verify", path)
		if got != status || strings.Count(out+errOut, want) != times {
			t.Errorf("verify %s: status %d, want %d and %d x %q:\n%s%s", path, got, status, times, want, out, errOut)
		}
	}
	check(dir, 0, "/images:", 1)
	check(named, 0, "/images:", 1)
	check(named, 0, "/log: log of", 1)
	if err := os.Symlink(filepath.Join(dir, "nothing"), filepath.Join(dir, "c")); err != nil {
		t.Fatal(err)
	}
	check(dir, 2, "no such file or directory", 1)
}

// A log that does not reach as far as an image needs it is named, and so is one that was
// not found.
func TestVerifyLogThatDoesNotReach(t *testing.T) {
	check := func(dirs []string, status int, wants ...string) {
		t.Helper()
		got, out, errOut := command(t, append([]string{"verify"}, dirs...)...)
		for _, want := range wants {
			if got != status || !strings.Contains(out, want) {
				t.Errorf("verify %v: status %d, want %d and %q:\n%s%s", dirs, got, status, want, out, errOut)
			}
		}
	}
	dir := kept(t, "fuzzy", true)
	images, log := filepath.Join(dir, "images"), filepath.Join(dir, "log")
	check([]string{dir}, 0, images+" with the log in "+log+":\nimage-000003 at ", ": ok, the log ")
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(log, elsewhere); err != nil {
		t.Fatal(err)
	}
	check([]string{images, elsewhere}, 0, "with the log in "+elsewhere+":")
	check([]string{dir}, 1, "its log was not found: name the log's folder as well")
	if err := os.Mkdir(log, 0o755); err != nil {
		t.Fatal(err)
	}
	check([]string{dir}, 1, "THE LOG DOES NOT REACH", "missing: log holds no log",
		"restore the log's files from a copy; without them nothing can repair it")
}

// A folder that a run changes while it is read is looked at again, and is not called
// damaged: the error says who is at work.
func TestVerifyBesideARun(t *testing.T) {
	dir := t.TempDir()
	images := filepath.Join(dir, "images")
	if err := os.Mkdir(images, 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := lock.Take(filepath.Join(dir, lock.Name))
	if err != nil {
		t.Fatal(err)
	}
	// verify finds damage so many times, and each time a file has gone or come.
	check := func(changes, want int, wantErr error, wantText string) {
		t.Helper()
		n := 0
		_, err := verifyFolder(t.Context(), images, func(context.Context, string) (string, error) {
			n++
			if n <= changes {
				if err := os.WriteFile(filepath.Join(images, "image-1"), make([]byte, 1000*changes+n), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if n <= changes || errors.Is(wantErr, store.ErrDamaged) {
				return "", store.ErrDamaged
			}
			return "ok", nil
		})
		if n != want || !errors.Is(err, wantErr) || err != nil && !strings.Contains(err.Error(), wantText) {
			t.Errorf("%d changes: looked %d times, want %d; error %v, want %v", changes, n, want, err, wantErr)
		}
	}
	check(2, 3, nil, "")
	check(0, 1, store.ErrDamaged, "")
	check(1, 2, store.ErrDamaged, "")
	check(1000, looks, errBusy, "a run is under way (pid ")
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	check(1001, looks, errBusy, "another process changes its files")
}
