package image

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// A forgery is an image taken apart, to be put together again with right
// checksums and wrong content, as a faulty writer or a block in the wrong place
// would have it.
type forgery struct {
	head   header
	foot   footer
	blocks [][]byte
	keep   int // a block that keeps its old CRC in the footer, or -1
}

func takeApart(t *testing.T, b []byte) *forgery {
	t.Helper()
	h, err := decodeHeader("image-000001", b)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := decodeTrailer("image-000001", b[len(b)-trailerSize:], int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := decodeFooter("image-000001", b[tr.footer:len(b)-trailerSize], tr, h)
	if err != nil {
		t.Fatal(err)
	}
	out := &forgery{head: *h, foot: *f, keep: -1}
	for _, r := range f.blocks {
		out.blocks = append(out.blocks, b[r.offset:r.end()])
	}
	return out
}

// bytes puts the image together.
func (f *forgery) bytes() []byte {
	b := make([]byte, headerSize)
	crc := f.head.crc
	f.head.encode(b)
	if f.foot.headerCRC == crc { // otherwise it is a forgery too
		f.foot.headerCRC = f.head.crc
	}
	for i, block := range f.blocks {
		end := len(block) - blockTrailer
		le.PutUint32(block[end:], durable.Checksum(block[:end]))
		if i < len(f.foot.blocks) && i != f.keep {
			f.foot.blocks[i].crc = durable.Checksum(block[:end])
		}
		b = append(b, block...)
	}
	tail, _ := f.foot.encode(int64(len(b)))
	return append(b, tail...)
}

// Right checksums do not make a right image.
func TestForgery(t *testing.T) {
	mem, info := smallImage(t)
	good := content(t, mem, "image-000001")
	check := func(name, want string, change func(f *forgery)) {
		t.Run(name, func(t *testing.T) {
			f := takeApart(t, append([]byte(nil), good...))
			change(f)
			overwriteDurably(t, mem, "image-000001", f.bytes())
			_, err := scanAll(mem, info.Path, 1)
			mustBeDamage(t, err, "scan")
			if !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q in it", err, want)
			}
			if r, err := Verify(mem, testDir); err != nil || r.OK() || !strings.Contains(r.String(), want) {
				t.Errorf("Verify: %v, %v; want %q in it", r, err, want)
			}
		})
	}
	first := func(f *forgery) []byte { return f.blocks[0] }
	check("blocks swapped", "another block", func(f *forgery) {
		f.keep = 0
		le.PutUint64(first(f)[blockHeader:], 99)
	})
	check("block magic", "begins with", func(f *forgery) { first(f)[0] = 'X' })
	check("block length", "block of", func(f *forgery) { le.PutUint32(first(f)[8:], 8192) })
	check("payload", "block of", func(f *forgery) { le.PutUint32(first(f)[12:], 1<<32-1) })
	check("reserved", "block of", func(f *forgery) { first(f)[6] = 1 })
	check("count", "records and", func(f *forgery) { first(f)[16]++ })
	check("tombstones", "tombstones", func(f *forgery) { first(f)[20]++ })
	check("another image's", "block of image", func(f *forgery) { first(f)[24]++ })
	check("offset", "belongs at", func(f *forgery) { first(f)[33]++ })
	check("block digest", "digest is", func(f *forgery) { first(f)[40]++ })
	check("padding", "not zero", func(f *forgery) { b := first(f); b[len(b)-blockTrailer-1] = 1 })
	check("record's table", "record of table", func(f *forgery) { first(f)[blockHeader+16] = 1 })
	check("record's length", "record 0: value of", func(f *forgery) { first(f)[blockHeader+20] = 0xff })
	check("half a record", "left of a record", func(f *forgery) {
		b := first(f)
		one := recordHeader
		if n := le.Uint32(b[blockHeader+18:]); n != tombstone {
			one += int(n)
		}
		clear(b[blockHeader+one+10 : len(b)-blockTrailer])
		le.PutUint32(b[12:], uint32(one+10))
	})
	check("value", "digest is", func(f *forgery) { first(f)[blockHeader]++ })
	check("footer's digest", "digest of all records", func(f *forgery) { f.foot.digest++ })
	check("footer's table", "the footer says", func(f *forgery) { f.foot.tables[0].values++; f.foot.values++ })
	check("footer's sum", "footer counts", func(f *forgery) { f.foot.records++ })
	check("footer's blocks", "should begin at", func(f *forgery) { f.foot.blocks[1].offset += fs.Align })
	check("block lost", "last block ends", func(f *forgery) {
		f.foot.blocks = f.foot.blocks[:len(f.foot.blocks)-1]
	})
	check("tables of a block", "should begin at", func(f *forgery) { f.foot.blocks[1].high = 1 })
	check("footer of another header", "under a header", func(f *forgery) { f.foot.headerCRC++ })
	check("footer of another image", "under a header", func(f *forgery) { f.foot.seq++ })
	check("base", "is based on", func(f *forgery) { f.head.base = f.head.seq })
	check("block size", "block size", func(f *forgery) { f.head.blockSize++ })
	check("value size", "do not fit", func(f *forgery) { f.head.tables[0].ValueSize = math.MaxInt32 })
}

// An image that is whole but not the one its manifest means does not count.
func TestAnotherImage(t *testing.T) {
	mem := fstest.NewMem()
	d := open(t, testOptions(mem))
	mustTake(t, d, 0, someRecords(1, 9), Point{Seq: 1})
	mustTake(t, d, 0, someRecords(2, 9), Point{Seq: 2})
	f := takeApart(t, content(t, mem, "image-000002"))
	f.foot.point.Seq = 3
	overwrite(t, mem, "image-000002", f.bytes())
	set, problems, err := Latest(mem, testDir)
	if err != nil || set.Newest().Seq != 1 || len(problems) != 1 || problems[0].File != "/images/image-000002" {
		t.Errorf("Latest: %+v, %v, %v", set, problems, err)
	}
}

// An error of f ends the scan and comes back; so does the end of ctx.
func TestScanStops(t *testing.T) {
	mem, info := smallImage(t)
	im, err := OpenImage(mem, info.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer im.Close()
	enough := errors.New("enough")
	for _, workers := range []int{0, 1, 2, 100} {
		if err := im.Scan(ctx(), workers, func(int, durable.Record) error { return enough }); err != enough {
			t.Errorf("%d workers: %v", workers, err)
		}
	}
	c, cancel := context.WithCancel(ctx())
	n := 0
	err = im.Scan(c, 1, func(int, durable.Record) error { n++; cancel(); return nil })
	if !errors.Is(err, context.Canceled) || n == 0 || n >= int(im.Records()+im.Tombstones()) {
		t.Errorf("cancelled after %d records: %v", n, err)
	}
}
