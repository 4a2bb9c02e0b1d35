package main

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"ckptbench/algorithms/store"
)

// A history is the transactions in the order in which they committed. All of them write
// record 0, so there is one order. Transaction x is entry x-1. Its methods may be called
// concurrently, except after, which needs the clients to stand still.
// Entries are only appended, in the order in which record 0's lock was held.
type history struct {
	mu      sync.Mutex
	entries []entry // protected by mu
}

// An entry is one transaction: it writes its number to record 0 and, alike, to both
// records of a pair, or deletes these.
type entry struct {
	pair uint64
	gone bool
	salt uint64 // tells it from the transaction of the same number that an earlier generation lost
}

// keys returns the records of a pair.
// The two lie far apart, so that an image has them in different places.
func keys(pair uint64) (a, b uint64) { return 1 + pair, 2*pairs - pair }

// value returns what transaction x writes.
// Record 0 and both records of the pair get the same.
func (e entry) value(x uint64) []byte {
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, x), e.salt)
}

// begun returns how many transactions have begun to commit.
func (h *history) begun() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return uint64(len(h.entries))
}

// until returns the first n transactions as a history of its own.
// A lineage goes on with what was found: the rest never was.
func (h *history) until(n uint64) *history {
	h.mu.Lock()
	defer h.mu.Unlock()
	return &history{entries: slices.Clone(h.entries[:n])}
}

// request returns the transaction that does e as the next of the history, and sets x
// to its number.
func (h *history) request(e entry, x *uint64) *store.Request {
	a, b := keys(e.pair)
	return &store.Request{
		Access: []store.Access{{Key: 0, Mode: store.Exclusive}, {Key: a, Mode: store.Exclusive},
			{Key: b, Mode: store.Exclusive}},
		Body: func(tx *store.Txn) error {
			// Record 0 has the number of the transaction before this one, whoever ran it.
			before, ok := tx.Read(0)
			var err error
			if *x, err = h.add(e, number(before, ok)); err != nil {
				return err
			}
			v := e.value(*x)
			tx.Write(0, store.Whole, v)
			if e.gone {
				tx.Delete(1)
				tx.Delete(2)
				return nil
			}
			tx.Write(1, store.Whole, v)
			tx.Write(2, store.Whole, v)
			return nil
		},
	}
}

// add appends e after transaction n, which has to be the last, and returns its number.
// The history is not locked while the transaction writes: an algorithm may have it wait
// for the log, and the log waits for the camera, which asks what has begun.
func (h *history) add(e entry, n uint64) (x uint64, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	x = uint64(len(h.entries)) + 1
	// Record 0 is locked, so a gap means that the store lost or doubled a transaction.
	if n+1 != x {
		return x, fmt.Errorf("transaction %d finds the number %d", x, n)
	}
	h.entries = append(h.entries, e)
	return x, nil
}

// number reads a transaction's number.
// A record that is not there has number 0.
func number(v []byte, ok bool) uint64 {
	if !ok || len(v) != size {
		return 0
	}
	return binary.LittleEndian.Uint64(v)
}

// A state is the values of the records that are present, by key.
type state map[uint64]string

// after returns the state after the first n transactions.
// It is computed from the beginning each time: histories are short.
func (h *history) after(n uint64) state {
	s := state{}
	for i, e := range h.entries[:n] {
		v := string(e.value(uint64(i) + 1))
		s[0] = v
		a, b := keys(e.pair)
		if e.gone {
			delete(s, a)
			delete(s, b)
		} else {
			s[a], s[b] = v, v
		}
	}
	return s
}

// stateOf reads a store in which no transaction runs.
func stateOf(st *store.Store) state {
	s := state{}
	for key, v := range st.All(0) {
		s[key] = string(v)
	}
	return s
}
