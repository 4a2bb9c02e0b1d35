package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/none"
	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store"
)

// testChain: many partial images and collapses back to back, with records that
// come and go, some checkpoints cancelled between: every state that a chain can
// be read back to is consistent, before a collapse and after it, and a collapse
// changes none.
func testChain(t *testing.T, e entry, seed uint64) {
	m := usual
	// Many deletions: tombstones have to survive a collapse.
	m.gone, m.keys = 40, 3
	for _, base := range []bool{false, true} {
		t.Run(fmt.Sprintf("base=%v", base), func(t *testing.T) {
			w := open(t, e, plan{workers: 3, streams: 2, collapse: noCollapse,
				tables: []store.TableSpec{table("t", 40, 60, base), table("u", 40, 30, !base)}})
			l := w.start(seed, m)
			longest := 0
			for i := range few(20) {
				if l.progress(between); i%4 == 3 {
					// A checkpoint that is cancelled at a place that changes with i.
					l.failing(looks(int64(2+i)), context.Canceled)
				}
				r := w.checkpoint()
				longest = max(longest, r.Chain)
				if i%3 != 2 {
					continue
				}
				// A collapse must not change what is recovered.
				before, was := w.images[len(w.images)-1].State, w.s.Collapses().N
				w.must(w.s.Collapse(context.Background(), base))
				w.same("collapsed state", w.readBack(r.Image.Point), before)
				if w.s.Collapses().N == was && r.Chain > 2 {
					t.Errorf("a chain of %d images was not collapsed", r.Chain)
				}
			}
			l.progress(between)
			l.end()
			if c := w.s.Collapses(); longest < 3 || c.N == 0 || c.Read == 0 || c.Written == 0 || c.Inputs < 2*c.N {
				t.Errorf("the longest chain was of %d images; collapses: %+v", longest, c)
			}
			// Fewer transactions than usual may lie between two images, as some failed.
			w.verify(afterFailures)
		})
	}
}

// testPartialIsPart: an image holds what was written since the one before,
// deletes included, and no more, or where it is of pages not much more; that of a
// cancelled checkpoint goes into the next.
func testPartialIsPart(t *testing.T, e entry, seed uint64) {
	records := uint64(400)
	if e.Paged {
		records = 4000 // on some thirty pages
	}
	w := open(t, e, plan{collapse: noCollapse, tables: []store.TableSpec{table("t", 40, records, false)}})
	c := w.client(0, seed, usual)
	c.many(100)
	full := w.checkpoint()
	if full.Image.Base != 0 || full.Chain != 1 {
		t.Fatalf("the first image is based on %d", full.Image.Base)
	}
	// Odd keys are written, even ones deleted.
	set := func(keys ...uint64) {
		for _, k := range keys {
			q := store.Request{Access: []store.Access{{Key: k, Mode: store.Exclusive}}, Body: func(tx *store.Txn) error {
				if k%2 == 0 {
					tx.Delete(0)
				} else {
					tx.Write(0, store.Whole, []byte("written again, and not by a client"))
				}
				return nil
			}}
			w.must(w.s.Worker(0).Do(&q))
		}
	}
	check := func(chain int, keys ...uint64) {
		t.Helper()
		r, err := w.s.Checkpoint(context.Background())
		w.must(err)
		n := r.Image.Records + r.Image.Tombstones
		// An image of pages has the other records of those pages too.
		enough := n == uint64(len(keys)) || e.Paged && n > uint64(len(keys)) && n < full.Image.Records/2 && len(keys) > 0
		if !enough || r.Image.Base == 0 || r.Chain != chain {
			t.Errorf("%d records in an image based on %d, in a chain of %d; want those of %v, in a chain of %d",
				n, r.Image.Base, r.Chain, keys, chain)
		}
		_, state, err := w.recover(w.mem)
		w.must(err)
		w.same("recovered state", state, stateOf(w.s))
	}
	// Each check is one image, and the chain gets longer by one.
	set(3, 4, 5)
	check(2, 3, 4, 5)
	set(7)
	check(3, 7)
	check(4)
	// What a cancelled checkpoint had begun to take has to be in the next one.
	set(1, 2)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := w.s.Checkpoint(ctx); err == nil {
		t.Fatal("a cancelled checkpoint succeeded")
	}
	set(9)
	check(5, 1, 2, 9)
	set(9)
	check(6, 9)
}

// testBrokenChain: where a link of a chain is damaged, recovery names it and
// gives the state of the link before, never a mix of both sides of the damage.
func testBrokenChain(t *testing.T, e entry, seed uint64) {
	w := open(t, e, plan{collapse: noCollapse, tables: []store.TableSpec{table("t", 1000, 100, true)}})
	m := usual
	// Writes all over the table, so that each partial image has several blocks.
	m.skew, m.long = false, 0
	c := w.client(0, seed, m)
	var states []*oracle.State
	for range 5 {
		c.many(100)
		states = append(states, w.readBack(w.checkpoint().Image.Point))
	}
	w.close()
	set, _, err := image.Latest(w.mem, imageDir)
	w.must(err)
	// One link after another is damaged, the others being whole.
	for broken := 1; broken < len(set.Images); broken++ {
		name := set.Images[broken].Path
		b, err := fs.ReadFile(w.mem, name, 1<<30)
		w.must(err)
		if len(b) < 6*fs.Align {
			t.Fatalf("link %d has one block: nothing could be mixed", broken)
		}
		// The header, the first block, the last one, the footer.
		for _, at := range []int{100, fs.Align + 60, len(b) - fs.Align - 100, len(b) - 100} {
			bad := append([]byte(nil), b...)
			bad[at] ^= 1
			w.must(write(w.mem, name, bad))
			s, err := store.Open(store.Options{Algorithm: "none", New: none.New, Tables: w.p.tables, Workers: 1})
			w.must(err)
			src := store.Source{Images: imageDir, FS: w.mem, Parallel: 2}
			if e.NeedsLog {
				src.Log, src.LogTo = logDir, set.Images[broken-1].Point.LogTo
			}
			r, err := s.Recover(context.Background(), src)
			w.must(err)
			// As many links are used as lie below the damage, and the damaged one is named.
			if r.Images != broken || len(r.Problems) == 0 ||
				!strings.Contains(strings.Join(r.Problems, " "), fmt.Sprintf("image-%06d", set.Images[broken].Seq)) {
				t.Errorf("link %d damaged at %d: %d images were used, and the problems are %v", broken, at, r.Images, r.Problems)
			}
			w.same(fmt.Sprintf("state before link %d, damaged at %d", broken, at), stateOf(s), states[broken-1])
			w.must(s.Close())
		}
		// Whole again for the next round.
		w.must(write(w.mem, name, b))
	}
}

// write replaces a file, in place and without a sync: it plays the part of damage.
func write(disk fs.FS, name string, b []byte) error {
	f, err := disk.Create(name, false)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteAt(b, 0)
	return err
}
