package journal

import (
	"math"
	"math/rand/v2"
	"testing"
)

type entry struct {
	seq       uint64
	committed bool
	numbers   []uint64
}

// A journal returns what was put into it, whatever the differences are.
func TestRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	steps := []uint64{1, 2, 3, 253, 254, 255, 256, 1 << 20, 1 << 40}
	j := New(1 << 20)
	defer j.Close()
	var want []entry
	seq := uint64(0)
	for range 5000 {
		e := entry{committed: rng.IntN(5) > 0}
		if e.committed {
			seq += steps[rng.IntN(len(steps))]
			e.seq = seq
			j.Commit(seq)
		} else {
			j.Abort()
		}
		for range rng.IntN(3) {
			x := rng.Uint64() >> rng.IntN(64)
			e.numbers = append(e.numbers, x)
			j.Number(x)
		}
		want = append(want, e)
	}
	if j.Full() {
		t.Fatal("full")
	}
	r := j.Read()
	for i, e := range want {
		again := r // a copy reads the same
		compare(t, i, &again, e)
		compare(t, i, &r, e)
	}
	if _, _, ok := r.Next(); ok {
		t.Error("there is more")
	}
}

func compare(t *testing.T, i int, r *Reader, want entry) {
	t.Helper()
	seq, committed, ok := r.Next()
	if !ok || committed != want.committed || committed && seq != want.seq {
		t.Fatalf("entry %d: %d, %t, %t, want %+v", i, seq, committed, ok, want)
	}
	for _, x := range want.numbers {
		if got := r.Number(); got != x {
			t.Fatalf("entry %d: number %d, want %d", i, got, x)
		}
	}
}

// A journal that is full keeps what it has, whole entries only, and says so.
func TestFull(t *testing.T) {
	for room := range 60 {
		j := New(room)
		n := 0
		for !j.Full() && n < 100 {
			n++
			j.Commit(uint64(n) * 7)
			j.Number(math.MaxUint64)
			j.Number(5)
		}
		j.Commit(math.MaxUint64 / 2)
		j.Abort()
		j.Number(1)
		if !j.Full() {
			t.Fatalf("room %d: not full after %d transactions", room, n)
		}
		kept := uint64(0)
		for r := j.Read(); ; {
			seq, committed, ok := r.Next()
			if !ok {
				break
			}
			kept++
			if !committed || seq != 7*kept || r.Number() != math.MaxUint64 || r.Number() != 5 {
				t.Fatalf("room %d: entry %d is %d, %t", room, kept, seq, committed)
			}
		}
		j.Close()
	}
}

// What is noted when the room is used up changes nothing of what is there.
func TestFullStays(t *testing.T) {
	j := New(40)
	defer j.Close()
	for seq := uint64(1); !j.Full(); seq++ {
		j.Commit(seq)
	}
	used := j.n
	j.Number(1)
	j.Abort()
	j.Commit(math.MaxUint64 / 2)
	if j.n != used || used == 0 {
		t.Errorf("%d bytes used, and %d when it was full", j.n, used)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	j := New(1 << 16)
	defer j.Close()
	seq := uint64(0)
	if n := testing.AllocsPerRun(1000, func() { seq += 3; j.Commit(seq); j.Number(seq) }); n != 0 {
		t.Errorf("%v allocations a transaction", n)
	}
}
