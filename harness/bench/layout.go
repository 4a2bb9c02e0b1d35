package bench

import "math"

// A layout says how long the value of every record of a stream of operations is, and
// where its fields are. It does so from the record's key and its last writer's stamp
// alone, so that any image can be checked to the byte without a recording of the
// run.
//
// A record of one field has another length after every write of it, drawn from its
// stamp. A record of several keeps its length, drawn from its key: its fields are
// columns that are written in place, one by one.
type layout struct {
	fields    int
	low, high int // bytes of a value
	large     large
}

// chunkSize is the most bytes of a large value in one record of the table that holds
// them. With its head such a record takes 16 KiB.
const chunkSize = 16<<10 - 28

// headerSize is what a large record has in its own place: the word that fills its
// value. How long that is its chunks say.
const headerSize = 8

// large says which records have large values. These lie out of line, in chunks that
// are records of a table of their own: as slots of one length they would make every
// slot as long as the largest value. A transaction that uses a large value has the
// locks of all its chunks.
//
// With a share s record k is large where the whole part of (k+1)s is above that of
// ks: as many as there should be of any number of records, and the first is not the
// most popular. The whole part of ks is its number among them.
type large struct {
	share     float64
	low, high int // bytes of a value
}

// varied reports whether values differ in length.
func (l layout) varied() bool { return l.low != l.high || l.large.share > 0 }

// slot returns the bytes of the longest value in a record's own place.
func (l layout) slot() int {
	if l.large.share > 0 {
		return max(l.high, headerSize)
	}
	return l.high
}

// length returns the bytes of the value of a record that is not large, whose last
// writer's stamp is given.
func (l layout) length(key, stamp uint64) int {
	if l.fields > 1 {
		stamp = 0
	}
	return drawn(l.low, l.high, key, stamp)
}

// width returns the bytes of a field of a value; the last may be shorter.
func (l layout) width(size int) int {
	return (size + l.fields - 1) / l.fields
}

// index returns the number of a field in a value of so many bytes. Where the value is
// too short for all of them to have a byte, the last ones are one field.
func (l layout) index(field, size int) int {
	w := l.width(size)
	return min(field, (size+w-1)/w-1)
}

// field returns where a field of a value of so many bytes is.
func (l layout) field(field, size int) (from, to int) {
	w, i := l.width(size), l.index(field, size)
	return i * w, min((i+1)*w, size)
}

// mean returns the bytes of a value on average, large ones included.
func (l layout) mean() float64 {
	small := float64(l.low+l.high) / 2
	return small*(1-l.large.share) + float64(l.large.low+l.large.high)/2*l.large.share
}

// rank returns a large record's number among the large ones; ok is false where the
// record is not large.
func (l large) rank(key uint64) (n uint64, ok bool) {
	if l.share == 0 {
		return 0, false
	}
	n = l.below(key)
	return n, l.below(key+1) > n
}

// below returns how many of the records below key are large.
func (l large) below(key uint64) uint64 { return uint64(float64(key) * l.share) }

// owner returns the key of the large record with a number.
func (l large) owner(rank uint64) uint64 {
	key := uint64(math.Ceil(float64(rank+1)/l.share)) - 1
	for l.below(key+1) <= rank { // a quotient may be rounded
		key++
	}
	for l.below(key) > rank {
		key--
	}
	return key
}

// most returns how many chunks a value may have.
func (l large) most() uint64 { return uint64(chunksOf(l.high)) }

// length returns the bytes of the value of a large record, whose last writer's stamp
// is given.
func (l large) length(key, stamp uint64) int { return drawn(l.low, l.high, key, stamp) }

// chunksOf returns how many chunks a value has.
func chunksOf(size int) int { return (size + chunkSize - 1) / chunkSize }

// drawn returns a number from low to high, the same for the same key and stamp.
func drawn(low, high int, key, stamp uint64) int {
	if low == high {
		return low
	}
	x := (key+1)*0x9E3779B97F4A7C15 ^ stamp*0xD6E8FEB86659FD93
	x ^= x >> 32
	x *= 0xD6E8FEB86659FD93
	x ^= x >> 32
	return low + int(x%uint64(high-low+1))
}
