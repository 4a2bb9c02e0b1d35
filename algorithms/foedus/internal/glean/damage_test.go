package glean

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/wal"
)

func write(t *testing.T, mem *fstest.Mem, path string, b []byte) {
	t.Helper()
	f, err := mem.Create(path, false)
	must(t, err)
	_, err = f.WriteAt(b, 0)
	must(t, errors.Join(err, f.Close()))
}

// small is a folder with one snapshot.
func small(t *testing.T) (*fstest.Mem, Options, state, *Dir) {
	mem := fstest.NewMem()
	o := Options{FS: mem, Fanout: 2, Partitions: 2, Tables: []durable.Table{
		{Name: "a", ValueSize: 1000, Capacity: 9}, {Name: "h", ValueSize: 1000, Capacity: 9, Hash: true}}}
	changes := history(seeded(t), o.Tables, 60)
	d := begun(t, o)
	d.glean(t, changes, 1<<40, 1)
	return mem, o, replay(changes, 1<<40, false), d
}

// Any bit of a page that is not as it was written is found, also where it is of
// no consequence; so is a file that is short, or missing.
func TestDamagedPages(t *testing.T) {
	mem, o, want, d := small(t)
	d.Close()
	for _, f := range d.Current().m.files {
		path := d.path(f.id.name())
		whole, err := fs.ReadFile(mem, path, 1<<30)
		must(t, err)
		for at := 0; at < len(whole); at += 1 + at%97 {
			if at >= fileHeader && at < unit { // nobody reads it
				continue
			}
			b := slices.Clone(whole)
			b[at] ^= 1 << (at % 8)
			write(t, mem, path, b)
			x := open(t, o)
			var damage *durable.Damage
			if err := x.Current().Verify(context.Background()); !errors.As(err, &damage) || damage.File != path {
				t.Fatalf("%s, byte %d: %v", path, at, err)
			}
			x.Close()
		}
		write(t, mem, path, whole[:len(whole)-unit])
		var damage *durable.Damage
		x := open(t, o)
		if p := x.Problems(); len(p) != 1 || !errors.As(p[0], &damage) || damage.File != path ||
			x.Current().Number() == d.Current().Number() {
			t.Errorf("a short file: problems %v, snapshot %d", p, x.Current().Number())
		}
		write(t, mem, path, whole)
	}
	same(t, "whole again", open(t, o).Current(), want)
}

// A damaged manifest is reported, and the snapshot before is used; nothing is
// removed until the next.
func TestDamagedManifest(t *testing.T) {
	mem, o, before, d := small(t)
	n := d.Current().Number()
	changes := []wal.Change{{Epoch: 1<<40 + 1, Stamp: 1 << 50, Key: 1, Kind: wal.KindPut, Value: []byte("new")}}
	d.glean(t, changes, 1<<40+1, 1)
	d.Close()
	path := d.path(manifestName(d.Current().Number()))
	whole, err := fs.ReadFile(mem, path, 1<<20)
	must(t, err)
	names, err := mem.List(dir)
	must(t, err)
	for at := range whole {
		b := slices.Clone(whole)
		b[at] ^= 4
		write(t, mem, path, b)
		x := open(t, o)
		if len(x.Problems()) != 1 || x.Current().Number() != n {
			t.Fatalf("byte %d: snapshot %d, problems %v", at, x.Current().Number(), x.Problems())
		}
		if at%50 == 0 {
			same(t, "the snapshot before", x.Current(), before)
		}
		x.Close()
	}
	now, err := mem.List(dir)
	must(t, err)
	if !slices.Equal(now, names) {
		t.Errorf("files %v, there were %v", now, names)
	}
	x := open(t, o)
	x.glean(t, changes, 1<<40+1, 1)
	if x.Current().Number() <= d.Current().Number() {
		t.Errorf("number %d was used again", x.Current().Number())
	}
	same(t, "gleaned again", open(t, o).Current(), func() state {
		s := before
		s[[2]uint64{0, 1}] = durable.Record{Key: 1, Stamp: 1 << 50, Value: []byte("new")}
		return s
	}())
}

// Where no snapshot is whole, that is an error; unless the state comes from
// elsewhere, and is loaded anew, under a number and an id of its own.
func TestNothingIsWhole(t *testing.T) {
	mem, o, _, d := small(t)
	number, id := d.Current().Number(), d.Current().ID()
	d.Close()
	names, err := mem.List(dir)
	must(t, err)
	for _, name := range names {
		if _, ok := parseManifest(name); ok {
			write(t, mem, dir+"/"+name, []byte("nonsense"))
		}
	}
	o.Dir = dir
	var damage *durable.Damage
	if _, err := Open(o); !errors.As(err, &damage) {
		t.Errorf("opened without a snapshot that is whole: %v", err)
	}
	o.Anew = true
	x := open(t, o)
	if x.Current() != nil {
		t.Error("an old snapshot was looked at")
	}
	if _, err := x.Glean(context.Background(), &log{}, 1<<41); !errors.Is(err, ErrNoSnapshot) {
		t.Errorf("gleaned on top of nothing: %v", err)
	}
	changes := []wal.Change{{Epoch: 5, Stamp: 7, Key: 1, Kind: wal.KindPut, Value: []byte("new")}}
	_, err = x.Load(context.Background(), window(changes, 0, 5, 1), 5)
	must(t, err)
	if x.Current().Number() <= number || x.Current().ID() == id {
		t.Errorf("snapshot %d with id %d, after %d with id %d", x.Current().Number(), x.Current().ID(), number, id)
	}
	o.Anew = false
	same(t, "loaded", open(t, o).Current(), replay(changes, 5, false))
}

// A sorted run that was changed on the disk comes to nothing.
func TestDamagedRun(t *testing.T) {
	mem := fstest.NewMem()
	must(t, mem.MkdirAll(dir))
	b := &batch{}
	for i := range uint64(20) {
		b.add(entry{leaf: i, key: i, stamp: i, kind: wal.KindPut}, []byte{1, 2, byte(i)})
	}
	u := &buffer{}
	u.add(b)
	u.sort(shapes([]durable.Table{{ValueSize: 9, Capacity: 99}}, 3), false)
	r, err := spill(mem, dir+"/run", u)
	must(t, err)
	whole, err := fs.ReadFile(mem, r.path, 1<<20)
	must(t, err)
	for at := range whole {
		bad := slices.Clone(whole)
		bad[at] ^= 16
		write(t, mem, r.path, bad)
		s, err := openRun(mem, r)
		must(t, err)
		for err == nil {
			_, _, err = s.next()
		}
		if err == io.EOF {
			t.Fatalf("byte %d was changed, and nobody noticed", at)
		}
	}
}

// FuzzManifest: a manifest that is read is one that is written the same again.
func FuzzManifest(f *testing.F) {
	m := &manifest{number: 3, id: 2, base: 4, until: 9, fanout: 3,
		tables: []durable.Table{{Name: "a b\n", ValueSize: 3, Capacity: 8, Hash: true}},
		roots:  []Pointer{pointer(0x201, unit)}, files: []file{{0x201, 2 * unit, unit}}}
	f.Add(m.encode())
	f.Add([]byte(manifestTitle))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decodeManifest("f", b)
		if err == nil && !bytes.Equal(m.encode(), b) {
			t.Errorf("%q is written as %q", b, m.encode())
		}
	})
}

// FuzzPage: a page of whatever kind is read without harm, its checksum set right
// so that the reading gets anywhere.
func FuzzPage(f *testing.F) {
	s := shapes([]durable.Table{{ValueSize: 20, Capacity: 9}, {ValueSize: 20, Capacity: 9, Hash: true}}, 3)
	x := version{stamp: 3, present: true, value: []byte("abc")}
	f.Add(appendRecord(nil, 5, &x), byte(pageHash))
	f.Add(make([]byte, 9*s[0].slot), byte(pageArray))
	f.Add(make([]byte, 24), byte(pageInterior))
	f.Fuzz(func(t *testing.T, b []byte, kind byte) {
		page := newPage(len(b))
		copy(page[pageHeader:], b)
		seal(page, 7, kind, place{1, 0, 0}, len(b))
		payload, err := openPage(page, 7, kind, place{1, 0, 0})
		if err != nil || !bytes.Equal(payload, b) {
			t.Fatal(err)
		}
		_, _ = pointers(payload, 3)
		for i := range s {
			_ = s[i].records(0, payload, func(_ uint64, x *version) error {
				if len(x.value) > s[i].ValueSize {
					t.Errorf("a value of %d bytes", len(x.value))
				}
				return nil
			})
		}
		seal(page, 7, kind, place{1, 0, 0}, len(page))
		if _, err := openPage(page, 7, kind, place{1, 0, 0}); err == nil {
			t.Error("more is used than there is")
		}
	})
}

// FuzzEntry: an entry of a run that is read is one that is written the same.
func FuzzEntry(f *testing.F) {
	e := entry{leaf: 1, key: 2, epoch: 3, stamp: 4, seq: 5, off: 6, table: 7, kind: wal.KindSet}
	f.Add(e.encode(nil, []byte("value")))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := decodeEntry(b)
		if err != nil {
			return
		}
		if int(e.n) > len(b)-entryHeader {
			return
		}
		v := b[entryHeader : entryHeader+int(e.n)]
		if got := e.encode(nil, v); !bytes.Equal(got, b[:len(got)]) {
			t.Errorf("% x is written as % x", b, got)
		}
	})
}
