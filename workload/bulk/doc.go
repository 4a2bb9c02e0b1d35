// Package bulk makes messages of rows to be loaded into page memory, and knows
// what a store that took them must hold. It is IEP-32's workload, a proposal for
// Apache Ignite: a node that joins, or a streamer, is sent rows by the message,
// and puts them row by row or in one go.
//
// A key is 2p for a place p below the number of records, which are loaded first,
// or 2p + 1 for what is put between them. Messages go through all places, one
// each for a row, and begin again: a pass. An ordered message has a run of
// neighbouring places, a scattered one places from all over, both sorted by key;
// a random one has them as they are drawn. What is put between the loaded rows in
// one pass is taken out before the next, so that a store never has more than
// twice the records, however long it runs.
//
//	update   the rows that are there, with other bytes
//	resize   the same, each with another length
//	insert   new rows
//	mixed    a third of each
//
// A row is its key and bytes that tell which version of which row it is, so that
// the model keeps a version and a length for each key, and no rows. Like every
// generator here it is pure: no clock, no store.
package bulk
