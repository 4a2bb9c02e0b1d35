package push

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"ckptbench/algorithms/internal/record"
)

func newQueue(size int) *queue {
	words := make([]uint64, size/8)
	m := &queue{base: unsafe.Pointer(&words[0]), size: uint64(size), room: make(chan struct{}, 1)}
	m.bell = &bell{c: make(chan struct{}, 1)}
	return m
}

// value is a version of n bytes, which are of a kind, or an absent one.
func value(stamp uint64, n int) *record.Version {
	words := make([]uint64, record.VersionBytes(max(n, 0))/8)
	v := (*record.Version)(unsafe.Pointer(&words[0]))
	if n < 0 {
		v.Apply(stamp, record.Whole, nil)
		return v
	}
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(stamp) + byte(i)
	}
	v.Apply(stamp, record.Whole, b)
	return v
}

func alike(a, b *record.Version) bool {
	return a.Stamp() == b.Stamp() && a.Present() == b.Present() && string(a.Bytes()) == string(b.Bytes())
}

// A queue does what a list does, for entries of all sizes, in a ring that just
// holds two of the largest, whose ends they meet in every way; and what it says
// does not fit would not.
func TestQueueAgainstList(t *testing.T) {
	const largest, turns = 100, 20_000
	size := 2 * (ordinalBytes + record.VersionBytes(largest))
	for _, size := range []int{size, size + 8, size + 40, 10 * size} {
		q, rng := newQueue(size), rand.New(rand.NewPCG(1, uint64(size)))
		var list []*record.Version
		refused := 0
		for i := range uint64(turns) {
			v := value(i, rng.IntN(largest+2)-1)
			switch n := entryBytes(v); {
			case rng.IntN(2) == 0 && len(list) > 0:
				ordinal, got := q.front()
				if want := list[0]; ordinal != want.Stamp()*3 || !alike(got, want) {
					t.Fatalf("size %d, turn %d: took record %d out, version %d of %d bytes; want version %d of %d bytes",
						size, i, ordinal, got.Stamp(), got.Len(), want.Stamp(), want.Len())
				}
				q.pop()
				list = list[1:]
			case n == 0: // the initial state of a record that never was
			case q.fits(n):
				q.put(i*3, v)
				list = append(list, v)
			default:
				refused++
				if len(list) == 0 {
					t.Fatalf("size %d, turn %d: an empty queue has no room for %d bytes", size, i, n)
				}
			}
			if used := q.tail.Load() - q.head.Load(); used > q.size || (used == 0) != (len(list) == 0) {
				t.Fatalf("size %d, turn %d: %d bytes in use for %d entries", size, i, used, len(list))
			}
		}
		if refused == 0 {
			t.Errorf("size %d: it was never full", size)
		}
	}
}

// What a worker puts in while a stream takes out arrives whole, in order, and
// all of it, though the worker waits for room again and again.
func TestQueueConcurrently(t *testing.T) {
	const n = 5000
	watch(t)
	q := newQueue(2 * (ordinalBytes + record.VersionBytes(64)))
	vs := []*record.Version{value(1, 64), value(2, 0), value(3, 17), value(4, -1), value(5, 40)}
	go func() {
		for i := range uint64(n) {
			v := vs[i%uint64(len(vs))]
			if !q.await(entryBytes(v)) {
				t.Error("await gave up on an open queue")
			}
			q.put(i, v)
		}
	}()
	for i := uint64(0); i < n; {
		<-q.bell.c
		for q.bell.rung.Store(false); q.head.Load() != q.tail.Load(); i++ {
			ordinal, v := q.front()
			if want := vs[i%uint64(len(vs))]; ordinal != i || !alike(v, want) {
				t.Fatalf("entry %d is of record %d, version %d", i, ordinal, v.Stamp())
			}
			q.pop()
		}
	}
}

// A worker that waits is let go when the queue is closed; and does not wait when
// it was closed before. Opened again, the queue is empty.
func TestQueueClose(t *testing.T) {
	watch(t)
	v := value(7, 64)
	n := entryBytes(v)
	q := newQueue(int(2 * n))
	for range 3 {
		q.open()
		for q.fits(n) {
			q.put(1, v)
		}
		let := make(chan bool)
		go func() { let <- q.await(n) }()
		until(q.waiting.Load)
		q.close()
		if <-let {
			t.Error("there is room in a full queue that was closed")
		}
		if q.await(n) {
			t.Error("there is room in a full queue that is closed")
		}
	}
	q.open()
	if !q.fits(n) || q.head.Load() != q.tail.Load() {
		t.Error("an opened queue is not empty")
	}
}

// An absent record that never was takes no entry; a deleted one does.
func TestEntryBytes(t *testing.T) {
	check := func(name string, v *record.Version, want uint64) {
		t.Helper()
		if got := entryBytes(v); got != want {
			t.Errorf("%s: %d bytes, want %d", name, got, want)
		}
	}
	check("never was", value(0, -1), 0)
	check("deleted", value(9, -1), 8+16)
	check("loaded, of no bytes", value(0, 0), 8+16)
	check("five bytes", value(9, 5), 8+24)
}
