package storetest

import (
	"testing"

	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store"
)

// testUnsound: the suite sees that the images of an algorithm that is wrong on
// purpose are wrong, in what they hold and not only in what they claim.
func testUnsound(t *testing.T, e entry, seed uint64) {
	const tries = 40
	// Many locks a transaction and no long ones: a try finds it 7 times in 8.
	m := mix{keys: 12, shared: 40}
	for i := range uint64(tries) {
		w := open(t, e, plan{workers: 4, tables: []store.TableSpec{table("t", 48, 16, false)}})
		l := w.start(seed+i, m)
		for range 8 {
			l.progress(between)
			w.checkpoint()
		}
		l.progress(between)
		l.end()
		h := w.history()
		r := h.CheckImages(w.images, oracle.Rules{Level: e.Oracle, Limit: 1})
		n := 0
		for _, k := range []oracle.Kind{oracle.Torn, oracle.WriteRead, oracle.WriteWrite, oracle.ReadWrite} {
			n += r.Count(k)
		}
		// Any of the four classes is about what the image holds.
		if n > 0 {
			t.Logf("try %d: %v", i+1, r.Err())
			return
		}
	}
	t.Errorf("nothing wrong was found in %d tries; the suite is too weak", tries)
}
