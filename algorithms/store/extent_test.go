package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
)

// copier takes images from a copy of the memory, in extents of some size.
type copier struct {
	plain
	size  int
	spoil func(copy []byte) // what becomes of the copy before it is read
}

func (c *copier) Checkpoint(ctx context.Context, w *Image) (Point, error) {
	xs := w.e.Extents(c.size)
	var all []byte
	for _, x := range xs {
		keys, slots := x.Memory()
		all = append(append(all, keys...), slots...)
	}
	c.spoil(all)
	copy := bytes.NewReader(all)
	err := w.e.ScanCopy(ctx, w, xs, func(p []byte) error {
		_, err := io.ReadFull(copy, p)
		return err
	})
	if err == nil && copy.Len() > 0 {
		err = errors.New("not all of the copy was read")
	}
	return Point{Kind: "test"}, err
}

// filled opens a store of some records of all lengths, deleted ones among them.
func filled(t *testing.T, streams int, a Algorithm) *Store {
	t.Helper()
	s := openTest(t, func(o *Options) {
		o.Images.Streams = streams
		o.New = func(*Env) (Algorithm, error) { return a, nil }
		o.Tables = []TableSpec{
			{Name: "dense", ValueSize: 30, Capacity: 3000}, {Name: "none", ValueSize: 8},
			{Name: "hash", ValueSize: 300, Capacity: 500, Hash: true}, {Name: "empty", ValueSize: 8, Capacity: 5, Hash: true},
		}
	})
	for i := range uint64(400) {
		acc := append(rw(i*i%2500), Access{Table: 2, Key: 1<<50 + i%300, Mode: Exclusive})
		do(t, s.Worker(0), acc, func(tx *Txn) {
			tx.Write(0, Whole, make([]byte, i%31))
			if i%7 == 3 {
				tx.Delete(1)
			} else {
				tx.Write(1, Whole, bytes.Repeat([]byte{byte(i)}, int(i%301)))
			}
		})
	}
	return s
}

// An image made of a copy, cut anyhow and read by any number of streams, holds
// what one made of the records holds.
func TestScanCopy(t *testing.T) {
	want, err := filled(t, 1, plain{}).Checkpoint(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 1, 1000, 4096, 1 << 20} {
		for _, streams := range []int{1, 3} {
			s := filled(t, streams, &copier{size: size, spoil: func([]byte) {}})
			got, err := s.Checkpoint(context.Background())
			if err != nil || got.Image.Digest != want.Image.Digest || got.Image.Records != want.Image.Records ||
				got.Image.Tombstones != want.Image.Tombstones {
				t.Errorf("extents of %d bytes, %d streams: %v; %d records and %d tombstones, digest %x; want %d, %d, %x", size,
					streams, err,
					got.Image.Records, got.Image.Tombstones, got.Image.Digest, want.Image.Records, want.Image.Tombstones,
					want.Image.Digest)
			}
		}
	}
}

// A copy that is no copy of slots is refused, and nothing beyond it is read.
func TestScanCopyOfNoise(t *testing.T) {
	a := &copier{size: 1000, spoil: func(p []byte) {
		binary.LittleEndian.PutUint32(p[24:], 32) // the length of slot 0, plus one
	}}
	s := filled(t, 2, a)
	_, err := s.Checkpoint(context.Background())
	if err == nil || !strings.Contains(err.Error(), `"dense", slot 0: a value of 31 bytes, the table allows 30`) {
		t.Errorf("%v; want that slot 0 is too long", err)
	}
}

// A read that fails ends the scan, whatever the other streams are at.
func TestScanCopyFails(t *testing.T) {
	want := errors.New("no more")
	s := filled(t, 3, &failing{err: want})
	if _, err := s.Checkpoint(context.Background()); !errors.Is(err, want) {
		t.Errorf("%v, want %v", err, want)
	}
}

// failing reads three extents.
type failing struct {
	plain
	err error
}

func (f *failing) Checkpoint(ctx context.Context, w *Image) (Point, error) {
	left := 3
	err := w.e.ScanCopy(ctx, w, w.e.Extents(1000), func(p []byte) error {
		if left--; left < 0 {
			return f.err
		}
		clear(p)
		return nil
	})
	return Point{Kind: "test"}, err
}
