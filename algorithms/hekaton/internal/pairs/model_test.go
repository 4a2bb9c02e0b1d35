package pairs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/wal"
)

const dir = "db/pairs"

// A model is what the pairs should hold.
type model map[id]durable.Record

func (m model) apply(c wal.Change) {
	r := m[id{c.Table, c.Key}]
	v := bytes.Clone(r.Value)
	switch c.Kind {
	case wal.KindDelete:
		v = nil
	case wal.KindPut:
		v = bytes.Clone(c.Value)
	default:
		v = append(v, make([]byte, max(0, c.Off+len(c.Value)-len(v)))...)
		copy(v[c.Off:], c.Value)
	}
	m[id{c.Table, c.Key}] = durable.Record{Table: c.Table, Key: c.Key, Stamp: c.Stamp, Absent: c.Kind == wal.KindDelete,
		Value: v}
}

// differs says where two models differ, or nothing.
func (m model) differs(o model) string {
	if len(m) != len(o) {
		return fmt.Sprintf("%d records, want %d", len(m), len(o))
	}
	for k, a := range m {
		if b, ok := o[k]; !ok || a.Stamp != b.Stamp || a.Absent != b.Absent || !bytes.Equal(a.Value, b.Value) {
			return fmt.Sprintf("key %d of table %d is %v, want %v", k.key, k.table, a, b)
		}
	}
	return ""
}

// add notes a row that is handed over, which no other may have been before.
func (m model) add(r durable.Record) error {
	k := id{r.Table, r.Key}
	if _, ok := m[k]; ok {
		return fmt.Errorf("key %d of table %d is there twice", r.Key, r.Table)
	}
	r.Value = bytes.Clone(r.Value)
	m[k] = r
	return nil
}

// A history makes changes as a log would have them.
type history struct {
	rng   *rand.Rand
	keys  uint64
	stamp uint64
}

func (h *history) next() wal.Change {
	h.stamp += 1 + h.rng.Uint64N(3)
	c := wal.Change{Stamp: h.stamp, Table: h.rng.IntN(2), Key: h.rng.Uint64N(h.keys), Kind: wal.KindSet}
	if h.rng.IntN(2) == 0 {
		c.Key = h.rng.Uint64N(min(h.keys, 3)) // some are written again and again
	}
	switch h.rng.IntN(6) {
	case 0:
		c.Kind = wal.KindDelete
		return c
	case 1, 2:
		c.Kind = wal.KindPut
	default:
		c.Off = h.rng.IntN(20)
	}
	c.Value = make([]byte, h.rng.IntN(24))
	for i := range c.Value {
		c.Value[i] = byte(h.rng.Uint32())
	}
	return c
}

// small has files and blocks of a few rows.
func small(fsys fs.FS, rng *rand.Rand) Options {
	return Options{
		Dir: dir, FS: fsys, Target: 200 + rng.Int64N(3000), BlockBytes: 40 + rng.IntN(400),
		Window: 200 + rng.IntN(4000), MaxValue: 64,
	}
}

// load loads the pairs; none, of epoch 0, where none were ever published.
func load(fsys fs.FS, parallel int, f func(worker int, r durable.Record) error) (uint64, error) {
	s, err := Find(fsys, dir)
	switch {
	case errors.Is(err, ErrNone):
		return 0, nil
	case err != nil:
		return 0, err
	}
	return s.Epoch(), s.Load(context.Background(), parallel, f)
}

func loaded(t testing.TB, fsys fs.FS) (model, uint64) {
	t.Helper()
	ms := []model{{}, {}, {}}
	epoch, err := load(fsys, len(ms), func(w int, r durable.Record) error { return ms[w].add(r) })
	if err != nil {
		t.Fatal(err)
	}
	all := model{}
	for _, m := range ms {
		for _, r := range m {
			if err := all.add(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all, epoch
}

// must is for what cannot fail here.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Any sequence of windows, merges and openings gives the state that the changes
// give, whatever the sizes; and what Scan hands over is what Load does.
func TestModel(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var merges int
	for round := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, round))
		mem, want := fstest.NewMem(), model{}
		h := history{rng: rng, keys: 1 + rng.Uint64N(60)}
		s, err := Open(small(mem, rng))
		must(t, err)
		for epoch := uint64(1); epoch < 12; epoch++ {
			for range rng.IntN(200) {
				c := h.next()
				want.apply(c)
				must(t, s.Apply(context.Background(), c))
			}
			before := s.last
			must(t, s.Publish(context.Background(), epoch))
			merges += int(s.last - before)
			got, at := loaded(t, mem)
			if d := got.differs(want); d != "" || at != epoch || s.Epoch() != epoch {
				t.Fatalf("round %d, epoch %d: loaded at %d: %s", round, epoch, at, d)
			}
			scanned := model{}
			for i := range s.Pairs() {
				must(t, s.Scan(context.Background(), i, scanned.add))
			}
			if d := scanned.differs(want); d != "" {
				t.Fatalf("round %d, epoch %d: scanned: %s", round, epoch, d)
			}
			if rng.IntN(3) == 0 {
				s.Close()
				s, err = Open(small(mem, rng))
				must(t, err)
			}
		}
		s.Close()
	}
	if merges == 0 {
		t.Error("nothing was merged")
	}
}

// Equal histories leave the same state whatever the choice of windows, sizes and
// merges; and space stays bounded: what is dead is not kept for ever.
func TestChoicesDoNotMatter(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	want := model{}
	for round := range uint64(8) {
		rng := rand.New(rand.NewPCG(seed, round))
		mem := fstest.NewMem()
		h := history{rng: rand.New(rand.NewPCG(seed, 99)), keys: 40}
		o := small(mem, rng)
		s, err := Open(o)
		must(t, err)
		for i := range uint64(3000) {
			must(t, s.Apply(context.Background(), h.next()))
			if rng.IntN(100) == 0 {
				must(t, s.Publish(context.Background(), i+1))
			}
		}
		must(t, s.Publish(context.Background(), 5000))
		got, _ := loaded(t, mem)
		if round == 0 {
			want = maps.Clone(got)
		}
		if d := got.differs(want); d != "" {
			t.Errorf("round %d: %s", round, d)
		}
		var live, size int64
		for _, p := range s.pairs {
			live, size = live+p.live(), size+p.bytes
		}
		// Two pairs next to each other hold more than a file of live rows, and
		// none is more than a file of a block too much; the last may be alone.
		if most := 4*live + 6*o.Target + 6*int64(o.BlockBytes); size > most {
			t.Errorf("round %d: %d bytes of which %d are live, in files of %d", round, size, live, o.Target)
		}
		s.Close()
	}
}

// What was deleted does not come back, though the files that held it, and those
// that said that it was deleted, are merged and the pairs opened again.
func TestDeletedStaysDeleted(t *testing.T) {
	mem := fstest.NewMem()
	o := Options{Dir: dir, FS: mem, Target: 400, BlockBytes: 100}
	s, err := Open(o)
	must(t, err)
	apply := func(kind wal.Kind, key, stamp uint64) {
		t.Helper()
		c := wal.Change{Stamp: stamp, Key: key, Kind: kind}
		if kind == wal.KindPut {
			c.Value = []byte("some value")
		}
		must(t, s.Apply(context.Background(), c))
	}
	const n = 50
	for key := range uint64(n) {
		apply(wal.KindPut, key, key+1)
	}
	must(t, s.Publish(context.Background(), 1))
	for key := uint64(0); key < n; key += 2 {
		apply(wal.KindDelete, key, 100+key)
	}
	for epoch := uint64(2); epoch < 9; epoch++ {
		for key := uint64(1); key < n; key += 4 {
			apply(wal.KindPut, key, 100*epoch+key) // so that there is something to merge
		}
		must(t, s.Publish(context.Background(), epoch))
		if epoch%3 == 0 {
			s.Close()
			s, err = Open(o)
			must(t, err)
		}
		got, _ := loaded(t, mem)
		for key := range uint64(n) {
			if r, ok := got[id{0, key}]; !ok || r.Absent != (key%2 == 0) {
				t.Errorf("epoch %d: key %d is %v", epoch, key, r)
			}
		}
	}
	if s.byNumber[1] != nil {
		t.Error("the first pair was never merged")
	}
	s.Close()
}

// The policy of merges, with files of 100: what SQL Server's manual says of it.
func TestChoose(t *testing.T) {
	check := func(size, live []int64, want ...run) {
		t.Helper()
		if got := choose(size, live, 100); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("choose(%v, %v) = %v, want %v", size, live, got, want)
		}
	}
	full := []int64{100, 100, 100, 100}
	check(nil, nil)
	check(full[:1], []int64{10})
	check(full, []int64{30, 50, 20, 10}, run{0, 3})
	check(full, []int64{30, 20, 60, 40}, run{0, 2}, run{2, 4})
	check(full, []int64{80, 30, 10, 40}, run{1, 4})
	check(full, []int64{90, 90, 90, 90})
	check([]int64{250, 250}, []int64{120, 130}, run{0, 1})
	check([]int64{150, 100}, []int64{70, 90})
}

// A window holds what it takes in memory, and not more: a record that is written
// over and over goes to the files once, be it in parts; parts that overlap, and
// many records, go there before the memory is full.
func TestWindow(t *testing.T) {
	check := func(name string, kind wal.Kind, off int, keys uint64, lo, hi int64) {
		t.Helper()
		s, err := Open(Options{Dir: dir, FS: fstest.NewMem(), Window: 10_000})
		must(t, err)
		defer s.Close()
		for i := range uint64(1000) {
			must(t, s.Apply(context.Background(),
				wal.Change{Kind: kind, Key: i % keys, Off: off * int(i%2), Stamp: i + 1, Value: make([]byte, 76)}))
		}
		must(t, s.Publish(context.Background(), 1))
		if n := int64(s.pairs[0].rows); n < lo || n > hi {
			t.Errorf("%s: %d rows, want %d to %d", name, n, lo, hi)
		}
	}
	check("one record, whole", wal.KindPut, 0, 1, 1, 1)
	check("one part of a record", wal.KindSet, 0, 1, 1, 1)
	check("two parts of a record", wal.KindSet, 76, 1, 1, 1)
	check("parts that overlap", wal.KindSet, 1, 1, 10, 20)
	check("many records", wal.KindPut, 0, 1000, 1000, 1000)
	check("more than fit", wal.KindPut, 0, 100, 900, 1000)
	check("no more than fit", wal.KindPut, 0, 40, 40, 40)
}

// Parts of a record are applied in their order, whichever of them overlap.
func TestParts(t *testing.T) {
	s, err := Open(Options{Dir: dir, FS: fstest.NewMem()})
	must(t, err)
	defer s.Close()
	want := model{}
	apply := func(kind wal.Kind, key uint64, off int, v string) {
		t.Helper()
		c := wal.Change{Kind: kind, Key: key, Off: off, Stamp: uint64(len(v)), Value: []byte(v)}
		want.apply(c)
		must(t, s.Apply(context.Background(), c))
	}
	apply(wal.KindPut, 1, 0, "abcdefgh")
	apply(wal.KindPut, 2, 0, "abcdefgh")
	must(t, s.Publish(context.Background(), 1))
	for key := range uint64(3) { // of records that are there, and of one that is not
		apply(wal.KindSet, key, 2, "111")
		apply(wal.KindSet, key, 6, "22")
		apply(wal.KindSet, key, 2, "333") // the same part, nothing between that overlaps
		apply(wal.KindSet, key, 4, "444")
		apply(wal.KindSet, key, 2, "555") // once more, over what overlaps it
		apply(wal.KindSet, key, 12, "")   // makes it longer
	}
	must(t, s.Publish(context.Background(), 2))
	got := model{}
	_, err = load(s.o.FS, 1, func(_ int, r durable.Record) error { return got.add(r) })
	must(t, err)
	if d := got.differs(want); d != "" {
		t.Error(d)
	}
}
