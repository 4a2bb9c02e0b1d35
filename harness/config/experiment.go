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

// An Experiment is a configuration with every default filled in. A field with a key
// is what that key says in keys.go, which is where keys are documented.
type Experiment struct {
	Info Info `yaml:"experiment"`

	Algorithms []string `yaml:"algorithms"`

	Scale        Scale `yaml:"scale"`
	Records      Count `yaml:"records"`
	RecordSize   Sizes `yaml:"record_size"`
	Large        Large `yaml:"large"`
	Index        Index `yaml:"index"`
	Locks        Locks `yaml:"locks"`
	Workers      Count `yaml:"workers"`
	HugePages    bool  `yaml:"huge_pages"`
	MemoryBudget Size  `yaml:"memory_budget"`

	// Workload has every value that the preset or a default gives.
	Workload workload.Spec `yaml:"workload"`
	Rate     Rate          `yaml:"rate"`
	RateOf   RateOf        `yaml:"rate_of"`
	Arrivals Arrivals      `yaml:"arrivals"`

	Duration Duration `yaml:"duration"`
	Warmup   Duration `yaml:"warmup"`
	Bucket   Duration `yaml:"bucket"`

	Checkpoint Checkpoint `yaml:"checkpoint"`

	WAL        WAL        `yaml:"wal"`
	Durability Durability `yaml:"durability"`

	Verify         Verify   `yaml:"verify"`
	VerifyDuration Duration `yaml:"verify_duration"`
	VerifyRecords  Count    `yaml:"verify_records"`
	Recover        bool     `yaml:"recover"`
	Restore        Restore  `yaml:"restore"`
	KeepImages     bool     `yaml:"keep_images"`

	Trials Count `yaml:"trials"`
	Pair   Pair  `yaml:"pair"`

	Seed Seed `yaml:"seed"`

	Matrix []Sweep `yaml:"matrix"`

	// Figures change nothing that is measured. Only their keys are checked.
	Figures []Figure `yaml:"figures"`

	asked    workload.Spec // Workload before its preset: what the file and --set gave
	settings settings      // where Experiment comes from; shared by copies, never changed in place
	swept    bool          // it is a point of a matrix that sweeps workload.name
	// acksSwept says that it is a point of a matrix that sweeps durability: what means
	// nothing here means something elsewhere.
	acksSwept bool
	known     Known
	file      string
	data      []byte   // what file held; shared by copies, never changed
	foreign   bool     // file is no YAML
	notes     []string // on file, for a person
}

// Info says what an experiment is for. It changes nothing that is measured.
type Info struct {
	Name   string `yaml:"name"`
	About  string `yaml:"about"`
	Paper  string `yaml:"paper"`
	Expect Expect `yaml:"expect"`
}

// Expect says what a run costs, as somebody found it.
type Expect struct {
	Minutes Number `yaml:"minutes"`
	Disk    Size   `yaml:"disk"`
	Notes   string `yaml:"notes"`
}

// Large says which records have large values, which lie out of line.
type Large struct {
	Share Share `yaml:"share"`
	Size  Sizes `yaml:"size"`
}

// Checkpoint says when checkpoints are taken and where they go.
type Checkpoint struct {
	First        Duration  `yaml:"first"`
	Interval     Duration  `yaml:"interval"`
	Count        Count     `yaml:"count"`
	Streams      Count     `yaml:"streams"`
	DiskRate     Bandwidth `yaml:"disk_rate"`
	Sink         Sink      `yaml:"sink"`
	Direct       bool      `yaml:"direct"`
	Collapse     Count     `yaml:"collapse"`
	CollapseBase bool      `yaml:"collapse_base"`
	CollapseRate Bandwidth `yaml:"collapse_rate"`
	Dir          string    `yaml:"dir"`
}

// Pair says how each algorithm is measured beside none: both are open side by
// side and take turns, some milliseconds each.
type Pair struct {
	Most  Count    `yaml:"most"`
	Least Count    `yaml:"least"`
	Until Share    `yaml:"until"`
	Slice Duration `yaml:"slice"`
	Lead  Duration `yaml:"lead"`
	Quads Count    `yaml:"quads"`
}

// A Sweep is a key of the matrix and its values, in the file's order and as
// their types write them.
type Sweep struct {
	Key    string // dotted, as Set takes it
	Values []string
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

// RateOf says whose maximum a rate in percent refers to.
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
		Algorithms: known.names(Algorithm.byDefault),
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
