package rows

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"ckptbench/workload"
	"ckptbench/workload/bulk"
)

// run puts two passes of a stream's messages into a new loader.
func run(t *testing.T, w Way, c bulk.Config) (*Loader, *bulk.Stream) {
	t.Helper()
	c.Unindexed = w == Insert || w == InsertRows
	s, err := bulk.New(c, workload.Seed{Master: 5, Phase: "test"})
	if err != nil {
		t.Fatal(err)
	}
	l, err := Open(Options{Way: w, PageSize: 1024, Keys: 2 * c.Records, Bytes: 2 * int64(c.Records) * int64(c.Size.High)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil || l.Memory() != 0 {
			t.Errorf("closed: %v, %d bytes in use", err, l.Memory())
		}
	})
	if err := s.Load(l.Load); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := l.Remove(s.Begin()); err != nil {
			t.Fatal(err)
		}
		for rows := s.Next(); rows != nil; rows = s.Next() {
			if err := l.Put(rows); err != nil {
				t.Fatal(err)
			}
			l.Note(rows)
		}
	}
	return l, s
}

// Every way comes to what the model says, whatever the mix, the order and the
// rows' lengths, and all ways of an index to the same digest.
func TestEveryWay(t *testing.T) {
	records := uint64(600)
	if testing.Short() {
		records = 150
	}
	for _, size := range []workload.Span{{Low: 8, High: 60}, {Low: 500, High: 3000}} {
		for _, mix := range workload.Calls(workload.Bulk) {
			for _, order := range []string{workload.Ordered, workload.Random} {
				c := bulk.Config{Records: records, Rows: 50, Size: size, Mix: mix, Order: order}
				sums := map[string]bool{}
				for _, w := range []Way{Single, Invoke, Find} {
					sums[compared(t, w, c)] = true
				}
				if len(sums) != 1 {
					t.Errorf("%s, %s, %s: the ways come to different rows", size, mix, order)
				}
			}
		}
		c := bulk.Config{Records: records, Rows: 50, Size: size, Mix: "insert"}
		if compared(t, Insert, c) != compared(t, InsertRows, c) {
			t.Errorf("%s: rows and batches come to different rows", size)
		}
	}
}

func compared(t *testing.T, w Way, c bulk.Config) string {
	t.Helper()
	l, s := run(t, w, c)
	sum, err := l.Compare(s.Each, bulk.Digest)
	if err != nil {
		t.Errorf("%s, %+v: %v", w, c, err)
	}
	h := l.Held()
	if h.Rows != int64(s.Count()) || h.Pages == 0 || h.IndexPages > 0 != (w != Insert && w != InsertRows) {
		t.Errorf("%s, %+v: %+v of %d rows", w, c, h, s.Count())
	}
	return fmt.Sprintf("%x", sum)
}

// Rows that are not what they ought to be, that are not there, that ought not to
// be, or that no key leads to, are found.
func TestCompareFinds(t *testing.T) {
	other := func(key uint64) []byte { return append(rowOf(key), "another row"...) }
	for _, w := range Ways() {
		check := func(want string, spoil func(l *Loader) error) {
			t.Helper()
			l, s := run(t, w, bulk.Config{Records: 100, Rows: 10, Size: workload.Span{Low: 50, High: 60}, Mix: "insert",
				Order: workload.Random})
			if err := spoil(l); err != nil {
				t.Fatal(err)
			}
			if _, err := l.Compare(s.Each, bulk.Digest); !errors.Is(err, ErrWrong) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want one with %q", w, err, want)
			}
		}
		const there = 51
		check("key 51 has 19 bytes", func(l *Loader) error {
			return errors.Join(l.Remove([]uint64{there}), l.Load(other(there)))
		})
		check("no row of key 51", func(l *Loader) error { return l.Remove([]uint64{there}) })
		spare := uint64(250) // the model has every key below 200
		if w == Insert || w == InsertRows {
			spare = 150 // but for the even ones, which are loaded only into an index
		}
		check("rows of", func(l *Loader) error { return l.Load(other(spare)) })
	}
}

func rowOf(key uint64) []byte {
	b := make([]byte, keyBytes)
	b[0] = byte(key)
	return b
}
