package bench

import (
	"errors"
	"strings"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/store"
	"ckptbench/harness/result"
)

// still returns a trial of naive-copy with a fault, whose store is loaded and in which
// nothing has run yet.
func still(t *testing.T, f fault) *trial {
	t.Helper()
	c := cell{Experiment: parse(t, strings.Replace(fast, "WORKLOAD", "calc", 1)).Cells()[0].Experiment}
	decks, err := c.decks(1, 1, "measure", 1000)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := algorithms.Find("naive-copy")
	e.New = newSpoiled(f)
	x := &trial{cell: c, entry: e, decks: decks, dir: t.TempDir(), out: &result.Trial{}}
	if x.store, err = c.openLoaded(e, x.dir, nil, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.store.Close() })
	x.prepare()
	return x
}

// overwrite has a transaction write a record that no client knows of.
func overwrite(t *testing.T, s *store.Store, key uint64) {
	t.Helper()
	err := s.Worker(0).Do(&store.Request{
		Access: []store.Access{{Key: key, Mode: store.Exclusive}},
		Body:   func(tx *store.Txn) error { tx.Write(0, store.Whole, make([]byte, 100)); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

// The state recovered is compared with memory, record by record.
func TestRecoveredIsCompared(t *testing.T) {
	x := still(t, fault{from: 1 << 30})
	if err := x.compareRecovered(t.Context()); err != nil || x.out.Verdict.How.Recovered != 1 {
		t.Fatalf("%v, %+v", err, x.out.Verdict)
	}
	x = still(t, fault{from: 1, change: func(r store.Rec, v *store.Version) {
		if r.Key() == 7 {
			v.Bytes()[99]++
		}
	}})
	err := x.compareRecovered(t.Context())
	var wrong *wrongImage
	if wantError(t, err, "the state recovered differs from memory in 1 records"); !errors.As(err, &wrong) ||
		x.out.Verdict.How.Recovered != 0 {
		t.Errorf("%T, %+v", err, x.out.Verdict)
	}
}

// An image with fewer records than were written, or more, is wrong, whether it can be
// judged or only looked at.
func TestImageCountsItsRecords(t *testing.T) {
	x := still(t, fault{from: 1 << 30})
	exam := newExam(x.cell, x.entry, x.run, x.drivers, x.decks)
	k := take(t.Context(), x.store)
	k.kept = []string{k.report.Image.Path}
	if _, err := exam.image(t.Context(), k); err != nil || k.err != nil {
		t.Fatal(err, k.err)
	}
	if err := exam.plausible(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	for _, n := range []uint64{4999, 5001} {
		k.report.Image.Records = n
		exam.laid = nil
		_, err := exam.image(t.Context(), k)
		wantError(t, err, "holds 5000 records")
		wantError(t, exam.plausible(t.Context(), k), "holds 5000 records")
	}
}

// Of images that cannot be judged no record goes back, nor is one there twice.
func TestStampsDoNotGoBack(t *testing.T) {
	s := newStamps(cell{Experiment: parse(t, small)})
	see := func(image uint32, stamp uint64, want string) {
		t.Helper()
		s.image = image
		if err := s.see(3, stamp); want != "" {
			wantError(t, err, want)
		} else if err != nil {
			t.Error(err)
		}
	}
	see(1, 10, "")
	see(2, 10, "")
	see(3, 11, "")
	see(4, 10, "by a later one, 0xb, in the image before")
	see(4, 12, "record 3 is in the image twice")
	if err := s.see(1<<40, 1); err != nil {
		t.Errorf("a record that was inserted: %v", err)
	}
}

// Memory after the run is judged: by what the clients committed, and in a recorded run
// by what was recorded.
func TestFinalStateIsJudged(t *testing.T) {
	x := still(t, fault{from: 1 << 30})
	exam := newExam(x.cell, x.entry, x.run, x.drivers, x.decks)
	if err := exam.final(x.store); err != nil {
		t.Fatal(err)
	}
	v := &verification{
		cell: x.cell, entry: algorithms.Entry{Baseline: true}, store: x.store,
		recorder: oracle.NewRecorder(2, 0), initial: oracle.Ranges{{Count: 5000}},
		run: x.run, drivers: x.drivers, decks: x.decks,
	}
	if err := v.judge(t.Context()); err != nil {
		t.Fatal(err)
	}
	overwrite(t, x.store, 7)
	exam = newExam(x.cell, x.entry, x.run, x.drivers, x.decks)
	wantError(t, exam.final(x.store), "record 7 is by transaction")
	wantError(t, v.judge(t.Context()), "memory after the run: oracle:")
}

// Images in which nothing got on prove nothing, where transactions wrote.
func TestRecordedImagesGetOn(t *testing.T) {
	r := oracle.NewRecorder(1, 0)
	log := r.Worker(0)
	for id := uint64(1); id < 5; id++ {
		log.Begin()
		log.Write(0, id)
		log.Commit(id, id)
	}
	h, err := r.History(oracle.Ranges{{Count: 8}})
	if err != nil {
		t.Fatal(err)
	}
	image := func(in uint64) *oracle.Image {
		s := oracle.NewState(1, nil)
		for key := range uint64(8) {
			stamp := uint64(0)
			if key <= in {
				stamp = key
			}
			s.Shard(0).Put(0, key, stamp, true, nil)
		}
		return &oracle.Image{Name: "x", Cut: in, State: s}
	}
	for _, c := range []struct {
		in   []uint64
		want string
	}{
		{[]uint64{1, 2}, ""}, {[]uint64{0, 2}, "0 writing transactions are in"},
		{[]uint64{1, 4}, "0 writing transactions are out"},
		{[]uint64{2, 2}, "0 more writing transactions in"},
	} {
		v := &verification{}
		for _, in := range c.in {
			v.images = append(v.images, image(in))
		}
		if err := v.judgeImages(h, oracle.Rules{}); c.want != "" {
			wantError(t, err, c.want)
		} else if err != nil {
			t.Error(err)
		}
	}
}
