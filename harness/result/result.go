// Package result is what an experiment leaves behind: one Trial per run of one
// algorithm at one point of the matrix, with its timeline, events and latency,
// written once, read by the charts, the tables and the comparisons.
package result

import "ckptbench/harness/host"

// Schema is the version of the JSON written here. A reader refuses a newer one
// and takes every older one: 1 had no machine in a trial, 2 no checksums.
const Schema = 3

// sumsSchema is the first with checksums.
const sumsSchema = 3

// Trial statuses.
const (
	OK      = "ok"      // ran to its end and its images were right
	Partial = "partial" // interrupted; what was measured until then
	Failed  = "failed"  // an image or the recovered state was wrong, or it could not run
)

// A Trial is one run of one algorithm. Times are in seconds unless the name
// says otherwise, measured from the start of the measured part (warm-up
// excluded). A pointer is nil where the figure was not measured.
type Trial struct {
	Schema     int     `json:"schema"`                // Schema when it was written
	Experiment string  `json:"experiment"`            // the experiment's name
	Algorithm  string  `json:"algorithm"`             // as in the table of algorithms
	Params     []Param `json:"params,omitempty"`      // the matrix point, in the config's order
	Machine    string  `json:"machine,omitempty"`     // the id of where it ran; empty: the experiment's
	Trial      int     `json:"trial"`                 // 1-based
	Round      int     `json:"round"`                 // trials of one round ran interleaved
	Seed       uint64  `json:"seed"`                  // the experiment's master seed
	ConfigHash string  `json:"config_hash,omitempty"` // of everything that was measured; equal hashes may be put together
	Status     string  `json:"status"`                // OK, Partial or Failed
	Error      string  `json:"error,omitempty"`       // why it is not ok, for a person
	Verdict    Verdict `json:"verdict"`               // how its images were checked

	Workers   int               `json:"workers"`          // that run transactions
	Records   int               `json:"records"`          // loaded
	Elapsed   float64           `json:"elapsed_s"`        // length of the measured part
	Committed uint64            `json:"committed"`        // transactions in the measured part
	Aborts    map[string]uint64 `json:"aborts,omitempty"` // by cause
	// committed by kind, the warm-up's included; of benchmarks of stored procedures
	Kinds      map[string]uint64 `json:"kinds,omitempty"`
	Throughput *float64          `json:"throughput_txn_s,omitempty"` // withheld unless Status is ok or partial
	// against none of the same round, over the measured part
	Lost     *float64 `json:"lost_txn,omitempty"`
	Relative *float64 `json:"relative_to_none,omitempty"` // throughput over none's of the same round
	// RelativeLog is Relative to none under a log of every change, in the same round:
	// of an algorithm that is logged where none is not.
	RelativeLog *float64 `json:"relative_to_none_with_log,omitempty"`

	Rate       float64    `json:"rate_txn_s,omitempty"`  // open loop: transactions to be started a second
	Overloaded bool       `json:"overloaded,omitempty"`  // open loop: the rate was not reached
	Response   *Quantiles `json:"response_ns,omitempty"` // open loop: from the intended start
	Service    *Quantiles `json:"service_ns,omitempty"`  // from the actual start to the commit
	// Of Response or else of Service, by the buckets in which transactions ended: those
	// wholly outside of every checkpoint, and wholly within a capture. nil where there
	// is none, and in results from before these were distinguished.
	LatencyBetween   *Quantiles `json:"latency_between_ns,omitempty"`
	LatencyCapturing *Quantiles `json:"latency_capturing_ns,omitempty"`
	// Log is what makes transactions durable: async or sync, a log; checkpoint,
	// images; empty where nothing does. Durable is from the actual start to when the
	// log had the transaction, written with async and on the disk with sync, or to
	// when an image that holds it was published. With sync and checkpoint Response
	// goes so far as well. DurableWait is how long clients waited because too many
	// of their transactions were not durable, added up, the warm-up's included.
	Log         string     `json:"log,omitempty"`
	Durable     *Quantiles `json:"durable_ns,omitempty"`
	DurableWait float64    `json:"durable_wait_s,omitempty"`
	// NeverDurable counts the transactions that no image held when the measured part
	// ended; they are in no figure of Durable or Response. NeverOldest is how long
	// the oldest of them had waited by then.
	NeverDurable uint64  `json:"never_durable,omitempty"`
	NeverOldest  float64 `json:"never_durable_oldest_s,omitempty"`

	Bulk *Bulk `json:"bulk,omitempty"` // of messages of rows; nil where transactions ran, or the trial failed

	Memory      Memory       `json:"memory"`
	GCShare     float64      `json:"gc_share"`              // of the CPU time
	GCCycles    uint32       `json:"gc_cycles"`             // collections in the measured part
	Checkpoints []Checkpoint `json:"checkpoints,omitempty"` // in their order, those of the measured part
	Recovery    *Recovery    `json:"recovery,omitempty"`    // nil where nothing was recovered
	Collapse    *Collapse    `json:"collapse,omitempty"`    // nil where nothing was collapsed
	Paging      *Paging      `json:"paging,omitempty"`      // nil without a memory budget
	Profiled    bool         `json:"profiled,omitempty"`    // a profile was taken: the figures are not to be compared
	Disturbed   Disturbance  `json:"disturbed,omitzero"`    // what else the machine did in the measured part
	Canary      *Canary      `json:"canary,omitempty"`      // nil in results from before there was one
	// how often it was run again, being noisy; what there was before is in the folder noisy
	Repeats int `json:"repeats,omitempty"`
	// RepeatedFor says what disturbed each of those, in their order.
	RepeatedFor []string `json:"repeated_for,omitempty"`
	Warnings    []string `json:"warnings,omitempty"`
	StartedAt   string   `json:"started_at"` // RFC 3339

	Buckets []Bucket `json:"-"` // timeline.csv
	Events  []Event  `json:"-"` // events.csv
	// latency.hgrm: the HDR percentile listing, ns, of Response or else of Service; empty where not
	// timed
	HGRM        []byte `json:"-"`
	DurableHGRM []byte `json:"-"` // durable.hgrm: likewise, of Durable
	HLog        []byte `json:"-"` // latency.hlog: the same in an HDR histogram log, interval by interval
}

// A Canary is the speed of the machine, as two fixed loops see it, just before a
// trial's warm-up and just after its end.
type Canary struct {
	Before host.Speed `json:"before"` // warm-up
	After  host.Speed `json:"after"`  // the end
}

// A Param is one coordinate of a matrix point.
type Param struct {
	Key   string `json:"key"`   // dotted, as in the configuration
	Value string `json:"value"` // as in the configuration, unit included
}

// A Verdict says how the images of a trial were checked.
type Verdict struct {
	Mode         string `json:"mode"`         // trial, full or off
	OK           bool   `json:"ok"`           // no image was wrong
	Images       int    `json:"images"`       // read back and right
	Transactions uint64 `json:"transactions"` // recorded for the oracle
	// NotJudged says why the recorded run proves nothing; empty if it does.
	NotJudged string    `json:"not_judged,omitempty"`
	Controls  []Control `json:"controls,omitempty"` // faults that were planted beside the recorded run
	How       How       `json:"how,omitzero"`       // which of the images; zero in results from before it was recorded
	Detail    string    `json:"detail,omitempty"`   // what is wrong, for a person
}

// A Control is a fault that was planted to see that a recorded run finds it.
type Control struct {
	Fault  string `json:"fault"`  // its name
	Found  bool   `json:"found"`  // a round of the recorded run found it
	Rounds int    `json:"rounds"` // until it was found, or all that there were
}

// A How says how many images were checked in which way, and were right.
type How struct {
	// Oracle: of a recorded run. The oracle, which knows what every transaction
	// read and wrote, found each image consistent.
	Oracle int `json:"oracle"`
	// Whole: of the measured run, compared with what the transactions wrote: every
	// record is there, with every byte that they left; none is torn; whoever is in
	// has all before it in; and all that had committed before the checkpoint was
	// asked for is in.
	Whole int `json:"whole"`
	// Records: of the measured run, by an algorithm whose images mix versions until
	// the log repairs them: every record is there, with every byte that the
	// transaction left whose id it carries.
	Records int `json:"records"`
	// Plausible: of the measured run, where not all is known that was committed:
	// each value fits the id that its record carries, and none is older than in the
	// image before.
	Plausible int `json:"plausible"`
	// Conditions: of the measured run of a benchmark of stored procedures, whose
	// own conditions the image meets.
	Conditions int `json:"conditions"`
	// Recovered: the last one, taken when no transaction ran. What was recovered
	// from it is what was in memory.
	Recovered int `json:"recovered"`
}

// Sum returns how many there are in all.
func (h How) Sum() int {
	return h.Oracle + h.Whole + h.Records + h.Plausible + h.Conditions + h.Recovered
}

// Plus returns h and o together.
func (h How) Plus(o How) How {
	return How{
		Oracle: h.Oracle + o.Oracle, Whole: h.Whole + o.Whole, Records: h.Records + o.Records,
		Plausible: h.Plausible + o.Plausible, Conditions: h.Conditions + o.Conditions, Recovered: h.Recovered + o.Recovered,
	}
}

// Add counts images that were checked and right.
func (v *Verdict) Add(h How) {
	v.How = v.How.Plus(h)
	v.Images += h.Sum()
}

// Quantiles are latencies in nanoseconds.
type Quantiles struct {
	Count uint64 `json:"count"` // of all latencies; the others are 0 where it is
	Mean  uint64 `json:"mean"`
	P50   uint64 `json:"p50"` // the median
	P90   uint64 `json:"p90"`
	P99   uint64 `json:"p99"`
	P999  uint64 `json:"p999"`
	P9999 uint64 `json:"p9999"`
	Max   uint64 `json:"max"`
}

// Memory is in bytes.
type Memory struct {
	Data  int64 `json:"data"`  // values of the records, those that were inserted included
	Store int64 `json:"store"` // tables and indexes, as every algorithm has them
	Rest  int64 `json:"rest"`  // the algorithm's own, between checkpoints
	Peak  int64 `json:"peak"`  // the algorithm's own, at most
	After int64 `json:"after"` // the algorithm's own, after the last checkpoint
	RSS   int64 `json:"rss"`   // the process (and a forked child), at most

	Huge int64 `json:"huge,omitempty"` // of the process's memory, in huge pages once it was loaded

	HeapRest int64 `json:"heap_rest,omitempty"` // on the Go heap when the measured part began, the harness's own included
	HeapPeak int64 `json:"heap_peak,omitempty"` // on the Go heap within it, at most, garbage included
}

// A Checkpoint is the cost of one checkpoint, cut at the same borders for every
// algorithm.
type Checkpoint struct {
	N       int     `json:"n"`         // 1-based within the trial
	Cold    bool    `json:"cold"`      // the first one: its memory had not been touched
	Trigger float64 `json:"trigger_s"` // when it was asked for, since the measured part began
	Wait    float64 `json:"wait_s"`    // from the trigger to the point of consistency
	Pause   float64 `json:"pause_s"`   // all workers kept from starting a transaction
	Capture float64 `json:"capture_s"` // from the point to the last record handed over, less Write
	Write   float64 `json:"write_s"`   // in write calls and the rate limit, within capture
	Sync    float64 `json:"sync_s"`    // from there to durable and published
	Total   float64 `json:"total_s"`   // from the trigger to durable
	// Waits inside writes that the algorithm imposed during the checkpoint
	// (push: its queue was full), over all workers; no part of Pause.
	Stalls  int64   `json:"stalls,omitempty"`
	Stalled float64 `json:"stalled_s,omitempty"` // their sum; workers wait beside each other, so it may exceed Total
	// Of an algorithm that reads the log, or has files of its own beside the
	// image, in bytes.
	LogRead    int64 `json:"log_read_bytes,omitempty"`
	OwnRead    int64 `json:"own_read_bytes,omitempty"`
	OwnWritten int64 `json:"own_written_bytes,omitempty"`
	// By how much the log grew from the trigger to the end: so far behind it was
	// the checkpoint by then. 0 without a log.
	LogLag int64 `json:"log_lag_bytes,omitempty"`
	// By how much it grew from the trigger before, or the start, to this one:
	// what was changed between the two, as logged.
	LogSince int64 `json:"log_since_bytes,omitempty"`
	// Versions that transactions copied because of the checkpoint, of an
	// algorithm that counts them, and their bytes.
	Copies int64 `json:"copies,omitempty"`
	Copied int64 `json:"copied_bytes,omitempty"`
	// Settled is how long after its end the p99 was back, s; see Trial.Settle.
	Settled *float64 `json:"p99_back_s,omitempty"`
	Bytes   int64    `json:"bytes"`            // of the image
	Direct  bool     `json:"direct,omitempty"` // the image bypassed the page cache
	Records int64    `json:"records"`          // in the image
	Kind    string   `json:"kind,omitempty"`   // full or partial; empty in results from before there were partial ones
	Chain   int      `json:"chain,omitempty"`  // images that recovery would have had to read
	Point   string   `json:"point"`            // the point of consistency, as the image states it
	Error   string   `json:"error,omitempty"`  // why it failed; its times are then not to be used
}

// A Collapse is the cost of making fewer images of many, beside the workers, up
// to the end of the measured part.
type Collapse struct {
	N       int     `json:"n"`                // collapses that ended in the measured part
	Images  int     `json:"images"`           // that were merged
	Read    int64   `json:"read_bytes"`       // of all images merged
	Written int64   `json:"written_bytes"`    // of all images that resulted
	Time    float64 `json:"time_s"`           // of all of them together
	Failed  int     `json:"failed,omitempty"` // collapses that failed, and left the chain as it was
}

// A Paging is what a memory budget led to, up to the end of the measured part:
// pages of records, in bytes, and how many came and went.
type Paging struct {
	Budget   int64  `json:"budget_bytes"`   // as configured
	Resident int64  `json:"resident_bytes"` // at the end
	Peak     int64  `json:"peak_bytes"`     // at most
	Fetched  uint64 `json:"fetched"`        // pages read from a snapshot
	Dropped  uint64 `json:"dropped"`        // pages given back to the system
	Over     uint64 `json:"over"`           // brought in beyond the budget, as no clean page was found
}

// A Recovery is the cost of getting the last image (and log) back.
type Recovery struct {
	Load     float64 `json:"load_s"`             // of the full image, or the snapshot
	Merge    float64 `json:"merge_s"`            // of the partial images
	Replay   float64 `json:"replay_s"`           // of the log
	FirstTxn float64 `json:"first_txn_s"`        // from the start to the first transaction
	Bytes    int64   `json:"bytes"`              // read
	Records  int64   `json:"records"`            // recovered
	Images   int     `json:"images,omitempty"`   // in the chain that was read
	Snapshot int64   `json:"snapshot,omitempty"` // whose pages it was from, in place of an image
	Checked  string  `json:"checked"`            // what the recovered state was compared with
}

// A Bucket is one interval of the timeline.
type Bucket struct {
	Start   float64 // since the measured part began; negative in the warm-up
	Elapsed float64 // the interval's true length
	Commits uint64  // transactions that committed in it
	Aborts  uint64  // attempts that did not commit in it
	Algo    int64   // the algorithm's own memory at the end of the interval, bytes
	RSS     int64   // of the process at the end of the interval, bytes
	P50     uint64  // service time, ns; 0 where nothing was timed
	P99     uint64
	P999    uint64
	Max     uint64
	// HostTaken is how long the host of a virtual machine kept workers from running
	// though this machine ran nothing in their place, all of them added up, ns.
	// LongestGap is the longest time for which it, or another thread, kept one of
	// them, ns. Both are 0 in results from before they were measured.
	HostTaken  uint64
	LongestGap uint64
}

// An Event is a moment of a checkpoint: trigger, a phase by name, closed, point,
// opened, capture begin, capture end, synced, durable, failed.
type Event struct {
	At         float64 // s since the measured part began
	Checkpoint int     // 1-based; Checkpoint.N
	Name       string  // store.Mark..., or a phase of the algorithm
}

// An Experiment is a result directory read back.
type Experiment struct {
	Name     string    // of the configuration
	Dir      string    // the result's folder
	About    string    // what the configuration says of itself
	Machine  Machine   // the first of Machines
	Machines []Machine // of a merged result, each with trials of its own; nil: Machine alone
	Shard    Shard     // the part of the experiment that it is
	Config   []byte    // as given
	Resolved []byte    // with every default
	Command  *Command  // with what flags it was run; nil where that is not known
	Trials   []Trial   // by point, algorithm and number
	Pairs    []Pair    // measured in turns; nil where the configuration asks for none

	Notes []string // what Load has to say of the result as a whole; see Warnings
}

// A Machine is where and from what a result was measured.
type Machine struct {
	ID         string  `json:"id"`    // a hash of what identifies the machine
	CPU        string  `json:"cpu"`   // the model's name
	Cores      int     `json:"cores"` // logical processors of the machine
	MemoryGiB  float64 `json:"memory_gib"`
	Kernel     string  `json:"kernel"`
	OS         string  `json:"os"`
	Go         string  `json:"go"` // version
	GOMAXPROCS int     `json:"gomaxprocs"`
	Commit     string  `json:"commit"` // of the program; empty: not known
	Dirty      bool    `json:"dirty"`  // the working tree had changes beside Commit
	// the commit and Go's version, or a hash of the program; empty: not known
	Build      string `json:"build,omitempty"`
	FileSystem string `json:"file_system"` // of the images
	// what the run wrote to, that of the images first; nil: not noted
	Folders  []Folder          `json:"folders,omitempty"`
	Facts    map[string]string `json:"facts,omitempty"`    // governor, THP, clock source, load, steal ...
	Warnings []string          `json:"warnings,omitempty"` // what may disturb figures, for a person
	Canary   *host.Speed       `json:"canary,omitempty"`   // its speed just before the experiment
}
