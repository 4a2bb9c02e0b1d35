package workload

import (
	"testing"
	"time"
)

// Whatever a spec holds, Validate and New answer with an error or a stream, and
// a stream draws what its spec allows.
func FuzzSpec(f *testing.F) {
	f.Add("ycsb-a", "", "", "", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, uint8(0), 1, 1, 1, int64(0), uint64(1), uint64(1))
	f.Add("", "zipf", "ordered", "zipf", 0.5, 0.5, 1.5, 0.0, 0.0, 0.1, 0.2, uint8(0b111), 3, 4, 5, int64(7), uint64(5),
		uint64(2))
	f.Add("calc", "exponential", "", "", 0.0, 0.0, 0.0, 0.5, 0.5, 0.0, 0.5, uint8(0b11000), 2, 2, 2, int64(7), uint64(2),
		uint64(2))
	f.Add("ycsb-e", "hotspot", "", "", 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, uint8(0b11000), 2, 2, 2, int64(-7), uint64(3),
		uint64(9))
	f.Fuzz(func(t *testing.T, name, distribution, order, lengths string, read, insert, theta, fraction, hot,
		abort, long float64, given uint8, keys, longKeys, fields int, hold int64, records, master uint64) {
		if keys > 500 || longKeys > 500 {
			t.Skip("only takes longer")
		}
		opt := func(bit uint8, v float64) *float64 {
			if given>>bit&1 == 0 {
				return nil
			}
			return &v
		}
		s := Spec{
			Name: name, Mix: Mix{Read: opt(0, read), Insert: opt(1, insert)}, Keys: keys, Distribution: distribution,
			Theta: opt(2, theta), HotFraction: opt(3, fraction), HotShare: opt(4, hot), KeyOrder: order, Fields: fields,
			ScanDistribution: lengths, Abort: abort,
			Long: Long{Share: opt(5, long), Keys: longKeys, Hold: new(time.Duration(hold))},
		}
		st, err := New(s, records, Seed{Master: master})
		if invalid := s.Validate(); invalid != nil && err == nil {
			t.Fatalf("New took what Validate refuses: %v", invalid)
		}
		if err != nil {
			return
		}
		resolved, _ := s.Resolve()
		var txn Txn
		for range 20 {
			st.Next(&txn)
			checkTxn(t, txn, resolved, records)
		}
	})
}

func checkTxn(t *testing.T, txn Txn, s Spec, records uint64) {
	want, seen := s.Keys, map[uint64]bool{}
	if txn.Long {
		want = s.Long.Keys
	}
	if len(txn.Ops) != want {
		t.Fatalf("%d operations, want %d", len(txn.Ops), want)
	}
	for _, o := range txn.Ops {
		if o.Kind >= kinds || o.Key >= records || o.Field != FieldAll && int(o.Field) >= s.Fields ||
			int(o.Length) > s.MaxScan {
			t.Fatalf("drew %+v over %d records of %d fields", o, records, s.Fields)
		}
		if o.Ref == Fresh {
			continue
		}
		if seen[o.Key] {
			t.Fatalf("key %d twice in %+v", o.Key, txn)
		}
		seen[o.Key] = true
	}
}
