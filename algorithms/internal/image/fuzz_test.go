package image

import (
	"bytes"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// The seeds are a real image and manifest, whole and cut.
func seedImage(f *testing.F) []byte {
	mem, _ := smallImage(f)
	return content(f, mem, "image-000001")
}

func FuzzHeader(f *testing.F) {
	b := seedImage(f)
	f.Add(b[:100])
	f.Add(bytes.TrimRight(b[:headerSize-4], "\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if _, err := decodeHeader("f", in[:min(len(in), headerSize-1)]); err == nil {
			t.Fatal("a header cut short is taken")
		}
		// The fuzzer gets past the padding and the checksum.
		b := make([]byte, headerSize)
		copy(b[:headerSize-4], in)
		le.PutUint32(b[headerSize-4:], durable.Checksum(b[:headerSize-4]))
		h, err := decodeHeader("f", b)
		if err != nil {
			mustBeDamage(t, err, "header")
			return
		}
		again := make([]byte, headerSize)
		h.encode(again)
		if !bytes.Equal(again, b) {
			t.Fatal("a header is read that would be written otherwise")
		}
	})
}

func FuzzFooter(f *testing.F) {
	b := seedImage(f)
	head, _ := decodeHeader("f", b)
	foot := b[len(b)-fs.Align : len(b)-trailerSize]
	f.Add(bytes.TrimRight(foot, "\x00"), int64(len(b)-fs.Align), int64(len(b)))
	f.Add(foot[:footerFixed], int64(headerSize), int64(headerSize+fs.Align))
	f.Fuzz(func(t *testing.T, foot []byte, at, size int64) {
		// The fuzzer gets past the padding and the checksums.
		b := make([]byte, footerLen(0, 0)*(1+int64(len(foot))/fs.Align))
		copy(b[:len(b)-trailerSize], foot)
		body, tail := b[:len(b)-trailerSize], b[len(b)-trailerSize:]
		encodeTrailer(tail, at, size, durable.Checksum(body))
		tr, err := decodeTrailer("f", tail, size)
		if err != nil {
			mustBeDamage(t, err, "trailer")
			return
		}
		if size-tr.footer != int64(len(b)) {
			return
		}
		got, err := decodeFooter("f", body, tr, head)
		if err != nil {
			mustBeDamage(t, err, "footer")
			return
		}
		if again, _ := got.encode(tr.footer); !bytes.Equal(again, b) {
			t.Fatal("a footer is read that would be written otherwise")
		}
	})
}

func FuzzBlock(f *testing.F) {
	b := seedImage(f)
	tables := testTables
	f.Add(b[fs.Align : 2*fs.Align])
	f.Add(b[fs.Align : fs.Align+blockHeader])
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < blockHeader+blockTrailer {
			if _, err := decodeBlock("f", 0, blockRef{}, 1, b); err == nil {
				t.Fatal("taken")
			}
			return
		}
		b = bytes.Clone(b)
		end := len(b) - blockTrailer
		crc := durable.Checksum(b[:end])
		le.PutUint32(b[end:], crc)
		ref := blockRef{
			offset: int64(le.Uint64(b[32:])), length: len(b), crc: crc,
			records: le.Uint32(b[16:]), dead: le.Uint32(b[20:]),
		}
		payload, err := decodeBlock("f", 0, ref, le.Uint64(b[24:]), b)
		if err != nil {
			mustBeDamage(t, err, "block")
			return
		}
		c, size := cursor{file: "f", tables: tables, b: payload}, 0
		for c.next() {
			size += recordHeader + len(c.rec.Value)
			if len(c.rec.Value) > tables[c.rec.Table].ValueSize {
				t.Fatal("a value larger than the table allows")
			}
		}
		if c.err != nil {
			mustBeDamage(t, c.err, "record")
		} else if size != len(payload) {
			t.Fatalf("records of %d bytes in a payload of %d", size, len(payload))
		}
	})
}

func FuzzManifest(f *testing.F) {
	m := manifest{number: 3,
		images: []entry{{seq: 2, base: 1, size: 9, crc: 7, point: Point{Kind: "epoch", Seq: 5}}, {seq: 1, size: 8192}}}
	f.Add(m.encode())
	f.Add([]byte(manifestTitle))
	f.Fuzz(func(t *testing.T, b []byte) {
		if at := len(b) - len("crc 01234567\n"); at > 0 {
			b = durable.SealText(bytes.Clone(b[:at]))
		}
		m, err := decodeManifest("f", b)
		if err != nil {
			mustBeDamage(t, err, "manifest")
		} else if !bytes.Equal(m.encode(), b) {
			t.Fatal("a manifest is read that would be written otherwise")
		}
	})
}

// FuzzImage reads whole files.
func FuzzImage(f *testing.F) {
	b := seedImage(f)
	f.Add(b)
	f.Add(b[:2*fs.Align])
	f.Fuzz(func(t *testing.T, b []byte) {
		mem := fstest.NewMem()
		if err := mem.MkdirAll(testDir); err != nil {
			t.Fatal(err)
		}
		overwrite(t, mem, "image-000001", b)
		if _, err := scanAll(mem, testDir+"/image-000001", 2); err != nil {
			mustBeDamage(t, err, "image")
		}
		if _, err := Verify(mem, testDir); err != nil {
			t.Fatal(err)
		}
	})
}
