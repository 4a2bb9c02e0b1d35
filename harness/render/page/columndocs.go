package page

import "slices"

// A ColumnDoc documents a column of the tables.
type ColumnDoc struct {
	Name, Unit string // as in the head
	Doc        string // what the figure is
}

// Columns documents every column, in the order of the tables: those that stand there
// always, those that only some experiments have, and those of the second table, which
// takes the overhead apart.
func Columns() []ColumnDoc {
	docs := columnDocs()
	var all []ColumnDoc
	// The order of the groups is that of the documentation; in a table they are put between each
	// other by pointRows.columns.
	for _, c := range slices.Concat(columns, []column{logColumn}, durableColumns, logCostColumns, heapColumns) {
		all = append(all, ColumnDoc{c.name, c.unit, docs[c.name]})
	}
	for _, c := range partColumns[1:] { // the first is that of the first table
		all = append(all, ColumnDoc{c.name, c.unit, docs[c.name]})
	}
	return all
}

// columnDocs returns what each column shows, by its name.
func columnDocs() map[string]string {
	return map[string]string{
		"txn/s": "transactions committed over the measured part, median of the trials",
		"of none": "throughput over that of none, from the pairs where the config has pair:, else from trials of the " +
			"same round; " +
			"± is half a 95 % interval, ? means not settled",
		"lost": "transactions that none would have committed beyond the algorithm's, over one trial; " +
			"from \"of none\" where there are pairs",
		"p50": "service time, from the start of a transaction to its commit, without long " +
			"transactions; with rate: the response time, from when it was due",
		"p99.9": "the same",
		"max":   "the same",
		"pause": "the longest time of a trial in which no transaction could start; over several " +
			"trials the median",
		"checkpoint": "from the trigger to the durable image, mean of the trial without the first, " +
			"which is cold",
		"extra memory": "the most memory beside the live version of every record, used and not only reserved",
		"recovery":     "from opening the store to the recovered state, of the last image and its log",
		"verified": "images read back and right, in the recorded and the measured runs; NO is a wrong " +
			"image, off and not judged are what they say",
		"of none with a log": "throughput over that of none-log, where an algorithm logs every change and " +
			"none does not",
		"durable p50":    "from the start of a transaction to when the log, or an image, had it",
		"durable p99.9":  "the same",
		"durable max":    "the same",
		"behind the log": "of checkpoints made from the log: how far the log was ahead at their end",
		"read":           "of checkpoints made from the log: bytes read for each byte that was logged",
		"written":        "of checkpoints made from the log: bytes written for each byte that was logged",
		"heap growth":    "growth of the Go heap, where it is part of the experiment",
		"collector":      "CPU time that the garbage collector took",
		"cycles":         "collections in a trial",
		"between":        "throughput between checkpoints",
		"capturing": "throughput during captures, of that between checkpoints; in the second table of " +
			"none's at the same moments",
		"copied":       "what transactions copied because of a checkpoint",
		"at rest":      "throughput over none's while no checkpoint runs",
		"machine left": "what the checkpointer leaves of the machine to the workers",
		"lost at rest": "none's throughput that is lost while no checkpoint runs; the four losses and \"of " +
			"none\" add up to 100 %",
		"lost capturing":           "none's throughput that is lost to the algorithm's work during captures",
		"lost to the checkpointer": "none's throughput that the checkpointer's threads take",
		"lost paused":              "none's throughput that is lost in pauses",
	}
}
