package image

import (
	"context"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs/fstest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func ctx() context.Context { return context.Background() }

// golden compares got with testdata/name.golden.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run the test with -update if that is meant. Got:\n%s", path, got)
	}
}

// The calls of the file system are the crash safety of a checkpoint: the golden
// file is to be read.
func TestCalls(t *testing.T) {
	trace := fstest.NewTrace(fstest.NewMem(), testDir)
	d := open(t, testOptions(trace))
	got := "open\n" + trace.Cut()
	for seq := uint64(1); seq <= 3; seq++ {
		mustTake(t, d, 0, someRecords(seq, 5), Point{Kind: "commit", Seq: seq})
		got += "checkpoint\n" + trace.Cut()
	}
	w, err := d.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	got += "abort\n" + trace.Cut()
	open(t, testOptions(trace))
	got += "open again\n" + trace.Cut()
	golden(t, "calls", got)
}

// The bytes of an image and its manifest are the format: they change only with
// its version.
func TestFormat(t *testing.T) {
	mem := fstest.NewMem()
	d := open(t, testOptions(mem))
	mustTake(t, d, 0, nil, Point{})
	recs := []durable.Record{
		{Table: 0, Key: 1, Stamp: 0x1122334455667788, Value: []byte("value")},
		{Table: 1, Key: 2, Stamp: 3, Absent: true},
		{Table: 1, Key: 1<<64 - 1, Stamp: 4, Value: nil},
	}
	mustTake(t, d, 1, recs, Point{Kind: "epoch", Seq: 57, LogFrom: 3, LogTo: 4})
	golden(t, "manifest", string(content(t, mem, "MANIFEST-000002")))
	golden(t, "image", hex.Dump(content(t, mem, "image-000002")))
}
