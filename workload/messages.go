package workload

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A Span is a range of lengths, in bytes.
// Both ends are included.
type Span struct{ Low, High int }

// UnmarshalText reads a length, 100, or a range of them, 44-104.
// Length 0 is refused, so that the zero Span means none given.
func (s *Span) UnmarshalText(text []byte) error {
	low, high, ranged := strings.Cut(string(text), "-")
	if !ranged {
		high = low
	}
	a, err := strconv.ParseUint(low, 10, 31)
	b, err2 := strconv.ParseUint(high, 10, 31)
	if err != nil || err2 != nil || b < a || b == 0 {
		return errors.New("is no range of bytes: write it like 44-104, or 100 for one length")
	}
	*s = Span{int(a), int(b)}
	return nil
}

// String writes a span as it is read, and nothing for the zero Span.
func (s Span) String() string {
	switch {
	case s == Span{}:
		return ""
	case s.Low == s.High:
		return strconv.Itoa(s.Low)
	}
	return fmt.Sprintf("%d-%d", s.Low, s.High)
}

// MarshalText writes what String does.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// The values of Messages.Put.
const (
	// The letters are those of IEP-32's proposal, see package bulk.
	PutInsert     = "insert"      // the free list alone, a row at a time
	PutInsertRows = "insert-rows" // the free list alone, a message at a time
	PutSingle     = "single"      // IEP-32's A: an update for each row
	PutInvoke     = "invoke"      // B: sort, and the tree's InvokeAll
	PutFind       = "find"        // C: sort, FindAll, InsertRows and PutAll
)

// Puts returns the values allowed for Messages.Put.
func Puts() []string { return []string{PutInsert, PutInsertRows, PutSingle, PutInvoke, PutFind} }

// PutBase returns the way that another is compared with; its own is itself.
// Rows without an index are compared among themselves.
func PutBase(put string) string {
	if put == PutInsert || put == PutInsertRows {
		return PutInsert
	}
	return PutSingle
}

// bulk is Resolve for bulk.
// A range of the rows' lengths has to be given for mixes that change them.
func (s Spec) bulk() (Spec, error) {
	s.Put = cmp.Or(s.Put, PutSingle)
	s.RowSize = cmp.Or(s.RowSize, Span{100, 100})
	s.PageSize = cmp.Or(s.PageSize, 4<<10)
	s.Passes = cmp.Or(s.Passes, 3)
	s.Keys = cmp.Or(s.Keys, 100)
	// Without an index no row is found again, so rows are inserted only.
	if s.unindexed() {
		s.Calls = cmp.Or(s.Calls, "insert")
	} else {
		s.Calls = cmp.Or(s.Calls, Calls(Bulk)[0])
		s.KeyOrder = cmp.Or(s.KeyOrder, Scattered)
	}
	if err := s.checkBulk(); err != nil {
		return Spec{}, err
	}
	return s, nil
}

// unindexed reports whether rows of bulk go into pages that no index finds them
// in.
func (s Spec) unindexed() bool { return PutBase(s.Put) == PutInsert }

// The bounds of bulk.
const (
	leastRow = 8 // its key
	// Bytes.
	mostRow = 1 << 20
	// Bytes, a power of two between the two.
	leastPage = 1 << 10
	mostPage  = 16 << 10
	mostPass  = 1000
)

// checkBulk reports everything that is wrong with a bulk spec.
func (s Spec) checkBulk() error {
	errs := []error{
		oneOf("put", s.Put, Puts()), s.Procedures.check(s.Name), s.checkForeign(), s.checkRows(),
		between("keys", s.Keys, 1, MaxKeys), between("passes", s.Passes, 1, mostPass),
	}
	if p := s.PageSize; p < leastPage || p > mostPage || p&(p-1) != 0 {
		errs = append(errs, fmt.Errorf("page_size: %d must be a power of two from %d to %d", p, leastPage, mostPage))
	}
	if !s.unindexed() {
		return errors.Join(append(errs, oneOf("key_order", s.KeyOrder, []string{Ordered, Scattered, Random}))...)
	}
	if s.Calls != "insert" {
		errs = append(errs, fmt.Errorf("mix: with put %s rows are inserted: remove it", s.Put))
	}
	if s.KeyOrder != "" {
		errs = append(errs, fmt.Errorf("key_order: has no meaning with put %s: remove it", s.Put))
	}
	return errors.Join(errs...)
}

// checkRows judges the lengths of rows, in bytes.
func (s Spec) checkRows() error {
	if s.RowSize.Low < leastRow || s.RowSize.High > mostRow {
		return fmt.Errorf("row_size: %s must be within %d to %d", s.RowSize, leastRow, mostRow)
	}
	if (s.Calls == "resize" || s.Calls == "mixed") && s.RowSize.Low == s.RowSize.High {
		return fmt.Errorf("row_size: with mix %s rows change their length: give a range", s.Calls)
	}
	return nil
}

// foreign refuses the keys of bulk in a spec of another name.
func (m Messages) foreign(name string) error {
	var errs []error
	for _, k := range []struct {
		key string
		is  bool
	}{{"put", m.Put != ""}, {"row_size", m.RowSize != Span{}}, {"page_size", m.PageSize != 0}, {"passes", m.Passes != 0}} {
		if k.is {
			errs = append(errs, fmt.Errorf("%s: has no meaning with %s: remove it", k.key, name))
		}
	}
	return errors.Join(errs...)
}
