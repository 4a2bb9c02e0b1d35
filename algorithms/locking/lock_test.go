package locking

import (
	"context"
	"errors"
	"testing"
	"time"

	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/record"
	"ckptbench/algorithms/store"
)

// The scan gets a record that writers pass on without a pause.
func TestLockClaims(t *testing.T) {
	var l record.Lock
	done := make(chan error, 1)
	go func() { done <- lock(context.Background(), &l) }()
	for {
		select {
		case err := <-done:
			if err != nil || !l.Held(true) || l.Held(false) {
				t.Errorf("%v; held shared %v, exclusively %v", err, l.Held(true), l.Held(false))
			}
			return
		default:
		}
		if _, ok := l.TryLock(); ok {
			l.Unlock(1)
		}
	}
}

// A scan that is given up leaves no claim behind.
func TestLockGivenUp(t *testing.T) {
	var l record.Lock
	l.TryLock()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if err := lock(ctx, &l); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("locked what is held: %v", err)
	}
	l.Unlock(2)
	if _, ok := l.TryLock(); !ok {
		t.Error("given up, and still claimed")
	}
}

// The scan's own memory is its list of locks, for as long as it lasts.
func TestListIsCounted(t *testing.T) {
	s, err := store.Open(store.Options{
		Algorithm: "locking", New: New, Workers: 1,
		Tables: []store.TableSpec{{Name: "dense", ValueSize: 8, Capacity: 100},
			{Name: "hash", ValueSize: 8, Capacity: 100, Hash: true}},
		Images: store.Images{Dir: "images", FS: fstest.NewMem()},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	for _, a := range []store.Access{{Key: 99, Mode: store.Exclusive}, {Key: 7, Table: 1, Mode: store.Exclusive},
		{Key: 3, Table: 1, Mode: store.Exclusive}} {
		err := s.Worker(0).Do(&store.Request{Access: []store.Access{a}, Body: func(tx *store.Txn) error {
			tx.Write(0, store.Whole, []byte("value"))
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	report, err := s.Checkpoint(context.Background())
	if err != nil || report.Image.Records != 3 {
		t.Fatalf("%d records, %v", report.Image.Records, err)
	}
	if m := s.Memory(); m.Own != 0 || m.Peak < 8*102 || m.Peak > 16*102 {
		t.Errorf("memory of its own is %d at rest and %d at most, for 102 records", m.Own, m.Peak)
	}
}
