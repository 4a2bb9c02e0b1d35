package wal

import (
	"bytes"
	"context"
	"testing"

	"ckptbench/algorithms/internal/fs/fstest"
)

// Frames of every length come back whole wherever in the ring they begin: written
// in place, moved away in the middle of a transaction as the ring's end or the
// logger's head is met, around the end, and longer than the ring. What was
// aborted leaves nothing.
func TestFramesAroundTheRing(t *testing.T) {
	m := fstest.NewMem()
	l := manual(t, Options{FS: m, Workers: 1})
	b := l.Worker(0)
	var want [][]byte
	value := func(n int) []byte { return bytes.Repeat([]byte{byte(len(want)), byte(n)}, n)[:n] }
	for n := range 700 {
		b.Begin()
		b.Put(0, 1<<40, value(n))
		if n%3 == 0 {
			b.Abort()
		}
		size := n * n % 1500
		if n%100 == 99 {
			size = 9000 // more than there is of the ring
		}
		for part := range 1 + n%3 {
			want = append(want, value(size>>part))
			b.Put(n%200, uint64(len(want)-1), want[len(want)-1])
		}
		b.Commit(uint64(n + 1))
		if n%2 == 0 || size > 1000 {
			l.loggers[0].wake()
			for b.head.Load() < b.tail {
				step(t, l)
			}
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	got, sure := make([][]byte, len(want)), 0
	info, err := Replay(context.Background(), m, dir, 0, 0, 1, func(_ int, c Change) error {
		if c.Key == 1<<40 {
			sure++
			return nil
		}
		got[c.Key] = bytes.Clone(c.Value)
		return nil
	})
	if err != nil || info.Records != 700 || sure != 466 {
		t.Fatalf("%d transactions and %d of the first changes, error %v; want 700 and 466", info.Records, sure, err)
	}
	for i := range want {
		if !bytes.Equal(got[i], want[i]) {
			t.Fatalf("change %d: %d bytes %x, want %d bytes %x", i, len(got[i]), got[i], len(want[i]), want[i])
		}
	}
}
