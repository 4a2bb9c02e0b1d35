package pairs

import (
	"context"
	"math/rand/v2"
	"testing"

	"ckptbench/algorithms/internal/fs/fstest"
)

// A past is the states that were, or may have been, published, by epoch.
type past map[uint64]model

// A moment is what a crash leaves of a disk.
type moment struct {
	disk      *fstest.Mem
	published uint64 // by then
}

// feed applies so many changes to both.
func (h *history) feed(s *Set, m model, n int) (model, error) {
	next := model{}
	for k, r := range m {
		next[k] = r
	}
	for range n {
		c := h.next()
		next.apply(c)
		if err := s.Apply(context.Background(), c); err != nil {
			return next, err
		}
	}
	return next, nil
}

// A crash at any call of the file system loses nothing that was published, and
// what is there is a state that was to be published, whole; it can be gone on
// with from there, and the next state is right.
func TestCrashAnywhere(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rounds := uint64(6)
	if testing.Short() {
		rounds = 2
	}
	for round := range rounds {
		rng := rand.New(rand.NewPCG(seed, round))
		mem := fstest.NewMem()
		var moments []moment
		var published uint64
		disk := fstest.NewFault(mem, func(int, fstest.Call) fstest.Outcome {
			if rng.IntN(3) == 0 {
				moments = append(moments, moment{mem.CrashClone(rng), published})
			}
			return fstest.Outcome{}
		})
		o := small(disk, rng)
		h := history{rng: rand.New(rand.NewPCG(seed, 1000+round)), keys: 30}
		were := past{0: {}}
		s, err := Open(o)
		must(t, err)
		for epoch := uint64(1); epoch < 8; epoch++ {
			next, err := h.feed(s, were[epoch-1], 60)
			must(t, err)
			were[epoch] = next
			must(t, s.Publish(context.Background(), epoch))
			published = epoch
			if epoch == 4 { // so that delta files are begun anew
				s.Close()
				s, err = Open(o)
				must(t, err)
			}
		}
		s.Close()
		for i, m := range moments {
			m.check(t, i, were, o, &h)
		}
	}
}

// check opens what a crash left, and goes on from it.
func (m moment) check(t *testing.T, i int, were past, o Options, h *history) {
	t.Helper()
	must(t, m.disk.MkdirAll(dir))
	found, err := Verify(context.Background(), m.disk, dir)
	must(t, err)
	// before the first there is none
	if names := bad(found); len(names) > 0 && (m.published > 0 || names[0] != manifestName) {
		t.Fatalf("crash %d: Verify finds\n%s", i, found)
	}
	got, epoch := loaded(t, m.disk)
	if epoch < m.published {
		t.Fatalf("crash %d: epoch %d is there, %d was published", i, epoch, m.published)
	}
	if d := got.differs(were[epoch]); d != "" {
		t.Fatalf("crash %d: epoch %d: %s", i, epoch, d)
	}
	o.FS = m.disk
	s, err := Open(o)
	must(t, err)
	defer s.Close()
	next, err := h.feed(s, got, 40)
	must(t, err)
	must(t, s.Publish(context.Background(), epoch+1))
	again, _ := loaded(t, m.disk)
	if d := again.differs(next); d != "" {
		t.Fatalf("crash %d: after epoch %d: %s", i, epoch, d)
	}
}

// Whichever call fails, the state published before it is there, or the one that
// was about to be; a Set opened after it goes on from there.
func TestFaults(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	step := 1
	if testing.Short() {
		step = 7
	}
	for n := 1; ; n += step {
		mem := fstest.NewMem()
		o := Options{Dir: dir, Target: 600, BlockBytes: 150, Window: 1500, MaxValue: 64}
		h := history{rng: rand.New(rand.NewPCG(seed, 1)), keys: 30}
		for _, done := range []bool{false, true} {
			f := fstest.NewFault(mem, fstest.At(n, fstest.Outcome{Err: fstest.NoSpace().Err, Done: done}))
			o.FS = f
			m := untilFault(t, o, &h, mem)
			if f.Calls() < n {
				return
			}
			o.FS = mem
			s, err := Open(o)
			must(t, err)
			next, err := h.feed(s, m, 30)
			must(t, err)
			must(t, s.Publish(context.Background(), s.Epoch()+1))
			got, _ := loaded(t, mem)
			if d := got.differs(next); d != "" {
				t.Fatalf("after call %d failed (done: %v): %s", n, done, d)
			}
			s.Close()
			mem = fstest.NewMem()
		}
	}
}

// untilFault feeds and publishes until something fails, and returns the state
// that is there then: one of those published, or about to be. A call may fail
// unnoticed, such as the closing of what was synced, if all is well.
func untilFault(t *testing.T, o Options, h *history, mem *fstest.Mem) model {
	t.Helper()
	were := past{0: {}}
	epoch, err := until(o, h, were)
	must(t, mem.MkdirAll(dir))
	got, at := loaded(t, mem)
	if d := got.differs(were[at]); d != "" || at < epoch {
		t.Fatalf("after %v: epoch %d is there, %d was published: %s", err, at, epoch, d)
	}
	return got
}

// until returns the last epoch published, and what failed then.
func until(o Options, h *history, were past) (epoch uint64, err error) {
	s, err := Open(o)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	for ; epoch < 5; epoch++ {
		next, err := h.feed(s, were[epoch], 50)
		if err != nil {
			return epoch, err
		}
		were[epoch+1] = next
		if err := s.Publish(context.Background(), epoch+1); err != nil {
			return epoch, err
		}
	}
	return epoch, nil
}

// A manifest may be in place and not durable, when the folder could not be
// synced. Who opens the pairs then must not remove what the manifest before it
// names, until it is.
func TestCrashAfterFailedPublish(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	mem := fstest.NewMem()
	renamed := false
	o := Options{Dir: dir, Target: 300, BlockBytes: 100}
	o.FS = fstest.Hook(mem, func(c fstest.Call) fstest.Outcome {
		if renamed = renamed || c.Op == "rename"; renamed && c.Op == "syncdir" {
			return fstest.NoSpace()
		}
		return fstest.Outcome{}
	})
	h := history{rng: rand.New(rand.NewPCG(seed, 1)), keys: 12}
	were := past{0: {}}
	publish := func(s *Set, epoch uint64) error {
		next, err := h.feed(s, were[epoch-1], 60)
		must(t, err)
		were[epoch] = next
		return s.Publish(context.Background(), epoch)
	}
	good := o
	good.FS = mem
	s, err := Open(good)
	must(t, err)
	for epoch := uint64(1); epoch < 4; epoch++ {
		must(t, publish(s, epoch))
	}
	s.Close()
	s, err = Open(o)
	must(t, err)
	if err := publish(s, 4); err == nil || !renamed {
		t.Fatalf("published though the folder could not be synced: %v", err)
	}
	s.Close()
	rng := rand.New(rand.NewPCG(seed, 2))
	good.FS = fstest.Hook(mem, func(fstest.Call) fstest.Outcome {
		for range 4 {
			got, epoch := loaded(t, mem.CrashClone(rng))
			if d := got.differs(were[epoch]); d != "" || epoch < 3 {
				t.Errorf("epoch %d after a crash: %s", epoch, d)
			}
		}
		return fstest.Outcome{}
	})
	s, err = Open(good)
	must(t, err)
	must(t, publish(s, 5))
	s.Close()
}
