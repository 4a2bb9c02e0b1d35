package wal

import (
	"bytes"
	"context"
	"encoding/binary"
	"testing"

	"ckptbench/algorithms/internal/fs/fstest"
)

func FuzzHeader(f *testing.F) {
	for _, h := range []header{
		{loggers: 1, number: 1, session: 1, first: 1},
		{sync: true, logger: 2, loggers: 3, number: 9, session: 4, part: 2, prev: 5, base: 6, first: 9, before: 9,
			durable: 8},
		{loggers: 0, session: 1, first: 1},
		{loggers: maxLoggers + 1, session: 1, first: 1},
	} {
		f.Add(h.encode())
	}
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := decodeHeader(b)
		if err != nil {
			return
		}
		if !bytes.Equal(h.encode(), b[:segHeader]) {
			t.Fatalf("%+v does not encode to what it was decoded from", h)
		}
		if logger, number, ok := parseName(h.name()); !ok || logger != h.logger || number != h.number {
			t.Fatalf("name %s of %+v", h.name(), h)
		}
	})
}

func FuzzChanges(f *testing.F) {
	f.Add(appendSet(appendPut(appendKey(nil, KindDelete, 300, 7), 0, 8, []byte("value")), 1, 9, 1000, []byte("field")))
	f.Add(appendPut(nil, 1<<31-1, 1<<64-1, nil))
	f.Add([]byte("\x02\x00abcdefgh\xff\xff\xff\xff\x07"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for left := len(b); len(b) > 0; left = len(b) {
			c, rest, err := nextChange(b)
			if err != nil {
				return
			}
			if len(rest) >= left || len(c.Value) > left || c.Table < 0 || c.Off < 0 {
				t.Fatalf("%d bytes: %+v and %d more", left, c, len(rest))
			}
			var again []byte
			switch c.Kind {
			case KindSet:
				again = appendSet(nil, c.Table, c.Key, c.Off, c.Value)
			case KindPut:
				again = appendPut(nil, c.Table, c.Key, c.Value)
			default:
				again = appendKey(nil, c.Kind, c.Table, c.Key)
			}
			d, _, err := nextChange(again)
			if err != nil || d.Kind != c.Kind || d.Table != c.Table || d.Key != c.Key || d.Off != c.Off ||
				!bytes.Equal(d.Value, c.Value) {
				t.Fatalf("%+v became %+v, %v", c, d, err)
			}
			b = rest
		}
	})
}

// FuzzSegment replays a segment with any frames behind a good header, their
// checksums mended so that the fuzzer gets beyond them.
func FuzzSegment(f *testing.F) {
	frames := func(kinds ...byte) []byte {
		var out []byte
		for i, k := range kinds {
			b := make([]byte, frameHeader)
			if k == frameChanges {
				b = appendPut(b, 1, 2, []byte("12345")) // 16 bytes with its head
			}
			if k == frameNote {
				b = append(b, 1, 1, 0, 0, 0, 0, 0, 0)
			}
			b = append(b, make([]byte, -len(b)&7)...)
			seal(b, seed(1, 0), k, 0, uint64(i+1), uint64(i))
			out = append(out, b...)
		}
		return out
	}
	f.Add(frames(frameChanges, frameMark, frameNote, frameMark, frameChanges, frameMark, frameEnd), true)
	f.Add(frames(frameMark, frameMark, frameChanges), false)
	f.Add(frames(frameEnd, frameMark), false)
	f.Add([]byte("\x00\x00\x00\x00\xf8\xff\xff\x3f\x01 a length beyond the end of the file"), true)
	f.Fuzz(func(t *testing.T, b []byte, mend bool) {
		b = bytes.Clone(b)
		for rest := b; mend && len(rest) >= frameHeader; {
			n, err := frameLen(rest)
			if err != nil || n > len(rest) {
				break
			}
			fr := rest[:n]
			epoch, stamp := binary.LittleEndian.Uint64(fr[16:]), binary.LittleEndian.Uint64(fr[24:])
			seal(fr, seed(1, 0), fr[8]&7, int(fr[9]&15), epoch, stamp)
			rest = rest[n:]
		}
		for _, sync := range []bool{true, false} {
			h := header{sync: sync, loggers: 1, number: 1, session: 1, first: 1}
			m := disk(t, map[string][]byte{h.name(): append(h.encode(), b...)})
			replayAny(t, m)
		}
	})
}

func replayAny(t *testing.T, m *fstest.Mem) {
	info, err := Replay(context.Background(), m, dir, 0, 0, 2, func(p int, c Change) error {
		if p < 0 || p > 1 || c.Epoch == 0 {
			t.Errorf("part %d: %+v", p, c)
		}
		return nil
	})
	l, openErr := Open(Options{Dir: dir, FS: m, Workers: 1, RingBytes: 256, SegmentBytes: 4096})
	if openErr != nil {
		if err == nil {
			t.Fatalf("replayed, but: %v", openErr)
		}
		return
	}
	defer l.Close()
	if err == nil && l.Durable() < info.Durable {
		t.Fatalf("goes on at %d after %d", l.Durable(), info.Durable)
	}
}
