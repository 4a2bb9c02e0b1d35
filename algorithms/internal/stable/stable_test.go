package stable

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/internal/record"
)

// records are some records of up to size bytes.
type records struct {
	size  int
	words []uint64
}

func newRecords(n, size int) *records {
	return &records{size, make([]uint64, n*record.Stride(size, 1)/8)}
}

func (r *records) head(i int) *record.Head {
	return (*record.Head)(unsafe.Pointer(&r.words[i*record.Stride(r.size, 1)/8]))
}

func open(t *testing.T, n, size, workers, streams int, round uint32) (*Versions, *arena.Meter) {
	t.Helper()
	var m arena.Meter
	s, err := New(uint64(n), size, workers, streams, round, false, &m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Free(); err != nil {
			t.Error(err)
		}
	})
	return s, &m
}

func write(h *record.Head, stamp uint64, n int) {
	v := make([]byte, n)
	if n >= 8 {
		binary.LittleEndian.PutUint64(v, stamp)
	}
	h.Live().Apply(stamp, record.Whole, v)
}

// taken returns the stamp of the version that the checkpoint takes.
func taken(s *Versions, h *record.Head) (stamp uint64) {
	s.Take(0, h, func(v *record.Version) { stamp = v.Stamp() })
	return stamp
}

// Which version the checkpoint takes, after what writers did in the round.
func TestTake(t *testing.T) {
	const before, after, later = 1, 2, 4
	check := func(name string, do func(s *Versions, h *record.Head), want uint64) {
		t.Helper()
		s, m := open(t, 4, 100, 1, 1, 7)
		h := newRecords(1, 100).head(0)
		write(h, before, 40)
		for range 3 { // no round may mind what the one before left
			do(s, h)
			if got := taken(s, h); got != want {
				t.Errorf("%s: version %d was taken, want %d", name, got, want)
			}
			write(h, after, 50)
			s.Preserve(0, h) // it was taken: nothing is to be kept
			write(h, later, 60)
			if got := taken(s, h); got != later {
				t.Errorf("%s: version %d was taken again, want the live one", name, got)
			}
			if err := s.Next(); err != nil {
				t.Fatal(err)
			}
			if m.Used() != 0 {
				t.Errorf("%s: %d bytes in use after the round", name, m.Used())
			}
			write(h, before, 40)
		}
	}
	change := func(h *record.Head) { write(h, after, 100) }
	check("nothing", func(*Versions, *record.Head) {}, before)
	check("preserve, write", func(s *Versions, h *record.Head) { s.Preserve(0, h); change(h) }, before)
	check("preserve and write twice", func(s *Versions, h *record.Head) {
		s.Preserve(0, h)
		change(h)
		s.Preserve(0, h)
		write(h, 3, 10)
	}, before)
	check("save, write, drop", func(s *Versions, h *record.Head) { s.Save(0, h); change(h); s.Drop(0, h) }, after)
	check("save, write, settle", func(s *Versions, h *record.Head) { s.Save(0, h); change(h); s.Settle(h) }, before)
	check("save and write twice, settle", func(s *Versions, h *record.Head) {
		s.Save(0, h)
		change(h)
		s.Save(0, h)
		write(h, 3, 10)
		s.Settle(h)
	}, before)
	check("save, write, drop twice, preserve, write", func(s *Versions, h *record.Head) {
		s.Save(0, h)
		change(h)
		s.Drop(0, h)
		s.Drop(0, h)
		s.Preserve(0, h)
		write(h, 3, 10)
	}, after)
	check("declared but not written, then preserve, write", func(s *Versions, h *record.Head) {
		s.Settle(h)
		s.Preserve(0, h)
		change(h)
	}, before)
	check("stamp, preserve, write", func(s *Versions, h *record.Head) { s.Stamp(h); s.Preserve(0, h); change(h) }, before)
	check("save, settle, save, write", func(s *Versions, h *record.Head) {
		s.Save(0, h)
		s.Settle(h)
		s.Save(0, h)
		change(h)
	}, before)
}

// A record that did not exist is taken as one that does not exist.
func TestTakeAbsent(t *testing.T) {
	s, _ := open(t, 4, 100, 1, 1, 1)
	h := newRecords(1, 100).head(0)
	s.Preserve(0, h)
	write(h, 2, 50)
	s.Take(0, h, func(v *record.Version) {
		if v.Written() {
			t.Errorf("present %v with stamp %d, want one that never was", v.Present(), v.Stamp())
		}
	})
}

// Stamps hold for their round, at every round, the largest and the next.
func TestStampAndWrap(t *testing.T) {
	s, _ := open(t, 4, 16, 1, 1, 1<<32-2)
	h := newRecords(2, 16)
	for range 5 {
		if s.Round() == 0 {
			t.Error("round 0 is that of untouched records")
		}
		if s.Stamped(h.head(0)) || s.Stamped(h.head(1)) {
			t.Errorf("round %d: stamped from the start", s.Round())
		}
		s.Stamp(h.head(0))
		s.Stamp(h.head(0))
		if !s.Stamped(h.head(0)) || s.Stamped(h.head(1)) {
			t.Errorf("round %d: the stamp is %v and %v, want true and false", s.Round(), s.Stamped(h.head(0)),
				s.Stamped(h.head(1)))
		}
		if err := s.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if s, _ := open(t, 1, 1, 1, 1, 0); s.Round() == 0 {
		t.Error("the first round is 0")
	}
}

// Pieces are as large as asked and not much larger, and classes ascend.
func TestClasses(t *testing.T) {
	last := -1
	for n := 1; n < 1<<20; n += 1 + n/50 {
		c := class(n)
		if sizeOf(c) < n || n > 4*unit && sizeOf(c) > n+n/4+unit || c < last || c > 0 && sizeOf(c-1) >= n {
			t.Fatalf("%d bytes: class %d of %d bytes, after class %d", n, c, sizeOf(c), last)
		}
		last = c
	}
}

// Versions set aside do not touch each other, whatever their sizes, and are
// taken as they were, round after round.
func TestManySizes(t *testing.T) {
	const n, size = 300, 5000
	s, m := open(t, n, size, 2, 2, 1)
	rs := newRecords(n, size)
	rng := rand.New(rand.NewPCG(1, 2))
	want := make([]uint64, n)
	for round := range 4 {
		for i := range n {
			write(rs.head(i), uint64(i+1000*round), 8+rng.IntN(size-8))
			want[i] = rs.head(i).Live().Stamp()
		}
		for i := range n {
			s.Preserve(i%2, rs.head(i))
			write(rs.head(i), 1<<40, 9)
		}
		if m.Used() == 0 {
			t.Error("nothing is in use")
		}
		for i := range n {
			s.Take(i%2, rs.head(i), func(v *record.Version) {
				if v.Stamp() != want[i] || binary.LittleEndian.Uint64(v.Bytes()) != want[i] {
					t.Errorf("round %d: record %d is %d, %x, want %d", round, i, v.Stamp(), v.Bytes()[:8], want[i])
				}
			})
		}
		if err := s.Next(); err != nil {
			t.Fatal(err)
		}
	}
}

// While the checkpoint has not come to its point, one record can be set aside
// any number of times, each time in another size: the pool must not run dry.
func TestPoolLasts(t *testing.T) {
	const n, size = 3000, 4096
	s, _ := open(t, n, size, 1, 1, 1)
	rs := newRecords(n, size)
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("the pool ran dry: %v", r)
		}
	}()
	for length := 1; length <= size; length += 1 + length/8 {
		for i := range n {
			write(rs.head(i), 1, length)
		}
		for i := range n {
			s.Save(0, rs.head(i))
		}
		for i := range n {
			s.Drop(0, rs.head(i))
		}
	}
}

// Writers and the checkpointer meet at the latch: what is taken is what was
// there before the round, whole.
func TestConcurrentTake(t *testing.T) {
	const n, size, workers = 50, 64, 3
	s, _ := open(t, n, size, workers, 1, 1)
	rs := newRecords(n, size)
	for round := uint64(1); round <= 30; round++ {
		for i := range n {
			write(rs.head(i), round<<16, size)
		}
		var next atomic.Int64
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for range 100 {
					i := int(next.Add(1)) * 7 % n
					if _, ok := rs.head(i).Lock.TryLock(); !ok {
						continue
					}
					s.Preserve(w, rs.head(i))
					write(rs.head(i), round<<16+1, size/2)
					rs.head(i).Lock.Unlock(0)
				}
			})
		}
		for i := range n {
			s.Take(0, rs.head(i), func(v *record.Version) {
				if v.Stamp() != round<<16 || v.Len() != size || binary.LittleEndian.Uint64(v.Bytes()) != round<<16 {
					t.Errorf("round %d: record %d is %#x of %d bytes", round, i, v.Stamp(), v.Len())
				}
			})
		}
		wg.Wait()
		if err := s.Next(); err != nil {
			t.Fatal(err)
		}
	}
}
