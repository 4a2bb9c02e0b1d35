package judge

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
)

// A Judge compares the images of one run, in the order in which they were taken. It is
// for one goroutine, but for Put.
type Judge struct {
	model    *model
	sessions []Session
	// It only grows: images are judged in their order.
	done []uint64 // transactions of each session that are in the model

	stamps  []uint64 // of the image, by key
	digests []uint64 // of its values
	// By key: the number of the file that the record was put in by, with a bit for a tombstone;
	// 0: not put in.
	where []atomic.Uint32
	file  uint32 // number of the file that is being put in
}

// New returns a judge of what the sessions, one a worker, did to the records of l.
// It needs some 20 bytes for each key, and what the model does.
func New(l Layout, sessions []Session) *Judge {
	return &Judge{
		model: newModel(l), sessions: sessions, done: make([]uint64, len(sessions)),
		stamps: make([]uint64, l.Keys), digests: make([]uint64, l.Keys), where: make([]atomic.Uint32, l.Keys),
	}
}

// Moments are how many transactions each worker had committed.
type Moments struct {
	Before []uint64 // when the checkpoint was asked for, or fewer
	After  []uint64 // when it had ended, or more
}

// File numbers are even, so the lowest bit is free.
const absent = 1 // in where: the record is a tombstone

// Begin begins an image, of which nothing is known yet.
// Digests need no clearing: they count only where a record was put in.
func (j *Judge) Begin() {
	clear(j.stamps)
	for k := range j.where {
		j.where[k].Store(0)
	}
}

// File begins the next file of an image: records in it take the place of those that
// files before it hold, or images before it where there was no Begin.
func (j *Judge) File() { j.file += 2 }

// Put puts in a record of the file, as it was read. Several goroutines may call it.
func (j *Judge) Put(key, stamp uint64, gone bool, value []byte) error {
	if gone {
		return j.PutDigest(key, stamp, true, 0)
	}
	return j.PutDigest(key, stamp, false, digest(value))
}

// PutDigest is Put of a record of whose value the xxhash is known.
func (j *Judge) PutDigest(key, stamp uint64, gone bool, digest uint64) error {
	if key >= uint64(len(j.stamps)) {
		return fmt.Errorf("record %d is in the image, and no transaction used a key above %d", key, len(j.stamps)-1)
	}
	here := j.file
	if gone {
		here |= absent
	}
	// The swap also decides between two goroutines that have the same record.
	if j.where[key].Swap(here)&^absent == j.file {
		return fmt.Errorf("record %d is in the image twice", key)
	}
	j.stamps[key], j.digests[key] = stamp, digest
	return nil
}

// Judge judges the image that was put in. An error says what is wrong, and names the
// transaction and the record; it is a *ValueError where a value is.
// The model is brought to the image's cut, and stays there for the next.
func (j *Judge) Judge(at Moments) error {
	cut, err := j.cut(at)
	if err != nil {
		return err
	}
	if err := j.advance(cut); err != nil {
		return err
	}
	return j.compare()
}

// Each judges the image that was put in record by record: each has to be what the
// transactions left up to the one whose id it carries. It is for images that mix versions
// until the log has repaired them. earlier is a moment at which whatever had committed
// is in this image and in those that follow.
func (j *Judge) Each(earlier []uint64, at Moments) error {
	if err := j.advance(earlier); err != nil {
		return err
	}
	err := merge(j.fork(), append([]uint64(nil), j.done...), late(at.After), func(_ int, _ uint64, t *Txn) error {
		for i := range t.Writes {
			// Up to the version that the image has, record by record.
			if j.stamps[t.Writes[i].Key] >= t.ID {
				j.model.apply(t.ID, &t.Writes[i])
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return j.compare()
}

// Final judges a state that was put in as an image that holds everything.
// No image can be judged afterwards.
func (j *Judge) Final() error {
	all := make([]uint64, len(j.sessions))
	for i := range all {
		all[i] = math.MaxUint64
	}
	if err := j.advance(all); err != nil {
		return err
	}
	return j.compare()
}

// late is how many transactions of each worker may be in an image that had ended when
// it had committed so many.
func late(after []uint64) []uint64 {
	const behind = 16 // a count is published only now and then
	n := make([]uint64, len(after))
	for i := range n {
		n[i] = after[i] + behind
	}
	return n
}

// fork copies every session, so that an image is judged while the originals stand.
func (j *Judge) fork() []Session {
	var forks []Session
	for _, s := range j.sessions {
		forks = append(forks, s.Fork())
	}
	return forks
}

// advance brings the model to where so many transactions of each worker are in it.
func (j *Judge) advance(to []uint64) error {
	return merge(j.sessions, j.done, to, func(_ int, _ uint64, t *Txn) error {
		for i := range t.Writes {
			if k := t.Writes[i].Key; k >= uint64(len(j.stamps)) {
				return fmt.Errorf("%s wrote record %d, which there cannot be", name(t.ID), k)
			}
			j.model.apply(t.ID, &t.Writes[i])
		}
		return nil
	})
}

// compare compares every record with the model.
// Every key, by several goroutines; each ends at its first error.
func (j *Judge) compare() error {
	parts := uint64(runtime.GOMAXPROCS(0))
	errs := make([]error, parts)
	keys := uint64(len(j.stamps))
	var wg sync.WaitGroup
	for p := range parts {
		wg.Go(func() {
			var buf []byte
			for k := keys * p / parts; k < keys*(p+1)/parts && errs[p] == nil; k++ {
				buf, errs[p] = j.record(k, buf)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// record compares one record. buf is for its value, and is returned.
func (j *Judge) record(k uint64, buf []byte) ([]byte, error) {
	// An id above the model's is one that the cut leaves out; one below it was overwritten by
	// one that the cut has.
	m, where := j.model, j.where[k].Load()
	present, stamp, want := where != 0 && where&absent == 0, j.stamps[k], m.stamps[k]
	switch {
	case where == 0 && want == 0 && !m.present(k):
		return buf, nil // it never was
	case where == 0:
		return buf, fmt.Errorf("record %d is missing; it should be there as %s left it", k, author(want))
	case stamp > want:
		return buf, fmt.Errorf("record %d is by %s, which is not among those that the image holds; it should be by %s",
			k, author(stamp), author(want))
	case stamp < want:
		return buf, fmt.Errorf("record %d is as %s left it, and the image holds %s, which wrote it later", k, author(stamp),
			author(want))
	case present != m.present(k):
		return buf, fmt.Errorf("record %d is there: %t, and %s left it there: %t", k, present, author(want), m.present(k))
	case !present:
		return buf, nil
	}
	buf = m.value(k, buf)
	if digest(buf) != j.digests[k] {
		return buf, &ValueError{Key: k, Stamp: stamp}
	}
	return buf, nil
}

// A ValueError is the error of a value that is not what the transactions wrote, though
// its record carries the right id.
type ValueError struct{ Key, Stamp uint64 }

// Error names the record and the transaction.
func (e *ValueError) Error() string {
	return fmt.Sprintf("record %d, last written by %s, has a value that no transaction left", e.Key, author(e.Stamp))
}

// Explain says in what a record's value differs from what the transactions left, as of
// the last image that was judged.
func (j *Judge) Explain(key uint64, value []byte) string { return j.model.explain(key, value) }
