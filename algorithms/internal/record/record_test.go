package record

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"unsafe"
)

// slot returns a slot for n versions of up to size bytes, full of rubbish but
// for what is zero in a new one, and the bytes after it.
func slot(size, n int) (h *Head, after []byte) {
	const guard = 64
	words := make([]uint64, (Stride(size, n)+guard)/8)
	b := unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), 8*len(words))
	h = (*Head)(unsafe.Pointer(&words[0]))
	after = b[Stride(size, n):]
	for i := range after {
		after[i] = 0xee
	}
	return h, after
}

func TestStride(t *testing.T) {
	check := func(size, n, want int) {
		t.Helper()
		if got := Stride(size, n); got != want {
			t.Errorf("Stride(%d, %d) = %d, want %d", size, n, got, want)
		}
	}
	check(0, 1, 64)
	check(8, 1, 64)    // 16 + 12 + 8
	check(36, 1, 64)   // 16 + 12 + 36, exactly
	check(37, 1, 128)  // one more
	check(100, 1, 128) // 16 + 12 + 100, exactly
	check(100, 3, 384) // 16 + 3*112 = 352
}

// A version does what a slice with holes does, whatever is written to it, and
// touches nothing but its own bytes.
func TestVersionAgainstSlice(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 0))
		size := rng.IntN(80)
		h, after := slot(size, 3)
		var want [3][]byte // nil is absent
		for step := range 300 {
			i := rng.IntN(3)
			v := h.Version(i, size)
			switch op := rng.IntN(5); {
			case op == 0:
				v.Apply(uint64(step), Whole, nil)
				want[i] = nil
			case op == 1:
				j := rng.IntN(3)
				v.CopyFrom(h.Version(j, size))
				want[i] = bytes.Clone(want[j])
				if v.Stamp() != h.Version(j, size).Stamp() {
					t.Fatalf("seed %d: a copy has stamp %d", seed, v.Stamp())
				}
				continue
			case op == 2 || size == 0:
				b := random(rng, rng.IntN(size+1))
				v.Apply(uint64(step), Whole, b)
				want[i] = append([]byte{}, b...)
			default:
				off := rng.IntN(size)
				b := random(rng, rng.IntN(size-off+1))
				v.Apply(uint64(step), off, b)
				for len(want[i]) < off+len(b) {
					want[i] = append(want[i], 0)
				}
				if want[i] == nil {
					want[i] = []byte{}
				}
				copy(want[i][off:], b)
			}
			if v.Stamp() != uint64(step) {
				t.Fatalf("seed %d: stamp %d after write %d", seed, v.Stamp(), step)
			}
			for i := range want {
				if err := like(h.Version(i, size), want[i]); err != nil {
					t.Fatalf("seed %d, step %d, version %d: %v", seed, step, i, err)
				}
			}
		}
		for _, b := range after {
			if b != 0xee {
				t.Fatalf("seed %d: something was written behind the slot", seed)
			}
		}
	}
}

func random(rng *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(1 + rng.IntN(255))
	}
	return b
}

func like(v *Version, want []byte) error {
	if v.Present() != (want != nil) || v.Len() != len(want) || !bytes.Equal(v.Bytes(), want) ||
		(v.Bytes() == nil) != (want == nil) {
		return fmt.Errorf("present %v, %d bytes %x, want %x", v.Present(), v.Len(), v.Bytes(), want)
	}
	return nil
}

// A version counts as written when there is a value, also an empty one that was
// loaded, or a transaction took it away.
func TestWritten(t *testing.T) {
	v := (*Version)(unsafe.Pointer(unsafe.SliceData(make([]uint64, VersionBytes(8)/8))))
	check := func(what string, want bool, stamp uint64, val []byte) {
		t.Helper()
		if v.Apply(stamp, Whole, val); v.Written() != want {
			t.Errorf("%s: written is %v", what, !want)
		}
	}
	if v.Written() {
		t.Error("the zero version counts as written")
	}
	check("loaded", true, 0, []byte("value"))
	check("loaded and empty", true, 0, []byte{})
	check("taken back", false, 0, nil)
	check("deleted", true, 7, nil)
	check("written", true, 8, []byte("value"))
}

// What a lock lets in beside what holds it.
func TestLockTable(t *testing.T) {
	try := map[string]func(*Lock) bool{
		"exclusive": func(l *Lock) bool { _, ok := l.TryLock(); return ok },
		"shared":    func(l *Lock) bool { _, ok := l.TryRLock(); return ok },
		"copy":      (*Lock).WantCopy,
		"try copy":  (*Lock).TryCopy,
	}
	check := func(held, wanted string, want bool) {
		t.Helper()
		var l Lock
		if held != "" && !try[held](&l) {
			t.Fatalf("a free lock cannot be held %s", held)
		}
		if got := try[wanted](&l); got != want {
			t.Errorf("held %q, wanted %q: %v, want %v", held, wanted, got, want)
		}
	}
	for wanted := range try {
		check("", wanted, true)
	}
	check("exclusive", "exclusive", false)
	check("exclusive", "shared", false)
	check("exclusive", "copy", false)
	check("exclusive", "try copy", false)
	check("shared", "exclusive", false)
	check("shared", "shared", true)
	check("shared", "copy", true)
	check("shared", "try copy", true)
	check("copy", "exclusive", false)
	check("try copy", "exclusive", false)
	check("copy", "shared", true)
	check("try copy", "shared", true)
}

// A copier that only tries leaves no mark with the writer that it meets.
func TestLockTryCopy(t *testing.T) {
	var l Lock
	l.TryLock()
	if l.TryCopy() {
		t.Fatal("a copier beside a writer")
	}
	l.Unlock(7)
	if _, ok := l.TryLock(); !ok || l.Clock() != 7 {
		t.Fatalf("the next writer is kept out by a copier that is not there, clock %d", l.Clock())
	}
	l.Unlock(8)
	if !l.TryCopy() || l.Clock() != 8 {
		t.Fatalf("no copy of a free record, clock %d", l.Clock())
	}
	l.EndCopy()
	if _, ok := l.TryLock(); !ok {
		t.Error("kept from writers after the copy")
	}
}

// A writer hands the record over to a copier that waits, and to nobody else.
func TestLockHandsOver(t *testing.T) {
	var l Lock
	l.TryLock()
	if l.WantCopy() {
		t.Fatal("a copier beside a writer")
	}
	l.Unlock(7)
	if _, ok := l.TryLock(); ok || l.Held(true) {
		t.Error("a writer came before the copier that waited")
	}
	if !l.WantCopy() || l.Clock() != 7 {
		t.Errorf("the copier was not let in, clock %d", l.Clock())
	}
	l.EndCopy()
	l.TryLock()
	l.WantCopy()
	l.EndCopy() // gives up
	l.Unlock(8)
	if _, ok := l.TryLock(); !ok || l.Clock() != 8 {
		t.Error("kept for a copier that had given up")
	}
}

// A claimed lock is taken by who claims it, and by others after that.
func TestLockClaimed(t *testing.T) {
	var l Lock
	l.TryLock()
	l.Claim()
	if _, ok := l.TryClaimed(false); ok {
		t.Fatal("two hold it")
	}
	l.Unlock(7)
	if _, ok := l.TryLock(); ok {
		t.Error("a writer came before who claimed it")
	}
	if _, ok := l.TryRLock(); ok {
		t.Error("a reader came before who claimed it")
	}
	if seq, ok := l.TryClaimed(true); !ok || seq != 7 {
		t.Errorf("claimed, and not taken shared: %d %v", seq, ok)
	}
	if _, ok := l.TryRLock(); !ok {
		t.Error("still claimed")
	}
	l.Claim()
	if _, ok := l.TryClaimed(false); ok {
		t.Error("a writer beside readers")
	}
	l.RUnlock()
	l.RUnlock()
	if seq, ok := l.TryClaimed(false); !ok || seq != 7 || !l.Held(false) {
		t.Errorf("claimed, and not taken: %d %v", seq, ok)
	}
	l.Unlock(8)
	if _, ok := l.TryLock(); !ok || l.Clock() != 8 {
		t.Error("the lock is not free")
	}
}

// The clock of the last writer survives every use of the lock.
func TestLockClock(t *testing.T) {
	var l Lock
	check := func(what string, got uint64, ok bool, want uint64) {
		t.Helper()
		if !ok || got != want || l.Clock() != want {
			t.Errorf("%s: %d, %v, and the lock says %d, want %d", what, got, ok, l.Clock(), want)
		}
	}
	const last = 1<<48 - 1
	for _, seq := range []uint64{7, last} {
		l.TryLock()
		l.Unlock(seq)
		got, ok := l.TryRLock()
		check("shared", got, ok, seq)
		got, ok = l.TryRLock()
		check("shared twice", got, ok, seq)
		check("copied", seq, l.WantCopy(), seq)
		if l.Held(false) || !l.Held(true) {
			t.Error("held shared and copied: Held is wrong")
		}
		l.RUnlock()
		l.RUnlock()
		if l.Held(true) {
			t.Error("held by a copier only, but Held says a transaction does")
		}
		l.EndCopy()
		got, ok = l.TryLock()
		check("exclusive", got, ok, seq)
		if !l.Held(false) {
			t.Error("held exclusively, but Held says no")
		}
		l.Unlock(seq)
	}
}

// The most readers there may be do not spill into the other bits.
func TestLockMostReaders(t *testing.T) {
	var l Lock
	for range MaxShared {
		if _, ok := l.TryRLock(); !ok {
			t.Fatal("a reader was turned away")
		}
	}
	if l.Clock() != 0 || l.Held(false) || !l.WantCopy() {
		t.Errorf("%d readers look like something else: %#x", MaxShared, l.w.Load())
	}
	l.EndCopy()
	for range MaxShared {
		l.RUnlock()
	}
	if _, ok := l.TryLock(); !ok {
		t.Error("the readers are gone, and the lock is held")
	}
}

// A lock excludes, as the race detector sees; copiers read beside readers.
func TestLockExcludes(t *testing.T) {
	var l Lock
	var n, sum int
	var copied []int
	var wg sync.WaitGroup
	const turns = 2000
	for range 2 {
		wg.Go(func() {
			for done := 0; done < turns; {
				if seq, ok := l.TryLock(); ok {
					n++
					done++
					l.Unlock(seq + 1)
				}
			}
		})
	}
	wg.Go(func() {
		for range turns {
			if _, ok := l.TryRLock(); ok {
				_ = n
				l.RUnlock()
			}
		}
	})
	wg.Go(func() {
		for range turns {
			for !l.WantCopy() {
				runtime.Gosched()
			}
			copied = append(copied, n)
			l.EndCopy()
		}
	})
	wg.Wait()
	if n != 2*turns || l.Clock() != 2*turns {
		t.Errorf("%d writes, and the clock says %d, want %d", n, l.Clock(), 2*turns)
	}
	for _, c := range copied {
		if c < sum {
			t.Errorf("a copy of %d after one of %d", c, sum)
		}
		sum = c
	}
}
