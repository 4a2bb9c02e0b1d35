package main

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"ckptbench/algorithms/store"
)

// A state is what a store holds, by table and key.
// It is what recovery left, or what the ledger says must be there.
type state map[place]entry

// A place names a record.
type place struct {
	table int
	key   uint64
}

// An entry is a record as recovery left it.
type entry struct {
	// The transaction that wrote it last.
	stamp   uint64
	present bool
	value   []byte
}

// stateOf copies what a store holds, deleted records included. No transaction may run.
func stateOf(s *store.Store) state {
	st := state{}
	s.Each(func(table int, key, stamp uint64, v []byte) {
		st[place{table, key}] = entry{stamp, v != nil, bytes.Clone(v)}
	})
	return st
}

// at returns the entry of a record; the zero entry where there is none.
func (st state) at(a store.Access) entry { return st[place{int(a.Table), a.Key}] }

// done returns how many transactions of each worker a state holds, by the
// workers' counters.
// Each transaction of worker w adds one to counter w, so the counter is also the number of the
// last one.
func (st state) done() (n [workers]uint64, err error) {
	for w := range workers {
		a := store.Access{Table: counters, Key: uint64(w)}
		e := st.at(a)
		if err := intact(e.value, a); err != nil {
			return n, err
		}
		n[w] = binary.LittleEndian.Uint64(e.value[8:])
	}
	return n, nil
}

// Findings are the faults of a recovered state: how many of each class, and a line of
// text for each.
type findings struct {
	lost  int // acknowledged, and not there
	mixed int // records that are not of one state, or not of the one they should be
	texts []string
}

// lose notes something that was promised and is not there.
func (f *findings) lose(format string, a ...any) {
	f.lost++
	f.texts = append(f.texts, "lost: "+fmt.Sprintf(format, a...))
}

// mix notes a state that never was.
func (f *findings) mix(format string, a ...any) {
	f.mixed++
	f.texts = append(f.texts, "mixed: "+fmt.Sprintf(format, a...))
}

// whole checks that a state is that of the first n[w] transactions of each
// worker w, no more and no less, and that none of them knew of one that is not
// in it.
// The transactions are drawn again from the seed, so nothing but the counts has to be known.
func (st state) whole(seed uint64, n [workers]uint64, f *findings) {
	// How often each group was written by each worker.
	var want [groups][workers]uint64
	for w := range workers {
		for i := uint64(1); i <= n[w]; i++ {
			for _, g := range drawn(seed, w, i).g {
				want[g][w]++
			}
		}
	}
	for g := range groups {
		st.group(g, want[g], n, f)
	}
	for w := range workers {
		st.tickets(w, n[w], f)
	}
}

// group checks that the copies of group g agree, that it counts the transactions wanted
// of each worker, and that none of these knew of a transaction that is not in the state.
// One fault of a group is reported, since the others follow from it.
func (st state) group(g int, want, n [workers]uint64, f *findings) {
	first := st.at(member(g, 0))
	for i := range copies {
		a := member(g, i)
		e := st.at(a)
		if err := intact(e.value, a); err != nil {
			f.mix("%v", err)
			return
		}
		// All copies are written by the same transactions: a difference is a torn one.
		if !bytes.Equal(e.value[:groupHead], first.value[:groupHead]) || e.stamp != first.stamp {
			f.mix("group %d is torn: record 0 is by %#x, record %d by %#x", g, first.stamp, i, e.stamp)
			return
		}
		if stamp := binary.LittleEndian.Uint64(e.value); stamp != e.stamp {
			f.mix("record %d of group %d says that %#x wrote it, and is stamped %#x", i, g, stamp, e.stamp)
		}
	}
	var got group
	got.decode(first.value)
	for w := range workers {
		if got.count[w] != want[w] {
			f.mix("group %d has %d transactions of worker %d, whose first %d write it %d times", g, got.count[w], w,
				n[w], want[w])
		}
		// A group keeps, for each worker, the last of its transactions that its writers had
		// seen.
		if got.clock[w] > n[w] {
			f.mix("group %d was written by one who knew transaction %d of worker %d, which is not there (%d are)", g,
				got.clock[w], w, n[w])
		}
	}
}

// tickets checks that worker w, after n transactions, holds those tickets that
// the last few inserted, and no other.
func (st state) tickets(w int, n uint64, f *findings) {
	// Tickets beyond those come and go in the same places.
	for i := n; i > 0 && i+tickets > n; i-- {
		a := ticket(w, i)
		e := st.at(a)
		switch wanted := i+held > n; {
		case e.present != wanted:
			f.mix("ticket %d of worker %d is there: %v, want %v after %d transactions", i, w, e.present, wanted, n)
		case !wanted:
		case intact(e.value, a) != nil || binary.LittleEndian.Uint64(e.value[8:]) != i:
			f.mix("ticket %d of worker %d is %x", i, w, e.value)
		}
	}
}

// follows checks that no record of a state is older than in the one before,
// and that whatever changed was written under a larger id.
// It is how two recoveries, one after the other, are compared.
func (st state) follows(before state, f *findings) {
	for p, old := range before {
		e := st[p]
		same := e.present == old.present && bytes.Equal(e.value, old.value)
		if e.stamp < old.stamp || e.stamp == old.stamp && !same {
			f.mix("key %d of table %d was by %#x before, and is by %#x", p.key, p.table, old.stamp, e.stamp)
		}
	}
}
