package judge

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// two is a run of two transactions of two workers on four records: the first writes 0
// and 1, the second 1 and 2.
func two() *world {
	w := &world{l: Layout{Loaded: 4, Keys: 4, Size: 8, FieldSize: 8, Word: word, Fill: fill}}
	first := Txn{ID: 1 << 16, Writes: []Write{{Key: 0, Field: Whole}, {Key: 1, Field: Whole}}}
	second := Txn{ID: 2<<16 | 1, Writes: []Write{{Key: 1, Field: Whole}, {Key: 2, Field: Whole}}}
	w.sessions, w.order = [][]Txn{{first}, {second}}, []int{0, 1}
	return w
}

// records is a state in which records carry these ids, and what a transaction with
// such an id writes.
func records(ids ...uint64) map[uint64]plain {
	state := map[uint64]plain{}
	for k, id := range ids {
		state[uint64(k)] = plain{stamp: id, words: []uint64{id}}
		if id == 0 {
			state[uint64(k)] = plain{words: []uint64{word(uint64(k))}}
		}
	}
	return state
}

// What is wrong with an image is called by its name.
func TestNames(t *testing.T) {
	const a, b = 1 << 16, 2<<16 | 1
	check := func(state map[uint64]plain, before []uint64, want string) {
		t.Helper()
		w := two()
		j := w.judge()
		w.put(t, j, state)
		err := j.Judge(Moments{before, []uint64{1, 1}})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	nobody := []uint64{0, 0}
	check(records(0, 0, 0, 0), nobody, "")
	check(records(a, a, 0, 0), nobody, "")
	check(records(a, b, b, 0), nobody, "")
	check(records(a, 0, 0, 0), nobody, "transaction 0x10000 of worker 0 is torn: record 0")
	check(records(a, a, b, 0), nobody, "transaction 0x20001 of worker 1 is torn: record 2")
	check(records(0, b, b, 0), nobody, "transaction 0x10000 of worker 0 is torn: record 1")
	check(records(0, 0, 0, 0), []uint64{1, 0}, "had committed before the checkpoint was asked for")
	check(records(a, a, 0), nobody, "record 3 is missing; it should be there as the load left it")
}

// A record that an image lacks is missing, though the image before had it.
func TestMissingInTheSecondImage(t *testing.T) {
	const a = 1 << 16
	w := two()
	j := w.judge()
	at := Moments{[]uint64{0, 0}, []uint64{1, 1}}
	w.put(t, j, records(a, a, 0, 0))
	if err := j.Judge(at); err != nil {
		t.Fatal(err)
	}
	w.put(t, j, records(a, a, 0))
	if err := j.Judge(at); err == nil || !strings.Contains(err.Error(), "record 3 is missing") {
		t.Errorf("error %v", err)
	}
}

// A final state has every version of every transaction.
func TestFinalByValue(t *testing.T) {
	const a, b = 1 << 16, 2<<16 | 1
	check := func(want string, ids ...uint64) {
		t.Helper()
		w := two()
		j := w.judge()
		w.put(t, j, records(ids...))
		if err := j.Final(); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v: error %v, want %q", ids, err, want)
		}
	}
	check("", a, b, b, 0)
	check("record 1 is as transaction 0x10000 of worker 0 left it", a, a, b, 0)
	check("record 0 is as the load left it", 0, b, b, 0)
	check("record 3 is by transaction 0x30000", a, b, b, 3<<16)
	check("record 3 is missing", a, b, b)
}

// A worker's count may be behind by up to 16 when an image has ended: what it committed
// since is in the image all the same.
func TestCountsMayBeBehind(t *testing.T) {
	w := run(rand.New(rand.NewPCG(5, 1)), 1, 12, 1, 100, false)
	j := w.judge()
	w.put(t, j, w.states[66])
	if err := j.Judge(Moments{[]uint64{40}, []uint64{50}}); err != nil {
		t.Error(err)
	}
}
