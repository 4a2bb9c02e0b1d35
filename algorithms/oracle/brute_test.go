package oracle_test

import (
	"slices"

	"ckptbench/algorithms/oracle"
)

// brute decides the same questions as the oracle from the simulator's own
// account, with maps, an explicit graph of all pairs, and fixpoints. It shares
// nothing with the package but the names of the kinds.
type brute struct {
	txns    []*simTxn
	initial oracle.Ranges
	level   oracle.Level
	writers map[loc][]*simTxn // by id
	edges   []bruteEdge
}

type bruteEdge struct {
	before, after *simTxn
	rank          int // 0 data, 1 session, 2 real time
}

func newBrute(txns []*simTxn, initial oracle.Ranges, level oracle.Level) *brute {
	b := &brute{txns: txns, initial: initial, level: level, writers: map[loc][]*simTxn{}}
	for _, t := range txns {
		for _, op := range t.ops {
			if op.kind != 'r' && !slices.Contains(b.writers[op.loc], t) {
				b.writers[op.loc] = append(b.writers[op.loc], t)
			}
		}
	}
	for _, ws := range b.writers {
		slices.SortFunc(ws, func(x, y *simTxn) int { return int(int64(x.id) - int64(y.id)) })
	}
	b.dataEdges()
	for _, u := range txns {
		for _, t := range txns {
			if u.worker == t.worker && u.number+1 == t.number {
				b.edges = append(b.edges, bruteEdge{u, t, 1})
			}
			if u.end < t.begin {
				b.edges = append(b.edges, bruteEdge{u, t, 2})
			}
		}
	}
	return b
}

func (b *brute) dataEdges() {
	link := func(u, t *simTxn) {
		if u != t {
			b.edges = append(b.edges, bruteEdge{u, t, 0})
		}
	}
	for _, ws := range b.writers {
		for i := 1; i < len(ws); i++ {
			link(ws[i-1], ws[i])
		}
	}
	for _, t := range b.txns {
		for _, op := range t.ops {
			if op.kind != 'r' || op.stamp == t.id {
				continue
			}
			ws := b.writers[op.loc]
			i := b.index(op.loc, op.stamp)
			if i > 0 {
				link(ws[i-1], t)
			}
			if i >= 0 && i < len(ws) {
				link(t, ws[i])
			}
		}
	}
}

// index is the version number with this stamp: 0 the initial one, -1 none.
func (b *brute) index(l loc, stamp uint64) int {
	if stamp == 0 {
		return 0
	}
	for i, t := range b.writers[l] {
		if t.id == stamp {
			return i + 1
		}
	}
	return -1
}

// left reports whether t leaves l present.
func left(t *simTxn, l loc) bool {
	for _, op := range slices.Backward(t.ops) {
		if op.loc == l && op.kind != 'r' {
			return op.kind == 'w'
		}
	}
	panic("t did not write l")
}

type counts map[oracle.Kind]int

// check counts the violations of an image. The data kinds are counted together
// as WriteRead, for which of several paths is found first is not defined.
func (b *brute) check(img map[loc]ver, cut uint64) counts {
	c := counts{}
	in, out := map[*simTxn]bool{}, map[*simTxn]bool{}
	b.records(img, cut, c, in, out)
	for t := range in {
		if out[t] {
			c[oracle.Torn]++
		}
	}
	reached := map[*simTxn]bool{}
	for t := range in {
		if !out[t] {
			reached[t] = true
		}
	}
	seen := map[*simTxn]bool{}
	kinds := []oracle.Kind{oracle.WriteRead, oracle.SessionGap, oracle.RealTime}
	if b.level == oracle.Session {
		kinds = kinds[:2]
	}
	for rank, kind := range kinds {
		b.spread(rank, reached, func(u *simTxn) bool { return out[u] && !in[u] }, func(u *simTxn) {
			if !seen[u] {
				seen[u] = true
				c[kind]++
			}
		})
	}
	for _, t := range b.txns {
		if torn := in[t] && out[t]; !torn && (reached[t] && t.seq > cut || out[t] && t.seq <= cut) {
			c[oracle.Claim]++
		}
	}
	return c
}

// spread makes reached the least set closed backwards under the edges up to a
// rank, not entering what is out.
func (b *brute) spread(rank int, reached map[*simTxn]bool, isOut func(*simTxn) bool, violation func(*simTxn)) {
	for changed := true; changed; {
		changed = false
		for _, e := range b.edges {
			switch {
			case e.rank > rank || !reached[e.after] || reached[e.before]:
			case isOut(e.before):
				violation(e.before)
			default:
				reached[e.before], changed = true, true
			}
		}
	}
}

// records checks every record by itself and gathers the evidence.
func (b *brute) records(img map[loc]ver, cut uint64, c counts, in, out map[*simTxn]bool) {
	all := map[loc]bool{}
	for l := range img {
		all[l] = true
	}
	for l := range b.writers {
		all[l] = true
	}
	for table, key := range b.initial.All() {
		all[loc{table, key}] = true
	}
	for l := range all {
		ws := b.writers[l]
		_, loaded := b.initial.At(l.table, l.key)
		v, there := img[l]
		if !there && loaded {
			c[oracle.Missing]++
			continue
		}
		if !there && b.expected(l, cut) {
			c[oracle.Missing]++
		}
		i := b.index(l, v.stamp)
		if i < 0 {
			c[oracle.Stamp]++
			continue
		}
		present := loaded
		if i > 0 {
			in[ws[i-1]] = true
			present = left(ws[i-1], l)
		}
		if there && present != v.present {
			c[oracle.Presence]++
		}
		for _, t := range ws[i:] {
			out[t] = true
		}
	}
}

// expected reports whether the claim has l written and present.
func (b *brute) expected(l loc, cut uint64) bool {
	for _, t := range slices.Backward(b.writers[l]) {
		if t.seq <= cut {
			return left(t, l)
		}
	}
	return false
}

// cyclic reports whether the transactions are not strictly serializable.
func (b *brute) cyclic() bool {
	left := map[*simTxn]bool{}
	for _, t := range b.txns {
		left[t] = true
	}
	for changed := true; changed; {
		changed = false
		held := map[*simTxn]bool{}
		for _, e := range b.edges {
			if left[e.before] && left[e.after] {
				held[e.after] = true
			}
		}
		for t := range left {
			if !held[t] {
				delete(left, t)
				changed = true
			}
		}
	}
	return len(left) > 0
}
