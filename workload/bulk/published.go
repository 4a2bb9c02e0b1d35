package bulk

import "ckptbench/workload"

// A Class is a range of row sizes in the table that IEP-32 publishes, and what
// batches of 100 rows saved there of the time of row by row inserts.
type Class struct {
	Size    workload.Span // with the 40 bytes of a row's header
	Saved   float64       // percent; 0 where Certain is not set
	Certain bool          // the page's text leaves one reading of the cell
}

// Published returns IEP-32's table. Its cells are run together in the page's
// text, and for 1240 to 3040 bytes there are several ways to part them: 0, 20 and
// 5.4 (a column more, 2000 to 3000, comes from the prototype's benchmark, and is not in
// the one that was merged). 28 is certain to the integer.
//
// The benchmark that was merged inserts 200 rows at a time. The table is said to be of 100,
// so 100 is what is measured here (workload.keys). Rows here have 8 bytes of key and no
// header, and are as long as the labels say.
func Published() []Class {
	return []Class{
		{workload.Span{Low: 44, High: 104}, 43.4, true},
		{workload.Span{Low: 140, High: 340}, 37.1, true},
		{workload.Span{Low: 340, High: 740}, 33.9, true},
		{workload.Span{Low: 740, High: 1240}, 28, true},
		{workload.Span{Low: 1240, High: 3040}, 0, false},
		{workload.Span{Low: 1040, High: 8040}, 10.1, true},
		{workload.Span{Low: 4040, High: 16040}, 8.6, true},
		{workload.Span{Low: 100, High: 32000}, 1.1, true},
	}
}

// ClassOf returns the class of rows of a size, written as configurations do, or
// nil where IEP-32's table has none.
func ClassOf(size string) *Class {
	for _, c := range Published() {
		if c.Size.String() == size {
			return &c
		}
	}
	return nil
}
