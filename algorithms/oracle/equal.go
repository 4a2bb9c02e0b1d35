package oracle

import "fmt"

// A Difference is a record on which two states disagree.
type Difference struct {
	Table int
	Key   uint64
	Text  string // what each of them holds, in words
}

// Equal compares what a reader would see in a and in b: which records are
// present, their stamps and their values. A tombstone equals a record that is
// not there, for a store may drop it once no image needs it. It returns how
// many records differ and the first limit of them, by table and key.
// Both states are sorted, and walked side by side.
func Equal(a, b *State, limit int) (differences []Difference, total int) {
	x, y := a.sorted(), b.sorted()
	for len(x) > 0 || len(y) > 0 {
		var l, r entry
		switch c := order(x, y); {
		case c < 0:
			l, x = x[0], x[1:]
		case c > 0:
			r, y = y[0], y[1:]
		default:
			l, r, x, y = x[0], y[0], x[1:], y[1:]
		}
		text := differ(l, r)
		if text == "" {
			continue
		}
		if total++; total <= limit {
			// The record's name, from the state that has it.
			e := l
			if !l.present {
				e = r
			}
			differences = append(differences, Difference{int(e.table), e.key, text})
		}
	}
	return differences, total
}

// order compares the first entries of two lists, of which one may be empty.
func order(x, y []entry) int {
	switch {
	case len(x) == 0:
		return 1
	case len(y) == 0:
		return -1
	}
	return x[0].compare(y[0].table, y[0].key)
}

// differ says how two versions of a record differ; "" when a reader could not
// tell.
func differ(l, r entry) string {
	switch {
	case !l.present && !r.present:
		return ""
	case !r.present:
		return fmt.Sprintf("present with stamp %#x in the first, absent in the second", l.stamp)
	case !l.present:
		return fmt.Sprintf("absent in the first, present with stamp %#x in the second", r.stamp)
	case l.stamp != r.stamp:
		return fmt.Sprintf("stamp %#x in the first, %#x in the second", l.stamp, r.stamp)
	case l.digest != r.digest:
		return fmt.Sprintf("stamp %#x in both, but the values differ", l.stamp)
	}
	return ""
}
