package wal

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"ckptbench/algorithms/internal/fs/fstest"
)

// The epoch of a note stays open until its last chunk is in.
func TestNoteHoldsItsEpoch(t *testing.T) {
	m := fstest.NewMem()
	var l *Log
	first := uint64(0)
	ticked := make(chan bool, 1)
	early := false
	once := sync.Once{}
	hooked := fstest.Hook(m, func(c fstest.Call) fstest.Outcome {
		if c.Op == "write" && c.Off > 0 && c.Len > 64 {
			once.Do(func() { go func() { ticked <- l.tick(l.stop) }() })
			for i := 0; i < 100 || l.Epoch() == first; i++ {
				runtime.Gosched()
			}
			early = early || l.closed.Load() >= first && l.notes.hold.Load() != 0
		}
		return fstest.Outcome{}
	})
	l = manual(t, Options{FS: hooked, Workers: 1, RingBytes: 4096, SegmentBytes: 4096})
	first = l.Epoch()
	e, err := l.Note(t.Context(), 1, make([]byte, 100_000))
	if err != nil || e != first || !<-ticked {
		t.Fatal(e, err)
	}
	if err := l.Close(); err != nil || early {
		t.Fatalf("epoch %d was closed under a note; %v", e, err)
	}
	if info, err := Replay(t.Context(), m, dir, 0, 0, 1, nil); err != nil || len(info.Notes) != 1 ||
		len(info.Notes[0].Data) != 100_000 {
		t.Fatal(len(info.Notes), err)
	}
}

func TestNotes(t *testing.T) {
	m := fstest.NewMem()
	l := manual(t, Options{FS: m, Workers: 1, Loggers: 2, RingBytes: 4096, SegmentBytes: 1 << 20})
	want := [][]byte{nil, []byte("one"), bytes.Repeat([]byte("large "), 100_000), make([]byte, 1024)}
	epochs := []uint64{}
	for i, data := range want {
		e, err := l.Note(t.Context(), byte(i), data)
		if err != nil {
			t.Fatal(err)
		}
		epochs = append(epochs, e)
		step(t, l)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Note(ctx, 9, want[2]); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Note(t.Context(), 9, nil); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	for from := range epochs {
		info, err := Replay(t.Context(), m, dir, epochs[from]-1, 0, 1, nil)
		if err != nil || len(info.Notes) != len(want)-from {
			t.Fatal(len(info.Notes), err)
		}
		for i, n := range info.Notes {
			if i += from; n.Kind != byte(i) || n.Epoch != epochs[i] || !bytes.Equal(n.Data, want[i]) {
				t.Fatalf("note %d: kind %d, epoch %d, %d bytes", i, n.Kind, n.Epoch, len(n.Data))
			}
		}
	}
}

// A note that its context cuts short in the middle leaves no trace in a replay.
func TestNoteCutShort(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := fstest.NewMem()
	hooked := fstest.Hook(m, func(c fstest.Call) fstest.Outcome {
		if c.Op == "write" && c.Off > 0 {
			cancel()
		}
		return fstest.Outcome{}
	})
	l := manual(t, Options{FS: hooked, Workers: 1, RingBytes: 4096})
	if _, err := l.Note(ctx, 1, make([]byte, 4<<20)); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := l.Note(t.Context(), 2, []byte("whole")); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := Replay(t.Context(), m, dir, 0, 0, 1, nil)
	if err != nil || len(info.Notes) != 1 || info.Notes[0].Kind != 2 {
		t.Fatal(info.Notes, err)
	}
}
