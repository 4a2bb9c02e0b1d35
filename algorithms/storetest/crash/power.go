package main

import (
	"context"
	"errors"
	"fmt"
	iofs "io/fs"
	"math/rand/v2"
	"os"

	"ckptbench/algorithms/internal/fs/fstest"
)

// Power cuts under a real process. The child's file system writes every call that
// changes something to a journal, with its data, and the ledger's notes among them. The
// child is killed. The journal then says, for every moment of the child's life, what had
// been written, what had been synced and what had been acknowledged: the disk of a power
// cut at that moment is built from it, several times, as a cut loses any subset of what
// no sync covers. Each disk is recovered in this process; the next child goes on from one
// of them, in real files.
//
// What this does not cover: the kernel's file systems, their journals and direct I/O
// (see below.go); a disk whose cache lies about what it
// wrote; pages of 4 KiB that are torn within; writes of a process by other ways than its
// file system, of which the stores have none.

// A power says how the power is cut in a lineage.
type power struct {
	cuts int // moments of each child's life
	// Another sequence than that of the kills.
	rng  *rand.Rand
	disk *fstest.Mem // what the next child finds
}

// newPower begins with an empty disk.
func newPower(cuts int, seed uint64) power {
	return power{cuts, rand.New(rand.NewPCG(seed, 2)), fstest.NewMem()}
}

// A cutDisk is a disk as a cut left it, and what was found on it.
type cutDisk struct {
	// Not changed any more: examine works on a clone of it.
	mem   *fstest.Mem
	kill  bool    // the page cache has all of it, and a power cut may still take that
	acked account // at the cut
	found *found  // nil: nothing
}

// cutPower cuts the power at moments of the last child's life, judges what is left each
// time, and has the next child go on from one of the disks.
func (l *lineage) cutPower(ctx context.Context, t *tally) error {
	records, err := l.readJournal()
	if err != nil {
		return err
	}
	// The journal is played once, and the cuts are made on the way.
	at := l.power.moments(records)
	p := fstest.NewPlayer(l.power.disk)
	notes, begun := make([]byte, ledgerBytes), false
	var whole []cutDisk
	for i := range len(records) + 1 {
		// Before record i; behind the last one when i is their number.
		for range at[i] {
			var f findings
			d := l.cut(ctx, notes, begun, &f)
			t.cuts++
			for _, text := range f.texts {
				t.texts = append(t.texts,
					fmt.Sprintf("power cut at record %d of %d (%s): %s", i, len(records), before(records, i), text))
			}
			t.lost, t.mixed = t.lost+f.lost, t.mixed+f.mixed
			if len(f.texts) == 0 {
				whole = append(whole, d)
			}
		}
		if i == len(records) {
			break
		}
		r := records[i]
		if r.Op == "note" {
			// The ledger as it was at this moment.
			copy(notes[r.Off:], r.Data)
			begun = true
		}
		if err := p.Play(r); err != nil {
			return fmt.Errorf("record %d of %d of the journal: %w", i+1, len(records), err)
		}
	}
	if len(whole) == 0 {
		return nil // what was found ends the lineage
	}
	// One of the disks on which nothing was wrong, so that what follows is not a consequence.
	next := whole[l.power.rng.IntN(len(whole))]
	l.power.disk = next.mem
	switch {
	case next.found == nil:
	case next.kill:
		l.goOnCached(next)
	default:
		l.goOn(next.found)
	}
	// The next child works on real files.
	return errors.Join(next.mem.Export(l.order.images()), next.mem.Export(l.order.log()))
}

// goOnCached goes on from what a kill left in the page cache: no more of it must be there
// after the next power cut than was promised before.
func (l *lineage) goOnCached(d cutDisk) {
	l.before, l.reached, l.images = nil, d.found.done, max(l.images, d.acked.last.image)
	for w := range workers {
		l.done[w] = max(l.done[w], d.acked.last.least[w])
		if l.Log {
			l.done[w] = max(l.done[w], d.acked.acknowledged[w])
		}
	}
}

// before names the call before which, or at the end after which, a cut came.
func before(records []fstest.Record, i int) string {
	if i == len(records) {
		return "the end"
	}
	return "before " + records[i].Op + " " + records[i].Name
}

// cut builds a disk and judges it. One cut in six is a mere kill.
func (l *lineage) cut(ctx context.Context, notes []byte, begun bool, f *findings) cutDisk {
	d := cutDisk{mem: l.power.disk.CrashClone(l.power.rng)}
	// A kill loses nothing, but what it leaves is not durable either.
	if d.kill = l.power.rng.IntN(6) == 0; d.kill {
		d.mem = l.power.disk.KillClone()
	}
	d.acked = decodeLedger(notes)
	// The child had not noted anything: what was there before it counts.
	if !begun {
		d.acked.committed, d.acked.acknowledged = l.reached, l.done
	}
	d.found = l.examine(ctx, d.mem.KillClone(), d.acked, f) // recovery is not to make anything durable
	return d
}

// moments returns how often the power is cut before each record, and at the end. Names
// and syncs, where the order matters, are met more often than writes.
func (p *power) moments(records []fstest.Record) map[int]int {
	// The end is what a kill leaves, and is always among the moments.
	at := map[int]int{len(records): min(2, p.cuts)}
	for range p.cuts - at[len(records)] {
		i := p.rng.IntN(len(records) + 1)
		if i < len(records) && (records[i].Op == "write" || records[i].Op == "note") {
			i = p.rng.IntN(len(records) + 1)
		}
		at[i]++
	}
	return at
}

// readJournal reads the journal of the last child; nothing where it had not begun one.
func (l *lineage) readJournal() ([]fstest.Record, error) {
	f, err := os.Open(l.journal())
	if errors.Is(err, iofs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return fstest.ReadJournal(f)
}
