package judge

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A session over a slice.
type listed struct{ left []Txn }

func (l *listed) Next(t *Txn) bool {
	if len(l.left) == 0 {
		return false
	}
	*t, l.left = l.left[0], l.left[1:]
	return true
}

func (l *listed) Fork() Session { return &listed{l.left} }

// A plain record is a map from field to word, without the model's arrays.
type plain struct {
	stamp uint64
	words []uint64 // nil: absent
}

// A world is a run: what each worker committed, and the state after each transaction.
type world struct {
	l        Layout
	sessions [][]Txn
	order    []int // the worker of each transaction, in the order committed
	states   []map[uint64]plain
}

const fieldSize = 8

func word(key uint64) uint64 { return key<<40 | 7 }

func fill(dst []byte, x uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], x)
	for i := range dst {
		dst[i] = b[i%8]
	}
}

// run makes a run of n transactions, one after another.
func run(rng *rand.Rand, workers, records, fields, n int, varied bool) *world {
	w := &world{sessions: make([][]Txn, workers)}
	w.l = Layout{Loaded: uint64(records), Keys: uint64(records), Size: fields*fieldSize - 3, FieldSize: fieldSize,
		Varied: varied, Word: word, Fill: fill}
	if varied {
		w.l.Keys += uint64(n)
	}
	state := map[uint64]plain{}
	for k := range uint64(records) {
		words := make([]uint64, fields)
		for i := range words {
			words[i] = word(k)
		}
		state[k] = plain{words: words}
	}
	w.states = append(w.states, clone(state))
	seqs, clocks, next := make([]uint64, workers), map[uint64]uint64{}, uint64(records)
	for range n {
		worker := rng.IntN(workers)
		t := Txn{}
		for range 1 + rng.IntN(4) {
			t.Writes = append(t.Writes, w.draw(rng, fields, &next))
		}
		seq := seqs[worker]
		for _, x := range t.Writes {
			seq = max(seq, clocks[x.Key])
		}
		seq++
		t.ID, seqs[worker] = seq<<16|uint64(worker), seq
		for _, x := range t.Writes {
			clocks[x.Key] = seq
			do(state, t.ID, x, fields)
		}
		w.sessions[worker], w.order = append(w.sessions[worker], t), append(w.order, worker)
		w.states = append(w.states, clone(state))
	}
	return w
}

func (w *world) draw(rng *rand.Rand, fields int, next *uint64) Write {
	x := Write{Key: rng.Uint64N(w.l.Loaded), Field: Whole}
	if fields > 1 && rng.IntN(2) == 0 {
		x.Field = rng.IntN(fields)
	}
	if !w.l.Varied {
		return x
	}
	x.Key = rng.Uint64N(min(*next+1, w.l.Keys)) // the newest may not be there yet
	switch rng.IntN(5) {
	case 0:
		x.Key, x.Field = *next, Whole
		*next++
	case 1:
		x.Delete, x.IfPresent, x.Field = true, true, Whole
	case 2, 3:
		x.IfPresent = true
	}
	return x
}

func do(state map[uint64]plain, id uint64, x Write, fields int) {
	r := state[x.Key]
	if x.IfPresent && r.words == nil {
		return
	}
	r.stamp, r.words = id, slices.Clone(r.words)
	switch {
	case x.Delete:
		r.words = nil
	case x.Field == Whole:
		r.words = make([]uint64, fields)
		for i := range r.words {
			r.words[i] = id
		}
	default:
		for len(r.words) <= x.Field {
			r.words = append(r.words, 0)
		}
		r.words[x.Field] = id
	}
	state[x.Key] = r
}

func clone(state map[uint64]plain) map[uint64]plain {
	c := make(map[uint64]plain, len(state))
	for k, r := range state {
		c[k] = r
	}
	return c
}

// writesBeside reports whether a transaction surely writes another record than k. One
// that writes k alone, and is the next of its worker, may be in an image by itself.
func (w *world) writesBeside(id, k uint64) bool {
	for _, t := range w.sessions[id&0xffff] {
		if t.ID == id {
			return slices.ContainsFunc(t.Writes, func(x Write) bool { return x.Key != k && !x.IfPresent })
		}
	}
	return false
}

// committed returns how many transactions of each worker are among the first n.
func (w *world) committed(n int) []uint64 {
	c := make([]uint64, len(w.sessions))
	for _, worker := range w.order[:n] {
		c[worker]++
	}
	return c
}

func (w *world) judge() *Judge {
	var ss []Session
	for _, s := range w.sessions {
		ss = append(ss, &listed{s})
	}
	return New(w.l, ss)
}

// put puts a state in.
func (w *world) put(t *testing.T, j *Judge, state map[uint64]plain) {
	t.Helper()
	j.Begin()
	j.File()
	for k, r := range state {
		var v []byte
		if r.words != nil {
			v = make([]byte, min(len(r.words)*fieldSize, w.l.Size))
			for i, x := range r.words {
				fill(v[i*fieldSize:min((i+1)*fieldSize, len(v))], x)
			}
		}
		if err := j.Put(k, r.stamp, r.words == nil, v); err != nil {
			t.Fatal(err)
		}
	}
}

// moments are those of an image of the first n transactions.
func (w *world) moments(n int) Moments {
	return Moments{Before: w.committed(max(0, n-10)), After: w.committed(min(len(w.order), n+10))}
}

// eachWorld calls f with runs of all kinds.
func eachWorld(t *testing.T, f func(t *testing.T, rng *rand.Rand, w *world)) {
	for _, fields := range []int{1, 3} {
		for _, varied := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d fields, varied %t", fields, varied), func(t *testing.T) {
				for seed := range uint64(30) {
					rng := rand.New(rand.NewPCG(seed, 0))
					f(t, rng, run(rng, 1+rng.IntN(5), 12, fields, 300, varied))
				}
			})
		}
	}
}

func TestRightImages(t *testing.T) {
	eachWorld(t, func(t *testing.T, rng *rand.Rand, w *world) {
		j := w.judge()
		for n := rng.IntN(100); n < len(w.states); n += rng.IntN(100) {
			w.put(t, j, w.states[n])
			if err := j.Judge(w.moments(n)); err != nil {
				t.Fatalf("the image of the first %d: %v", n, err)
			}
		}
		w.put(t, j, w.states[len(w.order)])
		if err := j.Final(); err != nil {
			t.Fatalf("the last state: %v", err)
		}
	})
}

// An image that mixes versions is right where each record is as some transaction left
// it.
func TestMixedImages(t *testing.T) {
	eachWorld(t, func(t *testing.T, rng *rand.Rand, w *world) {
		j := w.judge()
		earlier := 0
		for n := 60; n+30 < len(w.states); n += 60 {
			mixed := clone(w.states[n])
			for k := range w.states[n+30] {
				at := n + rng.IntN(30)
				if r, ok := w.states[at][k]; ok {
					mixed[k] = r
				}
			}
			w.put(t, j, mixed)
			if err := j.Each(w.committed(earlier), Moments{w.committed(n), w.committed(n + 30)}); err != nil {
				t.Fatalf("the image of %d to %d: %v", n, n+30, err)
			}
			earlier = n
		}
	})
}

// Whatever is changed in an image is found, and named.
func TestFaults(t *testing.T) {
	found := map[string]int{}
	eachWorld(t, func(t *testing.T, rng *rand.Rand, w *world) {
		const n = 150
		for fault, spoil := range faults {
			j := w.judge()
			w.put(t, j, w.states[100])
			if err := j.Judge(w.moments(100)); err != nil {
				t.Fatal(err)
			}
			state := clone(w.states[n])
			key, ok := spoil(rng, w, state, n)
			if !ok {
				continue
			}
			w.put(t, j, state)
			err := j.Judge(w.moments(n))
			if err == nil {
				t.Fatalf("%s: record %d: nothing was found", fault, key)
			}
			found[fault]++
			var value *ValueError
			if errors.As(err, &value) != (fault == "reverted field" || fault == "torn value") {
				t.Errorf("%s: %v", fault, err)
			}
			if !strings.Contains(err.Error(), "record ") ||
				!strings.Contains(err.Error(), "transaction ") && !strings.Contains(err.Error(), "load") {
				t.Errorf("%s: %v names no record and no transaction", fault, err)
			}
		}
	})
	for fault := range faults {
		if found[fault] < 20 {
			t.Errorf("%s was tried %d times", fault, found[fault])
		}
	}
}

// faults change the image of the first n transactions, and return which record.
var faults = map[string]func(rng *rand.Rand, w *world, state map[uint64]plain, n int) (uint64, bool){
	"record missing": func(rng *rand.Rand, w *world, state map[uint64]plain, n int) (uint64, bool) {
		k := rng.Uint64N(w.l.Loaded)
		delete(state, k)
		return k, true
	},
	"older version": func(rng *rand.Rand, w *world, state map[uint64]plain, n int) (uint64, bool) {
		k := rng.Uint64N(w.l.Loaded)
		old := w.states[n-60][k]
		changed := old.stamp != state[k].stamp
		state[k] = old
		return k, changed
	},
	"later version": func(rng *rand.Rand, w *world, state map[uint64]plain, n int) (uint64, bool) {
		k := rng.Uint64N(w.l.Loaded)
		last := w.states[len(w.order)][k]
		changed := last.stamp != state[k].stamp && w.writesBeside(last.stamp, k)
		state[k] = last
		return k, changed
	},
	"stamp of nobody": func(rng *rand.Rand, w *world, state map[uint64]plain, n int) (uint64, bool) {
		k := rng.Uint64N(w.l.Loaded)
		r := state[k]
		r.stamp ^= 1 << 15
		state[k] = r
		return k, true
	},
	"reverted field": func(rng *rand.Rand, w *world, state map[uint64]plain, n int) (uint64, bool) {
		for k, r := range state {
			for i, x := range r.words {
				if x != r.stamp && x != word(k) {
					r.words = slices.Clone(r.words)
					r.words[i] = word(k)
					state[k] = r
					return k, true
				}
			}
		}
		return 0, false
	},
	"torn value": func(rng *rand.Rand, w *world, state map[uint64]plain, n int) (uint64, bool) {
		for k, r := range state {
			if r.words != nil {
				r.words = slices.Clone(r.words)
				r.words[0] ^= 1 << 9
				state[k] = r
				return k, true
			}
		}
		return 0, false
	},
	"deleted record is back": func(rng *rand.Rand, w *world, state map[uint64]plain, n int) (uint64, bool) {
		for k, r := range state {
			if r.words == nil {
				r.words = []uint64{r.stamp}
				state[k] = r
				return k, true
			}
		}
		return 0, false
	},
	"old image": func(rng *rand.Rand, w *world, state map[uint64]plain, n int) (uint64, bool) {
		clear(state)
		for k, r := range w.states[n-40] {
			state[k] = r
		}
		return 0, true
	},
}

// A transaction that is not in, though a later one of its worker is, is found where no
// record is shared.
func TestSessionGap(t *testing.T) {
	l := Layout{Loaded: 4, Keys: 4, Size: 8, FieldSize: 8, Word: word, Fill: fill}
	one := []Txn{{ID: 1 << 16, Writes: []Write{{Key: 0, Field: Whole}}},
		{ID: 2 << 16, Writes: []Write{{Key: 1, Field: Whole}}}}
	w := &world{l: l}
	j := New(l, []Session{&listed{one}})
	state := map[uint64]plain{}
	for k := range uint64(4) {
		state[k] = plain{words: []uint64{word(k)}}
	}
	state[1] = plain{stamp: 2 << 16, words: []uint64{2 << 16}}
	w.put(t, j, state)
	err := j.Judge(Moments{[]uint64{0}, []uint64{2}})
	if err == nil || !strings.Contains(err.Error(), "came before it in its session") {
		t.Error(err)
	}
}

// What is put in twice, or has a key that there is not, is an error at once.
func TestPutRefuses(t *testing.T) {
	j := run(rand.New(rand.NewPCG(1, 1)), 1, 3, 1, 1, false).judge()
	j.Begin()
	j.File()
	if err := errors.Join(j.Put(1, 0, false, nil), j.Put(2, 0, true, nil)); err != nil {
		t.Fatal(err)
	}
	for _, key := range []uint64{1, 2, 3} {
		if j.Put(key, 0, false, nil) == nil {
			t.Errorf("record %d was taken", key)
		}
	}
	j.File() // another file of the same image may hold it again
	if err := j.Put(1, 5<<16, false, nil); err != nil {
		t.Error(err)
	}
}

// What differs in a value is said with the field and its writer.
func TestExplain(t *testing.T) {
	w := run(rand.New(rand.NewPCG(3, 1)), 2, 1, 3, 40, false)
	j := w.judge()
	w.put(t, j, w.states[40])
	if err := j.Final(); err != nil {
		t.Fatal(err)
	}
	v := j.model.value(0, nil)
	if got := j.Explain(0, v); got != "it is right" {
		t.Error(got)
	}
	v[9] ^= 1
	if got := j.Explain(0, v); !strings.Contains(got, "field 1 is") ||
		!strings.Contains(got, name(w.states[40][0].words[1])) {
		t.Error(got)
	}
	if got := j.Explain(0, v[:4]); !strings.Contains(got, "4 bytes") {
		t.Error(got)
	}
}
