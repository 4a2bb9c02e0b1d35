package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// A ledger is the file in which a child notes what it has acknowledged. Each
// note is one write within one page, so that a kill leaves the whole of it or
// nothing; the page cache survives the process.
//
//	64*w       worker w: transactions committed, transactions acknowledged
//	64*workers the last checkpoint that returned: number of the image, Seq of
//	           its point, then for each worker how many transactions had
//	           committed before it was asked for, and how many can have begun
//	           when it returned
//
// Where the power is cut too, the notes are in the journal, among the calls of the file
// system: they say what had been acknowledged at each of them.
type ledger struct{ w io.WriterAt }

const (
	// A cache line for each worker.
	slotBytes   = 64
	ledgerBytes = slotBytes * (workers + 2)
)

// createLedger makes a ledger that says what the child starts with. It gets its
// name when it is whole.
func createLedger(path string, done [workers]uint64) (*ledger, error) {
	f, err := os.Create(path + ".tmp")
	if err != nil {
		return nil, err
	}
	// A file of the wrong length would be taken for one that was never begun.
	l := &ledger{f}
	if err := l.begin(done); err != nil {
		return nil, err
	}
	return l, os.Rename(path+".tmp", path)
}

// begin notes what the child starts with, and that no checkpoint has returned.
func (l *ledger) begin(done [workers]uint64) error {
	b := make([]byte, ledgerBytes)
	for w, n := range done {
		binary.LittleEndian.PutUint64(b[w*slotBytes:], n)
		binary.LittleEndian.PutUint64(b[w*slotBytes+8:], n)
	}
	_, err := l.w.WriteAt(b, 0)
	return err
}

// progress notes worker w's transactions. Only w calls it.
// It is called after every transaction, so it is one small write and no sync.
func (l *ledger) progress(w int, committed, acknowledged uint64) error {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], committed)
	binary.LittleEndian.PutUint64(b[8:], acknowledged)
	_, err := l.w.WriteAt(b[:], int64(w)*slotBytes)
	return err
}

// A returned is a checkpoint that has returned. The zero returned is none.
type returned struct {
	image, point uint64
	least, most  [workers]uint64 // transactions of each worker that its state can hold
}

// checkpoint notes one that has returned. Only the checkpointing goroutine calls it.
func (l *ledger) checkpoint(r returned) error {
	_, err := l.w.WriteAt(r.encode(), workers*slotBytes)
	return err
}

// encode is the layout of the ledger's last part.
func (r returned) encode() []byte {
	b := binary.LittleEndian.AppendUint64(nil, r.image)
	b = binary.LittleEndian.AppendUint64(b, r.point)
	for w := range workers {
		b = binary.LittleEndian.AppendUint64(b, r.least[w])
		b = binary.LittleEndian.AppendUint64(b, r.most[w])
	}
	return b
}

// An account is what a ledger says.
// It bounds what recovery may find, from below and from above.
type account struct {
	committed, acknowledged [workers]uint64
	last                    returned
}

// readLedger reads a ledger; begun is false where the child did not get so far
// as to write one.
func readLedger(path string) (a account, begun bool, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(b) < ledgerBytes {
		return a, false, nil
	}
	if err != nil {
		return a, false, fmt.Errorf("read ledger: %w", err)
	}
	return decodeLedger(b), true, nil
}

// decodeLedger reads the bytes of a ledger.
func decodeLedger(b []byte) (a account) {
	u64 := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
	for w := range workers {
		a.committed[w], a.acknowledged[w] = u64(w*slotBytes), u64(w*slotBytes+8)
	}
	at := workers * slotBytes
	a.last.image, a.last.point = u64(at), u64(at+8)
	for w := range workers {
		a.last.least[w], a.last.most[w] = u64(at+16+16*w), u64(at+24+16*w)
	}
	return a
}
