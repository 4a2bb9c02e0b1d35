package store

import (
	"errors"
	"testing"
)

// A value of no bytes comes back as one, also to a worker that has never kept a
// byte of any old value; and a record that was absent comes back as absent.
func TestUndoOfNothing(t *testing.T) {
	s := openTest(t, nil)
	do(t, s.Worker(0), rw(1), func(tx *Txn) { tx.Write(0, Whole, nil) })
	stop := errors.New("stop")
	err := s.Worker(1).Do(&Request{Access: rw(1, 2), MayAbort: true, Body: func(tx *Txn) error {
		tx.Delete(0)
		tx.Write(1, Whole, []byte("new"))
		return stop
	}})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	do(t, s.Worker(2), rw(1, 2), func(tx *Txn) {
		if v, ok := tx.Read(0); !ok || len(v) != 0 {
			t.Errorf("a value of no bytes came back as %x, present %v", v, ok)
		}
		if v, ok := tx.Read(1); ok {
			t.Errorf("an absent record came back as %x", v)
		}
	})
}
