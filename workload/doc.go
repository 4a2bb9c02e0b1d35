// Package workload turns a description of a workload and a seed into a stream
// of transactions. It is pure: no clock, no files, no store, and nothing in it
// knows what will run the transactions. The same description and seed always
// give the same stream, so that every algorithm of a trial faces the same one.
//
// A Spec is the description, as an experiment's YAML has it; New makes a
// Stream of it, one for each worker; Record draws a stretch of it in advance
// onto a Trace, which a worker replays at next to no cost.
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
//	ticks      10,000 updates of one field of 10, zipf 0.8 over records and fields
//
// These are the tick updates of T. Cao et al., "Fast checkpoint recovery
// algorithms for frequently consistent applications", SIGMOD 2011, and of those
// who followed them: an application that proceeds in ticks, each of which updates
// a number of cells in a table of rows and columns, and that is consistent
// between them. A record is a row and a field a column; both are drawn by zipf
// with one theta, apart from each other, and as often as they come: a cell may
// be updated several times in one tick. A tick is one transaction, so that what
// the harness counts are ticks per second and what it times is how long one
// takes. Run it with one worker, as the papers' mutator is one thread; with
// more, each has ticks of its own, and they wait for each other's rows. A closed
// loop runs ticks one right after the other, where a game would wait for its
// next frame. How many updates a tick has, 10,000, and the rest of the numbers are
// of the size of theirs and no copy of a figure: give the figure's own. A tick takes all its
// locks before it starts and keeps them to its end, which the papers' mutator does not
// need; every algorithm pays the same. A fixed frequency of ticks is for the open loop.
//
// Keys given beside a preset override its own, one by one.
//
//	bulk       messages of rows, in batches or row by row
//
// These are no transactions; package bulk makes the messages.
//
// # Benchmarks
//
// A Benchmark is a set of tables and of stored procedures on them, which say for
// themselves what they will use and whether a state is consistent: smallbank and
// tpcc, in packages of their own. A Spec can name one; New makes no stream of it.
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
