package oracle_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"ckptbench/algorithms/oracle"
)

var levels = []oracle.Level{oracle.Prefix, oracle.Epoch, oracle.Session}

func seeds(n int) uint64 {
	if testing.Short() {
		return uint64(n / 4)
	}
	return uint64(n)
}

func randomWorld(seed uint64, level oracle.Level, unlocked bool) *world {
	return simulate(seed, simConfig{workers: 2 + int(seed%4), keys: 5 + int(seed%11), steps: 240, level: level,
		unlocked: unlocked})
}

// Every correct cut passes, as does the final state, at its own level.
func TestCorrectCutsPass(t *testing.T) {
	realTimeOnly := 0
	for _, level := range levels {
		for seed := range seeds(80) {
			w := randomWorld(seed, level, false)
			h := w.history(t)
			var images []*oracle.Image
			cuts := []uint64{w.randomCut(), w.randomCut(), w.randomCut()}
			slices.Sort(cuts)
			for _, c := range cuts {
				images = append(images, &oracle.Image{Name: fmt.Sprint("cut ", c), Cut: c, State: state(w.cut(c))})
			}
			if err := h.CheckImages(images, oracle.Rules{Level: level}).Err(); err != nil {
				t.Fatalf("%v seed %d: %v", level, seed, err)
			}
			if err := h.Final(state(w.cut(oracle.Unplaced)), oracle.Rules{}).Err(); err != nil {
				t.Fatalf("%v seed %d: final: %v", level, seed, err)
			}
			if level == oracle.Session {
				strict := h.CheckImage(images[1], oracle.Rules{Level: oracle.Prefix})
				if strict.Count(oracle.RealTime) > 0 {
					realTimeOnly++
				}
			}
		}
	}
	if realTimeOnly == 0 {
		t.Error("no session-consistent cut broke real time: the session worlds prove nothing")
	}
}

// mutate breaks an image in one of the ways a checkpoint goes wrong, or leaves
// it nearly right.
func (w *world) mutate(img map[loc]ver, other map[loc]ver) map[loc]ver {
	m := maps.Clone(img)
	locs := slices.SortedFunc(maps.Keys(m), func(a, b loc) int { return (a.table-b.table)*1000 + int(a.key) - int(b.key) })
	for range 1 + w.rng.IntN(3) {
		l := locs[w.rng.IntN(len(locs))]
		v := m[l]
		switch w.rng.IntN(8) {
		case 0: // any transaction's stamp
			v.stamp = w.commits[w.rng.IntN(len(w.commits))].id
		case 1:
			v.stamp = 0
		case 2:
			v.present = !v.present
		case 3:
			delete(m, l)
			continue
		case 4: // nobody's stamp
			v.stamp = 1 + w.rng.Uint64N(1<<20)
		case 5: // one record of another cut
			v = other[l]
		case 6: // a scan that ran across a cut
			for _, l := range locs {
				if w.rng.IntN(2) == 0 {
					m[l] = other[l]
				}
			}
			continue
		case 7: // any set of transactions
			p := 1 + w.rng.IntN(20)
			m = w.image(func(*simTxn) bool { return w.rng.IntN(p) != 0 })
			continue
		}
		m[l] = v
	}
	return m
}

// compare holds the oracle's counts against brute's.
func compare(t *testing.T, what string, r *oracle.Report, want counts) {
	t.Helper()
	data := r.Count(oracle.WriteRead) + r.Count(oracle.WriteWrite) + r.Count(oracle.ReadWrite)
	if data != want[oracle.WriteRead] {
		t.Errorf("%s: %d data violations, want %d\n%v", what, data, want[oracle.WriteRead], r.Err())
	}
	for _, k := range []oracle.Kind{oracle.Stamp, oracle.Presence, oracle.Missing, oracle.Torn, oracle.SessionGap,
		oracle.RealTime, oracle.Claim} {
		if r.Count(k) != want[k] {
			t.Errorf("%s: %d of kind %v, want %d\n%v", what, r.Count(k), k, want[k], r.Err())
		}
	}
}

// The oracle and brute count the same violations, kind by kind, on broken
// images of sound histories and on images of unsound ones.
func TestAgainstBrute(t *testing.T) {
	found := counts{}
	for _, level := range levels {
		for seed := range seeds(100) {
			w := randomWorld(seed, level, seed%5 == 4)
			h := w.history(t)
			b := newBrute(w.commits, w.initial, level)
			for i := range 6 {
				cut := w.randomCut()
				img := w.mutate(w.cut(cut), w.cut(w.randomCut()))
				if w.rng.IntN(4) == 0 {
					cut = w.randomCut()
				}
				want := b.check(img, cut)
				r := h.CheckImage(&oracle.Image{Name: "image", Cut: cut, State: state(img)}, oracle.Rules{Level: level})
				compare(t, fmt.Sprintf("%v seed %d image %d", level, seed, i), r, want)
				if t.Failed() {
					return
				}
				for k, n := range want {
					found[k] += btoi(n > 0)
				}
			}
		}
	}
	t.Logf("images by kind: %v", found)
	for _, k := range []oracle.Kind{oracle.Stamp, oracle.Presence, oracle.Missing, oracle.Torn, oracle.WriteRead,
		oracle.SessionGap, oracle.RealTime, oracle.Claim} {
		if found[k] < 10 {
			t.Errorf("only %d images with kind %v: the test has lost its teeth", found[k], k)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// The check of the history agrees with brute on histories made without locks.
func TestSerializableAgainstBrute(t *testing.T) {
	cyclic := 0
	for seed := range seeds(200) {
		w := simulate(seed, simConfig{workers: 3, keys: 4, steps: 150, unlocked: seed%4 != 0})
		got := w.history(t).Check(oracle.Rules{Level: oracle.Session}).Count(oracle.Cycle) > 0
		want := newBrute(w.commits, w.initial, oracle.Prefix).cyclic()
		if got != want {
			t.Fatalf("seed %d: cycle %v, want %v", seed, got, want)
		}
		if seed%4 == 0 && got {
			t.Fatalf("seed %d: two-phase locking made a cycle", seed)
		}
		cyclic += btoi(got)
	}
	t.Logf("%d histories with a cycle", cyclic)
	if cyclic < 5 {
		t.Errorf("only %d histories with a cycle: the test has lost its teeth", cyclic)
	}
}
