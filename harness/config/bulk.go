package config

import (
	"errors"
	"slices"

	"ckptbench/workload"
)

// pageSize is a size that is an int where it is kept.
type pageSize int

func (p *pageSize) UnmarshalText(text []byte) error {
	var s Size
	if err := s.UnmarshalText(text); err != nil {
		return err
	}
	if s > 1<<30 {
		return errors.New("is larger than any page")
	}
	*p = pageSize(s)
	return nil
}

func (p *pageSize) MarshalText() ([]byte, error) { return Size(*p).MarshalText() }

// checkBulk judges what a workload of messages needs of the rest.
func (e *Experiment) checkBulk(c *checker, w workload.Spec) {
	c.add(!slices.Equal(e.Algorithms, []string{"none"}), algorithmsKey, "workload.name",
		"bulk has no transactions and no checkpoints: write [none]; how rows are put is workload.put")
	c.add(Count(w.Keys) > e.Records, "workload.keys", "records",
		"a message of %d rows needs as many records, there are %s", w.Keys, e.Records)
	c.add(e.Records > maxBulk, "records", "workload.name", "%s must be at most %s with workload bulk", e.Records,
		Count(maxBulk))
}

// maxBulk is the most records of bulk: what they come to is kept beside them.
const maxBulk = 1_000_000_000

// What an estimate assumes of bulk.
const (
	putTime    = 1e-6 // seconds for a row, the harness's own work included
	copySpeed  = 1e9  // bytes of rows a second
	modelBytes = 16   // of a record and of what is put beside it
	pageShare  = 1.5  // of pages over rows, with the index
)

// bulkShape is how many rows there are at most, and how long, on average.
func (e *Experiment) bulkShape() (records, size float64) {
	w := e.Workload
	records, size = float64(e.Records), float64(w.RowSize.Low+w.RowSize.High)/2
	if w.Calls != "update" && w.Calls != "resize" && workload.PutBase(w.Put) == workload.PutSingle {
		records *= 2
	}
	return records, size
}

// bulkBytes estimates the memory of bulk: the pages with the rows, and the model that
// they are compared with.
func (e *Experiment) bulkBytes() float64 {
	records, size := e.bulkShape()
	return records*(size+recordHead)*pageShare + float64(e.Records)*modelBytes
}

// bulkSeconds is one trial: the load, the passes, one more that is not measured,
// and the comparison with the model.
func (e *Experiment) bulkSeconds() float64 {
	records, size := e.bulkShape()
	return records * float64(e.Workload.Passes+3) * (putTime + size/copySpeed)
}
