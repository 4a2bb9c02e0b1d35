package glean

import (
	"math/bits"
	"slices"
	"unsafe"

	"ckptbench/algorithms/internal/prefetch"
	"ckptbench/algorithms/internal/radix"
)

// A ref stands for an entry while it is sorted, which is at the batch and place
// that at returns. Its key is what the order goes by first: of two refs the lesser
// key comes first, and equal ones are told apart by their entries.
type ref = radix.Item

// A prefixer makes the keys of refs: the table, below it the leaf, and below that
// the record's key, or as much of it as there is room for. An array's keys ascend
// with its leaves, so they stand for both. In most buffers that is all of it, and
// a record's changes are found side by side without a look at any.
type prefixer struct {
	// Of a hash table the key comes below the leaf, since keys do not ascend with bins.
	high, leaf, drop []uint8 // by table: shifts of the table and the leaf, and the bits of a key that do not fit
}

// newPrefixer makes that of a buffer whose hash tables' keys have no other bits set
// than keys.
func newPrefixer(shapes []shape, keys uint64) prefixer {
	n := len(shapes)
	p := prefixer{make([]uint8, n), make([]uint8, n), make([]uint8, n)}
	// What the number of the table leaves of 64 bits.
	room := 64 - bits.Len(uint(n-1))
	for i := range shapes {
		p.high[i] = uint8(room)
		if !shapes[i].Hash {
			continue
		}
		// keys has every bit that any key in the buffer has: leading zeros take no room.
		leaf, key := bits.Len64(shapes[i].leaves), bits.Len64(keys)
		p.drop[i] = uint8(max(0, leaf+key-room))
		p.leaf[i] = uint8(key) - p.drop[i]
	}
	return p
}

// of is the sort key of an entry: as many bits of table, leaf and key as fit in a word.
func (p *prefixer) of(e *entry, hash bool) uint64 {
	t := e.table
	// An array's keys are below 2^32, so they fit beside any table's number.
	k := uint64(t) << p.high[t]
	if !hash {
		return k | e.key
	}
	return k | e.leaf<<p.leaf[t] | e.key>>p.drop[t]
}

// sort brings the entries into the order in which they are applied and, with
// fold, drops what a later change of the same record makes void; it returns how
// many that were. It is a radix sort of the refs; then the
// entries are looked at once, those of equal keys put in order and folded. (To
// compare them all took half of a gleaning; to come back to them for the folding
// another tenth.)
func (u *buffer) sort(shapes []shape, fold bool) (folded int64) {
	u.refer(shapes)
	u.refs, u.other = radix.Sort(u.refs, u.other)
	return u.arrange(fold)
}

// refer makes the refs of all entries, in the order in which they came.
func (u *buffer) refer(shapes []shape) {
	// Every batch has gathered the bits of its own keys while it was filled.
	keys := uint64(0)
	for _, b := range u.batches {
		keys |= b.keys
	}
	p := newPrefixer(shapes, keys)
	u.refs = slices.Grow(u.refs[:0], u.n)
	for n, b := range u.batches {
		for i := range b.entries {
			e := &b.entries[i]
			// radix.Sort keeps the order of equal keys; arrange does not rely on it.
			u.refs = append(u.refs, ref{Key: p.of(e, shapes[e.table].Hash), At: uint64(n)<<32 | uint64(i)})
		}
	}
}

// ahead is how many entries are on their way from memory while one is looked at.
const ahead = 16

// arrange orders what has equal keys by the entries, and folds.
func (u *buffer) arrange(fold bool) (folded int64) {
	// out overwrites refs from the front: it is never ahead of what was read.
	refs, out, near := u.refs, u.refs[:0], 0
	for from := 0; from < len(refs); {
		to := from + 1
		for to < len(refs) && refs[to].Key == refs[from].Key {
			to++
		}
		// Entries lie in the order of arrival, and are visited in the order of keys: each is a
		// cache miss unless it was asked for in time.
		for ; near < min(to+ahead, len(refs)); near++ {
			prefetch.Line(unsafe.Pointer(u.entry(refs[near])))
		}
		if to-from > 1 {
			// Equal keys are changes of one record, or of neighbours where bits of the key were
			// dropped.
			slices.SortFunc(refs[from:to], func(a, b ref) int { return u.entry(a).compare(u.entry(b)) })
		}
		for _, r := range refs[from:to] {
			// A change makes those before it void one after another, as far back as it covers
			// them.
			for e := u.entry(r); fold && len(out) > 0; folded++ {
				last := u.entry(out[len(out)-1])
				if !e.same(last) || !e.supersedes(last) {
					break
				}
				out = out[:len(out)-1]
			}
			out = append(out, r)
		}
		from = to
	}
	u.refs = out
	return folded
}
