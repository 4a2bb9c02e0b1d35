package glean

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/finding"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/wal"
)

// three is a folder of which three snapshots were made: two are there, and in
// their files pages that neither of them refers to.
func three(t *testing.T, tables ...durable.Table) *fstest.Mem {
	mem := fstest.NewMem()
	o := Options{FS: mem, Fanout: 2, Partitions: len(tables), Garbage: -1, Tables: tables}
	d := begun(t, o)
	var changes []wal.Change
	put := func(epoch uint64, table int, keys ...uint64) {
		for _, k := range keys {
			if table == len(tables) || k >= tables[table].Capacity {
				continue
			}
			changes = append(changes,
				wal.Change{Epoch: epoch, Stamp: epoch, Table: table, Key: k, Kind: wal.KindPut, Value: []byte{byte(k), 7}})
		}
	}
	put(1, 0, 0, 1, 2, 3, 4, 5, 6)
	put(1, 1, 3, 8)
	put(2, 0, 1)
	put(3, 0, 1, 6)
	for epoch := uint64(1); epoch <= 3; epoch++ {
		d.glean(t, changes, epoch, 1)
	}
	d.Close()
	return mem
}

// Two tables of some pages, and one with as few as can be.
var (
	some = []durable.Table{{Name: "a", ValueSize: 1500, Capacity: 7}, {Name: "h", ValueSize: 10, Capacity: 9, Hash: true}}
	few  = []durable.Table{{Name: "a", ValueSize: 1500, Capacity: 4}}
)

func found(t *testing.T, mem *fstest.Mem) finding.Files {
	t.Helper()
	got, err := Verify(context.Background(), mem, dir)
	must(t, err)
	return got
}

func bad(got finding.Files) (names []string) {
	for _, f := range got {
		if len(f.Damage) > 0 {
			names = append(names, f.Name)
		}
	}
	return names
}

// Verify finds nothing in what was written; and any byte that is not as it was
// written, also where nothing refers to it, a file cut anywhere and one that is
// gone, by the name of the file and no other's.
func TestVerify(t *testing.T) {
	t.Run("some", func(t *testing.T) { testVerify(t, some, 67) })
	t.Run("few", func(t *testing.T) {
		if testing.Short() {
			t.Skip("each byte in turn takes some seconds")
		}
		testVerify(t, few, 1)
	})
}

// testVerify changes every byte, or every so many.
func testVerify(t *testing.T, tables []durable.Table, step int) {
	mem := three(t, tables...)
	before, err := mem.List(dir)
	must(t, err)
	got := found(t, mem)
	if !got.OK() || len(got) != len(before) || !strings.Contains(got.String(), "no snapshot refers to any more") {
		t.Fatalf("%v are whole, and hold pages that nothing refers to; this is found:\n%s", before, got)
	}
	check := func(name, what string, want string) (says string) {
		t.Helper()
		got := found(t, mem)
		if says = got.String(); len(bad(got)) != 1 || bad(got)[0] != name || !strings.Contains(says, want) {
			t.Fatalf("%s, %s: this is found:\n%s", name, what, got)
		}
		return says
	}
	unused := 0
	for _, name := range before {
		path := dir + "/" + name
		whole, err := fs.ReadFile(mem, path, 1<<20)
		must(t, err)
		for at := 0; at < len(whole); at += step {
			whole[at] ^= 1 << (at % 8)
			write(t, mem, path, whole)
			if strings.Contains(check(name, fmt.Sprintf("byte %d", at), ""), "no snapshot refers to it") {
				unused++
			}
			whole[at] ^= 1 << (at % 8)
		}
		_, isManifest := parseManifest(name)
		for n := 0; n < len(whole); n += 701 {
			write(t, mem, path, whole[:n])
			check(name, fmt.Sprintf("cut to %d bytes", n), "")
		}
		must(t, mem.Remove(path))
		if !isManifest {
			check(name, "gone", "cannot be read")
		}
		write(t, mem, path, append(whole[:len(whole):len(whole)], make([]byte, unit)...))
		check(name, "longer", "")
		write(t, mem, path, whole)
	}
	if unused == 0 {
		t.Error("no byte of a page that nothing refers to was changed")
	}
	if got := found(t, mem); !got.OK() {
		t.Errorf("nothing was to be changed:\n%s", got)
	}
}

// poke makes the byte at an offset another.
func poke(t *testing.T, mem *fstest.Mem, path string, at int, b byte) {
	t.Helper()
	whole, err := fs.ReadFile(mem, path, 1<<20)
	must(t, err)
	whole[at] = b
	write(t, mem, path, whole)
}

// What is wrong is said so that one knows what is lost, and the reading goes on.
func TestVerifySays(t *testing.T) {
	mem := three(t, some...)
	d := &Dir{o: Options{Dir: dir, FS: mem}}
	m, err := d.decode(4)
	must(t, err)
	root := m.roots[0]
	path := d.path(root.file().name())
	poke(t, mem, path, int(root.offset())+5, 0xff)
	poke(t, mem, path, fileHeader, 1)
	got := found(t, mem).String()
	for _, want := range []string{root.file().name() + ": DAMAGED in 2 places", `of table "a", and with it all below`,
		fmt.Sprintf("at offset %d", root.offset()), "a byte that is not zero"} {
		if !strings.Contains(got, want) {
			t.Errorf("nothing is said of %q:\n%s", want, got)
		}
	}
}

// Without manifests nothing counts, and that is damage; a file that none of them
// names is none.
func TestVerifyUnnamed(t *testing.T) {
	mem := three(t, some...)
	write(t, mem, dir+"/pages-00999-000", []byte("half a"))
	write(t, mem, dir+"/run-000-1", nil)
	if got := found(t, mem); !got.OK() || strings.Count(got.String(), finding.Leftover) != 2 {
		t.Errorf("with files that no manifest names:\n%s", got)
	}
	names, err := mem.List(dir)
	must(t, err)
	for _, name := range names {
		if _, ok := parseManifest(name); ok {
			must(t, mem.Remove(dir+"/"+name))
		}
	}
	if got := found(t, mem); len(bad(got)) != 1 || !strings.Contains(got.String(), "there is none") ||
		!strings.Contains(got.String(), "not read") {
		t.Errorf("without manifests:\n%s", got)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Verify(ctx, three(t, some...), dir); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
