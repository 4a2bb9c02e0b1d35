package store

import (
	"fmt"
	"slices"
	"testing"
)

// Value and All show what is present, and make nothing.
func TestLook(t *testing.T) {
	s := openTest(t, nil)
	w := s.Worker(0)
	for table := range uint16(2) {
		acc := []Access{{Table: table, Key: 1, Mode: Exclusive}, {Table: table, Key: 3, Mode: Exclusive},
			{Table: table, Key: 5, Mode: Exclusive}}
		do(t, w, acc, func(tx *Txn) {
			for i := range acc {
				tx.Write(i, Whole, fmt.Append(nil, "v", acc[i].Key))
			}
			tx.Delete(1)
		})
		var got []string
		for key, v := range s.All(int(table)) {
			got = append(got, fmt.Sprint(key, "=", string(v)))
		}
		if slices.Sort(got); !slices.Equal(got, []string{"1=v1", "5=v5"}) {
			t.Errorf("table %d holds %v", table, got)
		}
		for range s.All(int(table)) {
			break
		}
		check := func(key uint64, want string, present bool) {
			t.Helper()
			if v, ok := s.Value(int(table), key); string(v) != want || ok != present {
				t.Errorf("table %d, key %d: %q, %v; want %q, %v", table, key, v, ok, want, present)
			}
		}
		check(1, "v1", true)
		check(3, "", false) // deleted
		check(4, "", false) // never there
		check(1<<40, "", false)
	}
	if n := s.tables[1].high.Load(); n != 3 {
		t.Errorf("looking left %d keys in the index, want 3", n)
	}
}
