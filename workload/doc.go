// Package workload turns a description of a workload and a seed into a stream
// of transactions. It is pure: no clock, no files, no store, and nothing in it
// knows what will run the transactions. The same description and seed always
// give the same stream, so that every algorithm of a trial faces the same one.
//
// A Spec is the description, as an experiment's YAML has it; New makes a
// Stream of it, one for each worker; Record draws a stretch of it in advance
// onto a Tape, which a worker replays at next to no cost.
//
// # Presets
//
// The YCSB presets are the core workloads of B. Cooper et al., "Benchmarking
// cloud serving systems with YCSB", SoCC 2010, with the values of the workload
// files and code that YCSB ships: records of 10 fields, reads of all of them,
// updates of one chosen uniformly, one operation per transaction.
//
//	ycsb-a     50 % read, 50 % update                     ycsb-scrambled
//	ycsb-b     95 % read, 5 % update                      ycsb-scrambled
//	ycsb-c     100 % read                                 ycsb-scrambled
//	ycsb-d     95 % read, 5 % insert                      latest
//	ycsb-e     95 % scan of 1 to 100 records, 5 % insert  ycsb-scrambled
//	ycsb-f     50 % read, 50 % read-modify-write          ycsb-scrambled
//
// What YCSB's workload files call zipfian is ycsb-scrambled here. It is no zipf
// law over the records (package dist says why); `distribution: zipf` is one.
// YCSB hashes record numbers into key names; here a record's number is its key,
// and a scan visits records in the order of their numbers.
//
//	calc       10 read-modify-writes on distinct keys, uniform
//	calc-long  the same, and 0.001 % batches of blind writes that take 2 s
//
// These are the microbenchmark of K. Ren et al., "Low-overhead asynchronous
// checkpointing in main-memory database systems", SIGMOD 2016, section 5.1. How
// many records a batch writes is our choice, 1000: a batch keeps its locks to
// its end, so the more there are the more of the others wait for them.
//
// Keys given beside a preset override its own, one by one.
//
// # Distributions
//
//	uniform         every record equally often
//	zipf            exact, any theta >= 0; scattered over the key space
//	ycsb-zipf       YCSB's approximation, 0 < theta < 1; scattered likewise
//	ycsb-scrambled  YCSB's zipfian over 10^10 items, hashed onto the records
//	latest          the newest record the most popular, by YCSB's zipfian
//	hotspot         hot_share of the choices go to hot_fraction of the records
//	exponential     as latest, exponentially
//
// latest and exponential choose a distance from the newest record, since which
// one that is shows only when the operation runs (Ref BelowNewest). The others
// choose among the records loaded before the run; records inserted during it
// are chosen by latest and exponential alone. A delete takes its record from
// the same distribution and leaves a gap: operations may meet a record that is
// gone.
//
// # Several keys
//
// A transaction of n operations has n distinct keys. A key drawn twice is
// drawn again, so the popular records' shares fall somewhat below the
// distribution's, as they must: a record cannot come more than once in each
// transaction. After 64 repeats in a row the nearest unused key above is taken,
// so that even a transaction over all records ends.
package workload
