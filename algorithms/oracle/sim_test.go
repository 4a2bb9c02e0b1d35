package oracle_test

import (
	"math/rand/v2"
	"testing"

	"ckptbench/algorithms/oracle"
)

// The simulator is a tiny strict two-phase locking engine in one goroutine: at
// each step a random worker goes one action further. It records through the
// package's Recorder and keeps its own account of everything for brute.

type loc struct {
	table int
	key   uint64
}

// A ver is a version in an image.
type ver struct {
	stamp   uint64
	present bool
}

type simOp struct {
	loc
	stamp uint64
	kind  byte // r, w or d
}

type simTxn struct {
	worker, number int
	id, seq        uint64
	begin, end     uint64
	ops            []simOp
}

type simRecord struct {
	ver
	shared, version int
	exclusive       bool
}

type simWorker struct {
	log     *oracle.Log
	clock   uint64
	commits int
	version int // of the session level
	txn     *simTxn
	plan    []simOp
	held    []loc
	state   byte // idle, waiting for locks, running, ending
}

type simConfig struct {
	workers, keys, steps int
	level                oracle.Level
	unlocked             bool // ignore locks: not serializable
}

type world struct {
	simConfig
	rng     *rand.Rand
	rec     *oracle.Recorder
	initial oracle.Ranges
	records map[loc]*simRecord
	workers []*simWorker
	tickets uint64
	version int
	commits []*simTxn // in commit order
}

const idle, waiting, running, ending = 'i', 'w', 'r', 'e'

// simulate runs the engine; the same seed gives the same world.
func simulate(seed uint64, cfg simConfig) *world {
	w := &world{simConfig: cfg, rng: rand.New(rand.NewPCG(seed, 1)), rec: oracle.NewRecorder(cfg.workers, 0),
		records: map[loc]*simRecord{}}
	w.initial = oracle.Ranges{{Table: 0, First: 0, Count: uint64(cfg.keys)}, {Table: 1, First: 2, Count: 2}}
	for i := range cfg.workers {
		w.workers = append(w.workers, &simWorker{log: w.rec.Worker(i), state: idle})
	}
	for range cfg.steps {
		w.step(w.rng.IntN(cfg.workers))
	}
	for i, k := range w.workers {
		switch k.state {
		case ending:
			w.step(i)
		case running:
			w.release(k)
			k.log.Abort()
		}
	}
	return w
}

func (w *world) record(l loc) *simRecord {
	r := w.records[l]
	if r == nil {
		_, present := w.initial.At(l.table, l.key)
		r = &simRecord{ver: ver{present: present}}
		w.records[l] = r
	}
	return r
}

func (w *world) step(i int) {
	k := w.workers[i]
	switch k.state {
	case idle:
		w.begin(i, k)
	case waiting:
		w.lock(k)
	case running:
		w.run(i, k)
	case ending:
		w.tickets++
		k.txn.end = w.tickets
		k.log.Commit(k.txn.id, k.txn.seq)
		k.state = idle
	}
}

// begin plans a transaction of one to four accesses on up to three records.
func (w *world) begin(i int, k *simWorker) {
	if w.rng.IntN(8) == 0 {
		w.version++
	}
	if w.rng.IntN(3) == 0 {
		k.version = w.version
	}
	w.tickets++
	k.txn = &simTxn{worker: i, begin: w.tickets}
	k.log.Begin()
	k.plan = nil
	readOnly := w.rng.IntN(3) == 0
	for range 1 + w.rng.IntN(4) {
		op := simOp{loc: loc{w.rng.IntN(2), uint64(w.rng.IntN(w.keys))}, kind: 'r'}
		if !readOnly {
			op.kind = "rrwwwd"[w.rng.IntN(6)]
		}
		k.plan = append(k.plan, op)
	}
	k.state = waiting
}

// lock takes all locks or none, exclusive ones where the plan writes.
func (w *world) lock(k *simWorker) {
	need := map[loc]bool{}
	for _, op := range k.plan {
		need[op.loc] = need[op.loc] || op.kind != 'r'
	}
	for l, exclusive := range need {
		r := w.record(l)
		if !w.unlocked && (r.exclusive || exclusive && r.shared > 0) {
			return
		}
	}
	for _, op := range k.plan {
		if w.level == oracle.Session && w.record(op.loc).version > k.version {
			k.log.Abort()
			k.version, k.state = w.version, idle
			return
		}
	}
	k.held = nil
	for l, exclusive := range need {
		r := w.record(l)
		r.version = k.version
		if exclusive {
			r.exclusive = true
		} else {
			r.shared++
		}
		k.held = append(k.held, l)
	}
	k.state = running
}

// run does the next access, or commits or aborts when none is left.
func (w *world) run(i int, k *simWorker) {
	if n := len(k.txn.ops); n < len(k.plan) {
		op := k.plan[n]
		switch op.kind {
		case 'r':
			op.stamp = w.record(op.loc).stamp
			k.log.Read(op.table, op.key, op.stamp)
		case 'w':
			k.log.Write(op.table, op.key)
		case 'd':
			k.log.Delete(op.table, op.key)
		}
		k.txn.ops = append(k.txn.ops, op)
		return
	}
	if w.rng.IntN(8) == 0 {
		w.release(k)
		k.log.Abort()
		k.state = idle
		return
	}
	w.commit(i, k)
}

func (w *world) commit(i int, k *simWorker) {
	for _, l := range k.held {
		k.clock = max(k.clock, w.record(l).stamp>>16)
	}
	k.clock++
	k.commits++
	t := k.txn
	t.id, t.number = k.clock<<16|uint64(i), k.commits
	w.commits = append(w.commits, t)
	switch w.level {
	case oracle.Prefix:
		t.seq = uint64(len(w.commits))
	case oracle.Epoch:
		t.seq = uint64(len(w.commits) / 5)
	case oracle.Session:
		t.seq = uint64(k.version)
	}
	for _, op := range t.ops {
		if op.kind != 'r' {
			w.record(op.loc).ver = ver{t.id, op.kind == 'w'}
		}
	}
	w.release(k)
	k.state = ending
}

func (w *world) release(k *simWorker) {
	for _, l := range k.held {
		if r := w.record(l); r.exclusive && !w.unlocked {
			r.exclusive = false
		} else {
			r.shared--
		}
	}
}

// image is the state after the transactions that pass, in commit order.
func (w *world) image(pass func(*simTxn) bool) map[loc]ver {
	m := map[loc]ver{}
	for table, key := range w.initial.All() {
		m[loc{table, key}] = ver{0, true}
	}
	for _, t := range w.commits {
		for _, op := range t.ops {
			if op.kind != 'r' && pass(t) {
				m[op.loc] = ver{t.id, op.kind == 'w'}
			}
		}
	}
	return m
}

func (w *world) cut(c uint64) map[loc]ver {
	return w.image(func(t *simTxn) bool { return t.seq <= c })
}

func (w *world) randomCut() uint64 { return w.commits[w.rng.IntN(len(w.commits))].seq }

func (w *world) history(t testing.TB) *oracle.History {
	t.Helper()
	h, err := w.rec.History(w.initial)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// state spreads a map over two shards.
func state(m map[loc]ver) *oracle.State {
	s := oracle.NewState(2, nil)
	i := 0
	for l, v := range m {
		s.Shard(i&1).Put(l.table, l.key, v.stamp, v.present, nil)
		i++
	}
	return s
}
