package config

import (
	"strings"
	"time"

	"ckptbench/workload"
)

// A KeyDoc documents a key of the configuration.
type KeyDoc struct {
	Name    string // dotted, as Set and the matrix take it
	Type    string // what its value looks like, such as "duration" or "dense|hash"
	Default string // as it would be written, in parentheses if in words; empty if there is none
	Doc     string // a sentence
}

// Keys documents every key, in the order in which Resolved writes them.
func Keys() []KeyDoc {
	e := defaults("", Known{})
	docs := make([]KeyDoc, len(rows))
	for i, r := range rows {
		docs[i] = KeyDoc{Name: r.name, Type: r.typ, Doc: r.doc}
		switch {
		case r.fallback != "":
			docs[i].Default = "(" + r.fallback + ")"
		case strings.HasPrefix(r.name, "workload."):
			docs[i].Default = "(the preset's)"
		case r.at != nil:
			text, _ := r.at(&e).MarshalText() // no field of ours fails to write
			docs[i].Default = string(text)
		}
	}
	return docs
}

// A row is a key: where its value is, and what it means.
type row struct {
	name, typ   string
	doc         string
	fallback    string // the default in words, where it is no value
	descriptive bool   // changes nothing that one trial measures: not swept, not hashed
	global      bool   // is measured with, but belongs to the experiment as a whole: not swept
	// came after the first results: hashed only where it is not the default, so that their hashes stay
	addedLater bool
	at         func(*Experiment) field // nil for those that are lists: algorithms, matrix and figures
}

// sweepable reports whether a matrix may vary the key.
func (r *row) sweepable() bool { return !r.descriptive && !r.global && r.at != nil }

// isText reports whether any text may be the value, also one that reads like a number.
func (r *row) isText() bool { return r.typ == "name" || r.typ == "text" || r.typ == "path" }

// The keys that are not a single value.
const (
	algorithmsKey = "algorithms"
	matrixKey     = "matrix"
	figuresKey    = "figures"
)

// arrivalsKey means nothing in a closed loop.
const arrivalsKey = "arrivals"

// The words that stand in place of a list of algorithms.
const (
	allAlgorithms     = "all"
	defaultAlgorithms = "default"
)

// rows has every key. The tests hold it against the struct and its comments.
//
// Note: a table and not reflection over the tags, as it can say what tags
// cannot: the type a person writes, and which keys change no measurement.
var rows = []row{
	{name: "experiment.name", typ: "name", descriptive: true, fallback: "the file's name without its extension",
		doc: "The name of the experiment and its results; by default the file's, without its extension.",
		at:  func(e *Experiment) field { return (*stem)(&e.Info.Name) }},
	{name: "experiment.about", typ: "text", descriptive: true,
		doc: "What the experiment asks, in a sentence.",
		at:  func(e *Experiment) field { return (*prose)(&e.Info.About) }},
	{name: "experiment.paper", typ: "text", descriptive: true,
		doc: "The paper and figure that it follows.",
		at:  func(e *Experiment) field { return (*prose)(&e.Info.Paper) }},
	{name: "experiment.expect.minutes", typ: "number", descriptive: true,
		doc: "How many minutes the whole experiment took.",
		at:  func(e *Experiment) field { return positive{&e.Info.Expect.Minutes} }},
	{name: "experiment.expect.disk", typ: "size", descriptive: true,
		doc: "How much disk it needed at most.",
		at:  func(e *Experiment) field { return positive{&e.Info.Expect.Disk} }},
	{name: "experiment.expect.notes", typ: "text", descriptive: true,
		doc: "On which machine, and what else to know.",
		at:  func(e *Experiment) field { return (*prose)(&e.Info.Expect.Notes) }},

	{name: algorithmsKey, typ: "all|default|list of names", descriptive: true, fallback: "default",
		doc: "Which algorithms run: a list of names; all, which is every one whose images are right, variants too; or " +
			"default, which leaves the variants out."},

	{name: "scale", typ: "share|share applied", addedLater: true, global: true,
		doc: "Run it smaller: with 0.05, records, verify_records, memory_budget, workload.warehouses and every time are a " +
			"twentieth. Long transactions have a twentieth of their keys, hold their locks for a twentieth of the time " +
			"and come twenty times as often. Workers, rates, trials and all else of a transaction stay. Given or swept, " +
			"nothing falls below its least value, unless it is below it: 1000 records, 64KiB of memory_budget, 1 " +
			"warehouse, 10 keys and 1ms of a long transaction, duration 1s, warmup 100ms, bucket and first 10ms, interval " +
			"50ms, verify_duration 250ms. A resolved configuration says 0.05 applied: its values are scaled already.",
		at: func(e *Experiment) field { return &e.Scale }},
	{name: "records", typ: "count",
		doc: "How many records are loaded before the run; with smallbank, how many customers; with bulk, how many rows.",
		at:  func(e *Experiment) field { return &e.Records }},
	{name: "record_size", typ: "size|size-size",
		doc: "The size of a record's value, in bytes: 100, or any size of a range, 20-400. A record of one field has " +
			"another size after every write, one of several fields keeps the size that it has.",
		at: func(e *Experiment) field { return &e.RecordSize }},
	{name: "large.share", addedLater: true, typ: "share",
		doc: "The share of the records that have a large value, in place of one of record_size. It lies out of line, in " +
			"chunks of 16 KB that are records of a second table, and is written as a whole.",
		at: func(e *Experiment) field { return &e.Large.Share }},
	{name: "large.size", addedLater: true, typ: "size|size-size",
		doc: "The size of a large value: 1MB, or any size of a range, 100KB-1MB.",
		at:  func(e *Experiment) field { return &e.Large.Size }},
	{name: "index", typ: "dense|hash",
		doc: "How a key finds its record: dense (the key is the slot) or hash (a concurrent hash index).",
		at:  func(e *Experiment) field { return choice(&e.Index, IndexDense, IndexHash) }},
	{name: "locks", typ: "ordered|nowait",
		doc: "What a transaction does about a held lock: ordered (wait; locks are taken in key order) or nowait (abort " +
			"and retry).",
		at: func(e *Experiment) field { return choice(&e.Locks, LocksOrdered, LocksNoWait) }},
	{name: "workers", typ: "count",
		doc: "How many workers run transactions; 0 is GOMAXPROCS.",
		at:  func(e *Experiment) field { return &e.Workers }},
	{name: "huge_pages", typ: "true|false",
		doc: "Ask the kernel for huge pages under the records.",
		at:  func(e *Experiment) field { return (*boolean)(&e.HugePages) }},
	{name: "memory_budget", addedLater: true, typ: "size|unlimited",
		doc: "How many bytes of records may be in memory; the others are on disk, in snapshot pages, and are fetched as " +
			"they are needed. For foedus only, as the others keep every record in memory; unlimited is 0.",
		at: func(e *Experiment) field { return zeroNamed{&e.MemoryBudget, "unlimited", "0B"} }},

	{name: "workload.name", typ: strings.Join(workloadNames(), "|"),
		fallback: "ycsb-a, or custom if any other key of workload is given",
		doc: "The preset that gives what is not given here, or a benchmark of stored procedures (smallbank, tpcc) " +
			"or bulk, with which few of these keys mean anything.",
		at: func(e *Experiment) field { return choice(&e.asked.Name, workloadNames()...) }},
	{name: "workload.mix", addedLater: true, typ: "full|constant-sum|deck|calc|update|resize|insert|mixed",
		doc: "Which procedures of a benchmark are called: full; of smallbank also those that keep the sum " +
			"(constant-sum), of tpcc also by deck, or the two that CALC's paper has (calc). Of bulk, what becomes of rows: " +
			"overwritten in place (update), or with another length (resize), new ones (insert), or a third of each (mixed).",
		at: func(e *Experiment) field {
			return choice(&e.asked.Calls, "full", "constant-sum", "deck", "calc", "update", "resize", "insert", "mixed")
		}},
	{name: "workload.warehouses", addedLater: true, typ: "count",
		doc: "The size of tpcc, which does not go by records; that of smallbank is records, as many customers.",
		at:  func(e *Experiment) field { return positive{(*Count)(&e.asked.Warehouses)} }},
	{name: "workload.put", addedLater: true, typ: strings.Join(workload.Puts(), "|"),
		doc: "How bulk puts a message of rows: into the free list alone, row by row (insert) or at once (insert-rows); " +
			"or into an index too, by an update each (single), sorted and by InvokeAll (invoke), or sorted, by FindAll, and " +
			"what is not overwritten in place at once (find).",
		at: func(e *Experiment) field { return choice(&e.asked.Put, workload.Puts()...) }},
	{name: "workload.row_size", addedLater: true, typ: "bytes|low-high",
		doc: "How long rows of bulk are, with their keys of 8 bytes: 100, or any length of a range, 44-104.",
		at:  func(e *Experiment) field { return spanField{&e.asked.RowSize} }},
	{name: "workload.page_size", addedLater: true, typ: "size",
		doc: "The size of bulk's pages, a power of two from 1KiB to 16KiB.",
		at:  func(e *Experiment) field { return positive{(*pageSize)(&e.asked.PageSize)} }},
	{name: "workload.passes", addedLater: true, typ: "count",
		doc: "How often bulk's messages go through all records within a trial; once more before, which is not measured.",
		at:  func(e *Experiment) field { return positive{(*Count)(&e.asked.Passes)} }},
	{name: "workload.read", typ: "share",
		doc: "The share of operations that read a record; the seven shares add up to 1.",
		at:  func(e *Experiment) field { return shareField(&e.asked.Read) }},
	{name: "workload.update", typ: "share",
		doc: "The share that overwrite one field, unseen.",
		at:  func(e *Experiment) field { return shareField(&e.asked.Update) }},
	{name: "workload.write", typ: "share",
		doc: "The share that overwrite a whole record, unseen.",
		at:  func(e *Experiment) field { return shareField(&e.asked.Write) }},
	{name: "workload.rmw", typ: "share",
		doc: "The share that read a record and then overwrite one field of it.",
		at:  func(e *Experiment) field { return shareField(&e.asked.RMW) }},
	{name: "workload.insert", typ: "share",
		doc: "The share that add a record.",
		at:  func(e *Experiment) field { return shareField(&e.asked.Insert) }},
	{name: "workload.delete", typ: "share",
		doc: "The share that remove a record.",
		at:  func(e *Experiment) field { return shareField(&e.asked.Delete) }},
	{name: "workload.scan", typ: "share",
		doc: "The share that read a run of records in key order.",
		at:  func(e *Experiment) field { return shareField(&e.asked.Scan) }},
	{name: "workload.keys", typ: "count",
		doc: "How many operations a transaction has, each on a key of its own; how many rows a message of bulk has.",
		at:  func(e *Experiment) field { return positive{(*Count)(&e.asked.Keys)} }},
	{name: "workload.updates_per_tick", addedLater: true, typ: "count",
		doc: "How many updates a tick of ticks consists of; the same record may come several times.",
		at:  func(e *Experiment) field { return positive{(*Count)(&e.asked.UpdatesPerTick)} }},
	{name: "workload.distribution", typ: strings.Join(workload.Distributions(), "|"),
		doc: "Which records are chosen.",
		at:  func(e *Experiment) field { return choice(&e.asked.Distribution, workload.Distributions()...) }},
	{name: "workload.theta", typ: "number",
		doc: "The skew of zipf (any), ycsb-zipf and latest (above 0 and below 1), and of field_distribution: zipf.",
		at:  func(e *Experiment) field { return numberField(&e.asked.Theta) }},
	{name: "workload.hot_fraction", typ: "share",
		doc: "Which part of the records gets hot_share of the choices (hotspot, exponential).",
		at:  func(e *Experiment) field { return shareField(&e.asked.HotFraction) }},
	{name: "workload.hot_share", typ: "share",
		doc: "Which part of the choices falls on hot_fraction of the records (hotspot, exponential).",
		at:  func(e *Experiment) field { return shareField(&e.asked.HotShare) }},
	{name: "workload.key_order", typ: "scattered|ordered|random",
		doc: "Where the popular records are: scattered over the key space, or ordered, as neighbours. Of bulk, where a " +
			"message's keys are: the same, sorted, or scattered and unsorted (random).",
		at: func(e *Experiment) field {
			return choice(&e.asked.KeyOrder, workload.Scattered, workload.Ordered, workload.Random)
		}},
	{name: "workload.fields", typ: "count",
		doc: "How many fields a record has, of which an update changes one.",
		at:  func(e *Experiment) field { return positive{(*Count)(&e.asked.Fields)} }},
	{name: "workload.field_distribution", addedLater: true, typ: "uniform|zipf",
		doc: "Which of its fields that is: any of them, or by zipf with theta.",
		at:  func(e *Experiment) field { return choice(&e.asked.FieldDistribution, workload.Uniform, workload.Zipf) }},
	{name: "workload.max_scan", typ: "count",
		doc: "The longest scan, in records.",
		at:  func(e *Experiment) field { return positive{(*Count)(&e.asked.MaxScan)} }},
	{name: "workload.scan_distribution", typ: "uniform|zipf",
		doc: "How long scans are, from 1 to max_scan.",
		at:  func(e *Experiment) field { return choice(&e.asked.ScanDistribution, workload.Uniform, workload.Zipf) }},
	{name: "workload.abort", typ: "share",
		doc: "The share of transactions that their client aborts.",
		at:  func(e *Experiment) field { return (*Share)(&e.asked.Abort) }},
	{name: "workload.long.share", typ: "share",
		doc: "The share of transactions that are long ones; 0 is none.",
		at:  func(e *Experiment) field { return shareField(&e.asked.Long.Share) }},
	{name: "workload.long.every", addedLater: true, typ: "duration",
		doc: "In place of long.share: a worker of their own, beside the others, begins a long transaction this often, " +
			"and sleeps between; 0s is none.",
		at: func(e *Experiment) field { return durationField(&e.asked.Long.Every) }},
	{name: "workload.long.keys", typ: "count",
		doc: "How many records a long transaction writes.",
		at:  func(e *Experiment) field { return positive{(*Count)(&e.asked.Long.Keys)} }},
	{name: "workload.long.hold", typ: "duration",
		doc: "How long a long transaction holds its locks.",
		at:  func(e *Experiment) field { return durationField(&e.asked.Long.Hold) }},
	{name: "workload.long.apart", typ: "share",
		doc: "The share of the records, the last ones, that long transactions have to themselves; with 0 they keep the " +
			"others waiting.",
		at: func(e *Experiment) field { return shareField(&e.asked.Long.Apart) }},
	{name: "rate", typ: "closed|count/s|percent",
		doc: "When transactions start: closed (each after the last), or an open loop at a rate: 200k/s, or 70% of a " +
			"closed-loop maximum.",
		at: func(e *Experiment) field { return &e.Rate }},
	{name: "rate_of", addedLater: true, typ: "none|own",
		doc: "Whose closed-loop maximum a rate in percent refers to: none, the same rate for every algorithm; or own, " +
			"each algorithm's without checkpoints, measured first, so that no algorithm is overloaded by what it costs " +
			"between checkpoints.",
		at: func(e *Experiment) field { return choice(&e.RateOf, RateOfNone, RateOfOwn) }},
	{name: arrivalsKey, typ: "poisson|fixed",
		doc: "How the transactions of an open loop come: poisson (at random) or fixed (evenly).",
		at:  func(e *Experiment) field { return choice(&e.Arrivals, ArrivalsPoisson, ArrivalsFixed) }},

	{name: "duration", typ: "duration",
		doc: "How long the measured part of a trial lasts.",
		at:  func(e *Experiment) field { return &e.Duration }},
	{name: "warmup", typ: "duration",
		doc: "How long transactions run before the measured part.",
		at:  func(e *Experiment) field { return &e.Warmup }},
	{name: "bucket", typ: "duration",
		doc: "The width of a bucket of the timeline.",
		at:  func(e *Experiment) field { return &e.Bucket }},

	{name: "checkpoint.first", typ: "duration",
		doc: "When the first one starts, from the start of the measured part.",
		at:  func(e *Experiment) field { return &e.Checkpoint.First }},
	{name: "checkpoint.interval", typ: "duration|back-to-back",
		doc: "From the start of one to the start of the next, at once if that one took longer; back-to-back is 0.",
		at:  func(e *Experiment) field { return zeroNamed{&e.Checkpoint.Interval, "back-to-back", "0s"} }},
	{name: "checkpoint.count", typ: "count|unlimited",
		doc: "How many each trial takes at most; unlimited is 0.",
		at:  func(e *Experiment) field { return zeroNamed{&e.Checkpoint.Count, "unlimited", "0"} }},
	{name: "checkpoint.streams", typ: "count",
		doc: "How many files are written in parallel.",
		at:  func(e *Experiment) field { return &e.Checkpoint.Streams }},
	{name: "checkpoint.disk_rate", typ: "size/s|unlimited",
		doc: "The limit on writing, such as 100MiB/s, to emulate a disk; or unlimited.",
		at:  func(e *Experiment) field { return &e.Checkpoint.DiskRate }},
	{name: "checkpoint.sink", typ: "file|own|discard",
		doc: "Where images go: file; own, which writes none for an algorithm that recovers from files of its own, so " +
			"that each writes what it needs; or discard, to measure capture alone.",
		at: func(e *Experiment) field { return choice(&e.Checkpoint.Sink, SinkFile, SinkOwn, SinkDiscard) }},
	{name: "checkpoint.direct", typ: "true|false",
		doc: "Write past the page cache (O_DIRECT) where the file system allows it.",
		at:  func(e *Experiment) field { return (*boolean)(&e.Checkpoint.Direct) }},
	{name: "checkpoint.collapse", addedLater: true, typ: "count|never",
		doc: "How many partial images of the p* algorithms become one, in the background; never is 0.",
		at:  func(e *Experiment) field { return zeroNamed{&e.Checkpoint.Collapse, "never", "0"} }},
	{name: "checkpoint.collapse_base", addedLater: true, typ: "true|false",
		doc: "Whether the full image takes part in that, so that a new full one results; otherwise a larger " +
			"partial one does.",
		at: func(e *Experiment) field { return (*boolean)(&e.Checkpoint.CollapseBase) }},
	{name: "checkpoint.collapse_rate", addedLater: true, typ: "size/s|unlimited",
		doc: "The limit on what collapsing reads and writes, such as 50MiB/s; or unlimited.",
		at:  func(e *Experiment) field { return &e.Checkpoint.CollapseRate }},
	{name: "checkpoint.dir", typ: "path", fallback: "under the result directory",
		doc: "The directory of the images; by default one under the result directory.",
		at:  func(e *Experiment) field { return (*prose)(&e.Checkpoint.Dir) }},

	{name: "wal", typ: "off|async|sync",
		doc: "Whether commits are logged: off, async (nobody waits for the disk) or sync (a commit waits for its group); " +
			"algorithms that need a log have one anyway.",
		at: func(e *Experiment) field { return choice(&e.WAL, WALOff, WALAsync, WALSync) }},
	{name: durabilityKey, addedLater: true, typ: "log|checkpoint",
		doc: "What makes a transaction durable: log (the one that wal says) or checkpoint (a published image that holds " +
			"it; checkpoints then run back to back from the start of the warm-up, and wal is for none alone, beside which " +
			"algorithms without a log are measured). It is refused for algorithms whose images need a log.",
		at: func(e *Experiment) field { return choice(&e.Durability, DurabilityLog, DurabilityCheckpoint) }},
	{name: "verify", typ: "trial|full|off",
		doc: "How images are proven right: trial (a short recorded trial first, then every image is read back), full " +
			"(such a recorded trial before every trial) or off.",
		at: func(e *Experiment) field { return choice(&e.Verify, VerifyTrial, VerifyFull, VerifyOff) }},
	{name: "verify_duration", typ: "duration",
		doc: "How long the recorded trial of verify: trial lasts.",
		at:  func(e *Experiment) field { return &e.VerifyDuration }},
	{name: "verify_records", typ: "count|unlimited", descriptive: true,
		doc: "How many records the recorded trial has at most; unlimited is 0. It needs several hundred bytes for each, " +
			"beside the store.",
		at: func(e *Experiment) field { return zeroNamed{&e.VerifyRecords, "unlimited", "0"} }},
	{name: "recover", typ: "true|false",
		doc: "Recover from the last image after each trial, and measure it.",
		at:  func(e *Experiment) field { return (*boolean)(&e.Recover) }},
	{name: restoreKey, addedLater: true, typ: "rows|batch|invokeall",
		doc: "How a store that keeps rows in pages puts them there, loaded or recovered: rows (one at a time), batch (in " +
			"sorted batches: into pages first, and then into the index) or invokeall (in sorted batches: one pass over the " +
			"index stores each).",
		at: func(e *Experiment) field { return choice(&e.Restore, RestoreRows, RestoreBatch, RestoreInvokeAll) }},
	{name: "keep_images", typ: "true|false", descriptive: true,
		doc: "Keep each trial's images and logs with its results.",
		at:  func(e *Experiment) field { return (*boolean)(&e.KeepImages) }},

	{name: "trials", typ: "count", descriptive: true,
		doc: "How many trials each algorithm has at each point of the matrix; 6 is the least that gives a 95% " +
			"confidence interval.",
		at: func(e *Experiment) field { return &e.Trials }},
	{name: "pair.most", typ: "count", descriptive: true,
		doc: "In how many openings, with fresh memory each, an algorithm is measured beside none at most; 0 " +
			"measures no pairs.",
		at: func(e *Experiment) field { return &e.Pair.Most }},
	{name: "pair.least", typ: "count", descriptive: true,
		doc: "In how many openings at least.",
		at:  func(e *Experiment) field { return &e.Pair.Least }},
	{name: "pair.until", typ: "share", descriptive: true,
		doc: "How narrow the 95% interval of the throughput over none's has to be, to either side, for the openings to end.",
		at:  func(e *Experiment) field { return &e.Pair.Until }},
	{name: "pair.slice", typ: "duration", descriptive: true,
		doc: "How long a turn lasts, of all workers of one of the two.",
		at:  func(e *Experiment) field { return &e.Pair.Slice }},
	{name: "pair.lead", typ: "duration", descriptive: true,
		doc: "How long each of the two runs unmeasured when it takes over, so that the caches are as if it ran alone.",
		at:  func(e *Experiment) field { return &e.Pair.Lead }},
	{name: "pair.quads", typ: "count", descriptive: true,
		doc: "How many quads of turns (none, algorithm, algorithm, none) an opening has at rest; while an image is " +
			"captured it has as many as that takes.",
		at: func(e *Experiment) field { return &e.Pair.Quads }},
	{name: "seed", typ: "whole number|random",
		doc: "The master seed, or random; the same trial number gives every algorithm the same transactions.",
		at:  func(e *Experiment) field { return &e.Seed }},
	{name: matrixKey, typ: "mapping of keys to lists",
		doc: "The keys to sweep, dotted where they are nested, each with the list of its values; every combination is " +
			"run, the first key varying slowest."},

	{name: figuresKey, typ: "list of figures", descriptive: true,
		doc: "Pictures for a paper, drawn beside the charts and again by plot, each a mapping: " + figureDoc()},
}

// figureDoc names the keys of a figure.
func figureDoc() string {
	return strings.Join(figureNames(), ", ") + "; plot --help says what each means. A figures.yaml in a result's " +
		"folder replaces what has the same name."
}

// workloadNames lists the presets, the benchmarks and bulk.
func workloadNames() []string { return workload.All() }

// shareField is the field of a workload's share, which may be left out.
func shareField(p **float64) field {
	return optional[float64]{p, func(v *float64) field { return (*Share)(v) }}
}

// numberField is the field of a workload's number, which may be left out.
func numberField(p **float64) field {
	return optional[float64]{p, func(v *float64) field { return (*Number)(v) }}
}

// durationField is the field of a workload's duration, which may be left out.
func durationField(p **time.Duration) field {
	return optional[time.Duration]{p, func(v *time.Duration) field { return (*Duration)(v) }}
}
