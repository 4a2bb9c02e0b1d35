package pairs

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/wal"
)

// sample returns the files of a few pairs, and the state in them.
func sample(t testing.TB) (map[string][]byte, model) {
	t.Helper()
	mem, m := fstest.NewMem(), model{}
	s, err := Open(Options{Dir: dir, FS: mem, Target: 300, BlockBytes: 120})
	must(t, err)
	h := history{rng: rand.New(rand.NewPCG(5, 5)), keys: 12}
	for epoch := uint64(1); epoch < 4; epoch++ {
		m, err = h.feed(s, m, 20)
		must(t, err)
		must(t, s.Publish(context.Background(), epoch))
	}
	s.Close()
	names, err := mem.List(dir)
	must(t, err)
	files := map[string][]byte{}
	for _, n := range names {
		files[n], err = fs.ReadFile(mem, filepath.Join(dir, n), 1<<20)
		must(t, err)
	}
	return files, m
}

// disk returns a file system with files in it.
func disk(t testing.TB, files map[string][]byte) *fstest.Mem {
	t.Helper()
	mem := fstest.NewMem()
	must(t, mem.MkdirAll(dir))
	for n, b := range files {
		f, err := mem.Create(filepath.Join(dir, n), false)
		must(t, err)
		_, err = f.WriteAt(b, 0)
		must(t, err)
	}
	return mem
}

// tryLoad loads and opens what may be damaged. Both say so, or neither does.
func tryLoad(t testing.TB, mem *fstest.Mem) (model, error) {
	t.Helper()
	m := model{}
	_, err := load(mem, 1, func(_ int, r durable.Record) error { return m.add(r) })
	s, oerr := Open(Options{Dir: dir, FS: mem})
	if oerr == nil {
		s.Close()
	}
	if (err == nil) != (oerr == nil) {
		t.Fatalf("Load: %v, Open: %v", err, oerr)
	}
	return m, err
}

// Any byte that is not what was written is found, by the name of its file, and
// so is a file that is cut short or gone.
func TestDamage(t *testing.T) {
	files, want := sample(t)
	kinds := map[string]bool{}
	check := func(name, what string, b []byte) {
		t.Helper()
		all := map[string][]byte{}
		for n := range files {
			all[n] = files[n]
		}
		if all[name] = b; b == nil {
			delete(all, name)
		}
		got, err := tryLoad(t, disk(t, all))
		var d *durable.Damage
		switch {
		case name == manifestName && b == nil: // there are no pairs then
		case err == nil:
			t.Errorf("%s, %s: nothing was noticed; %s", name, what, got.differs(want))
		case !errors.As(err, &d):
			t.Errorf("%s, %s: %v, want a Damage", name, what, err)
		case d != nil && filepath.Base(d.File) != name:
			t.Errorf("%s, %s: %v", name, what, err)
		}
	}
	for name, b := range files {
		kinds[name[:4]] = true
		for i := range b {
			c := bytes.Clone(b)
			c[i] ^= 1 << (i % 8)
			check(name, "a bit", c)
		}
		check(name, "cut", b[:len(b)-1])
		check(name, "gone", nil)
	}
	if len(kinds) != 3 {
		t.Errorf("the sample has files of kinds %v", kinds)
	}
}

// Files that belong to one another by what they say of themselves only: a block
// at another place, a data file under another's name.
func TestMisplaced(t *testing.T) {
	files, _ := sample(t)
	var data []string
	for n := range files {
		if n[:4] == "data" {
			data = append(data, n)
		}
	}
	if len(data) < 2 {
		t.Fatal("the sample has one data file")
	}
	a, b := data[0], data[1]
	files[a], files[b] = files[b], files[a]
	if _, err := tryLoad(t, disk(t, files)); !errors.As(err, new(*durable.Damage)) {
		t.Errorf("two files exchanged: %v, want a Damage", err)
	}
}

// A change that does not fit a record is refused, before anything is allocated
// for it.
func TestChangeTooLarge(t *testing.T) {
	s, err := Open(Options{Dir: dir, FS: fstest.NewMem(), MaxValue: 10})
	must(t, err)
	defer s.Close()
	check := func(off, n int, ok bool) {
		t.Helper()
		err := s.Apply(context.Background(), wal.Change{Kind: wal.KindSet, Off: off, Value: make([]byte, n)})
		if (err == nil) != ok {
			t.Errorf("%d bytes at %d: %v", n, off, err)
		}
	}
	check(0, 10, true)
	check(7, 3, true)
	check(8, 3, false)
	check(1<<31-1, 1, false)
	check(0, 11, false)
	check(-1, 1, false)
}

// Whatever a manifest is, it is read or refused; one that is read is written as
// it was.
func FuzzManifest(f *testing.F) {
	files, _ := sample(f)
	f.Add(files[manifestName])
	f.Add([]byte(manifestTitle + "epoch 1\ncrc 00000000\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decodeManifest("m", b)
		if err == nil && !bytes.Equal(m.encode(), b) {
			t.Errorf("%q is read as %q", b, m.encode())
		}
		if err != nil && !errors.As(err, new(*durable.Damage)) {
			t.Errorf("%v is no Damage", err)
		}
	})
}

// Whatever is in the blocks of a data or delta file, with checksums that are
// right, is read or refused, and nothing is allocated by what they say.
func FuzzBlocks(f *testing.F) {
	row := appendRow(nil, &durable.Record{Table: 1, Key: 2, Stamp: 3, Value: []byte("value")})
	f.Add(row, uint32(1), uint32(0), le.AppendUint32(make([]byte, 8), 0), uint32(1))
	f.Add(append(row, row...), uint32(2), uint32(0), []byte{}, uint32(0))
	f.Add([]byte{}, uint32(1<<31), uint32(7), make([]byte, 16), uint32(2))
	f.Fuzz(func(t *testing.T, payload []byte, rows, first uint32, dead []byte, marks uint32) {
		file := func(magic string, number uint64, payload []byte, rows, first uint32) []byte {
			b := append(make([]byte, blockHeader), payload...)
			seal(b, seed(number), rows, first)
			return append(encodeHeader(magic, number), b...)
		}
		data, delta := file(dataMagic, 1, payload, rows, first), file(deltaMagic, 2, dead, marks, 0)
		m := manifest{epoch: 9, pairs: []entry{
			{data: 1, bytes: int64(len(data)), rows: rows, delta: 2, marks: int64(len(delta)), dead: marks, high: 9},
		}}
		mem := disk(t, map[string][]byte{dataName(1): data, deltaName(2): delta, manifestName: m.encode()})
		var n uint32
		_, err := load(mem, 1, func(int, durable.Record) error { n++; return nil })
		if err == nil && n != rows-marks {
			t.Errorf("%d rows of which %d are dead gave %d", rows, marks, n)
		}
		if err != nil && !errors.As(err, new(*durable.Damage)) {
			t.Errorf("%v is no Damage", err)
		}
	})
}
