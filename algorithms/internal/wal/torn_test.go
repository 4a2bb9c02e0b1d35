package wal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs/fstest"
)

// small writes a log of n epochs and returns it as it is on disk, not closed,
// with its durable epoch; then closed.
func small(t *testing.T, r *rig, o Options, n int) (open map[string][]byte, durable uint64, closed map[string][]byte) {
	t.Helper()
	m := fstest.NewMem()
	o.FS, o.Workers = m, 3
	l := manual(t, o)
	rng := rand.New(rand.NewPCG(5, 6))
	for range n {
		for w := range 3 {
			r.txn(l.Worker(w), w, rng)
		}
		step(t, l)
	}
	open, durable = files(t, m), l.Durable()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return open, durable, files(t, m)
}

// The last segment of one logger is cut off at every byte: what is left counts
// up to its last mark, and a new session goes on from there.
func TestTornTail(t *testing.T) {
	for _, sync := range []bool{true, false} {
		r := newRig(6)
		open, durable, _ := small(t, r, Options{Sync: sync, SegmentBytes: 1300}, 7)
		names := slices.Sorted(maps.Keys(open))
		last := names[len(names)-1]
		whole := open[last]
		if len(names) < 2 {
			t.Fatal("only one segment")
		}
		ends := map[uint64]bool{}
		for n := 0; n <= len(whole); n++ {
			open[last] = whole[:n]
			info, err := r.check(disk(t, open), 0, 0, 0)
			if err != nil {
				t.Fatalf("%d of %d bytes: %v", n, len(whole), err)
			}
			ends[info.Durable] = true
			if n%16 == 0 {
				goOn(t, r, open, info.Durable)
			}
		}
		if !ends[durable] || len(ends) < 2 {
			t.Fatalf("the cuts were %v, durable was %d", ends, durable)
		}
	}
}

// goOn opens the files and demands that the log is the one up to epoch d and
// what is added.
func goOn(t *testing.T, r *rig, open map[string][]byte, d uint64) {
	t.Helper()
	m, r := disk(t, open), r.copy()
	r.crash(d)
	l := manual(t, Options{FS: m, Workers: 1, Loggers: 2, Sync: true, SegmentBytes: 4096})
	e := r.txn(l.Worker(0), 0, rand.New(rand.NewPCG(1, 1)))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.check(m, 0, 0, e); err != nil {
		t.Fatalf("going on after epoch %d: %v", d, err)
	}
	for name, b := range files(t, m) {
		if old, ok := open[name]; ok && string(old) != string(b) {
			t.Fatalf("file %s was changed", name)
		}
	}
}

// Every byte of a closed log is changed in turn: this is damage, unless it is
// the end frame that confirms the log, without which all is still there.
func TestFlipClosed(t *testing.T) {
	for loggers := 1; loggers <= 2; loggers++ {
		for _, sync := range []bool{true, false} {
			r := newRig(6)
			_, end, closed := small(t, r, Options{Sync: sync, Loggers: loggers, SegmentBytes: 700}, 5)
			lastOf := map[int]string{}
			for _, name := range slices.Sorted(maps.Keys(closed)) {
				logger, _, _ := parseName(name)
				lastOf[logger] = name
			}
			for name, b := range closed {
				logger, _, _ := parseName(name)
				for i := range b {
					b[i] ^= 1 << (i % 8)
					_, err := r.check(disk(t, closed), 0, 0, end)
					seal := lastOf[logger] == name && i >= len(b)-frameHeader
					if seal && err != nil || !seal && !isDamage(err) {
						t.Fatalf("loggers %d, sync %v: byte %d of %d of %s: %v", loggers, sync, i, len(b), name, err)
					}
					var d *durable.Damage
					if errors.As(err, &d) && (d.File != dir+"/"+name || d.Offset > int64(i)) {
						t.Fatalf("byte %d of %s: damage is reported as %v", i, name, err)
					}
					b[i] ^= 1 << (i % 8)
				}
			}
		}
	}
}

// The same after a crash, when only the marks can tell: what is announced in
// any mark is there or damaged; what comes behind may be cut.
func TestFlipCrashed(t *testing.T) {
	for loggers := 1; loggers <= 2; loggers++ {
		r := newRig(6)
		open, durable, _ := small(t, r, Options{Sync: true, Loggers: loggers, SegmentBytes: 900}, 5)
		confirmed := durable - 1 // the last mark tells of the epoch before
		damaged, cut := 0, 0
		for name, b := range open {
			end := len(b)
			for end > 0 && b[end-1] == 0 {
				end--
			}
			for i := range b[:end] {
				b[i] ^= 1 << (i % 8)
				info, err := r.check(disk(t, open), 0, 0, confirmed)
				switch {
				case isDamage(err):
					damaged++
				case err != nil:
					t.Fatalf("loggers %d: byte %d of %s: %v", loggers, i, name, err)
				case info.Durable < durable:
					cut++
				}
				b[i] ^= 1 << (i % 8)
			}
		}
		if damaged == 0 || cut == 0 {
			t.Fatalf("loggers %d: %d damaged, %d cut", loggers, damaged, cut)
		}
	}
}

// A file that is gone is missed, whichever it is, unless it is the last one of
// the only logger, which nothing speaks of.
func TestMissingFile(t *testing.T) {
	r := newRig(6)
	_, durable, closed := small(t, r, Options{Sync: true, Loggers: 2, SegmentBytes: 700}, 6)
	if len(closed) < 4 {
		t.Fatalf("%d files", len(closed))
	}
	for name := range closed {
		without := maps.Clone(closed)
		delete(without, name)
		if _, err := r.check(disk(t, without), 0, 0, durable); !isDamage(err) {
			t.Errorf("without %s: %v", name, err)
		}
		without["log-7-00000001x"] = []byte("not ours")
		without[name] = nil // emptied
		if _, err := r.check(disk(t, without), 0, 0, durable); !isDamage(err) {
			t.Errorf("with %s emptied: %v", name, err)
		}
	}
	for from, to := range map[string]string{"log-0-00000001": "log-0-00000099", "log-1-00000001": "log-0-00000001"} {
		moved := maps.Clone(closed)
		moved[to] = closed[from]
		if _, err := r.check(disk(t, moved), 0, 0, durable); !isDamage(err) {
			t.Errorf("%s under the name %s: %v", from, to, err)
		}
	}
}

// Damage in an earlier session is told by the later one, which noted the cut.
func TestDamageInEarlierSession(t *testing.T) {
	r := newRig(6)
	open, _, _ := small(t, r, Options{}, 3) // async, not closed: nothing vouches for it
	m := disk(t, open)
	l := manual(t, Options{FS: m, Workers: 1})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	all := files(t, m)
	for i := range open["log-0-00000001"] {
		all["log-0-00000001"][i] ^= 4
		if _, err := r.check(disk(t, all), 0, 0, 0); !isDamage(err) {
			t.Fatalf("byte %d: %v", i, err)
		}
		if _, err := r.check(disk(t, all), l.Durable(), 0, 0); i >= segHeader && err != nil {
			t.Fatalf("byte %d of what is not needed: %v", i, err)
		}
		all["log-0-00000001"][i] ^= 4
	}
}

// A cut of written but unsynced bytes is not silent.
func TestAsyncCutIsTold(t *testing.T) {
	r := newRig(6)
	open, durable, _ := small(t, r, Options{}, 4)
	b := open["log-0-00000001"]
	for _, hurt := range []func(p []byte){func(p []byte) { p[0] ^= 1 }, func(p []byte) { clear(p) }} {
		at := segHeader + int(binary.LittleEndian.Uint32(b[segHeader+4:])) // the second frame
		saved := slices.Clone(b)
		hurt(b[at : at+100])
		info, err := r.check(disk(t, open), 0, 0, 0)
		if err != nil || len(info.Cuts) != 1 || info.Cuts[0].Offset != int64(at) || info.Durable >= durable {
			t.Fatalf("%+v %v", info, err)
		}
		copy(b, saved)
	}
}

// Well-formed frames with malformed bodies are damage, not a panic.
func TestMalformedBody(t *testing.T) {
	r := newRig(6)
	_, _, closed := small(t, r, Options{Sync: true}, 2)
	b := closed["log-0-00000001"]
	n := int(binary.LittleEndian.Uint32(b[segHeader+4:]))
	fr := b[segHeader : segHeader+n]
	epoch := binary.LittleEndian.Uint64(fr[16:])
	for _, body := range []string{"\x09", "\x01", "\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		"\x02\x00abcdefgh\xff\x7f"} {
		clear(fr[frameHeader:])
		copy(fr[frameHeader:], body)
		seal(fr, seed(1, 0), frameChanges, 0, epoch, 1)
		if _, err := r.check(disk(t, closed), 0, 0, 0); !isDamage(err) {
			t.Errorf("body %q: %v", body, err)
		}
	}
	seal(fr, seed(1, 0), frameNote, 0, epoch, 1)
	if _, err := r.check(disk(t, closed), 0, 0, 0); !isDamage(err) {
		t.Error(fmt.Errorf("note: %w", err))
	}
}
