package image

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// goldenFiles holds images of each kind and their manifests, as they were written when
// format version 1 was fixed.
const goldenFiles = "testdata/version1"

// goldenRecords are the records of an image: values of every length that matters, and
// tombstones.
func goldenRecords(image uint64) []durable.Record {
	var out []durable.Record
	for i, n := range []int{0, 1, 15, 16, 17, 100, 4000, 5000} {
		table := 0
		if n > testTables[0].ValueSize {
			table = 1
		}
		key := uint64(i) + image%3
		r := durable.Record{Table: table, Key: key, Stamp: image<<16 | uint64(i),
			Value: bytes.Repeat([]byte{byte(image), byte(i)}, n)[:n]}
		out = append(out, r)
	}
	return append(out, durable.Record{Table: 1, Key: 1<<64 - 1 - image, Stamp: image << 16, Absent: true})
}

// writeGolden writes a full image, two partial ones that are merged, and one on top. It
// returns the records of each image that is left.
func writeGolden(t *testing.T, fsys fs.FS) map[uint64][]durable.Record {
	t.Helper()
	d := open(t, testOptions(fsys))
	recs := map[uint64][]durable.Record{}
	take := func(base uint64, p Point) {
		seq := d.lastImage + 1
		recs[seq] = goldenRecords(seq)
		mustTake(t, d, base, recs[seq], p)
	}
	take(0, Point{Kind: "commit", Seq: 1 << 40})
	take(1, Point{Kind: "version", Seq: 2})
	take(2, Point{Kind: "epoch", Seq: 57, LogFrom: 3, LogTo: 4})
	if _, err := d.Merge(ctx(), false, 0); err != nil {
		t.Fatal(err)
	}
	for _, r := range recs[2] {
		if !slices.ContainsFunc(recs[3], func(o durable.Record) bool { return o.Table == r.Table && o.Key == r.Key }) {
			recs[3] = append(recs[3], r)
		}
	}
	take(3, Point{})
	return recs
}

// The writer writes, byte for byte, what it wrote when the format was fixed.
func TestWritesVersion1(t *testing.T) {
	m := fstest.NewMem()
	writeGolden(t, m)
	fstest.Golden(t, m, testDir, goldenFiles, *update)
}

// Images of the time when the format was fixed are read as they were written.
func TestReadsVersion1(t *testing.T) {
	recs := writeGolden(t, fstest.NewMem())
	m := fstest.FromGolden(t, testDir, goldenFiles)
	set, problems, err := Latest(m, testDir)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	got := ""
	for _, ref := range set.Images {
		got += fmt.Sprintf("%s base %d %s\n", ref.Path, ref.Base, ref.Point)
		found, err := scanAll(m, ref.Path, 1)
		if err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(recs[ref.Seq])
		for _, recs := range [][]durable.Record{found, want} {
			slices.SortFunc(recs, func(a, b durable.Record) int { return cmp.Or(cmp.Compare(a.Key, b.Key), a.Table-b.Table) })
		}
		if err := sameRecords(found, want); err != nil {
			t.Errorf("%s: %v", ref.Path, err)
		}
	}
	const want = "/images/image-000001 base 0 commit 1099511627776\n" +
		"/images/image-000003-merge-000004 base 1 epoch 57 (log 3..4)\n" +
		"/images/image-000005 base 3 point 0\n"
	if got != want {
		t.Errorf("the chain is\n%swant\n%s", got, want)
	}
	if err := verified(m); err != nil {
		t.Error(err)
	}
	if d := open(t, testOptions(m)); d.Newest() != 5 {
		t.Errorf("the newest image is %d, want 5", d.Newest())
	}
}
