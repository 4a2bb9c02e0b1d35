package bulk

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"testing"

	"ckptbench/workload"
)

// keyOf returns the key of a row.
func keyOf(row []byte) uint64 { return binary.LittleEndian.Uint64(row) }

func newStream(t *testing.T, c Config, seed uint64) *Stream {
	t.Helper()
	s, err := New(c, workload.Seed{Master: seed, Trial: 1, Phase: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var (
	span   = workload.Span{Low: 8, High: 40}
	mixes  = workload.Calls(workload.Bulk)
	orders = []string{workload.Ordered, workload.Scattered, workload.Random}
)

// replay puts what is loaded and some passes into a map, and returns it with the
// keys of the last one's messages.
func replay(t *testing.T, s *Stream, passes int) (map[uint64][]byte, [][]uint64) {
	t.Helper()
	got := make(map[uint64][]byte)
	err := s.Load(func(row []byte) error {
		if got[keyOf(row)] != nil {
			return fmt.Errorf("key %d is loaded twice", keyOf(row))
		}
		got[keyOf(row)] = slices.Clone(row)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var messages [][]uint64
	for range passes {
		messages = pass(t, s, maps.Clone(got), got)
	}
	return got, messages
}

// pass puts a pass into a map, if there is one, which held what there was before.
func pass(t *testing.T, s *Stream, before, into map[uint64][]byte) (messages [][]uint64) {
	t.Helper()
	for _, key := range s.Begin() {
		if before[key] == nil {
			t.Fatalf("key %d is to be taken out, and is not there", key)
		}
		delete(into, key)
	}
	for rows := s.Next(); rows != nil; rows = s.Next() {
		var keys []uint64
		for _, row := range rows {
			keys = append(keys, keyOf(row))
			if into != nil {
				into[keyOf(row)] = slices.Clone(row)
			}
		}
		messages = append(messages, keys)
	}
	return messages
}

// What the stream says there has to be is what a map has that took its messages.
func TestAgainstMap(t *testing.T) {
	for _, mix := range mixes {
		for _, order := range orders {
			for _, rows := range []int{1, 7, 100} {
				s := newStream(t, Config{Records: 100, Rows: rows, Size: span, Order: order, Mix: mix}, 1)
				got, _ := replay(t, s, 3)
				same(t, s, got)
			}
		}
	}
	s := newStream(t, Config{Records: 100, Rows: 30, Size: span, Mix: "insert", Unindexed: true}, 1)
	got, messages := replay(t, s, 2)
	same(t, s, got)
	if len(got) != 90 || len(messages) != 3 || s.Messages() != 3 {
		t.Errorf("%d rows of %d messages, want 90 of 3", len(got), len(messages))
	}
}

func same(t *testing.T, s *Stream, got map[uint64][]byte) {
	t.Helper()
	n, size := 0, 0
	err := s.Each(func(key uint64, row []byte) error {
		n, size = n+1, size+len(row)
		if !bytes.Equal(got[key], row) || keyOf(row) != key {
			return fmt.Errorf("key %d: a map has %x, the stream %x", key, got[key], row)
		}
		return nil
	})
	if err != nil || n != len(got) || s.Count() != uint64(n) || s.Bytes() != uint64(size) {
		t.Errorf("%d rows of %d bytes, %d of %d by count, a map has %d: %v", n, size, s.Count(), s.Bytes(), len(got), err)
	}
}

// Messages have the keys that their order says, each once; a pass has every place
// once; and rows are what the mix says.
func TestMessages(t *testing.T) {
	const records, rows = 1000, 100
	for _, mix := range mixes {
		for _, order := range orders {
			s := newStream(t, Config{Records: records, Rows: rows, Size: span, Order: order, Mix: mix}, 3)
			before, _ := replay(t, s, 0)
			lengths := map[int]bool{}
			for _, row := range before {
				lengths[len(row)] = true
			}
			if len(lengths) != span.High-span.Low+1 {
				t.Fatalf("rows of %d lengths are loaded, want %d", len(lengths), span.High-span.Low+1)
			}
			messages := pass(t, s, before, nil)
			places := map[uint64]bool{}
			fresh, other := 0, 0
			for _, keys := range messages {
				for i, key := range keys {
					places[key/2] = true
					if i > 0 && key <= keys[i-1] && order != workload.Random {
						t.Fatalf("%s, %s: key %d after %d", mix, order, key, keys[i-1])
					}
					fresh += int(key % 2)
				}
				if near := slices.Max(keys)-slices.Min(keys) < 2*rows; near != (order == workload.Ordered) {
					t.Fatalf("%s, %s: keys %d to %d", mix, order, keys[0], keys[rows-1])
				}
				if slices.IsSorted(keys) == (order == workload.Random) {
					t.Fatalf("%s, %s: sorted: %v", mix, order, slices.IsSorted(keys))
				}
			}
			_ = s.Each(func(key uint64, row []byte) error {
				if old := before[key]; old != nil && len(old) != len(row) {
					other++
				}
				return nil
			})
			if len(places) != records {
				t.Errorf("%s, %s: a pass has %d places, want %d", mix, order, len(places), records)
			}
			want := map[string][2]bool{"update": {}, "resize": {false, true}, "insert": {true, false},
				"mixed": {true, true}}[mix]
			if fresh > 0 != want[0] || other > 0 != want[1] || mix == "resize" && other != records ||
				mix == "insert" && fresh != records {
				t.Errorf("%s, %s: %d new rows, %d of another length", mix, order, fresh, other)
			}
		}
	}
}

// A stream is its seed's, and no other's.
func TestSeeds(t *testing.T) {
	digest := func(seed uint64) (sum uint64) {
		s := newStream(t, Config{Records: 500, Rows: 50, Size: span, Order: workload.Scattered, Mix: "mixed"}, seed)
		replay(t, s, 2)
		_ = s.Each(func(_ uint64, row []byte) error { sum += Digest(row); return nil })
		return sum
	}
	a, again, b := digest(1), digest(1), digest(2)
	if a != again || a == b {
		t.Errorf("seed 1 gives %x and %x, seed 2 %x", a, again, b)
	}
}

// Rows of one length and different keys or versions differ, and so do their
// digests.
func TestRows(t *testing.T) {
	seen := map[string]bool{}
	sums := map[uint64]bool{}
	for key := range uint64(50) {
		for version := range uint32(50) {
			r := row(nil, key, version, 30)
			seen[string(r)], sums[Digest(r)] = true, true
		}
	}
	if len(seen) != 2500 || len(sums) != 2500 {
		t.Errorf("%d rows and %d digests of 2500", len(seen), len(sums))
	}
}

func TestNewRefuses(t *testing.T) {
	good := Config{Records: 10, Rows: 10, Size: span, Mix: "insert"}
	for what, spoil := range map[string]func(*Config){
		"no rows":            func(c *Config) { c.Rows = 0 },
		"more than records":  func(c *Config) { c.Rows = 11 },
		"shorter than a key": func(c *Config) { c.Size.Low = 7 },
		"backwards":          func(c *Config) { c.Size.High = 7 },
		"too many":           func(c *Config) { c.Records = 1 << 62 },
	} {
		c := good
		spoil(&c)
		if _, err := New(c, workload.Seed{}); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// The published table has the eight classes of the benchmark that was merged, all
// but one certain.
func TestPublished(t *testing.T) {
	certain := 0
	for _, c := range Published() {
		if got := ClassOf(c.Size.String()); got == nil || *got != c {
			t.Errorf("%s is not found", c.Size)
		}
		if c.Certain {
			certain++
		}
		if c.Certain != (c.Saved > 0) {
			t.Errorf("%s saves %g, certain: %v", c.Size, c.Saved, c.Certain)
		}
	}
	if len(Published()) != 8 || certain != 7 || ClassOf("100") != nil || ClassOf("") != nil {
		t.Errorf("%d classes, %d certain", len(Published()), certain)
	}
}
