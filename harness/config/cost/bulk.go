package cost

import "ckptbench/workload"

// What an estimate assumes of bulk.
const (
	putTime    = 1e-6 // seconds for a row, the harness's own work included
	copySpeed  = 1e9  // bytes of rows a second
	modelBytes = 16   // of a record and of what is put beside it
	pageShare  = 1.5  // of pages over rows, with the index
)

// bulkShape is how many rows there are at most, and how long, on average.
func (e point) bulkShape() (records, size float64) {
	w := e.Workload
	records, size = float64(e.Records), float64(w.RowSize.Low+w.RowSize.High)/2
	if w.Calls != "update" && w.Calls != "resize" && workload.PutBase(w.Put) == workload.PutSingle {
		records *= 2
	}
	return records, size
}

// bulkBytes estimates the memory of bulk: the pages with the rows, and the model that
// they are compared with.
func (e point) bulkBytes() float64 {
	records, size := e.bulkShape()
	return records*(size+recordHead)*pageShare + float64(e.Records)*modelBytes
}

// bulkSeconds is one trial: the load, the passes, one more that is not measured,
// and the comparison with the model.
func (e point) bulkSeconds() float64 {
	records, size := e.bulkShape()
	return records * float64(e.Workload.Passes+3) * (putTime + size/copySpeed)
}
