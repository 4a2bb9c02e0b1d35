package bench

import (
	"errors"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// measured runs the measured part of a trial of the first point alone: no recorded run
// has looked at the algorithm before. It runs again, each time for longer, where nothing was
// found, and the trial did not get as far as enough says: the machine stood still.
func measured(t *testing.T, text string, entry algorithms.Entry, enough func(*result.Trial) bool) (
	out *result.Trial, err error) {
	t.Helper()
	return measuredWith(t, text, entry, enough, nil)
}

// measuredWith is measured with a fault that is planted in the store.
func measuredWith(
	t *testing.T, text string, entry algorithms.Entry, enough func(*result.Trial) bool, planted func(*store.Options),
) (out *result.Trial, err error) {
	t.Helper()
	for n := range 2 * attempts {
		if out, err = measuredOnce(t, text, entry, planted, 1+n); err != nil || enough(out) {
			break
		}
	}
	return out, err
}

// checkpoints is enough for measured: at least so many were taken.
func checkpoints(least int) func(*result.Trial) bool {
	return func(out *result.Trial) bool { return finished(out) >= least }
}

// measuredOnce is measuredWith once, for so many times as long as the text says.
func measuredOnce(
	t *testing.T, text string, entry algorithms.Entry, planted func(*store.Options), times int,
) (*result.Trial, error) {
	t.Helper()
	c := cell{Experiment: parse(t, text).Cells()[0].Experiment, calm: true}
	c.Duration *= config.Duration(times)
	decks, err := c.decks(1, 1, "measure", c.traceOps(c.Warmup+c.Duration))
	if err != nil {
		t.Fatal(err)
	}
	out := &result.Trial{Status: result.OK, Verdict: result.Verdict{Mode: string(c.Verify)}}
	x := &trial{cell: c, entry: entry, decks: decks, dir: t.TempDir(), out: out, planted: planted}
	return out, x.measure(t.Context())
}

// fast takes many checkpoints.
const fast = `
records: 5k
record_size: 100
workers: 2
workload: {name: WORKLOAD}
duration: 400ms
warmup: 10ms
bucket: 50ms
trials: 1
recover: true
checkpoint: {first: 5ms, interval: 12ms}
algorithms: [naive-copy]
`

// tries is how often each fault has to be found. All were found in 10 of 10; two show
// that it is no luck.
const tries = 2

// Faults that only measured images have are found there, in every try, and named: the
// record and the transaction.
func TestFaultsOfMeasuredImages(t *testing.T) {
	naive, _ := algorithms.Find("naive-copy")
	reverted := func(r store.Rec, v *store.Version) { // every field that its last writer did not write is as loaded
		const size = 10
		b := v.Bytes()
		for at := 0; at < len(b); at += size {
			if x, _ := uniform(b[at : at+size]); x != v.Stamp() {
				fill(b[at:at+size], loaded(r.Key()))
			}
		}
	}
	one := func(key uint64, change func(v *store.Version)) func(store.Rec, *store.Version) {
		return func(r store.Rec, v *store.Version) {
			if r.Key() == key {
				change(v)
			}
		}
	}
	for _, x := range []struct {
		name, workload string
		fault          fault
		want           string // of the error
	}{
		{"torn from the sixth checkpoint", "calc", fault{from: 6, torn: true},
			`transaction 0x[0-9a-f]+ of worker \d+ is (torn: record \d+|in the image \(record \d+)`},
		{"fields reverted", "ycsb-a, fields: 10, keys: 4", fault{from: 1, change: reverted},
			`record \d+, last written by transaction 0x[0-9a-f]+ of worker \d+.* field \d`},
		{"clock left before the body", "calc, long: {share: 1%, keys: 50, hold: 4ms}", fault{from: 1, hasty: true},
			`transaction 0x[0-9a-f]+ of worker \d+ .*record \d+|record \d+ .*transaction 0x[0-9a-f]+`},
		{"one record torn", "calc", fault{from: 1, change: one(7, func(v *store.Version) { v.Bytes()[99]++ })},
			`record 7, last written by .* field 0`},
		{"one record missing", "calc", fault{from: 1, change: one(7, func(v *store.Version) { *v = store.Version{} })},
			`record 7`},
	} {
		t.Run(x.name, func(t *testing.T) {
			if x.fault.hasty {
				skipUnderDetector(t)
			}
			want := regexp.MustCompile(x.want)
			e := naive
			e.New = newSpoiled(x.fault)
			text := strings.Replace(fast, "WORKLOAD", x.workload, 1)
			if racing && x.fault.from > 1 { // so many checkpoints take longer
				text = strings.Replace(text, "duration: 400ms", "duration: 2s", 1)
			}
			for try := range tries {
				out, err := measured(t, text, e, checkpoints(x.fault.from+2))
				var wrong *wrongImage
				if !errors.As(err, &wrong) || !want.MatchString(err.Error()) {
					t.Fatalf("try %d: %v, after %+v", try, err, out.Verdict)
				}
				if try == 0 {
					t.Log(err)
				}
			}
		})
	}
}

// An image that is not new is found, though it is right in itself.
func TestStaleImage(t *testing.T) {
	c := cell{Experiment: parse(t, strings.Replace(fast, "WORKLOAD", "calc", 1)).Cells()[0].Experiment}
	decks, err := c.decks(1, 1, "measure", 1000)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := algorithms.Find("naive-copy")
	s, err := c.openLoaded(e, t.TempDir(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	r := c.newRun()
	var drivers []*driver
	for i, d := range decks {
		drivers = append(drivers, c.newDriver(r, s, i, d))
	}
	keepJournals(drivers, journalRoom)
	defer closeJournals(drivers)
	some := func() {
		for _, d := range drivers {
			for range 50 {
				if err := d.next(); err != nil {
					t.Fatal(err)
				}
			}
			d.worker.Flush()
		}
	}
	some()
	first := take(t.Context(), s)
	some()
	second := take(t.Context(), s)
	if err := errors.Join(first.err, second.err); err != nil {
		t.Fatal(err)
	}
	first.kept, second.kept = []string{first.report.Image.Path}, []string{second.report.Image.Path}
	x := newExam(c, e, r, drivers, decks)
	if how, err := x.image(t.Context(), first); err != nil || how.Whole != 1 {
		t.Fatal(how, err)
	}
	stale := second
	stale.kept, stale.report.Image = first.kept, first.report.Image
	if _, err := x.image(t.Context(), stale); err == nil ||
		!strings.Contains(err.Error(), "had committed before the checkpoint was asked for") {
		t.Errorf("the first image in the second's place: %v", err)
	}
	x = newExam(c, e, r, drivers, decks)
	for _, k := range []taken{first, second} {
		if _, err := x.image(t.Context(), k); err != nil {
			t.Error(err)
		}
	}
	if err := x.final(s); err != nil {
		t.Error(err)
	}
}

// skipUnderDetector skips a test that plants a fault: releasing locks early, or waiting for
// nobody, is a data race by itself, which the detector would report.
func skipUnderDetector(t *testing.T) {
	t.Helper()
	if racing {
		t.Skip("what is planted is a data race")
	}
}

// Locks that are released before a transaction has done anything show in the images of an
// algorithm that lets transactions run during a capture and of one that does not: two of
// them wrote the same records at once. (Released after its body and before its commit, they
// cannot show in an image of the second kind: when such an image is made no transaction is
// between the two.)
func TestLocksReleasedInMeasuredRuns(t *testing.T) {
	skipUnderDetector(t)
	text := strings.Replace(fast, "WORKLOAD", "calc, keys: 8", 1)
	want := regexp.MustCompile(`record \d+|transaction 0x[0-9a-f]+ of worker \d+`)
	unlocked := func(o *store.Options) {
		var begun atomic.Uint32
		o.Drill = &store.Drill{Unlocked: true, Pause: func(_ int, at store.Moment) {
			if at == store.Begun && begun.Add(1)%64 == 0 {
				time.Sleep(50 * time.Microsecond) // others overtake it
			}
		}}
	}
	for _, name := range []string{"naive-copy", "calc"} {
		e, _ := algorithms.Find(name)
		for try := range tries {
			out, err := measuredWith(t, text, e, checkpoints(1), unlocked)
			var wrong *wrongImage
			if !errors.As(err, &wrong) || !want.MatchString(err.Error()) {
				t.Errorf("%s, try %d: %v, after %+v", name, try, err, out.Verdict)
			}
			if try == 0 {
				t.Logf("%s: %v", name, err)
			}
		}
	}
}

// Where the journals are full, images are checked as far as they can be, and counted as
// what they are.
func TestFullJournals(t *testing.T) {
	c := cell{Experiment: parse(t, strings.Replace(fast, "WORKLOAD", "calc", 1)).Cells()[0].Experiment}
	decks, err := c.decks(1, 1, "measure", 1000)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := algorithms.Find("calc")
	out := &result.Trial{}
	for n := 0; n < attempts && finished(out) < 2; n++ { // or the machine stood still
		out = &result.Trial{}
		x := &trial{cell: c, entry: e, decks: decks, dir: t.TempDir(), out: out, room: 1 << 12}
		if err := x.measure(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if how := out.Verdict.How; how.Plausible == 0 || how.Recovered != 1 || how.Sum() != out.Verdict.Images {
		t.Errorf("%+v of %d", how, out.Verdict.Images)
	}
}

// The counts of a trial say how its images were checked.
func TestHow(t *testing.T) {
	for name, ways := range map[string]func(h result.How) []int{
		"calc":    func(h result.How) []int { return []int{h.Whole, h.Records, h.Plausible} },
		"pcalc":   func(h result.How) []int { return []int{h.Whole, h.Records, h.Plausible} },
		"fuzzy":   func(h result.How) []int { return []int{h.Records, h.Whole, h.Plausible} },
		"pfuzzy":  func(h result.How) []int { return []int{h.Records, h.Whole, h.Plausible} },
		"hekaton": func(h result.How) []int { return []int{h.Whole, h.Records, h.Plausible} },
	} {
		e, _ := algorithms.Find(name)
		text := strings.NewReplacer("WORKLOAD", "calc", "12ms", "30ms").Replace(fast)
		out, err := measured(t, text, e, func(out *result.Trial) bool {
			return finished(out) >= 2 && out.Verdict.How.Sum() > out.Verdict.How.Recovered
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		h := out.Verdict.How
		if n := ways(h); n[0] < 1 || n[1]+n[2] > 0 || h.Oracle != 0 || h.Sum() != out.Verdict.Images {
			t.Errorf("%s: %+v of %d images", name, h, out.Verdict.Images)
		}
	}
}
