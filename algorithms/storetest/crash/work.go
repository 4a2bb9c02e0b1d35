package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/cespare/xxhash/v2"

	"ckptbench/algorithms/store"
)

// The work that a child does. Which records transaction n of a worker writes
// follows from the seed, the worker and n alone, and all it does to them is to
// count; so a recovered state says by itself which transactions are in it, and
// nothing has to be remembered that a kill would take away.
//
// A transaction writes, together,
//
//   - its worker's counter, which becomes n;
//   - two groups: three records each, in two tables, that are always written
//     together. They count the transactions of every worker that wrote them,
//     and carry a vector clock of what those had read;
//   - two tickets: n inserts one and deletes that of n-4.

const (
	// Few records, so that workers meet all the time.
	workers = 3
	groups  = 16
	copies  = 3 // records of a group
	tickets = 8 // slots of each worker
	held    = 4 // of them in use at a time
)

// The tables.
const (
	counters = iota
	pairs    // two records of each group, by slot
	thirds   // the third, by hash
	ticketed
)

const (
	groupHead  = 8 + 16*workers // stamp, counts, clocks
	groupBytes = groupHead + 64
)

// tables are large enough for some of an image's blocks, and small enough for records to
// be written again all the time.
func tables() []store.TableSpec {
	return []store.TableSpec{
		counters: {Name: "counters", ValueSize: 24, Capacity: workers},
		pairs:    {Name: "pairs", ValueSize: groupBytes, Capacity: 2 * groups},
		thirds:   {Name: "thirds", ValueSize: groupBytes, Capacity: groups, Hash: true},
		ticketed: {Name: "tickets", ValueSize: 24, Capacity: workers * tickets, Hash: true},
	}
}

// member returns copy i of group g.
// Keys of the hashed table are far apart, and not small.
func member(g, i int) store.Access {
	if i < 2 {
		return store.Access{Table: pairs, Key: uint64(2*g + i), Mode: store.Exclusive}
	}
	return store.Access{Table: thirds, Key: 1<<40 + uint64(g)*7919, Mode: store.Exclusive}
}

// ticket is the record of a worker's n-th ticket; the n-th and the one tickets before it
// share a record.
// Keys begin high, so that they are not taken for slots.
func ticket(worker int, n uint64) store.Access {
	return store.Access{Table: ticketed, Key: 1<<50 + uint64(worker)*tickets + n%tickets, Mode: store.Exclusive}
}

// A draw is what transaction n of a worker does.
type draw struct {
	g       [2]int // the groups it writes
	look    int    // the group it reads
	abort   bool   // it is taken back once before it is done
	pause   bool   // it stands still with its locks held, for others to meet
	style   int    // whole values, or fields
	padding int    // of whole values
}

// drawn returns what transaction n does; the same for the same arguments, in every process.
func drawn(seed uint64, worker int, n uint64) (d draw) {
	rng := rand.New(rand.NewPCG(seed^uint64(worker)<<56, n))
	d.g[0] = rng.IntN(groups)
	// Another group than the first.
	d.g[1] = (d.g[0] + 1 + rng.IntN(groups-1)) % groups
	d.look = rng.IntN(groups)
	d.abort, d.pause = rng.IntN(8) == 0, rng.IntN(200) == 0
	d.style, d.padding = rng.IntN(2), rng.IntN(groupBytes-groupHead-8)
	return d
}

// seal seals a value: its last 8 bytes are a checksum of the rest and of where
// it belongs.
func seal(v []byte, a store.Access) []byte {
	binary.LittleEndian.PutUint64(v[len(v)-8:], sum(v, a))
	return v
}

// sum is the checksum of all but the last 8 bytes of v. It depends on where the value
// belongs, so that one in the wrong place is noticed.
func sum(v []byte, a store.Access) uint64 {
	return xxhash.Sum64(v[:len(v)-8]) ^ (a.Key+1)*0x9E3779B97F4A7C15 ^ uint64(a.Table)<<48
}

// intact reports what is wrong with a value that seal has sealed.
func intact(v []byte, a store.Access) error {
	if len(v) < 16 || binary.LittleEndian.Uint64(v[len(v)-8:]) != sum(v, a) {
		return fmt.Errorf("key %d of table %d is torn within: %d bytes %x", a.Key, a.Table, len(v), v)
	}
	return nil
}

// number is a sealed value that says stamp and n.
func number(buf []byte, a store.Access, stamp, n uint64) []byte {
	buf = binary.LittleEndian.AppendUint64(buf[:0], stamp)
	buf = binary.LittleEndian.AppendUint64(buf, n)
	return seal(append(buf, 0, 0, 0, 0, 0, 0, 0, 0), a)
}

// A group is what a group's records say.
type group struct {
	count [workers]uint64 // transactions of each worker that wrote it
	clock [workers]uint64 // the last of each worker that those could know of
}

// decode reads a group's value; it has been checked by intact.
func (g *group) decode(v []byte) {
	for w := range workers {
		g.count[w] = binary.LittleEndian.Uint64(v[8+16*w:])
		g.clock[w] = binary.LittleEndian.Uint64(v[16+16*w:])
	}
}

// encode appends the value that a transaction with this stamp writes, without padding and
// checksum, to buf, which it empties.
func (g *group) encode(buf []byte, stamp uint64) []byte {
	buf = binary.LittleEndian.AppendUint64(buf[:0], stamp)
	for w := range workers {
		buf = binary.LittleEndian.AppendUint64(buf, g.count[w])
		buf = binary.LittleEndian.AppendUint64(buf, g.clock[w])
	}
	return buf
}

// load fills an empty store with groups that nobody has written.
// Stamps are 0: nobody wrote them.
func load(s *store.Store) error {
	var none group
	for table, n := range map[int]int{counters: workers, pairs: 2 * groups, thirds: groups} {
		err := s.Load(table, uint64(n), func(i uint64, buf []byte) (uint64, []byte) {
			a := store.Access{Table: uint16(table), Key: i}
			switch table {
			case counters:
				return i, number(buf, a, 0, 0)
			case thirds:
				a = member(int(i), 2)
			}
			return a.Key, seal(append(none.encode(buf, 0), make([]byte, 8)...), a)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
