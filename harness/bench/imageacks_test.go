package bench

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
	"ckptbench/harness/result"
)

// A fakePrefix is images published by hand: all up to a place, at some time.
type fakePrefix struct {
	places []uint64
	at     []time.Time
	asked  int // calls of DurableAt
}

func (p *fakePrefix) Durable() uint64 {
	if len(p.places) == 0 {
		return 0
	}
	return p.places[len(p.places)-1]
}

func (p *fakePrefix) DurableAt(place uint64) (at time.Time, last uint64) {
	p.asked++
	i, _ := slices.BinarySearch(p.places, place)
	return p.at[i], p.places[i]
}

// publish adds an image that holds all up to a place, some nanoseconds after zero.
func (p *fakePrefix) publish(place, ns uint64) {
	p.places, p.at = append(p.places, place), append(p.at, fakeZero.Add(time.Duration(ns)))
}

func testImageAcks() (*acks, *fakePrefix, *fakeTime) {
	r, f := fakeRun()
	tm := newTimer(r)
	tm.open = true
	p := &fakePrefix{}
	return newImageAcks(p, tm), p, f
}

// Transactions are acknowledged by the first image that holds them, with the time at
// which it was published, a part at each look; those of no image never are.
func TestAcknowledgedByImage(t *testing.T) {
	a, p, f := testImageAcks()
	settle := settling(t, a)
	a.add(1, sec(1), sec(0)+1, 1)
	a.add(1, sec(2), 0, 1)
	a.add(2, sec(3), sec(3), 1)
	a.add(2, sec(20), sec(19), 1)
	a.add(3, sec(30), sec(29), 1)
	settle()
	if responses, n, _ := told(a); n != 0 || responses != 0 || a.waiting != 5 {
		t.Fatalf("%d counted, %d waiting before the first image", n, a.waiting)
	}
	p.publish(1, sec(8))
	p.publish(2, sec(40))
	f.now = sec(70)
	settle()
	responses, n, d := told(a)
	if n != 4 || responses != 3 || !about(d, 37) || a.waiting != 1 || a.released != 4 {
		t.Errorf("%d counted, %d responses, %v the longest, %d waiting; want 4, 3, 37 s and 1", n, responses, d, a.waiting)
	}
	if err := a.finish(); err != nil || a.waiting != 1 {
		t.Errorf("error %v, %d waiting: nobody is to wait for an image", err, a.waiting)
	}
	if n, oldest := a.never(sec(75)); n != 1 || oldest != 45*time.Second {
		t.Errorf("%d never acknowledged, the oldest for %v; want 1 and 45 s", n, oldest)
	}
	p.publish(9, sec(80))
	if n, oldest := a.never(sec(80)); n != 0 || oldest != 0 || a.released != 5 {
		t.Errorf("%d never acknowledged, the oldest for %v, %d released; want 0 and 5", n, oldest, a.released)
	}
}

// A client acknowledges part of an image's transactions at a time, asks for its time
// once, and counts each.
func TestImageIsAcknowledgedInParts(t *testing.T) {
	a, p, _ := testImageAcks()
	const n = 10*imagesPerLook + 1
	for i := range n {
		a.add(1+uint64(i), sec(i), 0, 1)
	}
	p.publish(n, sec(n))
	for looks := 1; looks <= 11; looks++ {
		if err := a.settle(); err != nil {
			t.Fatal(err)
		}
		if want := uint64(min(n, looks*imagesPerLook)); a.released != want {
			t.Fatalf("%d released after %d looks, want %d", a.released, looks, want)
		}
	}
	if _, count, d := told(a); count != n || !about(d, n) || p.asked != 11 {
		t.Errorf("%d counted, %v the longest, its time asked for %d times", count, d, p.asked)
	}
}

// However many transactions an image has to hold, none is acknowledged early, none is
// left out, and no quantile is under-reported, or over-reported by more than entries
// are wide: with places of their own, as CALC's, and with one for many.
func TestThinnedNeverEarly(t *testing.T) {
	for _, alike := range []uint64{1, 3000} {
		rng := rand.New(rand.NewPCG(alike, 7))
		a, p, f := testImageAcks()
		a.ring = a.ring[:64]
		const n = 20_000
		var truth []uint64
		var open [][2]uint64 // place and start of what no image holds yet
		image := func(place uint64) {
			p.publish(place, f.now)
			i := 0
			for ; i < len(open) && open[i][0] <= place; i++ {
				truth = append(truth, f.now-open[i][1])
			}
			open = open[i:]
		}
		for i := range uint64(n) {
			place := 1 + i/alike
			f.now += 1 + rng.Uint64N(20_000)
			open = append(open, [2]uint64{place, f.now})
			a.add(place, f.now, f.now, 1)
			if alike == 1 && rng.IntN(3000) == 0 {
				image(place - rng.Uint64N(min(place, 500)))
			} else if alike > 1 && i%alike == 0 && place > 2 {
				f.now += 1_000_000
				image(place - 2)
			}
			if err := a.settle(); err != nil {
				t.Fatal(err)
			}
		}
		left, _ := a.never(f.now)
		_, response, durable := a.timer.all()
		h := durable.HDR()
		if int(h.TotalCount())+left != n || response.Total() != durable.Total() || left < len(open) {
			t.Fatalf("%d acknowledged, %d responses and %d left of %d; %d are in no image", h.TotalCount(), response.Total(),
				left, n, len(open))
		}
		if late := left - len(open); late*20 > n {
			t.Errorf("%d in an image are not acknowledged: more than a twentieth", late)
		}
		slices.Sort(truth)
		for _, q := range []float64{1, 10, 50, 90, 99, 100} {
			i := max(1, int(q/100*float64(len(truth)))) - 1
			got, want := float64(h.ValueAtQuantile(q)), float64(truth[i])
			if got < want*0.98 {
				t.Errorf("%d transactions at a place: %v %% take %v ns, told %v", alike, q, want, got)
			}
			if alike > 1 && got > want*1.02+2*float64(a.within) {
				t.Errorf("%d transactions at a place: %v %% take %v ns, told %v, and entries are %d wide", alike, q, want,
					got, a.within)
			}
		}
		if a.coarse != (alike == 1) {
			t.Errorf("%d transactions at a place: coarse is %t", alike, a.coarse)
		}
	}
}

// Each transaction of a trial that was due is answered by an image, was given up, or is
// counted as never durable; with a baseline nothing is durable.
func TestTrialByCheckpoint(t *testing.T) {
	text := strings.NewReplacer("verify_duration: 100ms", "verify: off", "warmup: 20ms", "warmup: 0s",
		"checkpoint: {first: 30ms, interval: 100ms}", "durability: checkpoint").Replace(small)
	for _, name := range []string{"none", "naive", "calc", "cpr", "lineairdb", "pcalc"} {
		for _, rate := range []string{"", "rate: 20k/s\n"} {
			e := parse(t, text+rate+"algorithms: ["+name+"]\n")
			cell := cell{Experiment: e.Cells()[0].Experiment}
			decks, err := cell.decks(1, 1, "test", 1<<12)
			if err != nil {
				t.Fatal(err)
			}
			entry, _ := algorithms.Find(name)
			tr := &trial{cell: cell, entry: entry, decks: decks, dir: t.TempDir(), out: &result.Trial{}, rate: cell.Rate.Of(0)}
			if err := tr.measure(t.Context()); err != nil {
				t.Fatal(err)
			}
			checkByCheckpoint(t, name+" "+rate, tr)
		}
	}
}

func checkByCheckpoint(t *testing.T, what string, tr *trial) {
	t.Helper()
	out := tr.out
	if tr.entry.Baseline {
		if out.Log != "" || out.Durable != nil || out.NeverDurable != 0 {
			t.Errorf("%s: log %q, durable %+v, %d never", what, out.Log, out.Durable, out.NeverDurable)
		}
		return
	}
	var released, waiting, due uint64
	for _, tm := range tr.timers {
		released += tm.acks.released
		waiting += uint64(tm.acks.waiting)
	}
	for _, d := range tr.drivers {
		if d.arrivals != nil {
			due += d.arrivals.due
		}
	}
	if n := tr.store.Counts().Commits; released+waiting != n || waiting != out.NeverDurable ||
		out.Log != string(config.DurabilityCheckpoint) {
		t.Errorf("%s: %d acknowledged and %d not, of %d commits; %d never durable, by %q", what, released, waiting, n,
			out.NeverDurable, out.Log)
	}
	if released > 0 && (out.Durable == nil || len(out.DurableHGRM) == 0) {
		t.Errorf("%s: %d acknowledged, and durable latencies %+v", what, released, out.Durable)
	}
	if waiting > 0 && (out.NeverOldest <= 0 || out.NeverOldest > 60) {
		t.Errorf("%s: the oldest of those never durable waited %v s", what, out.NeverOldest)
	}
	if tr.rate == 0 {
		return
	}
	answered := uint64(0)
	if out.Response != nil {
		answered = out.Response.Count
	}
	if answered+out.NeverDurable != due {
		t.Errorf("%s: %d answered and %d never, of %d due", what, answered, out.NeverDurable, due)
	}
}

// What an interrupted trial never acknowledged has waited no longer than the trial ran.
func TestTrialByCheckpointInterrupted(t *testing.T) {
	text := strings.NewReplacer("verify_duration: 100ms", "verify: off", "duration: 250ms", "duration: 1h",
		"checkpoint: {first: 30ms, interval: 100ms}", "durability: checkpoint").Replace(small)
	e := parse(t, text+"algorithms: [calc]\n")
	cell := cell{Experiment: e.Cells()[0].Experiment}
	decks, err := cell.decks(1, 1, "test", 1<<12)
	if err != nil {
		t.Fatal(err)
	}
	entry, _ := algorithms.Find("calc")
	tr := &trial{cell: cell, entry: entry, decks: decks, dir: t.TempDir(), out: &result.Trial{}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	tr.progress = func(b result.Bucket, _ string) {
		if b.Measured() && b.Commits > 0 {
			cancel()
		}
	}
	start := time.Now()
	if err := tr.measure(ctx); err != nil {
		t.Fatal(err)
	}
	if most := time.Since(start).Seconds(); tr.out.NeverDurable == 0 || tr.out.NeverOldest <= 0 ||
		tr.out.NeverOldest > most {
		t.Errorf("%d never durable, the oldest for %v s of %v", tr.out.NeverDurable, tr.out.NeverOldest, most)
	}
}

// Every algorithm in the table whose images need no log runs with them as its only
// durability, one after the other from the warm-up on, and is verified.
func TestEveryAlgorithmByCheckpoint(t *testing.T) {
	var names []string
	for _, e := range algorithms.All() {
		if e.DurableByImage() &&
			(!testing.Short() || slices.Contains([]string{"naive", "calc", "cpr", "lineairdb"}, e.Name)) {
			names = append(names, e.Name)
		}
	}
	text := strings.NewReplacer("checkpoint: {first: 30ms, interval: 100ms}", "durability: checkpoint", "duration: 250ms",
		"duration: 100ms").Replace(small)
	e := run1(t, text+"algorithms: [none, "+strings.Join(names, ", ")+"]\n")
	for _, tr := range e.Trials {
		if tr.Algorithm == "none" || tr.Committed == 0 {
			continue
		}
		// What was committed became durable, or on a machine that stood still never did.
		if tr.Status != result.OK || !tr.Verdict.OK || tr.Log != "checkpoint" ||
			tr.Durable == nil && tr.NeverDurable < tr.Committed {
			t.Errorf("%s: %s (%s), by %q, durable %+v, %d of %d never", tr.Algorithm, tr.Status, tr.Error, tr.Log, tr.Durable,
				tr.NeverDurable, tr.Committed)
		}
	}
}
