package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
	"ckptbench/harness/bench/judge"
	"ckptbench/harness/result"
)

// An exam reads the images of one run and judges them, in the order in which they were
// taken. The clients stand still.
// What each transaction did follows from its client's trace and notes; so it can be said, record
// by record, what an image has to hold.
type exam struct {
	cell  cell
	entry algorithms.Entry
	run   *run
	// It keeps one image's state at a time.
	judge   *judge.Judge
	stamps  *stamps  // for what cannot be judged
	known   []uint64 // how many transactions of each worker are known; all of them where its journal is not full
	laid    []string // files of the image that was read last
	earlier []uint64 // committed when the checkpoint before was asked for
}

// newExam returns an exam of what the drivers ran; they had their transactions from decks.
func newExam(c cell, e algorithms.Entry, r *run, drivers []*driver, decks []deck) *exam {
	x := &exam{cell: c, entry: e, run: r, stamps: newStamps(c), earlier: make([]uint64, len(drivers))}
	ss := replays(drivers, decks)
	for i, d := range drivers {
		n := uint64(math.MaxUint64)
		// The rest of that worker's transactions is not known.
		if d.journal.Full() {
			n = length(ss[i].Fork())
		}
		x.known = append(x.known, n)
	}
	x.judge = judge.New(c.layout(r), ss)
	return x
}

// length counts the transactions of a session.
func length(s judge.Session) (n uint64) {
	for t := (judge.Txn{}); s.Next(&t); n++ {
	}
	return n
}

// layout is what the cell's records look like, after a run.
// Keys is the first that was never used.
func (c cell) layout(r *run) judge.Layout {
	l := judge.Layout{
		Loaded: uint64(c.Records), Keys: r.next.Load(), Size: r.size, FieldSize: r.fieldSize,
		Varied: c.inserts() || c.deletes(), Word: loaded, Fill: fill,
	}
	if r.varied {
		r.layout.vary(&l)
	}
	return l
}

// image judges one image, and returns in which way.
func (x *exam) image(ctx context.Context, k taken) (result.How, error) {
	if err := x.read(ctx, k); err != nil {
		return result.How{}, err
	}
	how, err := result.How{Whole: 1}, error(nil)
	switch mixed := x.entry.Mixed; {
	case !x.covers(k.at) || mixed && x.cell.Workload.Abort > 0: // what was aborted is known to the log alone
		how, err = result.How{Plausible: 1}, x.plausible(ctx, k)
	case mixed:
		how, err = result.How{Records: 1}, x.judge.Each(x.earlier, k.at)
	default:
		err = x.judge.Judge(k.at)
	}
	// The next image has to hold what had committed before this one's checkpoint.
	x.earlier = k.at.Before
	if err != nil {
		return how, fmt.Errorf("image %s is wrong: %w", k.name(), x.explain(ctx, k, err))
	}
	return how, nil
}

// covers reports whether all is known that may be in an image.
// A worker's count may be behind, so a margin is added.
func (x *exam) covers(at judge.Moments) bool {
	for i, n := range x.known {
		if n <= at.After[i]+publishedEvery {
			return false
		}
	}
	return true
}

// publishedEvery is how far a worker's count of commits may be behind.
const publishedEvery = 16

// read reads an image: a partial one with its chain. Files of the image before are not
// read again.
func (x *exam) read(ctx context.Context, k taken) error {
	files := k.kept
	// The chain of a partial image is that of the one before with one more file.
	if n := len(x.laid); n > 0 && n < len(files) && slices.Equal(x.laid, files[:n]) {
		files = files[n:]
	} else {
		x.judge.Begin()
	}
	x.laid = k.kept
	for i, path := range files {
		x.judge.File()
		if err := x.file(ctx, k, path, i == len(files)-1); err != nil {
			return err
		}
	}
	return nil
}

// file reads one file, which is the image itself or one that it is based on. What was
// kept may be what took the image's place when it was collapsed.
func (x *exam) file(ctx context.Context, k taken, path string, newest bool) error {
	var n atomic.Uint64
	// By several goroutines: Put may be called concurrently.
	err := store.ReadImage(ctx, nil, path, readers(), func(_ int, r store.ImageRecord) error {
		if !r.Absent {
			n.Add(1)
		}
		return x.judge.Put(x.run.key(r.Table, r.Key), r.Stamp, r.Absent, r.Value)
	})
	if err != nil {
		return fmt.Errorf("image %s is wrong: %w", k.name(), err)
	}
	// The number that the checkpoint reported, where the file is that very image.
	if _, whole := k.image(); newest && whole && n.Load() != k.report.Image.Records {
		return fmt.Errorf("image %s holds %d records, %d were written", k.name(), n.Load(), k.report.Image.Records)
	}
	return nil
}

// plausible checks the records of one file each by itself: its value against its id, and
// both against the image before. It is for images of which not all is known.
func (x *exam) plausible(ctx context.Context, k taken) error {
	l := x.cell.valueLayout()
	x.stamps.image++
	_, err := k.scan(ctx, func(r store.ImageRecord) error {
		if err := l.check(r.Table, r.Key, r.Stamp, r.Value); err != nil {
			return fmt.Errorf("record %d of table %d: %w", r.Key, r.Table, err)
		}
		// Chunks carry their owner's stamp, which is looked at with the owner.
		if r.Table == largeTable {
			return nil
		}
		return x.stamps.see(r.Key, r.Stamp)
	})
	return err
}

// explain adds to the error of a value what is wrong with it.
// The images are read again for it, which an error is worth.
func (x *exam) explain(ctx context.Context, k taken, err error) error {
	var wrong *judge.ValueError
	if !errors.As(err, &wrong) {
		return err
	}
	said := ""
	for _, path := range k.kept { // the last that has the record counts
		_ = store.ReadImage(ctx, nil, path, 1, func(_ int, r store.ImageRecord) error {
			if key := x.run.key(r.Table, r.Key); key == wrong.Key {
				said = x.judge.Explain(key, r.Value)
			}
			return nil
		})
	}
	return fmt.Errorf("%w: %s", err, said)
}

// final compares a store in which no transaction runs with all that was committed.
// The error is a record that is not what the transactions left.
func (x *exam) final(s *store.Store) error {
	if slices.ContainsFunc(x.known, func(n uint64) bool { return n != math.MaxUint64 }) {
		return nil // not all is known
	}
	x.judge.Begin()
	x.judge.File()
	var wrong error
	// One goroutine: the store stands still.
	s.Each(func(table int, key, stamp uint64, v []byte) {
		if wrong == nil {
			wrong = x.judge.Put(x.run.key(table, key), stamp, v == nil, v)
		}
	})
	return errors.Join(s.Err(), wrong, x.judge.Final())
}
