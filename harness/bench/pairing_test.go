package bench

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
	"ckptbench/harness/result/paired"
)

// at returns a moment so many milliseconds into a test's own time.
func at(ms int) time.Time { return time.Unix(0, 0).Add(time.Duration(ms) * time.Millisecond) }

// quad returns one of four slices of 10 ms that begins at a moment.
func quadAt(ms int) paired.Quad {
	slice := func(i int) paired.Slice { return paired.Slice{Start: at(ms + 10*i), End: at(ms + 10*i + 10), Rate: 1} }
	return paired.Quad{Base: [2]paired.Slice{slice(0), slice(3)}, Side: [2]paired.Slice{slice(1), slice(2)}}
}

// TestWithin: a quad counts for a capture where it lies between trigger and
// durable, clear of every pause.
func TestWithin(t *testing.T) {
	marks := []store.Mark{
		{At: at(100), Name: store.MarkTrigger}, {At: at(200), Name: store.MarkClosed}, {At: at(200), Name: store.MarkPoint},
		{At: at(250), Name: store.MarkOpened}, {At: at(400), Name: store.MarkCapture}, {At: at(500), Name: store.MarkDurable},
	}
	for begins, want := range map[int]bool{
		50: false, 99: false, 100: true, 159: true, 161: false, 210: false, 230: false, 251: true, 460: true, 461: false,
		600: false,
	} {
		q := quadAt(begins)
		if got := inside(q, marks); got != want {
			t.Errorf("a quad from %d to %d ms: %t, want %t", begins, begins+40, got, want)
		}
	}
	b := within([]paired.Quad{quadAt(50), quadAt(110), quadAt(300)}, store.Report{Marks: marks})
	if len(b.Quads) != 2 {
		t.Errorf("%d quads count, want 2", len(b.Quads))
	}
	if inside(quadAt(300), marks[:5]) {
		t.Error("a quad counts for a capture that never became durable")
	}
}

const pairs = small + `
pair: {most: 3, least: 2, until: 100%, slice: 1ms, quads: 4}
`

// TestPairs: every algorithm but none is measured beside none, its images beside
// the slices are read back, and a resumed run measures nothing again.
func TestPairs(t *testing.T) {
	names, want := "none, none-again, naive, calc, fuzzy-log, pcalc", 5
	if testing.Short() {
		names, want = "none, calc, pcalc", 2
	}
	text := strings.Replace(pairs, "interval: 100ms", "interval: 100ms, disk_rate: 20MB/s", 1) + "algorithms: [" +
		names + "]\n"
	out := t.TempDir()
	o := Options{Out: out, Given: []byte(text), calm: true}
	openings := map[string]int{}
	o.Progress = func(p Progress) {
		if _, n, ok := strings.Cut(p.Doing, ", opening "); ok {
			n, _, _ := strings.Cut(n, " ")
			openings[n]++
			if k, _ := strconv.Atoi(n); k > 1 && openings["1"] != want {
				t.Errorf("%s begins its opening %s before all others had the one before: %v", p.Algorithm, n, openings)
			}
		}
	}
	dir, err := Run(t.Context(), parse(t, text), o)
	if err != nil {
		t.Fatal(err)
	}
	o.Progress = nil
	e, err := result.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Pairs) != want {
		t.Fatalf("%d pairs, want %d", len(e.Pairs), want)
	}
	for i := range e.Pairs {
		p := &e.Pairs[i]
		entry, _ := algorithms.Find(p.Algorithm)
		if beside := map[string]string{"fuzzy-log": "none-log"}[p.Algorithm]; p.Base != beside {
			t.Errorf("%s was measured beside %q, want %q", p.Algorithm, p.Base, beside)
		}
		if p.Status != result.OK || len(p.Openings) < 2 || p.Workers != 2 || p.Slice != 0.001 {
			t.Errorf("%s: %+v", p.Algorithm, p)
		}
		for _, op := range p.Openings {
			if op.Rest.Quads+op.Rest.Dropped < 4 {
				t.Errorf("%s: %d quads at rest and %d dropped", p.Algorithm, op.Rest.Quads, op.Rest.Dropped)
			}
			if !entry.Baseline && op.Pace != 10_000_000 && op.Total != 0 {
				t.Errorf("%s: paced to %d bytes/s, want half the disk's rate", p.Algorithm, op.Pace)
			}
		}
		if !entry.Baseline && p.Images < 1 {
			t.Errorf("%s: %d images beside the slices were read back", p.Algorithm, p.Images)
		}
	}
	for _, r := range e.Aggregate(nil) {
		if r.Algorithm != "none" && r.Pair == nil {
			t.Errorf("the row of %s has no pair", r.Algorithm)
		}
	}
	before, err := os.ReadFile(filepath.Join(dir, "pairs", "calc.json"))
	if err != nil {
		t.Fatal(err)
	}
	o.Resume = true
	if _, err := Run(t.Context(), parse(t, text), o); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(filepath.Join(dir, "pairs", "calc.json")); err != nil || string(after) != string(before) {
		t.Errorf("a resumed run measured the pair of calc again (%v)", err)
	}
}

// TestOpeningFails: a pair that fails is saved as failed, and the others go on.
func TestOpeningFails(t *testing.T) {
	e := parse(t, pairs+"algorithms: [none, calc]\n")
	r := &runner{dir: t.TempDir(), exp: e}
	c := cell{Experiment: e.Cells()[0].Experiment}
	entry, _ := algorithms.Find("calc")
	p := &pairing{cell: c, entry: entry, out: r.newPair(&c, entry)}
	p.decks = func(int) ([]deck, error) { return nil, errors.New("no room for the input") }
	if err := r.opening(t.Context(), p, 1); err != nil || !p.done || len(r.wrong) != 1 {
		t.Fatalf("%v, done %t, %v wrong", err, p.done, r.wrong)
	}
	saved, ok, err := result.LoadPair(r.dir, *p.out)
	if err != nil || !ok || saved.Status != result.Failed || !strings.Contains(saved.Error, "no room for the input") {
		t.Errorf("%+v, %t, %v", saved, ok, err)
	}
	if err := r.opening(t.Context(), p, 2); err != nil || len(r.wrong) != 1 {
		t.Errorf("a pair that failed was opened again: %v, %v", err, r.wrong)
	}
}

// TestBeside: what logs every change where none does not is measured beside none
// under that log, and everything else beside none.
func TestBeside(t *testing.T) {
	for text, want := range map[string]string{
		"calc off": "none", "fuzzy off": "none", "fuzzy-log off": "none-log", "hekaton off": "none-log",
		"none-log off": "none",
		"calc async":   "none", "fuzzy async": "none", "fuzzy-log sync": "none", "none-log async": "none",
	} {
		name, wal, _ := strings.Cut(text, " ")
		e, ok := algorithms.Find(name)
		if got := (cell{Experiment: &config.Experiment{WAL: config.WAL(wal)}}).beside(e); !ok || got != want {
			t.Errorf("%s: beside %s, want %s", text, got, want)
		}
	}
}

// TestLoggedRounds: in a round whatever is logged is compared with none under a log
// as well.
func TestLoggedRounds(t *testing.T) {
	e := run1(t, strings.Replace(small, "verify_duration: 100ms", "verify: off", 1)+
		"algorithms: [none, none-log, calc, fuzzy, fuzzy-log]\n")
	for i := range e.Trials {
		x := &e.Trials[i]
		if want := x.Algorithm == "fuzzy-log"; (x.RelativeLog != nil) != want {
			t.Errorf("%s: of none with a log %v, want one: %t", x.Algorithm, x.RelativeLog, want)
		}
		if x.RelativeLog != nil {
			log := e.At("none-log", nil)[0]
			if got, want := *x.RelativeLog, *x.Throughput / *log.Throughput; got != want || x.Relative == nil {
				t.Errorf("%s: %v of none with a log, want %v", x.Algorithm, got, want)
			}
		}
	}
}

// TestPairWithoutDisk: where nothing limits the disk, the pace is half of what one
// image took beside the algorithm alone.
func TestPairWithoutDisk(t *testing.T) {
	e := run1(t, pairs+"algorithms: [none, calc]\n")
	p := e.PairOf("calc", nil)
	if p == nil || p.Openings[0].Pace <= 1 {
		t.Fatalf("%+v", p)
	}
}

// TestPairFails: an image beside the slices that is wrong withholds the figure.
func TestPairFails(t *testing.T) {
	e := parse(t, pairs+"algorithms: [none, calc]\n")
	c := cell{Experiment: e.Cells()[0].Experiment, calm: true}
	decks, err := c.decks(1, 1, "pair", c.traceOps(openingTrace))
	if err != nil {
		t.Fatal(err)
	}
	entry, _ := algorithms.Find("calc")
	none, _ := algorithms.Find("none")
	sides, err := c.openSides(t.TempDir(), decks, none, entry)
	if err != nil {
		t.Fatal(err)
	}
	base, side := sides[0], sides[1]
	defer func() { _ = errors.Join(base.Close(), side.Close()) }()
	keepJournals(side.drivers, journalRoom)
	p := &pairing{cell: c, entry: entry, out: &result.Pair{}, capture: true, pace: 50_000_000}
	var o result.Opening
	if err := p.captured(t.Context(), base, side, &o); err != nil {
		t.Fatal(err)
	}
	if err := p.readBack(t.Context(), side, decks); err != nil || p.out.Images != 1 {
		t.Fatalf("%d images, %v", p.out.Images, err)
	}
	path := side.last.report.Image.Path
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	var wrong *wrongImage
	if err := p.readBack(t.Context(), side, decks); !errors.As(err, &wrong) || p.out.Images != 1 {
		t.Errorf("a flipped bit: %v", err)
	}
}

// TestPairInterrupted: a pair that is interrupted is kept, marked as such.
func TestPairInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	text := strings.Replace(pairs, "quads: 4", "quads: 1000", 1) + "algorithms: [none, calc]\n"
	o := Options{Out: t.TempDir(), Given: []byte(text), calm: true}
	o.Progress = func(p Progress) {
		if strings.HasPrefix(p.Doing, "beside none") {
			cancel()
		}
	}
	dir, err := Run(ctx, parse(t, text), o)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v, want the interruption", err)
	}
	p, ok, err := result.LoadPair(dir, result.Pair{Algorithm: "calc"})
	if err != nil || !ok || p.Status != result.Partial || p.Settled {
		t.Errorf("%+v, %t, %v", p, ok, err)
	}
}

// TestLongWorker: long transactions on a worker of their own are committed beside
// the others, are in the images, and in no latency.
func TestLongWorker(t *testing.T) {
	e := run1(t, strings.Replace(small, "{name: calc}",
		"{name: calc, long: {every: 40ms, keys: 20, hold: 25ms, apart: 10%}}", 1)+"algorithms: [zigzag]\n")
	x := e.Trials[0]
	if x.Status != result.OK || x.Workers != 2 || x.Service == nil {
		t.Fatalf("%s %s, %d workers", x.Status, x.Error, x.Workers)
	}
	if x.Service.P50 > 20e6 {
		t.Errorf("p50 is %d ns: the long transactions are in the latencies", x.Service.P50)
	}
}
