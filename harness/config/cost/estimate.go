// Package cost says before an experiment runs what it will take: time, memory and disk, and
// whether that fits. All of it is reckoned from the configuration, and nothing is measured;
// all of it may be called concurrently while the experiment is not changed.
package cost

import (
	"fmt"
	"math"
	"strings"
	"time"

	"ckptbench/harness/config"
	"ckptbench/workload"
	"ckptbench/workload/smallbank"
)

// What an estimate assumes of a machine, in bytes per second, and of a record.
const (
	loadSpeed    = 500e6
	recoverSpeed = 500e6
	writeSpeed   = 1e9  // of images
	recordHead   = 16   // bytes beside the value: lock word and key, in memory and in an image
	judgeTime    = 5e-6 // seconds that the oracle takes per record
	drawSpeed    = 12e6 // operations drawn per second, all workers' one after the other
	leastApart   = 2e-3 // seconds from one image to the next, back to back: some calls that sync
	ownCopies    = 4    // of the data on disk, at most, of an algorithm that recovers from files of its own

	verifiedImages = 2 // of a recorded trial; the memory at its end is one more
)

// An Estimate is what an experiment will take, roughly.
type Estimate struct {
	Points int           // of the matrix
	Trials int           // over all points and algorithms
	Time   time.Duration // all of it, loading and verification included
	// Disk is the most at any time, in bytes: all images of a trial, which are
	// read back at its end, or of all trials with keep_images. Logs are not in
	// it: they grow with the throughput.
	Disk int64
	// Memory is what the trial that needs most takes, in bytes: its store, and
	// what its images are compared in.
	Memory    int64
	Algorithm string         // that needs it
	Params    []config.Param // where it is
}

// A point is an experiment at one point of its matrix.
type point struct{ *config.Experiment }

// with is the point with another number of records.
func (e point) with(records config.Count) point {
	other := *e.Experiment
	other.Records = records
	return point{&other}
}

// Of adds up what every point of an experiment's matrix takes. copies says how many
// times an algorithm holds the records in memory, at least; less than 1 counts
// as 1.
func Of(e *config.Experiment, copies func(algorithm string) float64) Estimate {
	return Part(e, func(point, points, trials int) int { return trials }, copies)
}

// Part is Of for a part of the experiment: rounds says how many of a point's trials
// are in it, by the point's index.
func Part(
	e *config.Experiment, rounds func(point, points, trials int) int, copies func(algorithm string) float64,
) Estimate {
	var sum Estimate
	var taken, kept, disk, memory float64
	cells := e.Cells()
	for i, c := range cells {
		n := rounds(i, len(cells), int(e.Trials))
		if n == 0 {
			continue
		}
		p := point{c.Experiment}
		p.Trials = config.Count(n)
		sum.Points++
		images := p.imageBytes()
		kept += images * float64(p.Trials) * float64(len(p.Algorithms))
		disk = max(disk, images)
		if p.Rate.Percent > 0 { // none's maximum is measured first
			taken += p.trialSeconds(p.Duration)
		}
		for _, a := range p.Algorithms {
			sum.Trials += n
			taken += p.algorithmSeconds()
			if m := p.memoryBytes(max(1, copies(a))); m > memory {
				memory, sum.Algorithm, sum.Params = m, a, c.Params
			}
		}
	}
	if e.KeepImages {
		disk = kept
	}
	sum.Time = time.Duration(whole(taken * 1e9))
	sum.Disk, sum.Memory = whole(disk), whole(memory)
	return sum
}

// shape is how many records there are, and how large their values are, on
// average.
func (e point) shape() (records, size float64) {
	switch e.Workload.Name {
	case workload.SmallBank:
		return 3 * float64(e.Records), smallbank.RecordBytes / 3.
	case workload.TPCC: // some 100 MB, mostly of customers, stock and order lines
		return 500_000 * float64(e.Workload.Warehouses), 200
	case workload.Bulk:
		return e.bulkShape()
	}
	return float64(e.Records), e.RecordSize.Mean()*(1-float64(e.Large.Share)) + e.Large.Size.Mean()*float64(e.Large.Share)
}

// inPlace is the bytes of a record's own slot, without its head: of the largest value
// that it may hold.
func (e point) inPlace(size float64) float64 {
	if e.Idle("record_size") {
		return size
	}
	return float64(e.RecordSize.High)
}

// dataBytes is one copy of the records.
func (e point) dataBytes() float64 {
	records, size := e.shape()
	return records * (size + recordHead)
}

// images is how many a trial takes, if each comes when it should.
func (e point) images() float64 {
	speed := writeSpeed
	if e.Checkpoint.DiskRate > 0 {
		speed = min(speed, float64(e.Checkpoint.DiskRate))
	}
	apart := max(time.Duration(e.Checkpoint.Interval).Seconds(), e.dataBytes()/speed)
	first := e.Checkpoint.First
	if e.ByCheckpoint() { // those of the warm-up are not kept
		apart, first = max(leastApart, e.dataBytes()/speed), 0
	}
	n := 1 + math.Floor(time.Duration(max(0, e.Duration-first)).Seconds()/apart)
	if e.Checkpoint.Count > 0 && !e.ByCheckpoint() {
		n = min(n, float64(e.Checkpoint.Count))
	}
	if e.Verify != config.VerifyOff {
		n++ // the last, which is recovered from
	}
	return max(2, n) // a recorded trial keeps two
}

// writesImages tells whether a measured trial of any algorithm does.
func (e point) writesImages() bool {
	return e.Checkpoint.Sink == config.SinkFile || e.Checkpoint.Sink == config.SinkOwn && e.Owning(false)
}

// imageBytes estimates how many bytes of disk the images of one trial take at most, or the
// algorithm's own files where a checkpoint goes there.
func (e point) imageBytes() float64 {
	if e.Workload.Name == workload.Bulk {
		return 0
	}
	n := 0.0
	switch {
	case e.writesImages():
		n = e.images()
	case e.Verify == config.VerifyTrial:
		n = 2
	}
	if e.Checkpoint.Sink == config.SinkOwn && e.Owning(true) {
		n = max(n, ownCopies)
	}
	return n * e.dataBytes()
}

// trialSeconds estimates how long a trial takes: warm-up and measured part, loading, and
// drawing the traces.
func (e point) trialSeconds(measured config.Duration) float64 {
	return time.Duration(e.Warmup).Seconds() + time.Duration(measured).Seconds() + e.dataBytes()/loadSpeed +
		e.traced()/drawSpeed
}

// algorithmSeconds is all trials of one algorithm at one point.
func (e point) algorithmSeconds() float64 {
	if e.Workload.Name == workload.Bulk {
		return e.bulkSeconds() * float64(e.Trials)
	}
	one := e.trialSeconds(e.Duration)
	if e.Verify != config.VerifyOff && e.writesImages() { // images are read back, and recovered from
		one += (e.images() + 1) * e.dataBytes() / recoverSpeed
	} else if e.Recover {
		one += e.dataBytes() / recoverSpeed
	}
	recorded := 0.0
	switch e.Verify {
	case config.VerifyTrial:
		recorded = 1
	case config.VerifyFull:
		recorded = float64(e.Trials)
	}
	return one*float64(e.Trials) + recorded*e.recordedSeconds() + e.pairSeconds()
}

// pairSeconds is about how long the pairs of one algorithm take at one point, with
// the fewest openings.
func (e point) pairSeconds() float64 {
	if !e.Paired() {
		return 0
	}
	capture := e.dataBytes() / writeSpeed
	if e.Checkpoint.DiskRate > 0 {
		capture = e.dataBytes() / float64(e.Checkpoint.DiskRate)
	}
	quad := 4*time.Duration(e.Pair.Slice).Seconds() + 2*time.Duration(e.Pair.Lead).Seconds()
	quads := quad * float64(e.Pair.Quads)
	return float64(e.Pair.Least) * (2*e.dataBytes()/loadSpeed + quads + 2*capture)
}

// recordedSeconds is the recorded trial, and the oracle after it.
func (e point) recordedSeconds() float64 {
	r := e.with(e.VerifiedRecords())
	records, _ := r.shape()
	const times = 2 // half of it, all of it to provoke faults, and about a half to find planted ones
	return times*time.Duration(e.VerifyDuration).Seconds() + r.dataBytes()/loadSpeed + records*judgeTime +
		verifiedImages*r.dataBytes()/recoverSpeed
}

// whole is an int64, the largest where x passes it.
func whole(x float64) int64 {
	if x >= math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(x)
}

// Fits compares with what there is, in bytes: MemAvailable of /proc/meminfo, and
// the free space of the images' file system; negative is unknown. The error
// names what needs too much.
func (s Estimate) Fits(memory, disk int64) error {
	where := ""
	if len(s.Params) > 0 {
		where = " at " + config.Cell{Params: s.Params}.String()
	}
	if memory >= 0 && s.Memory > memory {
		return fmt.Errorf("impossible memory: %s%s needs about %s, %s are available: lower records, record_size or "+
			"verify_records, or leave out %s", s.Algorithm, where, roughly(s.Memory), roughly(memory), s.Algorithm)
	}
	if disk >= 0 && s.Disk > disk {
		return fmt.Errorf("impossible disk: the images need about %s, %s are free: lower records or record_size, set "+
			"keep_images: false, or choose another checkpoint.dir", roughly(s.Disk), roughly(disk))
	}
	return nil
}

// Tight says what will barely fit, or "": over four fifths of what there is,
// where the estimate may be that far off and the page cache wants room too.
func (s Estimate) Tight(memory, disk int64) string {
	var words []string
	near := func(what string, need, have int64) {
		if have >= 0 && float64(need) > 0.8*float64(have) {
			words = append(words, fmt.Sprintf("about %s of %s of %s", roughly(need), roughly(have), what))
		}
	}
	near("available memory", s.Memory, memory)
	near("free disk", s.Disk, disk)
	return strings.Join(words, ", and ")
}

// roughly writes bytes for a person, unlike Size, which is exact.
func roughly(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	x, i := float64(n), 0
	for x >= 1024 && i < len(units)-1 {
		x, i = x/1024, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", x, units[i])
}
