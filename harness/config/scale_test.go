package config

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const scaledExample = `
scale: 5%
records: 20M
verify_records: 2M
workload: {name: calc, long: {keys: 1000, hold: 2s, share: 0.00001%, apart: 1%}}
duration: 200s
warmup: 5s
bucket: 500ms
checkpoint: {first: 30s, interval: 105s, disk_rate: 125MB/s}
verify_duration: 10s
`

func TestScale(t *testing.T) {
	e := parse(t, scaledExample)
	check := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	check("scale", e.Scale, Scale{Factor: 0.05, Applied: true})
	check("records", e.Records, Count(1_000_000))
	check("verify_records", e.VerifyRecords, Count(100_000))
	check("duration", e.Duration, seconds(10))
	check("warmup", e.Warmup, seconds(1)/4)
	check("bucket", e.Bucket, seconds(1)/40)
	check("first", e.Checkpoint.First, seconds(3)/2)
	check("interval", e.Checkpoint.Interval, seconds(21)/4)
	check("verify_duration", e.VerifyDuration, seconds(1)/2)
	check("long.keys", e.Workload.Long.Keys, 50)
	check("long.hold", *e.Workload.Long.Hold, 100*time.Millisecond)
	check("long.share", *e.Workload.Long.Share, 2e-6)
	// What is no size and no time stays.
	check("long.apart", *e.Workload.Long.Apart, 0.01)
	check("disk_rate", e.Checkpoint.DiskRate, Bandwidth(125e6))
	check("keys", e.Workload.Keys, 10)
	check("record_size", e.RecordSize, Sizes{100, 100})
	check("trials", e.Trials, Count(6))
}

// Below the floors values stay as they are, and zeros keep their meaning.
func TestScaleHasFloors(t *testing.T) {
	e := parse(t, "scale: 0.0001\nrecords: 1M\nduration: 2s\nwarmup: 0s\n"+
		"checkpoint: {interval: back-to-back, first: 5ms}\n"+
		"workload: {name: calc, long: {share: 1%, keys: 4, hold: 0s}}\n")
	if e.Records != 1000 || e.Duration != seconds(1) || e.Warmup != 0 || e.Checkpoint.Interval != 0 ||
		e.VerifyRecords != 0 ||
		e.Checkpoint.First != seconds(1)/200 || e.Bucket != seconds(1)/100 || e.VerifyDuration != seconds(1)/4 {
		t.Errorf("got %+v", e)
	}
	if l := e.Workload.Long; l.Keys != 4 || *l.Hold != 0 || *l.Share != 1 {
		t.Errorf("got %+v, %v, %v", l, *l.Hold, *l.Share)
	}
	if small := parse(t, "scale: 0.01\nrecords: 500"); small.Records != 500 {
		t.Errorf("500 records become %d", small.Records)
	}
}

// Sweeps are scaled as single values are, and so is what a preset gives.
func TestScaleOfMatrixAndPreset(t *testing.T) {
	e := parse(t, "scale: 0.1\nworkload: {name: calc-long}\nmatrix: {records: [10M, 50M], workload.keys: [1, 10]}\n")
	if want := []string{"1M", "5M"}; !slices.Equal(e.Matrix[0].Values, want) {
		t.Errorf("records are %v, want %v", e.Matrix[0].Values, want)
	}
	c := e.Cells()[3].Experiment
	if l := c.Workload.Long; c.Records != 5_000_000 || l.Keys != 100 || *l.Hold != 200*time.Millisecond ||
		*l.Share != 1e-4 {
		t.Errorf("got %d records, %+v", c.Records, l)
	}
	sweep := parse(t, "scale: 0.01\nworkload: {name: calc-long}\n"+
		"matrix: {workload.long.share: [0, 0.000001]}\n").Matrix[0].Values
	if want := []string{"0", "0.0001"}; !slices.Equal(sweep, want) {
		t.Errorf("shares are %v, want %v", sweep, want)
	}
	// 2.5
	if w := parse(t, "scale: 0.05\nworkload: {name: tpcc, warehouses: 50, mix: calc}\n").Workload; w.Warehouses != 3 {
		t.Errorf("%d warehouses", w.Warehouses)
	}
}

// A resolved experiment says that it was scaled, is not scaled again, and
// counts as another.
func TestScaleIsAppliedOnce(t *testing.T) {
	for _, text := range []string{
		scaledExample,
		"scale: 0.1\nworkload: {name: calc-long}\nmatrix: {records: [10M, 50M]}\n",
		"scale: 0.1\nworkload: {name: calc-long}\nmatrix: {workload.keys: [1, 10]}\n",
		"scale: 0.1\nworkload: {name: calc, long: {hold: 3s}}\nmatrix: {workload.long.share: [0, 0.000001]}\n",
		"scale: 0.1\nmatrix: {workload.name: [calc, calc-long, smallbank, tpcc]}\n",
		"scale: 0.05\nworkload: {name: tpcc, warehouses: 50}\n",
		"scale: 0.05\nworkload: {name: tpcc}\n",
		"scale: 1\n",
	} {
		e := parse(t, text)
		checkRoundTrip(t, e)
		for _, c := range e.Cells() {
			checkRoundTrip(t, c.Experiment)
		}
	}
	text, _ := parse(t, scaledExample).Resolved()
	for _, want := range []string{"\nscale: \"0.05 applied\"\n", "\nrecords: 1M\n", "duration: 10s"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if parse(t, "scale: 0.5\nrecords: 1k").Hash() == parse(t, "records: 1k").Hash() {
		t.Error("the scale does not change the hash")
	}
	if parse(t, "scale: 1").Hash() != parse(t, "{}").Hash() {
		t.Error("a scale of 1 changes the hash")
	}
}

// Set scales what was written, not what was derived from it.
func TestSetScale(t *testing.T) {
	e := parse(t, scaledExample)
	set := func(want Count, sets ...string) {
		t.Helper()
		if err := e.Set(sets...); err != nil || e.Records != want {
			t.Errorf("%v: %v records, want %v (%v)", sets, e.Records, want, err)
		}
	}
	set(2_000_000, "scale=0.1")
	set(400_000, "records=4M")
	set(4_000_000, "scale=1")
}

func TestBadScale(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		if got := messages(text); !strings.Contains(got, want) {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
	check("scale: 0\n", "x.yaml:1: scale: \"0\" must be more than 0")
	check("scale: 2\n", "is more than the whole")
	check("scale: small\n", "is not a share")
	check("scale: 0.5 aplied\n", "is not a share")
	check("scale: [0.1, 1]\n", "scale takes a single value, not a list")
	check("matrix: {scale: [0.1, 1]}\n", "matrix: scale cannot be swept")
	check("scale: 0.0001\nmatrix: {records: [1M, 2M]}\n", "at scale 0.0001 two of the values become 1000")
	check("scale: 0.0001\nworkload: {name: ycsb-a, keys: 5000}\nrecords: 10M\n",
		"workload.keys: 5000 different ones per transaction need as many records, there are 1000")
}

// A tick may update the same record often, and so be longer than there are
// records, in the recorded trial as in the others.
func TestVerifiedRecordsOfTicks(t *testing.T) {
	e := parse(t, "workload: {name: ticks, updates_per_tick: 256k}\nrecords: 1M\nverify_records: 10k\n")
	if e.VerifiedRecords() != 10_000 {
		t.Errorf("%v records are verified", e.VerifiedRecords())
	}
}
