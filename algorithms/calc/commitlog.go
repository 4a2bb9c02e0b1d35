package calc

import (
	"sync"
	"sync/atomic"

	"ckptbench/algorithms/store"
)

// A commitLog is the paper's commit log: the tokens of transactions and of
// phase changes in one order. Nothing in CALC reads a token again; what matters
// is which phase was in force where a token landed, and at what place.
type commitLog interface {
	// append adds a transaction's token and returns its place and the phase
	// there. Any worker calls it, holding its transaction's locks.
	append(id uint64) (seq, phase uint64)
	// turn adds the token of a phase change and returns the last place
	// before it.
	turn(phase uint64) (seq uint64)
}

// A wordLog is the log reduced to what is read of it: the phase and the number
// of tokens, in one word, so that a token is one atomic addition.
type wordLog struct {
	_    [64]byte
	word atomic.Uint64 // phase<<seqBits | seq
	_    [64]byte
}

const (
	seqBits = 60
	seqMask = 1<<seqBits - 1
)

// newWordLog returns a log whose first token is first+1.
func newWordLog(first uint64) *wordLog {
	l := &wordLog{}
	l.word.Store(first & seqMask)
	return l
}

// append implements commitLog: one atomic addition takes the place and tells the phase.
func (l *wordLog) append(uint64) (seq, phase uint64) {
	w := l.word.Add(1)
	return w & seqMask, w >> seqBits
}

// turn implements commitLog. It competes with append, so it may have to try again.
func (l *wordLog) turn(phase uint64) (seq uint64) {
	for {
		w := l.word.Load()
		if seq = w & seqMask; l.word.CompareAndSwap(w, phase<<seqBits|seq) {
			return seq
		}
	}
}

// A listLog is the log as a list under a mutex. It keeps the last tokens only:
// an endless list would measure the allocator.
type listLog struct {
	mu     sync.Mutex
	tokens []token // a ring; protected by mu
	phase  uint64  // in force now; protected by mu
	seq    uint64  // places taken; protected by mu
}

// A token is an entry of the paper's commit log.
type token struct{ id, phase uint64 }

const kept = 1 << 16 // tokens; a power of two

// newListLog returns a log that keeps its newest tokens.
func newListLog(env *store.Env) *listLog {
	env.Meter.Add(kept * 16)
	return &listLog{tokens: make([]token, kept), seq: env.First & seqMask}
}

// append implements commitLog.
func (l *listLog) append(id uint64) (seq, phase uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq++
	l.tokens[l.seq%kept] = token{id, l.phase}
	return l.seq, l.phase
}

// turn implements commitLog.
func (l *listLog) turn(phase uint64) (seq uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.phase = phase
	return l.seq
}
