package bench

import (
	"strings"
	"testing"
)

func TestCheckValue(t *testing.T) {
	const key = 7
	value := func(size int, fields ...uint64) []byte {
		v := make([]byte, size*len(fields))
		for i, x := range fields {
			fill(v[i*size:(i+1)*size], x)
		}
		return v
	}
	check := func(name string, v []byte, stamp uint64, size int, want string) {
		t.Helper()
		err := checkValue(key, stamp, v, size)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
	old, was, now := loaded(key), uint64(5<<16), uint64(9<<16|1)
	check("as loaded", value(20, old, old), 0, 20, "")
	check("all written", value(20, now, now), now, 20, "")
	check("one field written", value(20, old, now), now, 20, "")
	check("two writers", value(20, was, now), now, 20, "")
	check("stamp of nobody", value(20, was, old), now, 20, "no field was written")
	check("loaded, but stamped", value(20, old, old), now, 20, "no field was written")
	check("written, not stamped", value(20, now, old), 0, 20, "later than the record's stamp")
	check("newer than its stamp", value(20, now, was), was, 20, "later than the record's stamp")
	check("empty", nil, now, 20, "")
	for i := range 20 {
		v := value(20, now, now)
		v[i] ^= 0x40
		check("torn", v, now, 20, "torn")
	}
	check("another key's load", value(8, loaded(key+1)), 0, 8, "later than")
	for _, size := range []int{1, 3, 7} { // fields of less than a word
		check("short", value(size, now, old), now, size, "")
	}
}

func TestFillFields(t *testing.T) {
	for _, c := range []struct{ size, field int }{{100, 100}, {100, 10}, {10, 3}, {8, 8}, {1, 1}, {0, 1}} {
		v := make([]byte, c.size)
		fillFields(v, loaded(3), c.field)
		if err := checkValue(3, 0, v, c.field); err != nil {
			t.Errorf("%d bytes in fields of %d: %v", c.size, c.field, err)
		}
	}
}
