package wal

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// commitOne commits a put of key under a log that only step moves, and makes it
// durable.
func commitOne(t *testing.T, l *Log, key uint64) {
	t.Helper()
	b := l.Worker(0)
	b.Begin()
	b.Put(0, key, []byte("value"))
	b.Commit(key << 16)
	step(t, l)
}

// keysOf returns the keys of a replay, in ascending order.
func keysOf(t *testing.T, fsys fs.FS, from, to uint64) ([]uint64, error) {
	t.Helper()
	var keys []uint64
	_, err := Replay(t.Context(), fsys, dir, from, to, 1, func(_ int, c Change) error {
		keys = append(keys, c.Key)
		return nil
	})
	slices.Sort(keys)
	return keys, err
}

// A session that goes on from a state above the end of the log refuses every
// reader that begins below that state, and no other.
func TestReplayBelowAfter(t *testing.T) {
	m := fstest.NewMem()
	l := manual(t, Options{FS: m, Workers: 1, Sync: true})
	commitOne(t, l, 1)
	l.Close()
	end := l.Durable()
	if got, err := End(m, dir); err != nil || got != end {
		t.Fatalf("the log ends at epoch %d, %v; want %d", got, err, end)
	}
	l = manual(t, Options{FS: m, Workers: 1, Sync: true, After: 60})
	commitOne(t, l, 2)
	l.Close()

	for _, from := range []uint64{0, end - 1, end, 59} {
		if keys, err := keysOf(t, m, from, 0); !isDamage(err) {
			t.Errorf("replay from epoch %d: keys %v, error %v", from, keys, err)
		}
		if _, err := OpenWindow(m, dir, from, l.Durable()); !isDamage(err) {
			t.Errorf("window from epoch %d: %v", from, err)
		}
		err := func() error {
			_, err := Follow(m, dir, from).Next(t.Context(), l.Durable(), 1, func(int, Change) error { return nil })
			return err
		}()
		if !isDamage(err) {
			t.Errorf("follower from epoch %d: %v", from, err)
		}
	}
	if keys, err := keysOf(t, m, 60, 0); err != nil || !slices.Equal(keys, []uint64{2}) {
		t.Errorf("replay from the state: keys %v, error %v", keys, err)
	}
	if keys, err := keysOf(t, m, 0, end); err != nil || !slices.Equal(keys, []uint64{1}) {
		t.Errorf("replay of the session before: keys %v, error %v", keys, err)
	}
	if info, err := Verify(t.Context(), m, dir); err != nil || info.From != 60 || info.Records != 1 {
		t.Errorf("verify: %+v, %v", info, err)
	}
	gaps, err := Gaps(m, dir)
	if err != nil || len(gaps) != 1 || gaps[0].After != end || gaps[0].Known != 60 || gaps[0].Until != 60 {
		t.Errorf("gaps %+v, %v", gaps, err)
	}
}

// An epoch that nothing goes on from keeps the log's numbers above it, and costs
// the readers nothing.
func TestReplayBelowAbove(t *testing.T) {
	m := fstest.NewMem()
	l := manual(t, Options{FS: m, Workers: 1, Sync: true})
	commitOne(t, l, 1)
	l.Close()
	l = manual(t, Options{FS: m, Workers: 1, Sync: true, After: 1, Above: 60})
	if l.Epoch() != 61 {
		t.Errorf("the session begins with epoch %d", l.Epoch())
	}
	commitOne(t, l, 2)
	l.Close()
	if keys, err := keysOf(t, m, 0, 0); err != nil || !slices.Equal(keys, []uint64{1, 2}) {
		t.Errorf("keys %v, error %v", keys, err)
	}
	gaps, err := Gaps(m, dir)
	if err != nil || len(gaps) != 1 || gaps[0].Until != 60 || gaps[0].Known != 0 {
		t.Errorf("gaps %+v, %v", gaps, err)
	}
}

// The state may stand below epochs that were torn: the two numbers are kept apart.
func TestStateBelowTornEpochs(t *testing.T) {
	h := header{loggers: 1, number: 3, session: 2, prev: 5, base: 20, known: 12, first: 21, before: 20, durable: 20}
	got, err := decodeHeader(h.encode())
	if err != nil || got != h {
		t.Errorf("%+v came back as %+v, %v", h, got, err)
	}
	h.known = 5 // nothing is lost, and the flag says that something is
	if _, err := decodeHeader(h.encode()); err == nil {
		t.Error("a gap without epochs was read")
	}
}

// Logs written before headers had a word about gaps are read as ever, and gone on
// with.
func TestVersion1(t *testing.T) {
	names, err := filepath.Glob("testdata/version1/log-*")
	if err != nil || len(names) != 6 {
		t.Fatal(names, err)
	}
	old := map[string][]byte{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		old[filepath.Base(name)] = b
	}
	m := disk(t, old)
	want := []uint64{0, 1, 10, 11, 20, 21}
	if keys, err := keysOf(t, m, 0, 0); err != nil || !slices.Equal(keys, want) {
		t.Fatalf("keys %v, error %v", keys, err)
	}
	if gaps, err := Gaps(m, dir); err != nil || len(gaps) != 1 || gaps[0].Known != 0 || gaps[0].Until != 60 {
		t.Errorf("gaps %+v, %v", gaps, err)
	}
	l := manual(t, Options{FS: m, Workers: 1, Sync: true})
	commitOne(t, l, 30)
	l.Close()
	if keys, err := keysOf(t, m, 0, 0); err != nil || !slices.Equal(keys, append(want, 30)) {
		t.Fatalf("gone on with: keys %v, error %v", keys, err)
	}
	for name, b := range files(t, m) {
		if o, ok := old[name]; ok && string(o) != string(b) {
			t.Errorf("%s was changed", name)
		}
	}
}

// Harden has an epoch on the disk whatever the mode, over the end of a segment,
// and reports a sync that failed, also one that came before it.
func TestHarden(t *testing.T) {
	for _, sync := range []bool{false, true} {
		m := fstest.NewMem()
		l := manual(t, Options{FS: m, Workers: 2, Loggers: 2, Sync: sync, SegmentBytes: 300})
		for i := range uint64(12) {
			w := l.Worker(int(i % 2))
			w.Begin()
			w.Put(0, i, []byte("value"))
			e := w.Commit((i + 1) << 16)
			step(t, l)
			if err := l.Harden(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			for seed := range uint64(20) {
				keys, err := keysOf(t, m.CrashClone(newRand(seed)), 0, 0)
				if err != nil || len(keys) < int(i)+1 {
					t.Fatalf("sync %t: after %d transactions a power cut leaves keys %v, error %v", sync, i+1, keys, err)
				}
			}
		}
		l.Close()
	}
}

// A sync that failed is not made good by the next, which finds nothing to write.
func TestHardenAfterFailedSync(t *testing.T) {
	m := fstest.NewMem()
	fail := false
	l := manual(t, Options{Workers: 1, FS: fstest.Hook(m, func(c fstest.Call) fstest.Outcome {
		if fail && c.Op == "sync" {
			fail = false
			return fstest.NoSpace()
		}
		return fstest.Outcome{}
	})})
	commitOne(t, l, 1)
	fail = true
	if err := l.Harden(t.Context(), l.Durable()); err == nil {
		t.Fatal("the failure was not reported")
	}
	if err := l.Harden(t.Context(), l.Durable()); err == nil || l.Err() == nil {
		t.Fatalf("a second attempt succeeded; the log's error is %v", l.Err())
	}
	if _, err := l.Note(context.Background(), 1, nil); err == nil {
		t.Error("the log goes on")
	}
	l.Close()
}
