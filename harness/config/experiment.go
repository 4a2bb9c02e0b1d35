// Package config reads what an experiment is to do from a YAML file: strictly,
// so that a misspelt key is an error and not a default, and completely, so that
// everything wrong with a file is said at once, with its lines.
//
// Parse and Load give a validated Experiment with every default filled in;
// Cells gives the points of its matrix, each an Experiment of its own. The
// fields of Experiment are the keys of the file, and Keys lists them for a
// person or an editor. Nothing here is safe for concurrent use with Set; all
// else only reads.
package config

import "ckptbench/workload"

// An Experiment is a configuration with every default filled in.
type Experiment struct {
	Info Info `yaml:"experiment"`

	// Which algorithms run: a list of names; all, which is every one whose images are right, variants too; or default, which leaves the variants out.
	Algorithms []string `yaml:"algorithms"`

	// Run it smaller: 0.05 makes a twentieth of records, verify_records, memory_budget, workload.warehouses and every time, and long transactions as much shorter and more frequent, with as much fewer keys; what else a transaction does, workers, rates and trials stay. Given or swept, nothing falls below 1000 records, 64KiB of memory_budget, 1 warehouse, 10 keys and 1ms of a long transaction, duration 1s, warmup 100ms, bucket and first 10ms, interval 50ms, verify_duration 250ms, or what it is. In resolved configurations it is 0.05 applied, of which nothing is scaled again.
	Scale Scale `yaml:"scale"`
	// How many records are loaded before the run; with smallbank, how many customers; with bulk, how many rows.
	Records Count `yaml:"records"`
	// The size of a record's value, in bytes: 100, or any size of a range, 20-400. A record of one field has another size after every write, one of several fields keeps the size that it has.
	RecordSize Sizes `yaml:"record_size"`
	Large      Large `yaml:"large"`
	// How a key finds its record: dense (the key is the slot) or hash (a concurrent hash index).
	Index Index `yaml:"index"`
	// What a transaction does about a held lock: ordered (wait; locks are taken in key order) or nowait (abort and retry).
	Locks Locks `yaml:"locks"`
	// How many workers run transactions; 0 is GOMAXPROCS.
	Workers Count `yaml:"workers"`
	// Ask the kernel for huge pages under the records.
	HugePages bool `yaml:"huge_pages"`
	// How many bytes of records may be in memory; the others are on disk, in snapshot pages, and are fetched as they are needed. For foedus only, as the others keep every record in memory; unlimited is 0.
	MemoryBudget Size `yaml:"memory_budget"`

	// Workload has every value that the preset or a default gives.
	Workload workload.Spec `yaml:"workload"`
	// When transactions start: closed (each after the last), or an open loop at a rate: 200k/s, or 70% of a closed-loop maximum.
	Rate Rate `yaml:"rate"`
	// Whose closed-loop maximum a rate in percent is of: none, the same rate for every algorithm; or own, each algorithm's without checkpoints, measured first, so that no algorithm is overloaded by what it costs between checkpoints.
	RateOf RateOf `yaml:"rate_of"`
	// How the transactions of an open loop come: poisson (at random) or fixed (evenly).
	Arrivals Arrivals `yaml:"arrivals"`

	// How long the measured part of a trial lasts.
	Duration Duration `yaml:"duration"`
	// How long transactions run before the measured part.
	Warmup Duration `yaml:"warmup"`
	// The width of a bucket of the timeline.
	Bucket Duration `yaml:"bucket"`

	Checkpoint Checkpoint `yaml:"checkpoint"`

	// Whether commits are logged: off, async (nobody waits for the disk) or sync (a commit waits for its group); algorithms that need a log have one anyway.
	WAL WAL `yaml:"wal"`
	// What makes a transaction durable: log (the one that wal says) or checkpoint (a published image that holds it; checkpoints then run back to back from the start of the warm-up, and wal is for none alone, beside which algorithms without a log are measured). It is refused for algorithms whose images need a log.
	Durability Durability `yaml:"durability"`

	// How images are proven right: trial (a short recorded trial first, then every image is read back), full (such a recorded trial before every trial) or off.
	Verify Verify `yaml:"verify"`
	// How long the recorded trial of verify: trial lasts.
	VerifyDuration Duration `yaml:"verify_duration"`
	// How many records the recorded trial has at most; unlimited is 0. It needs several hundred bytes for each, beside the store.
	VerifyRecords Count `yaml:"verify_records"`
	// Recover from the last image after each trial, and measure it.
	Recover bool `yaml:"recover"`
	// How a store that keeps rows in pages puts them there, loaded or recovered: rows (one at a time), batch (in sorted batches: into pages first, and then into the index) or invokeall (in sorted batches: one pass over the index stores each).
	Restore Restore `yaml:"restore"`
	// Keep each trial's images and logs with its results.
	KeepImages bool `yaml:"keep_images"`

	// How many trials each algorithm has at each point of the matrix; 6 is the least that gives a 95% confidence interval.
	Trials Count `yaml:"trials"`
	Pair   Pair  `yaml:"pair"`

	// The master seed, or random; the same trial number gives every algorithm the same transactions.
	Seed Seed `yaml:"seed"`

	// The keys to sweep, dotted where they are nested, each with the list of its values; every combination is run, the first key varying slowest.
	Matrix []Sweep `yaml:"matrix"`

	asked    workload.Spec // Workload before its preset: what the file and --set gave
	settings settings      // where Experiment comes from; shared by copies, never changed in place
	swept    bool          // it is a point of a matrix that sweeps workload.name
	// acksSwept says that it is a point of a matrix that sweeps durability: what means
	// nothing here means something elsewhere.
	acksSwept bool
	known     Known
	file      string
	foreign   bool     // file is no YAML
	notes     []string // on file, for a person
}

// Info says what an experiment is for. It changes nothing that is measured.
type Info struct {
	// The name of the experiment and its results; by default the file's, without its extension.
	Name string `yaml:"name"`
	// What the experiment asks, in a sentence.
	About string `yaml:"about"`
	// The paper and figure that it follows.
	Paper  string `yaml:"paper"`
	Expect Expect `yaml:"expect"`
}

// Expect says what a run costs, as somebody found it.
type Expect struct {
	// How many minutes the whole experiment took.
	Minutes Number `yaml:"minutes"`
	// How much disk it needed at most.
	Disk Size `yaml:"disk"`
	// On which machine, and what else to know.
	Notes string `yaml:"notes"`
}

// Large says which records have large values, which lie out of line.
type Large struct {
	// The share of the records that have a large value, in place of one of record_size. It lies out of line, in chunks of 16 KB that are records of a second table, and is written as a whole.
	Share Share `yaml:"share"`
	// The size of a large value: 1MB, or any size of a range, 100KB-1MB.
	Size Sizes `yaml:"size"`
}

// Checkpoint says when checkpoints are taken and where they go.
type Checkpoint struct {
	// When the first one starts, from the start of the measured part.
	First Duration `yaml:"first"`
	// From the start of one to the start of the next, at once if that one took longer; back-to-back is 0.
	Interval Duration `yaml:"interval"`
	// How many each trial takes at most; unlimited is 0.
	Count Count `yaml:"count"`
	// How many files are written in parallel.
	Streams Count `yaml:"streams"`
	// The limit on writing, such as 100MiB/s, to emulate a disk; or unlimited.
	DiskRate Bandwidth `yaml:"disk_rate"`
	// Where images go: file; own, which writes none for an algorithm that recovers from files of its own, so that each writes what it needs; or discard, to measure capture alone.
	Sink Sink `yaml:"sink"`
	// Write past the page cache (O_DIRECT) where the file system allows it.
	Direct bool `yaml:"direct"`
	// How many partial images of the p* algorithms become one, in the background; never is 0.
	Collapse Count `yaml:"collapse"`
	// Whether the full image takes part in that, so that a new full one results; else a larger partial one does.
	CollapseBase bool `yaml:"collapse_base"`
	// The limit on what collapsing reads and writes, such as 50MiB/s; or unlimited.
	CollapseRate Bandwidth `yaml:"collapse_rate"`
	// The directory of the images; by default one under the result directory.
	Dir string `yaml:"dir"`
}

// Pair says how each algorithm is measured beside none: both are open side by
// side and take turns, some milliseconds each.
type Pair struct {
	// In how many openings, with fresh memory each, an algorithm is measured beside none at most; 0 measures no pairs.
	Most Count `yaml:"most"`
	// In how many openings at least.
	Least Count `yaml:"least"`
	// How narrow the 95% interval of the throughput over none's has to be, to either side, for the openings to end.
	Until Share `yaml:"until"`
	// How long a turn lasts, of all workers of one of the two.
	Slice Duration `yaml:"slice"`
	// How long each of the two runs unmeasured when it takes over, so that the caches are as if it ran alone.
	Lead Duration `yaml:"lead"`
	// How many quads of turns (none, algorithm, algorithm, none) an opening has at rest; while an image is captured it has as many as that takes.
	Quads Count `yaml:"quads"`
}

// A Sweep is a key of the matrix and its values, in the file's order and as
// their types write them.
type Sweep struct {
	Key    string // dotted, as Set takes it
	Values []string
}

// Known is what the caller has to run.
type Known struct {
	Algorithms        []string // every name that may be configured
	SoundAlgorithms   []string // what algorithms: all runs
	DefaultAlgorithms []string // what algorithms: default runs, and what runs where none is named
	BudgetAlgorithms  []string // those that may have a memory_budget
	OwnAlgorithms     []string // those that recover from files of their own, without images
	RestoreAlgorithms []string // those that restore means something to
	PrefixAlgorithms  []string // those that durability: checkpoint is for, and the baselines
}

// Index says how a key finds its record.
type Index string

// The indexes.
const (
	IndexDense Index = "dense"
	IndexHash  Index = "hash"
)

// Locks says what a transaction does about a held lock.
type Locks string

// Arrivals says how the transactions of an open loop come.
type Arrivals string

// The ways for transactions to come.
const (
	ArrivalsPoisson Arrivals = "poisson"
	ArrivalsFixed   Arrivals = "fixed"
)

// The lock modes.
const (
	LocksOrdered Locks = "ordered"
	LocksNoWait  Locks = "nowait"
)

// Sink says where images go.
type Sink string

// The sinks.
const (
	SinkFile    Sink = "file"
	SinkOwn     Sink = "own"
	SinkDiscard Sink = "discard"
)

// RateOf says whose maximum a rate in percent is of.
type RateOf string

// The maxima.
const (
	RateOfNone RateOf = "none"
	RateOfOwn  RateOf = "own"
)

// WAL says whether commits are logged.
type WAL string

// The log modes.
const (
	WALOff   WAL = "off"
	WALAsync WAL = "async"
	WALSync  WAL = "sync"
)

// Verify says how images are proven right.
type Verify string

// The ways of proof.
const (
	VerifyTrial Verify = "trial"
	VerifyFull  Verify = "full"
	VerifyOff   Verify = "off"
)

// defaults is an experiment of which the file says nothing.
func defaults(name string, known Known) Experiment {
	return Experiment{
		Info:       Info{Name: name},
		Algorithms: append([]string(nil), known.DefaultAlgorithms...),
		Records:    1_000_000,
		RecordSize: Sizes{100, 100},
		Large:      Large{Size: Sizes{1_000_000, 1_000_000}},
		Index:      IndexDense,
		Locks:      LocksOrdered,
		Arrivals:   ArrivalsPoisson,
		RateOf:     RateOfNone,
		Duration:   seconds(20),
		Warmup:     seconds(3),
		Bucket:     seconds(1) / 10,
		Checkpoint: Checkpoint{
			First:    seconds(2),
			Interval: seconds(5),
			Streams:  1,
			Sink:     SinkFile,
			Direct:   true,

			Collapse: 8, CollapseBase: true,
		},
		WAL:            WALOff,
		Durability:     DurabilityLog,
		Verify:         VerifyTrial,
		VerifyDuration: seconds(2),
		Recover:        true,
		Restore:        RestoreBatch,
		Trials:         6,
		Pair:           Pair{Least: 4, Until: 0.01, Slice: seconds(1) / 100, Lead: seconds(1) / 100, Quads: 16},
		Seed:           Seed{Value: 1},
		known:          known,
	}
}
