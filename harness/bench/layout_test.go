package bench

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"
)

// Lengths are drawn from the whole range, the same for the same record and writer. A
// record of several fields keeps its own.
func TestLengths(t *testing.T) {
	one, several := layout{fields: 1, low: 20, high: 400}, layout{fields: 10, low: 20, high: 400}
	seen, sum := map[int]bool{}, 0.0
	for stamp := range uint64(20_000) {
		n := one.length(7, stamp)
		if n < 20 || n > 400 || n != one.length(7, stamp) {
			t.Fatalf("transaction %d writes %d bytes", stamp, n)
		}
		if several.length(7, stamp) != several.length(7, 0) {
			t.Fatal("a record of several fields changes its length")
		}
		seen[n] = true
		sum += float64(n)
	}
	if len(seen) != 381 || math.Abs(sum/20_000-210) > 3 {
		t.Errorf("%d lengths, %.1f on average", len(seen), sum/20_000)
	}
	for key := range uint64(1000) {
		size, at := several.length(key, 0), 0
		for f := range 10 {
			from, to := several.field(f, size)
			if to <= from || to > size || from > at {
				t.Fatalf("field %d of %d bytes is %d to %d, the one before ends at %d", f, size, from, to, at)
			}
			at = to
		}
		if at != size {
			t.Fatalf("the fields of %d bytes end at %d", size, at)
		}
	}
	if fixed := (layout{fields: 10, low: 21, high: 21}); fixed.varied() {
		t.Error("one length is several")
	} else if from, to := fixed.field(9, 21); from >= to || to > 21 {
		t.Errorf("the last field of 21 bytes is %d to %d", from, to)
	}
}

// As many records are large as should be, of any number of records, and each has a
// number of its own.
func TestLargeRanks(t *testing.T) {
	for _, share := range []float64{0.01, 0.03, 1. / 3, 0.5, 0.999, 1, 1e-3, 0.07} {
		l := large{share: share}
		n := uint64(0)
		for key := range uint64(10_000) {
			if math.Abs(float64(l.below(key))-share*float64(key)) >= 1 || l.below(key) != n {
				t.Fatalf("share %v: %d of the first %d are large, counted %d", share, l.below(key), key, n)
			}
			rank, ok := l.rank(key)
			if !ok {
				continue
			}
			if rank != n || l.owner(rank) != key {
				t.Fatalf("share %v: record %d is number %d, and number %d is record %d", share, key, rank, n, l.owner(rank))
			}
			n++
		}
	}
	if _, ok := (large{}).rank(0); ok {
		t.Error("a record is large where none is")
	}
	if _, ok := (large{share: 0.01}).rank(0); ok {
		t.Error("the most popular record is large")
	}
}

// A value that is a byte too short or too long, or that another transaction wrote, is
// found, small or large.
func TestCheckLengths(t *testing.T) {
	l := layout{fields: 1, low: 20, high: 400, large: large{share: 0.01, low: 20_000, high: 70_000}}
	const key, stamp = 7, 9<<16 | 1
	check := func(what string, table int, key, stamp uint64, v []byte, want string) {
		t.Helper()
		if err := l.check(table, key, stamp, v); (err == nil) != (want == "") ||
			err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
	filled := func(n int, x uint64) []byte {
		v := make([]byte, n)
		fill(v, x)
		return v
	}
	n := l.length(key, stamp)
	check("right", 0, key, stamp, filled(n, stamp), "")
	check("as loaded", 0, key, 0, filled(l.length(key, 0), loaded(key)), "")
	check("short", 0, key, stamp, filled(n-1, stamp), "bytes, and what transaction")
	check("long", 0, key, stamp, filled(n+1, stamp), "bytes, and what transaction")
	check("empty", 0, key, stamp, nil, "bytes, and what transaction")

	const owner = 99 // the first large one
	check("header", 0, owner, stamp, filled(8, stamp), "")
	check("header as loaded", 0, owner, 0, filled(8, loaded(owner)), "")
	check("header of another", 0, owner, stamp, filled(8, stamp+1), "header")
	check("no header", 0, owner, stamp, filled(7, stamp), "header")
	size := l.large.length(owner, stamp)
	for c := range uint64(chunksOf(size)) {
		n := min(chunkSize, size-int(c)*chunkSize)
		check("chunk", 1, c, stamp, filled(n, stamp), "")
		check("short chunk", 1, c, stamp, filled(n-1, stamp), "bytes from byte")
		check("long chunk", 1, c, stamp, filled(n+1, stamp), "bytes from byte")
		check("another's chunk", 1, c, stamp, filled(n, stamp+1<<16), "torn")
		torn := filled(n, stamp)
		binary.LittleEndian.PutUint64(torn[n/16*8:], 1)
		check("torn chunk", 1, c, stamp, torn, "torn")
	}
	check("one chunk too many", 1, uint64(chunksOf(size)), stamp, filled(8, stamp), "has 0")
}
