package image

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

// ErrNothingToMerge is returned by Merge where there are not two images to make
// one of.
var ErrNothingToMerge = errors.New("nothing to merge")

// A Merged is what a merge made, and what it cost.
// Info is of the merged image.
type Merged struct {
	Info
	Inputs int           // images that became one
	Read   int64         // bytes
	Time   time.Duration // from beginning to durable
}

// Chain returns of how many images the newest consists: 1 for a full image, 0
// where there is none.
func (d *Dir) Chain() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.images) == 0 {
		return 0
	}
	return len(chain(d.images, d.images[0]))
}

// Bottom returns the point of the full image that the newest one is based on,
// or is itself; ok is false where there is none.
// The store keeps the log from there on where a chain may be rebuilt.
func (d *Dir) Bottom() (p Point, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.images) == 0 {
		return Point{}, false
	}
	for _, e := range chain(d.images, d.images[0]) {
		if e.base == 0 {
			return e.point, true
		}
	}
	return Point{}, false
}

// Merge makes one image of the newest one and all that it is based on: of the
// partial ones only, which gives one larger partial image over the full one, or
// with base of the full one too, which gives a new full one. The merged image
// stands at the newest one's point and takes its place, under its sequence
// number: images taken meanwhile lie on it without knowing. The inputs are
// removed once no image that is kept needs them, and never before the merged
// image is durable in a manifest. rate is a limit on the bytes read and written
// in a second; 0 is none. Merge may run beside a Writer; one at a time does.
// The writer of new images does not wait for it, but for the lock for a moment at the end.
func (d *Dir) Merge(ctx context.Context, base bool, rate int64) (Merged, error) {
	start := time.Now()
	inputs, number, err := d.claimMerge(base)
	if err != nil {
		return Merged{}, fmt.Errorf("merge images in %s: %w", d.o.Dir, err)
	}
	newest := inputs[len(inputs)-1]
	w, err := d.writer(id{newest.seq, number}, inputs[0].base, d.limiter(rate))
	if err != nil {
		return Merged{}, err
	}
	// One goroutine reads and one stream writes: a merge is background work.
	m := &merge{dir: d, w: w, out: Merged{Inputs: len(inputs)}, seen: make([]keys, len(d.o.Tables))}
	if err := m.run(ctx, inputs); err != nil {
		return m.out, fmt.Errorf("merge into %s: %w", w.name(), errors.Join(err, w.Abort()))
	}
	if m.out.Info, err = w.Commit(ctx, newest.point); err != nil {
		return m.out, fmt.Errorf("merge into %s: %w", w.name(), err)
	}
	m.out.Time = time.Since(start)
	return m.out, nil
}

// claimMerge chooses what to merge, the oldest first, and a number for the merge.
func (d *Dir) claimMerge(base bool) (inputs []entry, number uint64, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.merging {
		return nil, 0, errors.New("another merge is under way")
	}
	if len(d.images) > 0 {
		inputs = chain(d.images, d.images[0])
		// The full image stays as it is, and the merged one lies on it.
		if !base {
			inputs = inputs[1:]
		}
	}
	if len(inputs) < 2 || d.o.Discard {
		return nil, 0, ErrNothingToMerge
	}
	// Until release, which Commit and Abort both call.
	d.merging = true
	d.lastImage++
	return inputs, d.lastImage, nil
}

// A merge is one merge under way. It belongs to one goroutine.
type merge struct {
	dir  *Dir
	w    *Writer
	seen []keys // by table: keys of which the merged image has the newest version
	owed int64  // bytes read and not yet asked of the limiter
	out  Merged
}

// run goes through the inputs from the newest to the oldest: the first version
// met of a record is the one that counts, even a tombstone. A tombstone stays
// one even in a full image, as any full image has them: replaying a log needs
// the deleter's stamp.
func (m *merge) run(ctx context.Context, inputs []entry) error {
	for i := range m.seen {
		m.seen[i] = newKeys(m.dir.o.Tables[i])
	}
	// Each image is read once; what is met again is older.
	for i, e := range slices.Backward(inputs) {
		if err := m.input(ctx, e, i == 0); err != nil {
			return err
		}
	}
	return nil
}

// input takes over what is new in one image; the last one's keys need not be
// remembered.
func (m *merge) input(ctx context.Context, e entry, last bool) error {
	im, err := OpenImage(m.dir.o.FS, m.dir.path(e.id().name()))
	if err != nil {
		return err
	}
	defer im.Close()
	// A key means another record there.
	if !slices.Equal(im.Tables(), m.dir.o.Tables) {
		return fmt.Errorf("%s has other tables than the store; the chain stays as it is", im.Path())
	}
	m.out.Read += im.Size()
	s := m.w.Stream(0)
	return im.Scan(ctx, 1, func(_ int, r durable.Record) error {
		if err := m.pace(ctx, int64(recordHeader+len(r.Value))); err != nil {
			return err
		}
		// A newer image has this record.
		if !m.seen[r.Table].first(r.Key, last) {
			return nil
		}
		if err := s.Room(ctx, len(r.Value)); err != nil {
			return err
		}
		if r.Absent {
			s.Absent(r.Table, r.Key, r.Stamp)
		} else {
			s.Put(r.Table, r.Key, r.Stamp, r.Value)
		}
		return nil
	})
}

// pace counts bytes read against the rate limit, and heeds ctx.
func (m *merge) pace(ctx context.Context, n int64) error {
	// The limiter is asked once a page, not once a record.
	if m.owed += n; m.owed < fs.Align {
		return nil
	}
	n, m.owed = m.owed, 0
	return m.w.limit.Wait(ctx, n)
}

// keys is a set of the keys of one table: a bit vector where keys are slots, and
// a map for the others.
// dense is indexed by key, a bit each; a key beyond the capacity goes to other.
type keys struct {
	dense []uint64
	other map[uint64]struct{}
}

// newKeys returns an empty set for a table.
func newKeys(t durable.Table) keys {
	if t.Hash {
		return keys{other: map[uint64]struct{}{}}
	}
	return keys{dense: make([]uint64, (t.Capacity+63)/64), other: map[uint64]struct{}{}}
}

// first reports whether a key is met for the first time, and remembers it
// unless this is the last image.
func (k keys) first(key uint64, last bool) bool {
	if word := key / 64; word < uint64(len(k.dense)) {
		bit := uint64(1) << (key % 64)
		met := k.dense[word]&bit != 0
		k.dense[word] |= bit
		return !met
	}
	_, met := k.other[key]
	if !met && !last {
		k.other[key] = struct{}{}
	}
	return !met
}

// Unmerged returns how many partial images lie over the newest of those that a
// merge made, or over the full one.
// It says when the next merge is due.
func (d *Dir) Unmerged() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	if len(d.images) > 0 {
		for _, e := range slices.Backward(chain(d.images, d.images[0])) {
			if e.base == 0 || e.merge != 0 {
				break
			}
			n++
		}
	}
	return n
}
