package config

import (
	"fmt"
	"math"
	"time"

	"ckptbench/workload"
	"ckptbench/workload/smallbank"
)

// What an estimate assumes of a machine, in bytes per second, and of a record.
const (
	loadSpeed    = 500e6
	recoverSpeed = 500e6
	recordHead   = 16 // bytes beside the value: lock word and key, in memory and in an image
	indexEntry   = 24 // bytes of a hash index per record
)

// An Estimate is what an experiment will take, roughly.
type Estimate struct {
	Points int           // of the matrix
	Trials int           // over all points and algorithms
	Time   time.Duration // all of it, loading and verification included
	// Disk is the most at any time, in bytes: the last two images of a trial,
	// or of all trials with keep_images. Logs are not in it: they grow with the
	// throughput.
	Disk int64
	// Memory is the least that the largest store needs, in bytes.
	Memory    int64
	Algorithm string  // of the largest store
	Params    []Param // where it is
}

// Estimate adds up what every point of the matrix takes. copies says how many
// times an algorithm holds the records in memory, at least; less than 1 counts
// as 1.
func (e *Experiment) Estimate(copies func(algorithm string) float64) Estimate {
	var sum Estimate
	var taken, kept, disk, memory float64
	for _, c := range e.Cells() {
		sum.Points++
		images := c.Experiment.imageBytes()
		kept += images * float64(c.Experiment.Trials) * float64(len(c.Experiment.Algorithms))
		disk = max(disk, images)
		if c.Experiment.Rate.Percent > 0 { // none's maximum is measured first
			taken += c.Experiment.trialSeconds(c.Experiment.Duration)
		}
		for _, a := range c.Experiment.Algorithms {
			sum.Trials += int(c.Experiment.Trials)
			taken += c.Experiment.algorithmSeconds()
			if m := c.Experiment.storeBytes(max(1, copies(a))); m > memory {
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
func (e *Experiment) shape() (records, size float64) {
	switch e.Workload.Name {
	case workload.SmallBank:
		return 3 * float64(e.Records), smallbank.RecordBytes / 3.
	case workload.TPCC: // some 100 MB, mostly of customers, stock and order lines
		return 500_000 * float64(e.Workload.Warehouses), 200
	}
	return float64(e.Records), float64(e.RecordSize)
}

// dataBytes is one copy of the records.
func (e *Experiment) dataBytes() float64 {
	records, size := e.shape()
	return records * (size + recordHead)
}

func (e *Experiment) storeBytes(copies float64) float64 {
	records, size := e.shape()
	b := records * (size*copies + recordHead)
	if e.Index == IndexHash {
		b += records * indexEntry
	}
	return b
}

// imageBytes is an image and the one before it, which stays until the new one
// is durable.
func (e *Experiment) imageBytes() float64 {
	if e.Checkpoint.Sink == SinkDiscard && e.Verify != VerifyTrial {
		return 0
	}
	return 2 * e.dataBytes()
}

func (e *Experiment) trialSeconds(measured Duration) float64 {
	return time.Duration(e.Warmup).Seconds() + time.Duration(measured).Seconds() + e.dataBytes()/loadSpeed
}

// algorithmSeconds is all trials of one algorithm at one point.
func (e *Experiment) algorithmSeconds() float64 {
	one := e.trialSeconds(e.Duration)
	if e.Recover {
		one += e.dataBytes() / recoverSpeed
	}
	all := one * float64(e.Trials)
	if e.Verify == VerifyTrial {
		all += e.trialSeconds(e.VerifyDuration)
	}
	return all
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
		where = " at " + Cell{Params: s.Params}.String()
	}
	if memory >= 0 && s.Memory > memory {
		return fmt.Errorf("impossible memory: %s%s needs at least %s, %s are available: lower records or record_size, or leave out %s",
			s.Algorithm, where, roughly(s.Memory), roughly(memory), s.Algorithm)
	}
	if disk >= 0 && s.Disk > disk {
		return fmt.Errorf("impossible disk: the images need about %s, %s are free: lower records or record_size, set keep_images: false, or choose another checkpoint.dir",
			roughly(s.Disk), roughly(disk))
	}
	return nil
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
