package image

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// smallImage returns a directory with one image of a few blocks.
func smallImage(t testing.TB) (*fstest.Mem, Info) {
	mem := fstest.NewMem()
	o := testOptions(mem)
	o.Tables = testTables[:1]
	recs := someRecords(6, 300)
	for i := range recs {
		recs[i].Table = 0
		recs[i].Value = recs[i].Value[:min(len(recs[i].Value), 16)]
	}
	o.BlockSize = fs.Align
	return mem, mustTake(t, open(t, o), 0, recs, Point{Kind: "commit", Seq: 5})
}

func mustBeDamage(t *testing.T, err error, format string, a ...any) {
	t.Helper()
	var d *durable.Damage
	if !errors.As(err, &d) {
		t.Fatalf(format+": got %v", append(a, err)...)
	}
	if d.File == "" || d.What == "" || !strings.Contains(err.Error(), filepath.Base(d.File)) {
		t.Fatalf(format+": the message does not say where: %v", append(a, err)...)
	}
}

// Every byte of an image is covered: with any of them changed, the image is
// refused, and the message names the block if it is in one.
func TestEveryByteOfImage(t *testing.T) {
	t.Parallel()
	mem, info := smallImage(t)
	good := content(t, mem, "image-000001")
	if len(good) < 4*fs.Align {
		t.Fatalf("an image of %d bytes is too small to be of use here", len(good))
	}
	for i := range good {
		if testing.Short() && i%5 != 0 {
			continue
		}
		bad := bytes.Clone(good[i/fs.Align*fs.Align : (i/fs.Align+1)*fs.Align])
		bad[i%fs.Align] ^= 1 << (i % 8)
		patched := patch{mem, int64(i / fs.Align * fs.Align), bad}
		_, err := scanAll(patched, info.Path, 1)
		mustBeDamage(t, err, "byte %d changed", i)
		var d *durable.Damage
		errors.As(err, &d)
		first, last := fs.Align, len(good)-fs.Align
		if i >= first && i < last && d.Place != fmt.Sprintf("block %d", i/fs.Align-1) {
			t.Fatalf("byte %d changed: %s is blamed: %v", i, d.Place, err)
		}
		if i%64 == 0 {
			if r, err := Verify(patched, testDir); err != nil || r.OK() {
				t.Fatalf("byte %d changed: Verify: %v, %v", i, r, err)
			}
		}
	}
}

// A patch is a file system in which every image reads otherwise in one place.
type patch struct {
	fs.FS
	off int64
	b   []byte
}

type patchedFile struct {
	fs.File
	p patch
}

func (p patch) Open(name string, direct bool) (fs.File, error) {
	f, err := p.FS.Open(name, direct)
	if err != nil || !strings.HasPrefix(filepath.Base(name), imagePrefix) {
		return f, err
	}
	return patchedFile{f, p}, nil
}

func (f patchedFile) ReadAt(b []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(b, off)
	if from, to := max(off, f.p.off), min(off+int64(n), f.p.off+int64(len(f.p.b))); from < to {
		copy(b[from-off:to-off], f.p.b[from-f.p.off:])
	}
	return n, err
}

func TestEveryLengthOfImage(t *testing.T) {
	mem, info := smallImage(t)
	good := content(t, mem, "image-000001")
	for n := range good {
		if testing.Short() && n%7 != 0 && n%fs.Align > 2 && n%fs.Align < fs.Align-2 {
			continue
		}
		overwriteDurably(t, mem, "image-000001", good[:n])
		_, err := scanAll(mem, info.Path, 1)
		mustBeDamage(t, err, "cut to %d bytes", n)
	}
	for _, n := range []int{1, fs.Align, 3 * fs.Align} {
		overwriteDurably(t, mem, "image-000001", append(bytes.Clone(good), make([]byte, n)...))
		_, err := scanAll(mem, info.Path, 1)
		mustBeDamage(t, err, "%d zeros added", n)
	}
}

// overwriteDurably also syncs, so that a Mem keeps no older version.
func overwriteDurably(t *testing.T, mem *fstest.Mem, name string, b []byte) {
	t.Helper()
	f, err := mem.Create(filepath.Join(testDir, name), false)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(b, 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
}

// With any byte of the newest manifest changed, or cut off anywhere, it is
// reported by name and the one before is used.
func TestEveryByteOfManifest(t *testing.T) {
	mem := fstest.NewMem()
	d := open(t, testOptions(mem))
	mustTake(t, d, 0, someRecords(1, 9), Point{Kind: "commit", Seq: 1})
	mustTake(t, d, 0, someRecords(2, 9), Point{Seq: 2})
	good := content(t, mem, "MANIFEST-000002")
	check := func(b []byte, what string, i int) {
		overwriteDurably(t, mem, "MANIFEST-000002", b)
		set, problems, err := Latest(mem, testDir)
		if err != nil || set.Manifest != 1 || set.Newest().Seq != 1 || len(problems) != 1 {
			t.Fatalf("%s %d: %+v, %v, %v", what, i, set, problems, err)
		}
		mustBeDamage(t, problems[0], "%s %d", what, i)
		if r, err := Verify(mem, testDir); err != nil || r.OK() {
			t.Fatalf("%s %d: Verify: %v, %v", what, i, r, err)
		}
	}
	for i := range good {
		for _, bit := range []int{5, i % 5} { // 5 is the case of a letter
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			check(bad, "byte", i)
		}
		check(good[:i], "cut to", i)
	}
	check(append(bytes.Clone(good), '\n'), "one more", len(good))
	check(make([]byte, maxManifest+1), "too long", maxManifest+1)
	check(content(t, mem, "MANIFEST-000001"), "another's content", 0)
}

// A directory in which everything is damaged is not taken for an empty one.
func TestAllDamaged(t *testing.T) {
	mem, _ := smallImage(t)
	overwriteDurably(t, mem, "image-000001", []byte("x"))
	_, problems, err := Latest(mem, testDir)
	mustBeDamage(t, err, "image damaged")
	if len(problems) != 1 || errors.Is(err, ErrNoImage) {
		t.Errorf("Latest: %v, %v", problems, err)
	}
	if _, err := Open(testOptions(mem)); err == nil {
		t.Error("Open begins anew over damaged images")
	}
	overwriteDurably(t, mem, "MANIFEST-000001", []byte("x"))
	if _, _, err := Latest(mem, testDir); errors.Is(err, ErrNoImage) {
		t.Errorf("Latest: %v", err)
	} else {
		mustBeDamage(t, err, "manifest damaged")
	}
	if _, _, err := Latest(fstest.NewMem(), testDir); !errors.Is(err, ErrNoImage) {
		t.Errorf("Latest of no directory: %v", err)
	}
}

// The report tells a person where and what.
func TestReport(t *testing.T) {
	mem, _ := smallImage(t)
	b := content(t, mem, "image-000001")
	b[fs.Align+100] ^= 1
	b[2*fs.Align+100] ^= 1
	overwrite(t, mem, "image-000001", b)
	overwrite(t, mem, "image-000007.tmp", b)
	overwrite(t, mem, "notes.txt", b)
	r, err := Verify(mem, testDir)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report", r.String())
}
