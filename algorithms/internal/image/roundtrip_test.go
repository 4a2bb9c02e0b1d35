package image

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs/fstest"
)

func TestRoundTrip(t *testing.T) {
	largeValue := durable.Record{Table: 1, Key: 1, Stamp: 9, Value: bytes.Repeat([]byte{7}, testTables[1].ValueSize)}
	check := func(name string, streams int, recs []durable.Record) {
		t.Run(name, func(t *testing.T) {
			mem := fstest.NewMem()
			o := testOptions(mem)
			o.Streams = streams
			d := open(t, o)
			p := Point{Kind: "epoch", Seq: 57, LogFrom: 3, LogTo: 4}
			info := mustTake(t, d, 0, recs, p)
			for _, workers := range []int{1, 3} {
				got, err := scanAll(mem, info.Path, workers)
				if err != nil {
					t.Fatal(err)
				}
				if err := sameRecords(got, recs); err != nil {
					t.Fatal(err)
				}
			}
			set, problems, err := Latest(mem, testDir)
			if err != nil || len(problems) > 0 || set.Newest().Path != info.Path || set.Newest().Point != p {
				t.Fatalf("Latest: %+v, %v, %v", set, problems, err)
			}
			if set.Newest().Size != info.Bytes {
				t.Errorf("Size is %d, Info says %d", set.Newest().Size, info.Bytes)
			}
			if !info.Direct {
				t.Error("Info says that I/O was not direct")
			}
			if got := info.Records + info.Tombstones; got != uint64(len(recs)) {
				t.Errorf("Info counts %d, want %d", got, len(recs))
			}
			if r, err := Verify(mem, testDir); err != nil || !r.OK() {
				t.Errorf("Verify: %v, %v", r, err)
			}
		})
	}
	check("empty", 1, nil)
	check("empty, streams", 4, nil)
	check("one", 0, []durable.Record{{Key: 0, Stamp: 1, Value: []byte("v")}})
	check("no bytes", 1, []durable.Record{{Key: 1<<64 - 1, Stamp: 1<<64 - 1, Value: nil}})
	check("tombstone", 2, []durable.Record{{Key: 0, Stamp: 1, Absent: true}})
	check("largest", 1, []durable.Record{largeValue})
	for streams := 1; streams <= 4; streams++ {
		check("many", streams, someRecords(1, 1000))
	}
}

// The digest and the counts do not depend on the streams.
func TestDigestOrder(t *testing.T) {
	recs := someRecords(2, 500)
	var first Info
	for streams := 1; streams <= 4; streams++ {
		o := testOptions(fstest.NewMem())
		o.Streams, o.Discard = streams, streams == 3
		info := mustTake(t, open(t, o), 0, recs, Point{})
		if streams == 1 {
			first = info
		}
		if info.Digest != first.Digest || info.Records != first.Records || info.Tombstones != first.Tombstones {
			t.Errorf("%d streams: %+v, one stream: %+v", streams, info, first)
		}
	}
}

// A record that is changed, lost or doubled changes the sum of the digests.
func TestDigestTells(t *testing.T) {
	rec := make([]byte, 200)
	for n := recordHeader; n < len(rec); n++ {
		seen := map[uint64]int{}
		for bit := -1; bit < n*8; bit++ {
			r := bytes.Clone(rec[:n])
			if bit >= 0 {
				r[bit/8] ^= 1 << (bit % 8)
			}
			if other, ok := seen[digest(r)]; ok {
				t.Fatalf("length %d: bits %d and %d flipped give the same digest", n, bit, other)
			}
			seen[digest(r)] = bit
		}
	}
}

func TestDiscard(t *testing.T) {
	mem := fstest.NewMem()
	o := testOptions(mem)
	o.Discard, o.Rate = true, 1 // would take an hour
	d := open(t, o)
	full := mustTake(t, d, 0, someRecords(3, 300), Point{Kind: "commit"})
	part := mustTake(t, d, full.Seq, someRecords(4, 3), Point{Kind: "commit"})
	if full.Path != "" || full.Records == 0 || full.Bytes == 0 || full.Digest == 0 || part.Seq != 2 {
		t.Errorf("Info: %+v, %+v", full, part)
	}
	if _, err := mem.List(testDir); err == nil {
		t.Error("the directory was made")
	}
}

func TestPutWithoutRoom(t *testing.T) {
	ctx := context.Background()
	check := func(name string, f func(s *Stream)) {
		t.Run(name, func(t *testing.T) {
			w, err := open(t, testOptions(fstest.NewMem())).Begin()
			if err != nil {
				t.Fatal(err)
			}
			defer w.Abort()
			defer func() {
				if r := recover(); r == nil {
					t.Error("no panic")
				}
			}()
			f(w.Stream(0))
		})
	}
	check("never", func(s *Stream) { s.Put(0, 1, 1, nil) })
	check("tombstone", func(s *Stream) { s.Absent(0, 1, 1) })
	check("once for two", func(s *Stream) {
		s.Room(ctx, 4)
		s.Put(0, 1, 1, nil)
		s.Put(0, 1, 1, nil)
	})
	check("too small", func(s *Stream) {
		s.Room(ctx, 4)
		s.Put(0, 1, 1, make([]byte, 5))
	})
	check("larger than the table allows", func(s *Stream) {
		s.Room(ctx, 17)
		s.Put(0, 1, 1, make([]byte, 17))
	})
	check("no such table", func(s *Stream) {
		s.Room(ctx, 17)
		s.Absent(2, 1, 1)
	})
}

func TestRoomRefuses(t *testing.T) {
	w, err := open(t, testOptions(fstest.NewMem())).Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for _, n := range []int{-1, testTables[1].ValueSize + 1, math.MaxInt} {
		if err := w.Stream(0).Room(context.Background(), n); err == nil {
			t.Errorf("Room(%d) gives no error", n)
		}
	}
}

func TestCancel(t *testing.T) {
	mem := fstest.NewMem()
	o := testOptions(mem)
	o.Rate, o.Streams = 1, 2 // a block takes an hour
	d := open(t, o)
	ctx, cancel := context.WithCancel(context.Background())
	w, err := d.Begin()
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := fill(ctx, w, someRecords(5, 500)); !errors.Is(err, context.Canceled) {
		t.Errorf("Room: %v", err)
	}
	if _, err := w.Commit(ctx, Point{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Commit: %v", err)
	}
	if got := names(t, mem); len(got) > 0 {
		t.Errorf("left behind: %v", got)
	}
	if _, err := w.Commit(context.Background(), Point{}); err == nil {
		t.Error("Commit after Abort gives no error")
	}
	if w, err = d.Begin(); err != nil {
		t.Errorf("Begin after Abort: %v", err)
	}
	if _, err := d.Begin(); err == nil {
		t.Error("two images at once")
	}
	if err := errors.Join(w.Abort(), w.Abort()); err != nil {
		t.Error(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	check := func(want string, change func(o *Options)) {
		o := testOptions(fstest.NewMem())
		change(&o)
		if _, err := Open(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	check("tables", func(o *Options) { o.Tables = nil })
	check("tables", func(o *Options) { o.Tables = make([]durable.Table, MaxTables+1) })
	check("longer", func(o *Options) { o.Algorithm = strings.Repeat("a", MaxAlgorithm+1) })
	check("longer", func(o *Options) { o.Tables = []durable.Table{{Name: strings.Repeat("a", MaxName+1)}} })
	check("do not fit", func(o *Options) { o.Tables = []durable.Table{{ValueSize: MaxBlock}} })
	check("do not fit", func(o *Options) { o.Tables = []durable.Table{{ValueSize: -1}} })
	check("range", func(o *Options) { o.Streams = -1 })
	check("range", func(o *Options) { o.Rate = -1 })
	check("range", func(o *Options) { o.BlockSize = MaxBlock + 1 })
}

// The largest header there can be fits.
func TestLargestHeader(t *testing.T) {
	o := testOptions(fstest.NewMem())
	o.Algorithm = strings.Repeat("a", MaxAlgorithm)
	o.Tables = nil
	for range MaxTables {
		o.Tables = append(o.Tables, durable.Table{Name: strings.Repeat("t", MaxName), ValueSize: 1000, Capacity: 1<<64 - 1,
			Hash: true})
	}
	info := mustTake(t, open(t, o), 0, nil,
		Point{Kind: strings.Repeat("k", MaxKind), Seq: 1<<64 - 1, LogFrom: 1, LogTo: 1<<64 - 1})
	im, err := OpenImage(o.FS, info.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer im.Close()
	if im.Algorithm() != o.Algorithm || len(im.Tables()) != MaxTables || im.Tables()[63] != o.Tables[63] ||
		im.Point() != info.Point {
		t.Errorf("header comes back as %+v, %v", im.head, im.Point())
	}
}

func TestPoint(t *testing.T) {
	check := func(p Point, want string) {
		if got := p.String(); got != want {
			t.Errorf("%#v is %q, want %q", p, got, want)
		}
	}
	check(Point{Kind: "epoch", Seq: 57}, "epoch 57")
	check(Point{Kind: "log", Seq: 1, LogFrom: 3, LogTo: 4}, "log 1 (log 3..4)")
	check(Point{Seq: 2}, "point 2")
	for _, kind := range []string{"-", "9", "A", "a b", "a\n", "0123456789abcdef", "abcdefghijklmnop"} {
		if _, err := take(open(t, testOptions(fstest.NewMem())), 0, nil, Point{Kind: kind}); err == nil {
			t.Errorf("kind %q is taken", kind)
		}
	}
}
