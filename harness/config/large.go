package config

import "ckptbench/workload"

// Bounds of large values.
const (
	minLargeSize = 1 << 10
	// maxReserved is the most that the slots of large values may take, bytes: more
	// cannot be addressed.
	maxReserved = 1 << 44
	largeSlot   = 16 << 10 // of a chunk
)

// checkLarge finds what is wrong with large values.
func (e *Experiment) checkLarge(c *checker) {
	if e.Large.Share == 0 {
		return
	}
	c.add(e.Large.Size.Low < minLargeSize || e.Large.Size.High > maxRecordSize, "large.size", "",
		"%s must be %s to %s", e.Large.Size, Size(minLargeSize), Size(maxRecordSize))
	c.add(float64(e.Records)*float64(e.Large.Share) < 1, "large.share", "records", "of %s records there would be none",
		e.Records)
	c.add(float64(e.VerifiedRecords())*float64(e.Large.Share) < 1 && e.Verify != VerifyOff &&
		e.VerifiedRecords() < e.Records,
		"large.share", "verify_records", "of the %s records of the recorded trial there would be none", e.VerifiedRecords())
	c.add(e.LargeBytes() > maxReserved, "large.share", "records", "the large values of %s records need over %s", e.Records,
		Size(maxReserved))
}

// LargeBytes is the memory of one copy of the large values' slots, in bytes.
func (e *Experiment) LargeBytes() float64 {
	if e.Large.Share == 0 || e.Idle("large.share") {
		return 0
	}
	chunks := (float64(e.Large.Size.High) + largeSlot - 1) / largeSlot
	return float64(e.Records) * float64(e.Large.Share) * chunks * largeSlot
}

// checkLargeUse finds what a workload cannot do with large values: whether a record is
// there must not decide what becomes of its chunks.
func (e *Experiment) checkLargeUse(c *checker, w workload.Spec) {
	some := func(share *float64) bool { return share != nil && *share > 0 }
	c.add(some(w.Delete), "large.share", "workload.delete",
		"records with large values are not deleted: set workload.delete: 0")
	newest := w.Distribution == workload.Latest || w.Distribution == workload.Exponential
	c.add(some(w.Insert) && some(w.RMW) && newest, "large.share", "workload.rmw",
		"a read-modify-write of a record whose insert is still under way finds none, and no large value: use update, or "+
			"another distribution")
}
