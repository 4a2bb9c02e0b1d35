package workload

import "time"

// A Spec describes a workload, as an experiment's YAML has it. The zero value
// of a field is "not given": the preset that Name names fills it in, and what
// neither gives takes the default named at the field. Pointers are there for
// keys whose 0 is a choice of its own.
type Spec struct {
	// Name is a preset, one of Names: ycsb-a to ycsb-f, calc, calc-long, ticks,
	// or custom, which gives nothing; or one of Benchmarks, for which only the
	// keys that say which records are chosen mean anything, and those of
	// Procedures; or bulk, for which Keys, KeyOrder and Calls do, and those of
	// Messages. Default: custom.
	Name string `yaml:"name,omitempty"`

	Procedures `yaml:",inline"`

	Messages `yaml:",inline"`

	Mix `yaml:",inline"`

	// Keys is how many operations a transaction has, each on a key of its
	// own and each drawing its kind from the mix; or how many rows a message
	// of bulk has. Default: 1; of bulk 100.
	Keys int `yaml:"keys,omitempty"`

	// UpdatesPerTick is Keys under the name that it has with ticks, for which
	// alone it means anything: how many updates a tick consists of. A record
	// and a field may come several times in one tick.
	UpdatesPerTick int `yaml:"updates_per_tick,omitempty"`

	// Distribution says which records are chosen; one of Distributions.
	// Default: uniform.
	Distribution string `yaml:"distribution,omitempty"`

	// Theta is the skew of zipf (any number >= 0), ycsb-zipf and latest
	// (above 0 and below 1), and of the zipf of FieldDistribution. Default:
	// 0.99.
	Theta *float64 `yaml:"theta,omitempty"`

	// HotFraction of the records get HotShare of the choices. For hotspot
	// the hot records are chosen among uniformly (default 0.2 and 0.8), for
	// exponential they are the newest (default 0.8571428571 and 0.95).
	HotFraction *float64 `yaml:"hot_fraction,omitempty"`
	HotShare    *float64 `yaml:"hot_share,omitempty"`

	// KeyOrder says where zipf, ycsb-zipf and hotspot keep their popular
	// records: scattered over the key space by a fixed permutation, the same
	// for every worker and trial of a master seed, or ordered, the most
	// popular first, so that they are neighbours in memory. Of bulk it says
	// which keys a message has; see package bulk. Default: scattered.
	KeyOrder string `yaml:"key_order,omitempty"`

	// Fields is the number of fields a record is cut into, 1..65535, of
	// which an update changes one. Default: 1.
	Fields int `yaml:"fields,omitempty"`

	// FieldDistribution says which one: uniform, or zipf with Theta, the first
	// field the most popular. Default: uniform, which a resolved spec does
	// not name unless its preset has another.
	FieldDistribution string `yaml:"field_distribution,omitempty"`

	// MaxScan is the longest scan in records, 1..65535. Default: 1000.
	MaxScan int `yaml:"max_scan,omitempty"`

	// ScanDistribution of the lengths 1..MaxScan: uniform, or zipf, which is
	// YCSB's zipfian, 1 the likeliest. Default: uniform.
	ScanDistribution string `yaml:"scan_distribution,omitempty"`

	// Abort is the share of transactions that their client aborts after the
	// last operation, 0..1.
	Abort float64 `yaml:"abort,omitempty"`

	// Long describes the long transactions mixed in.
	Long Long `yaml:"long,omitempty"`
}

// Procedures are the keys of the benchmarks of stored procedures alone.
type Procedures struct {
	// Calls is the mix of procedures; see Calls for what a benchmark has.
	// Default: full.
	Calls string `yaml:"mix,omitempty"`

	// Warehouses is the size of tpcc. Default: 1.
	Warehouses int `yaml:"warehouses,omitempty"`
}

// Messages are the keys of bulk alone.
type Messages struct {
	// Put is how a message is put into the store; one of Puts. Default: single.
	Put string `yaml:"put,omitempty"`

	// RowSize is how long rows are, with their keys of 8 bytes: a length, or
	// any from the first to the second. Default: 100.
	RowSize Span `yaml:"row_size,omitempty"`

	// PageSize is in bytes, a power of two from 1 KiB to 16 KiB. Default: 4 KiB.
	PageSize int `yaml:"page_size,omitempty"`

	// Passes is how often the messages go through all keys. Default: 3.
	Passes int `yaml:"passes,omitempty"`
}

// A Mix is the share of each kind among the operations. They must sum to 1;
// nil is 0 or what the preset says.
type Mix struct {
	Read   *float64 `yaml:"read,omitempty"`
	Update *float64 `yaml:"update,omitempty"`
	Write  *float64 `yaml:"write,omitempty"`
	RMW    *float64 `yaml:"rmw,omitempty"`
	Insert *float64 `yaml:"insert,omitempty"`
	Delete *float64 `yaml:"delete,omitempty"`
	Scan   *float64 `yaml:"scan,omitempty"`
}

// Long describes long transactions: batches of blind whole-record writes (Kind
// Write) on keys drawn as the others' are.
type Long struct {
	Share *float64 `yaml:"share,omitempty"` // of all transactions, 0..1; 0 = none
	// in place of Share: a worker of their own begins one this often, and sleeps between; 0 = none
	Every *time.Duration `yaml:"every,omitempty"`
	Keys  int            `yaml:"keys,omitempty"` // records written by each; default: as a short transaction has
	Hold  *time.Duration `yaml:"hold,omitempty"` // how long each holds its locks; default: no longer than it must
	// the share of the records, the last ones, that long transactions have to themselves; default 0:
	// they choose among all, as the others do, and keep these waiting
	Apart *float64 `yaml:"apart,omitempty"`
}

// Alone reports whether long transactions run on a worker of their own.
func (l Long) Alone() bool { return l.Every != nil && *l.Every > 0 }
