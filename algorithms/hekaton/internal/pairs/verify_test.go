package pairs

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/finding"
)

// verify returns what is found in files.
func verify(t testing.TB, files map[string][]byte) finding.Files {
	t.Helper()
	found, err := Verify(context.Background(), disk(t, files), dir)
	must(t, err)
	return found
}

// bad returns the names of the files that are damaged.
func bad(found finding.Files) (names []string) {
	for _, f := range found {
		if len(f.Damage) > 0 {
			names = append(names, f.Name)
		}
	}
	return names
}

// Verify finds nothing in what was written; and any byte that is not as it was
// written, a file cut anywhere and one that is gone, by the name of the file and
// no other's.
func TestVerify(t *testing.T) {
	files, want := sample(t)
	if got := verify(t, files); !got.OK() || len(got) != len(files) {
		t.Fatalf("%d files are whole, and this is found:\n%s", len(files), got)
	}
	check := func(name, what string, b []byte) {
		t.Helper()
		all := maps.Clone(files)
		if all[name] = b; b == nil {
			delete(all, name)
		}
		if got := verify(t, all); len(bad(got)) != 1 || bad(got)[0] != name {
			t.Errorf("%s, %s: this is found:\n%s", name, what, got)
		}
	}
	for name, b := range files {
		for i := range b {
			c := bytes.Clone(b)
			c[i] ^= 1 << (i % 8)
			check(name, "a bit", c)
			if name == manifestName || i%7 == 0 {
				check(name, "cut", b[:i])
			}
		}
		check(name, "gone", nil)
	}
	if _, err := tryLoad(t, disk(t, files)); err != nil || len(want) == 0 {
		t.Errorf("nothing was to be changed: %v", err)
	}
}

// Behind a damaged block the reading goes on, and it is said which.
func TestVerifyGoesOn(t *testing.T) {
	files, _ := sample(t)
	m, err := decodeManifest(manifestName, files[manifestName])
	must(t, err)
	for _, e := range m.pairs {
		name := dataName(e.data)
		b := files[name]
		second := fileHeader + blockHeader + int(le.Uint32(b[fileHeader+4:]))
		if second+blockHeader >= len(b) {
			continue
		}
		b[fileHeader], b[second+blockHeader+20] = ^b[fileHeader], ^b[second+blockHeader+20]
		got := verify(t, files)
		if !strings.Contains(got.String(), name+": DAMAGED in 2 places") {
			t.Errorf("two blocks of %s are damaged, and this is found:\n%s", name, got)
		}
		return
	}
	t.Fatal("the sample has no data file of two blocks")
}

// What only the whole tells: rows and marks that cannot be, though every checksum
// is right, and what does not count.
func TestVerifyWhole(t *testing.T) {
	data := func(number uint64, rows ...durable.Record) []byte {
		b := make([]byte, blockHeader)
		for i := range rows {
			b = appendRow(b, &rows[i])
		}
		seal(b, seed(number), uint32(len(rows)), 0)
		return append(encodeHeader(dataMagic, number), b...)
	}
	delta := func(number uint64, rows ...uint32) []byte {
		b := make([]byte, blockHeader+8)
		for _, row := range rows {
			b = le.AppendUint32(b, row)
		}
		seal(b, seed(number), uint32(len(rows)), 0)
		return append(encodeHeader(deltaMagic, number), b...)
	}
	one, two := data(1, durable.Record{Key: 1}, durable.Record{Key: 2}),
		data(2, durable.Record{Key: 2}, durable.Record{Table: 1, Key: 1})
	check := func(what, name, says string, marks []byte, dead uint32, tail string) {
		t.Helper()
		m := manifest{epoch: 9, pairs: []entry{
			{data: 1, bytes: int64(len(one)), rows: 2, delta: 3, marks: int64(len(marks)), dead: dead, high: 9},
			{data: 2, bytes: int64(len(two)), rows: 2, high: 9}}}
		files := map[string][]byte{dataName(1): append(bytes.Clone(one), tail...), dataName(2): two, deltaName(3): marks,
			manifestName: m.encode(), dataName(7): nil, manifestName + durable.TmpSuffix: []byte("half a")}
		got := verify(t, files)
		for _, f := range got {
			if (f.Name == name) != (len(f.Damage) > 0) {
				t.Errorf("%s: %s", what, f)
			}
		}
		if !strings.Contains(got.String(), says) || strings.Count(got.String(), finding.Leftover) != 2 {
			t.Errorf("%s: this is found:\n%s", what, got)
		}
	}
	check("one of two is dead", "", "2 rows, 1 of them dead", delta(3, 1), 1, "")
	check("both are alive", dataName(2), "row 0, key 2 of table 0, is alive, and so is row 1 of data-00000001",
		delta(3, 0), 1, "")
	check("dead beyond the end", deltaName(3), "row 2 is dead, and there are 2", delta(3, 2), 1, "")
	check("dead twice", deltaName(3), "row 1 died twice", delta(3, 1, 1), 2, "")
	check("fewer dead", deltaName(3), "it names 1 rows, the manifest says 2", delta(3, 1), 2, "")
	check("more at the end", "", "the last 4 bytes do not count", delta(3, 1), 1, "tail")

	m := manifest{epoch: 9, pairs: []entry{{data: 1, bytes: int64(len(one)), rows: 1, high: 9}}}
	got := verify(t, map[string][]byte{dataName(1): one, manifestName: m.encode()})
	if !strings.Contains(got.String(), "2 rows from 0 on, want them from 0 on, and 1 in all") {
		t.Errorf("more rows than the manifest says: this is found:\n%s", got)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Verify(ctx, disk(t, map[string][]byte{dataName(1): one, manifestName: m.encode()}), dir); !errors.Is(err,
		context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
