package cost

import (
	"math"
	"strings"
	"testing"
	"time"

	"ckptbench/harness/config"
)

// parse reads a configuration with some algorithms' names; push recovers from files of its own.
func parse(t *testing.T, text string) *config.Experiment {
	t.Helper()
	known := config.Named("none", "naive", "pingpong", "calc", "cpr", "push")
	for i := range known.Algorithms {
		a := &known.Algorithms[i]
		a.All, a.Default, a.Own, a.Prefix = true, true, a.Name == "push" || a.Name == "cpr", true
	}
	e, err := config.Parse("x.yaml", []byte(text), known)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func copies(algorithm string) float64 {
	switch algorithm {
	case "pingpong":
		return 3
	case "calc":
		return 1.5
	}
	return 0
}

func TestEstimate(t *testing.T) {
	const text = `
algorithms: [none, pingpong]
record_size: 984
index: hash
duration: 10s
warmup: 5s
verify: off
recover: false
trials: 2
workers: 2
matrix:
  records: [1M, 10M]
`
	// A trial's traces: for each worker operations of 16 bytes, each with an index
	// entry of 8, drawn at 12 M a second.
	const drawn = 2 << 22
	est := Of(parse(t, text), copies)
	if est.Points != 2 || est.Trials != 8 {
		t.Errorf("%d points and %d trials", est.Points, est.Trials)
	}
	// Per point four trials of 15 s, and to load 1 GB and 10 GB at 500 MB/s.
	want := 4*(15+2+15+20)*time.Second + 8*drawn*time.Second/12e6
	if est.Time.Round(time.Millisecond) != want.Round(time.Millisecond) {
		t.Errorf("it takes %v, want %v", est.Time, want)
	}
	if want := int64(2 * 10e6 * 1000); est.Disk != want {
		t.Errorf("it needs %d on disk, want %d", est.Disk, want)
	}
	if want := int64(processBytes + 10e6*(3*984+16+24) + drawn*24 + 2*tallies*tallyBytes); est.Memory != want ||
		est.Algorithm != "pingpong" {
		t.Errorf("%s needs %d, want %d", est.Algorithm, est.Memory, want)
	}

	shape := func(workload string, wantRecords, wantSize float64) {
		t.Helper()
		if n, size := (point{parse(t, "workload: "+workload)}).shape(); n != wantRecords || size != wantSize {
			t.Errorf("%s: %v records of %v bytes, want %v of %v", workload, n, size, wantRecords, wantSize)
		}
	}
	shape("{name: calc}", 1e6, 100)
	shape("{name: smallbank}", 3e6, 80./3)
	shape("{name: tpcc, warehouses: 3}", 15e5, 200)

	more := func(what, set string, grew func(a, b Estimate) bool) {
		t.Helper()
		e := parse(t, text)
		if err := e.Set(set); err != nil {
			t.Fatal(err)
		}
		if !grew(Of(e, copies), est) {
			t.Errorf("%s does not grow with %s", what, set)
		}
	}
	longer := func(a, b Estimate) bool { return a.Time > b.Time }
	more("time", "verify=trial", longer)
	more("time", "recover=true", longer)
	more("time", "rate=70%", longer)
	more("time", "checkpoint.count=1", func(a, b Estimate) bool { return a.Time == b.Time }) // nothing is read back
	more("disk", "keep_images=true", func(a, b Estimate) bool { return a.Disk == 2*2*(b.Disk+b.Disk/10) })
	more("disk", "checkpoint.sink=discard", func(a, b Estimate) bool { return a.Disk == 0 })
	// Of 10 GB each image takes 10 s: at 2, 12 and 22 s.
	more("disk", "duration=30s", func(a, b Estimate) bool { return a.Disk == b.Disk/2*3 })
	more("memory", "verify=trial", func(a, b Estimate) bool { return a.Memory > b.Memory })
	more("memory", "record_size=1KiB", func(a, b Estimate) bool { return a.Memory > b.Memory })
}

func TestEstimateFits(t *testing.T) {
	e := parse(t, "algorithms: [none, pingpong]\nworkers: 2\nrecord_size: 1KiB\nmatrix: {records: [1M, 100M]}\n")
	est := Of(e, copies)
	check := func(memory, disk int64, want string) {
		t.Helper()
		err := est.Fits(memory, disk)
		if want == "" && err == nil {
			return
		}
		if err == nil || err.Error() != want {
			t.Errorf("with %d memory and %d disk: %v, want %s", memory, disk, err, want)
		}
	}
	check(math.MaxInt64, math.MaxInt64, "")
	check(est.Memory, est.Disk, "")
	check(-1, -1, "")
	check(12<<30, -1, "impossible memory: pingpong at records=100M needs about 416.3 GiB, 12.0 GiB are available: "+
		"lower records, record_size or verify_records, or leave out pingpong")
	check(-1, 1000, "impossible disk: the images need about 193.7 GiB, 1000 B are free: lower records or record_size, "+
		"set keep_images: false, or choose another checkpoint.dir")
}

func TestEstimateTight(t *testing.T) {
	est := Estimate{Memory: 81 << 30, Disk: 90 << 20}
	check := func(memory, disk int64, want string) {
		t.Helper()
		if got := est.Tight(memory, disk); got != want {
			t.Errorf("with %d memory and %d disk: %q, want %q", memory, disk, got, want)
		}
	}
	check(-1, -1, "")
	check(102<<30, 200<<20, "")
	check(100<<30, 200<<20, "about 81.0 GiB of 100.0 GiB of available memory")
	check(100<<30, 100<<20, "about 81.0 GiB of 100.0 GiB of available memory, and about 90.0 MiB of 100.0 MiB "+
		"of free disk")
}

// A recorded trial with fewer records needs less time and less memory, down to
// what the measured one needs.
func TestEstimateOfFewerRecorded(t *testing.T) {
	const text = "algorithms: [pingpong]\nworkers: 2\nrecords: 10M\nduration: 6s\ncheckpoint: {sink: discard}\n" +
		"recover: false\nverify_records: "
	e := func(n string) Estimate {
		return Of(parse(t, text+n+"\n"), copies)
	}
	all, few := e("unlimited"), e("1M")
	if few.Time >= all.Time || few.Memory >= all.Memory ||
		few.Memory != int64(processBytes+10e6*(3*100+16+judgedBytes)+24*(2<<22)+2*tallies*tallyBytes) {
		t.Errorf("1M of 10M: %v and %d, all of them: %v and %d", few.Time, few.Memory, all.Time, all.Memory)
	}
}

// What overflows is the largest number, and fits nowhere.
func TestEstimateSaturates(t *testing.T) {
	e := parse(t, "record_size: 64MiB\ntrials: 1000\nduration: 100h\nbucket: 1s\nkeep_images: true\n"+
		"matrix: {records: [1000G]}\n")
	est := Of(e, copies)
	if est.Memory != math.MaxInt64 || est.Disk != math.MaxInt64 || est.Time != math.MaxInt64 {
		t.Errorf("got %+v", est)
	}
	if err := est.Fits(math.MaxInt64-1, -1); err == nil || !strings.Contains(err.Error(), "8.0 EiB") {
		t.Errorf("got %v", err)
	}
}

// What recovers from files of its own writes no images with checkpoint.sink: own,
// and can be recovered with discard; what else runs writes them as ever.
func TestEstimateOfOwnFiles(t *testing.T) {
	const text = "records: 1M\nrecord_size: 984\nduration: 60s\ncheckpoint: {first: 1s, interval: 2s, sink: "
	est := func(set string) Estimate { return Of(parse(t, text+set), copies) }
	images, mixed := est("file}\nalgorithms: [calc, push]\n"), est("own}\nalgorithms: [calc, push]\n")
	if images.Disk != mixed.Disk || images.Time != mixed.Time || images.Memory != mixed.Memory {
		t.Errorf("with images of calc %+v, want %+v", mixed, images)
	}
	alone, none := est("own}\nalgorithms: [push, cpr]\n"), est("discard}\nalgorithms: [push, cpr]\n")
	if want := int64(ownCopies * 1e9); alone.Disk != want || none.Disk != 2*1e9 || alone.Time >= mixed.Time ||
		alone.Memory != none.Memory {
		t.Errorf("own files take %+v, want %d on disk; nothing takes %+v", alone, want, none)
	}
	if own := est("own}\nalgorithms: [calc]\n"); own.Disk != images.Disk {
		t.Errorf("%d bytes of images with own, %d with file", own.Disk, images.Disk)
	}
	parse(t, text+"own, disk_rate: 10MiB/s}\nalgorithms: [none, calc]\n")
}

// What clients keep is in the memory: the times of each kind, what is not durable yet,
// and a ring of the log.
func TestEstimateOfClients(t *testing.T) {
	const text = "algorithms: [none, calc]\nrecords: 100k\nworkers: 64\nverify: off\nrecover: false\n"
	alone := Of(parse(t, text), copies).Memory
	check := func(set string, want int64) {
		t.Helper()
		if got := Of(parse(t, text+set), copies).Memory - alone; got != 64*want {
			t.Errorf("%s: %d bytes more a client, want %d", set, got/64, want)
		}
	}
	const times = tallies * tallyBytes
	check("rate: 10k/s\n", times)
	check("wal: async\n", times+fewAcks*ackBytes+ringBytes)
	check("wal: sync\nrate: 10k/s\n", 2*times+manyAcks*ackBytes+ringBytes)
	check("durability: checkpoint\n", times+fewAcks*ackBytes)
}

// Checkpoints follow each other over the whole measured part.
func TestEstimateOfByCheckpoint(t *testing.T) {
	const text = "algorithms: [calc]\nrecords: 1M\nrecord_size: 984\nduration: 20s\nverify: off\nrecover: false\n"
	usual, est := Of(parse(t, text), copies), Of(parse(t, text+"durability: checkpoint\n"), copies)
	if usual.Disk != 4*1e9 || est.Disk != 21*1e9 { // 1 s each, from 2 s on every 5 s, or always
		t.Errorf("%d and, by checkpoint, %d bytes of images", usual.Disk, est.Disk)
	}
}

const bulkText = "algorithms: [none]\nrecords: 10k\nworkload: {name: bulk, row_size: 44-104}\n"

// An estimate of bulk is of rows and passes, and needs no disk.
func TestBulkEstimate(t *testing.T) {
	one := func(string) float64 { return 1 }
	few := Of(parse(t, bulkText), one)
	many := Of(parse(t, strings.Replace(bulkText, "10k", "10M", 1)), one)
	if few.Disk != 0 || few.Time <= 0 || few.Time > time.Minute || many.Time < 500*few.Time ||
		many.Memory < 10_000_000*74 {
		t.Errorf("%+v, %+v", few, many)
	}
}
