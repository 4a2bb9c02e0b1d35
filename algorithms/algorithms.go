// Package algorithms lists every algorithm there is. To add one, write its package, add
// its line here, and test it by storetest.Test. README.md has the steps; package store's
// doc has what an algorithm needs to know.
package algorithms

import (
	"slices"

	"ckptbench/algorithms/calc"
	"ckptbench/algorithms/cou"
	"ckptbench/algorithms/cpr"
	"ckptbench/algorithms/flink"
	"ckptbench/algorithms/foedus"
	"ckptbench/algorithms/fuzzy"
	"ckptbench/algorithms/hekaton"
	"ckptbench/algorithms/hourglass"
	"ckptbench/algorithms/hyper"
	"ckptbench/algorithms/lineairdb"
	"ckptbench/algorithms/locking"
	"ckptbench/algorithms/naive"
	"ckptbench/algorithms/none"
	"ckptbench/algorithms/oracle"
	"ckptbench/algorithms/pagestore"
	"ckptbench/algorithms/piggyback"
	"ckptbench/algorithms/pingpong"
	"ckptbench/algorithms/push"
	"ckptbench/algorithms/store"
	"ckptbench/algorithms/zigzag"
)

// An Entry is one algorithm, or one variant of it, with what it promises and
// what it asks for.
type Entry struct {
	Name    string // in configs, results and charts
	Variant string // the algorithm this is a variant of; empty for the algorithm itself
	// Called once for each store that is opened.
	New      store.New      // builds it
	Versions int            // versions of a record it keeps side by side
	Partial  store.Tracking // how it knows what a partial image has to hold; empty where images are full
	// So the clock waits for it also while it waits for locks.
	Early    bool // its transactions enter the clock before they lock
	NeedsLog bool // it cannot do without a log
	// it is measured with a log of its own records only, as in its paper, and recorded with one of
	// every change
	Unlogged bool
	// Where there are some, a store can be recovered from them in place of an image.
	Own    store.Own // files of its own that it is recovered from
	Budget int64     // of memory, whatever the experiment says; 0 in the table
	// An image of one without its log is refused by recovery.
	Mixed bool // its images mix versions: the log has to repair them
	Locks bool // its checkpointer takes the locks of records, and does not go by the clock
	// The tests demand that this is noticed.
	Unsound  bool         // its images are wrong, on purpose
	Baseline bool         // it takes no checkpoints
	Draft    bool         // it is yours alone: no place in README.md, PAPER_NOTES.md and the mutants is asked for
	Oracle   oracle.Level // what the oracle holds its images to; package store's doc says which goes with which point
	// A phrase for tables; "never" is what tests look at.
	Quiesces string // when it keeps transactions from starting
	// A phrase for tables; CopyBytes has the number.
	Copies string // of the data in memory, beside the live one
	// The driver then runs a transaction again that it aborted.
	Aborts   bool // it may abort transactions
	Variable bool // a version takes the room of its value, not of the largest
	// its versions live on the Go heap, the live ones too: the first access of one during a checkpoint
	// allocates
	Heap    bool
	Paged   bool   // its rows lie in pages: a partial image holds all of a page, and there are several ways to load it
	Summary string // one line
	Paper   string // where it is from
	// memory it may need at most, in sizes of the data, beside the live one; above 0 where Copies has a
	// digit above 0
	CopyBytes float64
}

// All returns every algorithm, in the order of legends and tables.
// It builds the list anew each time, so nobody can change it for others.
func All() []Entry {
	// Papers and systems that several entries name; the others are written out below.
	const (
		cao     = "Cao et al., SIGMOD 2011"
		li      = "Li et al., ICDE 2018"
		ren     = "Ren et al., SIGMOD 2016"
		kemper  = "Kemper and Neumann, ICDE 2011"
		prasaad = "Prasaad et al., SIGMOD 2019"
		ldb     = "LineairDB (2020-2026)"
		kimura  = "Kimura, SIGMOD 2015"
		flip    = "Apache Flink, FLINK-5958 (2017)"
		ignite  = "Apache Ignite, IEP-32 (2019)"
	)
	return []Entry{
		{Name: "none", New: none.New, Baseline: true, Quiesces: "never", Copies: "0",
			Summary: "the baseline: no checkpoints", Paper: "-"},
		{Name: "none-again", Variant: "none", New: none.New, Baseline: true, Quiesces: "never", Copies: "0",
			Summary: "the baseline a second time: what it differs by is noise", Paper: "-"},
		{Name: "none-log", Variant: "none", New: none.New, Baseline: true, NeedsLog: true, Quiesces: "never", Copies: "0",
			Summary: "the baseline under a log of every change, which an algorithm that needs a log is compared with",
			Paper:   "-"},
		{Name: "naive", New: naive.NewDump, Oracle: oracle.Prefix, Quiesces: "while the image is written", Copies: "0",
			Summary: "stop, write every record, go on", Paper: ren},
		{Name: "naive-copy", Variant: "naive", New: naive.NewCopy, Oracle: oracle.Prefix, Quiesces: "while memory is copied",
			Copies:  "1",
			Summary: "stop, copy every record, go on, write the copy", Paper: cao, CopyBytes: 1},
		{Name: "pnaive", Variant: "naive", New: naive.NewDump, Partial: store.TrackBits, Oracle: oracle.Prefix,
			Quiesces: "while the image is written", Copies: "0",
			Summary: "naive, of what was written since the image before", Paper: ren},
		{Name: "pnaive-copy", Variant: "naive", New: naive.NewCopy, Partial: store.TrackBits, Oracle: oracle.Prefix,
			Quiesces: "while what was written is copied", Copies: "1",
			Summary: "naive-copy, of what was written since the image before", Paper: ren + ", applied to " + cao, CopyBytes: 1},
		{Name: "locking", New: locking.New, Locks: true, Oracle: oracle.Prefix,
			Quiesces: "writers, until the image is written", Copies: "0",
			Summary: "a read-only transaction that has locks on all records until its image is written",
			Paper:   "slides on checkpoint algorithms, 2022"},
		{Name: "fuzzy", New: fuzzy.New, NeedsLog: true, Unlogged: true, Mixed: true, Oracle: oracle.Epoch,
			Quiesces: "while the dirty table is logged", Copies: "1",
			Summary: "an image of mixed versions, worth nothing without a log that it is not charged for", Paper: ren,
			CopyBytes: 1},
		{Name: "fuzzy-log", Variant: "fuzzy", New: fuzzy.New, NeedsLog: true, Mixed: true, Oracle: oracle.Epoch,
			Quiesces: "while the dirty table is logged", Copies: "1",
			Summary: "fuzzy with the log that repairs its images", Paper: ren, CopyBytes: 1},
		{Name: "cou", New: cou.New, Oracle: oracle.Prefix, Quiesces: "while a round is begun", Copies: "0 to 1",
			Variable: true,
			Summary:  "the first to overwrite a record copies it", Paper: cao, CopyBytes: 1},
		{Name: "cou-block", Variant: "cou", New: cou.NewBlock, Oracle: oracle.Prefix, Quiesces: "while a round is begun",
			Copies: "0 to 1", Variable: true,
			Summary: "the first to overwrite a block of records copies all of them", Paper: cao, CopyBytes: 1},
		{Name: "pfuzzy", Variant: "fuzzy", New: fuzzy.NewPartial, Partial: store.TrackOwn, NeedsLog: true, Unlogged: true,
			Mixed: true, Oracle: oracle.Epoch, Quiesces: "while the dirty table is logged", Copies: "0",
			Summary: "the records on the dirty table, worth nothing without a log that it is not charged for", Paper: ren},
		{Name: "pfuzzy-log", Variant: "fuzzy", New: fuzzy.NewPartial, Partial: store.TrackOwn, NeedsLog: true, Mixed: true,
			Oracle: oracle.Epoch, Quiesces: "while the dirty table is logged", Copies: "0",
			Summary: "pfuzzy with the log that repairs its images", Paper: ren},
		{Name: "zigzag", New: zigzag.New, Versions: zigzag.Versions, Oracle: oracle.Prefix,
			Quiesces: "while n bits are turned", Copies: "1",
			Summary: "two copies; writers keep off the one being read", Paper: cao, CopyBytes: 1},
		{Name: "pzigzag", Variant: "zigzag", New: zigzag.New, Versions: zigzag.Versions, Partial: store.TrackBits,
			Oracle: oracle.Prefix, Quiesces: "while n bits are turned", Copies: "1",
			Summary: "Zig-Zag, of what was written since the image before", Paper: ren, CopyBytes: 1},
		{Name: "pingpong", New: pingpong.New, Versions: pingpong.Versions, Oracle: oracle.Prefix,
			Quiesces: "while two pointers are swapped", Copies: "3",
			Summary: "every write goes to the state and to a shadow", Paper: cao, CopyBytes: 3},
		{Name: "ppingpong", Variant: "pingpong", New: pingpong.NewPartial, Versions: pingpong.Versions,
			Partial: store.TrackOwn, Oracle: oracle.Prefix, Quiesces: "while two pointers are swapped", Copies: "2",
			Summary: "the closed shadow is the image", Paper: ren, CopyBytes: 3},
		{Name: "pingpong-drain", Variant: "pingpong", New: pingpong.NewDrain, Versions: pingpong.Versions,
			Oracle: oracle.Prefix, Quiesces: "never", Copies: "3",
			Summary: "Ping-Pong that switches while transactions run", Paper: cao + ", without its quiesce", CopyBytes: 3},
		{Name: "hourglass", New: hourglass.New, Versions: hourglass.Versions, Oracle: oracle.Prefix,
			Quiesces: "while two pointers are swapped", Copies: "2",
			Summary: "Zig-Zag's two copies, switched as Ping-Pong does; only what was written is copied to the last image",
			Paper:   li, CopyBytes: 2},
		{Name: "piggyback", New: piggyback.New, Versions: piggyback.Versions, Oracle: oracle.Prefix,
			Quiesces: "while two pointers are swapped", Copies: "1",
			Summary: "two copies; the dump brings the one being written up to date", Paper: li, CopyBytes: 1},
		{Name: "calc", New: calc.New, Oracle: oracle.Prefix, Quiesces: "never", Copies: "0 to 1", Variable: true,
			Summary: "a virtual point in the commit log", Paper: ren, CopyBytes: 1},
		{Name: "calc-mutex", Variant: "calc", New: calc.NewMutex, Oracle: oracle.Prefix, Quiesces: "never", Copies: "0 to 1",
			Variable: true,
			Summary:  "CALC with the commit log as a list under a mutex", Paper: ren, CopyBytes: 1},
		{Name: "pcalc", Variant: "calc", New: calc.New, Partial: store.TrackBits, Oracle: oracle.Prefix, Quiesces: "never",
			Copies: "0 to 1", Variable: true,
			Summary: "CALC, of what was written since the image before", Paper: ren, CopyBytes: 1},
		{Name: "pcalc-hash", Variant: "calc", New: calc.New, Partial: store.TrackHash, Oracle: oracle.Prefix,
			Quiesces: "never", Copies: "0 to 1", Variable: true,
			Summary: "pCALC with a hash set in place of the bit vector", Paper: ren, CopyBytes: 1},
		{Name: "calc-late", Variant: "calc", New: calc.NewLate, Unsound: true, Oracle: oracle.Prefix, Quiesces: "never",
			Copies: "0 to 1", Variable: true,
			Summary: "CALC that appends the commit token after the locks are released; its images are wrong",
			Paper:   ren + ", its rule broken", CopyBytes: 1},
		{Name: "cpr", New: cpr.New, Early: true, Oracle: oracle.Session, Quiesces: "never", Copies: "0 to 1", Aborts: true,
			Variable: true,
			Summary:  "a point of its own for every worker", Paper: prasaad, CopyBytes: 1},
		{Name: "pcpr", Variant: "cpr", New: cpr.New, Partial: store.TrackBits, Early: true, Oracle: oracle.Session,
			Quiesces: "never", Copies: "0 to 1", Aborts: true, Variable: true,
			Summary: "CPR, of what was written since the image before", Paper: prasaad, CopyBytes: 1},
		{Name: "cpr-verify", Variant: "cpr", New: cpr.NewVerified, Early: true, Oracle: oracle.Epoch, Quiesces: "never",
			Copies: "0 to 1", Variable: true,
			Summary: "CPR that verifies the version under the locks, and moves a transaction on instead of aborting it",
			Paper:   prasaad + "; Garnet (2024-2026)", CopyBytes: 1},
		{Name: "lineairdb", New: lineairdb.New, Oracle: oracle.Epoch, Quiesces: "never", Copies: "0 to 1", Variable: true,
			Summary: "the end of a global epoch", Paper: ldb, CopyBytes: 1},
		{Name: "lineairdb-early", Variant: "lineairdb", New: lineairdb.NewEarly, Early: true, Unsound: true,
			Oracle: oracle.Epoch, Quiesces: "never", Copies: "0 to 1", Variable: true,
			Summary: "decides before the locks; its images are wrong", Paper: ldb, CopyBytes: 1},
		{Name: "push", New: push.New, Oracle: oracle.Epoch, Quiesces: "never", Copies: "a queue", Variable: true,
			Summary: "the first to overwrite a record hands it to the image, and waits where that is behind",
			Paper:   "Dragonfly (2022-2026), Valkey (2026)"},
		{Name: "hyper", New: hyper.New, Oracle: oracle.Prefix, Quiesces: "while the process is cloned", Copies: "0 to 1",
			Summary: "a clone of the process, made by fork, writes its memory", Paper: kemper, CopyBytes: 1.3},
		{Name: "flink", New: flink.New, Heap: true, Oracle: oracle.Prefix, Quiesces: "while the chain heads are copied",
			Copies: "0 to 1", Variable: true,
			Summary: "a hash table on the heap, copied on first access", Paper: flip, CopyBytes: 1},
		{Name: "flink-cow-write", Variant: "flink", New: flink.NewCowWrite, Heap: true, Oracle: oracle.Prefix,
			Quiesces: "while the chain heads are copied", Copies: "0 to 1", Variable: true,
			Summary: "Flink's table, copied on first write only", Paper: flip, CopyBytes: 1},
		{Name: "flink-nested", Variant: "flink", New: flink.NewNested, Heap: true, Oracle: oracle.Prefix,
			Quiesces: "while the image is written", Copies: "0", Variable: true,
			Summary: "nested maps, written while transactions are kept out", Paper: flip},
		{Name: "pagestore", New: pagestore.New, Versions: store.HeadOnly, Partial: store.TrackOwn, Paged: true,
			Oracle: oracle.Prefix, Quiesces: "while the dirty set is swapped", Copies: "0 to 1", Variable: true,
			Summary: "pages, of what was written since the image before; the first to change one copies it", Paper: ignite,
			CopyBytes: 1},
		{Name: "foedus", New: foedus.New, NeedsLog: true, Own: foedus.Own(), Oracle: oracle.Epoch, Quiesces: "never",
			Copies:  "0",
			Summary: "snapshots composed from the log and the snapshot before; nothing is captured", Paper: kimura},
		{Name: "hekaton", New: hekaton.New, NeedsLog: true, Own: hekaton.Own(), Oracle: oracle.Epoch, Quiesces: "never",
			Copies: "an index", Variable: true,
			Summary: "the log, compacted into pairs of data and delta files; memory is never read",
			Paper:   "Diaconu et al., SIGMOD 2013"},
	}
}

// Find returns the entry of a name.
// Names are looked up in turn: there are few.
func Find(name string) (Entry, bool) {
	for _, e := range All() {
		if e.Name == name {
			return e, true
		}
	}
	return Entry{}, false
}

// OwnKinds returns the kinds of files that algorithms keep of their own, each once:
// what a folder may hold beside images and logs.
// A kind that several algorithms share is one.
func OwnKinds() (kinds []store.OwnKind) {
	for _, e := range All() {
		if !e.Own.None() && !slices.Contains(kinds, e.Own.Kind) {
			kinds = append(kinds, e.Own.Kind)
		}
	}
	return kinds
}

// DurableByImage reports whether an image alone makes the transactions durable that it
// holds: it stands at a point of consistency, and no log has to repair or complete it.
// Transactions are then acknowledged by store.Prefix where there is no log.
func (e Entry) DurableByImage() bool {
	return !e.Baseline && !e.Unsound && !e.Mixed && !e.NeedsLog
}

// Apply fills in what a store needs to know of the algorithm.
// Whoever opens a store calls it after it has filled in the rest: a budget of the entry's own
// wins, and a way of loading is dropped where there is only one.
func (e Entry) Apply(o *store.Options) {
	o.Algorithm, o.New, o.Versions, o.NeedsLog = e.Name, e.New, e.Versions, e.NeedsLog
	o.Early, o.Partial, o.Own = e.Early, e.Partial, e.Own
	if e.Budget != 0 {
		o.Budget = e.Budget
	}
	if !e.Paged {
		o.Restore = ""
	}
}
