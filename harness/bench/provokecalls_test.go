package bench

import (
	"errors"
	"testing"
	"time"

	"ckptbench/workload"
)

// A written is a transaction that counts what is written.
type written struct {
	workload.Tx
	n int
}

func (w *written) Write(int, int, []byte) { w.n++ }

// A payment is a benchmark of one kind of call, which writes two records.
type payment struct{ workload.Benchmark } // the rest is not asked for

func (p payment) Client(uint64, int, int) workload.Client { return p }

func (p payment) Next() workload.Call { return twoWrites{} }

type twoWrites struct{ workload.Call }

func (twoWrites) MayAbort() bool { return false }

func (twoWrites) Body(tx workload.Tx) error {
	tx.Write(0, workload.Whole, nil)
	tx.Write(1, workload.Whole, nil)
	return nil
}

// Some calls of an unruly benchmark abort after all that they wrote, and say before that
// they may; some rest, if they are to; and each does what the benchmark's own does.
func TestUnrulyCalls(t *testing.T) {
	const calls = 2000
	for _, hold := range []time.Duration{0, time.Nanosecond} {
		client := unruly{payment{}, hold}.Client(1, 0, 1)
		aborted, rested := 0, 0
		for range calls {
			call := client.Next().(*unrulyCall)
			tx := &written{}
			err := call.Body(tx)
			if tx.n != 2 || call.MayAbort() != (err != nil) || err != nil && !errors.Is(err, workload.ErrAbort) {
				t.Fatalf("%d writes, may abort %v: %v", tx.n, call.MayAbort(), err)
			}
			if err != nil {
				aborted++
			}
			if call.hold > 0 {
				rested++
			}
		}
		if aborted < calls/40 || aborted > calls/10 || (rested > 0) != (hold > 0) || hold > 0 && rested < calls/20 {
			t.Errorf("hold %v: of %d calls %d aborted, and %d rested", hold, calls, aborted, rested)
		}
	}
}

// A transaction that rests does so once, after its first write.
func TestRestingOnce(t *testing.T) {
	const hold = 2 * time.Millisecond
	tx := &restingTx{Tx: &written{}, hold: hold}
	start := time.Now()
	tx.Write(0, workload.Whole, nil)
	if time.Since(start) < hold || tx.hold != 0 {
		t.Errorf("rested for %v, and is to rest for %v more", time.Since(start), tx.hold)
	}
}
