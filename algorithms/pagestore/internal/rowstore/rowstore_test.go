package rowstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/pagestore/internal/btree"
	"ckptbench/algorithms/pagestore/internal/pages"
)

// newRow returns the row that Put and the others want for key and value.
func newRow(key uint64, value []byte) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, key), value...)
}

func newStore(t testing.TB, size, n int) *Store {
	t.Helper()
	m := new(arena.Meter)
	s, err := New(size, n, m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil || m.Used() != 0 {
			t.Errorf("closed: %v, %d bytes in use", err, m.Used())
		}
	})
	return s
}

// same returns an error unless the store has just the rows of want, and no row
// in its pages that the index does not name.
func (s *Store) same(want map[uint64][]byte) error {
	total := 0
	for key, row := range want {
		total += len(row)
		if got, found, err := s.Get(key, nil); err != nil || !found || !bytes.Equal(got, row) {
			return fmt.Errorf("key %d: %d bytes, %v, want %d: %w", key, len(got), found, len(row), err)
		}
	}
	if s.Len() != int64(len(want)) || s.rows.Count() != s.Len() || s.rows.Bytes() != int64(total) {
		return fmt.Errorf("%d keys, %d rows of %d bytes, want %d of %d", s.Len(), s.rows.Count(), s.rows.Bytes(),
			len(want), total)
	}
	return nil
}

var ways = []Way{Single, Invoking, Finding}

// random returns a row for a key with some bytes, often as many as before.
func random(rng *rand.Rand, key uint64) []byte {
	n := []int{0, 20, 20, 20, rng.IntN(200), rng.IntN(4000)}[rng.IntN(6)]
	value := bytes.Repeat([]byte{byte(rng.Uint32())}, n)
	return newRow(key, value)
}

func batchOf(rng *rand.Rand, n int, key func() uint64) [][]byte {
	rows := make([][]byte, n)
	for i := range rows {
		rows[i] = random(rng, key())
	}
	slices.SortStableFunc(rows, func(a, b []byte) int { return bytes.Compare(order(a), order(b)) })
	return rows
}

func order(row []byte) []byte {
	k := slices.Clone(row[:8])
	slices.Reverse(k)
	return k
}

// All three ways, and single puts and removals, do what a map does; duplicates in
// a batch come often.
func TestAgainstMap(t *testing.T) {
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 1))
		s := newStore(t, 1024<<(seed%3), 20_000)
		want := make(map[uint64][]byte)
		key := func() uint64 { return rng.Uint64N(500) }
		b := s.NewBatch()
		for step := range 300 {
			var err error
			if op := rng.IntN(6); op < 3 {
				rows := batchOf(rng, rng.IntN(100), key)
				err = b.Put(rows, ways[op])
				for _, row := range rows {
					want[Key(row)] = row
				}
			} else {
				err = one(s, want, rng, op, key())
			}
			if err == nil && step%20 == 0 {
				err = s.same(want)
			}
			if err != nil {
				t.Fatalf("seed %d, step %d: %v", seed, step, err)
			}
		}
		if err := s.same(want); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func one(s *Store, want map[uint64][]byte, rng *rand.Rand, op int, key uint64) error {
	_, there := want[key]
	switch op {
	case 3:
		row := random(rng, key)
		want[key] = row
		return s.Put(row)
	case 4:
		delete(want, key)
		found, err := s.Remove(key)
		if found != there {
			err = errors.Join(err, fmt.Errorf("removed %d: %v, want %v", key, found, there))
		}
		return err
	default:
		rows := batchOf(rng, 30, func() uint64 { return key + rng.Uint64N(40) })
		rows = slices.CompactFunc(rows, func(a, b []byte) bool { return Key(a) == Key(b) })
		fresh := 0
		for _, row := range rows {
			if _, ok := want[Key(row)]; !ok {
				want[Key(row)] = row
				fresh++
			}
		}
		n, err := s.NewBatch().Load(rows)
		if n != fresh {
			err = errors.Join(err, fmt.Errorf("%d rows loaded, want %d", n, fresh))
		}
		return err
	}
}

// A batch out of order, or with a row that has no key, is an error, and nothing
// is done; one of nothing is nothing.
func TestBatchShapes(t *testing.T) {
	s := newStore(t, 1024, 100)
	b := s.NewBatch()
	rows := [][]byte{newRow(1, nil), newRow(3, nil), newRow(2, nil)}
	for _, w := range ways {
		if err := b.Put(rows, w); !errors.Is(err, btree.ErrUnsorted) {
			t.Errorf("%v: %v", w, err)
		}
		if err := b.Put([][]byte{{1, 2, 3}}, w); !errors.Is(err, errShort) {
			t.Errorf("%v: %v", w, err)
		}
		if err := b.Put(nil, w); err != nil {
			t.Errorf("%v: %v", w, err)
		}
	}
	if _, err := b.Load(rows); !errors.Is(err, btree.ErrUnsorted) {
		t.Errorf("load: %v", err)
	}
	if err := s.Put([]byte{1}); !errors.Is(err, errShort) {
		t.Error(err)
	}
	if err := s.same(nil); err != nil {
		t.Error(err)
	}
}

// When memory ends, in the rows' pages or the index's, every row is reachable or
// gone, whichever way was taken, and what was there before is there still.
func TestFull(t *testing.T) {
	check := func(way Way, load bool, data, index int, size int) {
		t.Helper()
		s := newStore(t, 1024, 200)
		limit(t, s, data, index)
		rng := rand.New(rand.NewPCG(uint64(data), uint64(way)))
		key := func() uint64 { return rng.Uint64() }
		b := s.NewBatch()
		for n := 0; ; n++ {
			rows := batchOf(rng, 20, key)
			for i := range rows {
				rows[i] = newRow(Key(rows[i]), make([]byte, size))
			}
			var err error
			if load {
				_, err = b.Load(rows)
			} else {
				err = b.Put(rows, way)
			}
			if errors.Is(err, pages.ErrFull) {
				break
			}
			if err != nil || n > 10_000 {
				t.Fatalf("%v: batch %d: %v", way, n, err)
			}
		}
		lost, err := s.Reclaim()
		if err != nil || lost != 0 || s.rows.Count() != s.Len() || s.Len() == 0 {
			t.Errorf("%v: %d rows were lost, %v; %d rows, %d keys", way, lost, err, s.rows.Count(), s.Len())
		}
	}
	for _, w := range ways {
		check(w, false, 30, 200, 100)
		check(w, false, 90, 200, 3000)
		check(w, false, 200, 7, 0)
	}
	check(0, true, 30, 200, 100)
	check(0, true, 200, 7, 0)
}

// A row that finds no room leaves the one that was there, and the batch says so,
// though a row after it fits in place.
func TestFullKeepsOldRow(t *testing.T) {
	for _, way := range ways {
		s := newStore(t, 1024, 200)
		limit(t, s, 3, 200)
		old := newRow(1, bytes.Repeat([]byte{7}, 100))
		if err := errors.Join(s.Put(old), s.Put(newRow(2, make([]byte, 50)))); err != nil {
			t.Fatal(err)
		}
		rows := [][]byte{newRow(1, make([]byte, 5000)), newRow(2, bytes.Repeat([]byte{8}, 50))}
		if err := s.NewBatch().Put(rows, way); !errors.Is(err, pages.ErrFull) {
			t.Errorf("%v: %v, want %v", way, err, pages.ErrFull)
		}
		if row, found, err := s.Get(1, nil); err != nil || !found || !bytes.Equal(row, old) {
			t.Errorf("%v: key 1: %d bytes, %v, %v, want the old row", way, len(row), found, err)
		}
		if n, err := s.Reclaim(); n != 0 || err != nil || s.Len() != 2 {
			t.Errorf("%v: %d rows were lost, %v; %d keys", way, n, err, s.Len())
		}
	}
}

// limit leaves the store so many pages.
func limit(t *testing.T, s *Store, data, index int) {
	t.Helper()
	take := func(p *pages.Space, left int) {
		for p.Used()+uint32(left) < 200 {
			h, _, err := p.Alloc(pages.Index)
			if err != nil {
				t.Fatal(err)
			}
			h.Latch.Unlock()
		}
	}
	take(s.data, data)
	take(s.index, index)
}

// A row that was stored when its change ended, before the index named it, or that
// the index has forgotten, is reclaimed, and nothing else is.
func TestReclaim(t *testing.T) {
	s := newStore(t, 1024, 1000)
	rng := rand.New(rand.NewPCG(1, 1))
	want := make(map[uint64][]byte)
	for k := range uint64(300) {
		row := newRow(k, make([]byte, rng.IntN(3000)))
		if err := s.Put(row); err != nil {
			t.Fatal(err)
		}
		want[k] = row
	}
	lose := func(row []byte) {
		if _, err := s.rows.Insert(row); err != nil {
			t.Fatal(err)
		}
	}
	lose(want[7])                          // an update that ended in its middle
	lose(newRow(1000, make([]byte, 2500))) // an insert
	lose([]byte{1})                        // nobody's
	s.tree.Remove(9)                       // a removal
	delete(want, 9)
	if n, err := s.Reclaim(); n != 4 || err != nil {
		t.Errorf("%d rows reclaimed, want 4: %v", n, err)
	}
	if n, err := s.Reclaim(); n != 0 || err != nil {
		t.Errorf("again: %d rows reclaimed, want none: %v", n, err)
	}
	if err := s.same(want); err != nil {
		t.Error(err)
	}
}

// Workers put batches whose keys cross in all ways, and read rows: each row is
// whole and of its key, nobody waits for ever, and no row is lost.
func TestCrossingBatches(t *testing.T) {
	const workers, keys = 6, 200
	rounds := 60
	if testing.Short() {
		rounds = 15
	}
	s := newStore(t, 1024, 20_000)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 9))
			b := s.NewBatch()
			for r := 0; r < rounds && errs[w] == nil; r++ {
				errs[w] = cross(s, b, rng, w, keys)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	lost, err := s.Reclaim()
	if err != nil || lost != 0 || s.rows.Count() != s.Len() || s.Len() == 0 {
		t.Errorf("%d rows were lost, %v; %d rows, %d keys", lost, err, s.rows.Count(), s.Len())
	}
}

// cross puts a batch, loads one, and puts, reads and removes rows downwards.
func cross(s *Store, b *Batch, rng *rand.Rand, w, keys int) error {
	key := func() uint64 { return rng.Uint64N(uint64(keys)) }
	if err := b.Put(batchOf(rng, 40, key), ways[(w+rng.IntN(2))%3]); err != nil {
		return err
	}
	if _, err := b.Load(batchOf(rng, 20, key)); err != nil {
		return err
	}
	for k := keys - 1; k >= 0; k -= 1 + rng.IntN(20) {
		row, found, err := s.Get(uint64(k), nil)
		if err != nil || found && (Key(row) != uint64(k) || !uniform(row[8:])) {
			return fmt.Errorf("key %d: %d bytes, torn or another's: %w", k, len(row), err)
		}
		if rng.IntN(3) == 0 {
			_, err = s.Remove(uint64(k))
		} else {
			err = s.Put(random(rng, uint64(k)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func uniform(b []byte) bool {
	for i := range b {
		if b[i] != b[0] {
			return false
		}
	}
	return true
}

// Reads and updates in place allocate nothing, in any way.
func TestAllocations(t *testing.T) {
	s := newStore(t, 4096, 1000)
	var rows [][]byte
	for k := range uint64(100) {
		rows = append(rows, newRow(k, make([]byte, 100)))
	}
	b := s.NewBatch()
	dst := make([]byte, 0, 200)
	for _, w := range ways {
		if err := b.Put(rows, w); err != nil {
			t.Fatal(err)
		}
		n := testing.AllocsPerRun(50, func() {
			_ = b.Put(rows, w)
			_, _, _ = s.Get(7, dst)
		})
		if n != 0 {
			t.Errorf("%v: %v allocations, want 0", w, n)
		}
	}
}
