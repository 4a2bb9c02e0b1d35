package pairs

import (
	"context"
	"errors"
	"fmt"
	iofs "io/fs"
	"path/filepath"
	"slices"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/radix"
)

// Options say where the pairs are and how large. Dir and FS are needed.
// Sizes are in bytes. Nothing but time, memory and the number of files depends on them.
type Options struct {
	Dir string // made if need be; nothing else should write there
	FS  fs.FS
	// Target is the size of a data file, default 16 MiB: one that has it is
	// closed, and a merge makes files up to it. Hekaton's is 16 MiB on small
	// machines and 128 MiB on others.
	Target     int64
	BlockBytes int // of a data file, default 64 KiB
	Window     int // bytes of changes that gather in memory at most, default 32 MiB
	MaxValue   int // bytes of a value, default 256 MiB; a change beyond is an error
	Rows       int // records there will be: how large the index is to begin with
}

// check fills in defaults, and refuses what does not fit.
func (o *Options) check() error {
	// Zero stands for the default.
	for p, d := range map[*int]int{&o.BlockBytes: 64 << 10, &o.Window: 32 << 20, &o.MaxValue: 256 << 20} {
		if *p == 0 {
			*p = d
		}
	}
	if o.Target == 0 {
		o.Target = 16 << 20
	}
	if o.FS == nil || o.Dir == "" {
		return errors.New("pairs: a folder and a file system are needed")
	}
	const most = 1 << 36 // of a data file, so that its rows can be counted in 32 bits
	if o.Target < 0 || o.Target > most || o.BlockBytes < 0 || o.BlockBytes > 1<<30 || o.Window < 0 ||
		o.Window > maxWindow || o.MaxValue < 0 || o.MaxValue > 1<<30 || o.Rows < 0 {
		return fmt.Errorf("pairs %s: target %d, block %d, window %d, value %d or %d rows is out of range",
			o.Dir, o.Target, o.BlockBytes, o.Window, o.MaxValue, o.Rows)
	}
	return nil
}

// A Set is the pairs in a folder. One goroutine at a time calls its methods; but
// Scan may be called concurrently, while nothing else is.
type Set struct {
	o        Options
	epoch    uint64  // published
	pairs    []*pair // in the order of their epochs
	byNumber map[uint32]*pair
	open     *writer // of the last pair, where that is not closed; otherwise nil
	index    *index
	last     uint32 // number given to a file
	// What Apply has taken and spill not yet written.
	window window
	sorted []radix.Item // of a window that is written; kept from one to the next
	spare  []radix.Item
	waste  []string // files to be removed when the next manifest is published
}

// Open returns the pairs that were last published in a folder; none where there
// are none. It reads all of them, and removes what a crash left behind.
// The index is built from the rows, so opening takes as long as reading all data files.
func Open(o Options) (*Set, error) {
	s, leftover, err := newSet(o)
	if err != nil {
		return nil, err
	}
	m, err := readManifest(o.FS, o.Dir)
	if err != nil {
		return nil, err
	}
	s.epoch = m.epoch
	// What the manifest names is taken out of leftover; the rest is waste.
	for _, e := range m.pairs {
		if err := s.adopt(e); err != nil {
			s.Close()
			return nil, err
		}
		drop := func(name string) bool { return name == dataName(e.data) || e.delta != 0 && name == deltaName(e.delta) }
		leftover = slices.DeleteFunc(leftover, drop)
	}
	s.waste = leftover
	// The manifest is durable, newSet has seen to that: what it does not name can go.
	if err := s.clean(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Create begins anew, in a folder in which there may be pairs: they count until
// the first Publish, and are removed then.
func Create(o Options) (*Set, error) {
	s, leftover, err := newSet(o)
	if err != nil {
		return nil, err
	}
	s.waste = leftover
	return s, nil
}

// newSet returns an empty Set, and which data and delta files there are.
// Numbers go on above all that are in use, also by files that do not count.
func newSet(o Options) (*Set, []string, error) {
	if err := o.check(); err != nil {
		return nil, nil, err
	}
	if err := o.FS.MkdirAll(o.Dir); err != nil {
		return nil, nil, fmt.Errorf("make folder of pairs: %w", err)
	}
	// The manifest may be one that was renamed, but not durably, when a
	// Publish failed: nothing may be removed on its word before it is.
	if err := durable.SyncDir(o.FS, o.Dir); err != nil {
		return nil, nil, err
	}
	names, err := o.FS.List(o.Dir)
	if err != nil {
		return nil, nil, fmt.Errorf("list folder of pairs: %w", err)
	}
	s := &Set{o: o, byNumber: map[uint32]*pair{}, index: newIndex(o.Rows)}
	var files []string
	for _, name := range names {
		if n, ok := numberOf(name); ok {
			s.last = max(s.last, n)
			files = append(files, name)
		}
	}
	return s, files, nil
}

// adopt takes over a pair of the manifest.
// Its rows go into the index, and the offsets of its blocks are noted.
func (s *Set) adopt(e entry) error {
	p, err := openPair(s.o.FS, s.o.Dir, e)
	if err != nil {
		return err
	}
	s.pairs = append(s.pairs, p)
	s.byNumber[e.data] = p
	s.last = max(s.last, e.data, e.delta)
	return p.scan(context.Background(), true, func(row uint32, r durable.Record) error {
		if p.isDead(row) {
			return nil
		}
		// Two live rows of one record: a delta file lacks one. Neither is known to be the later.
		if before := s.index.set(r.Table, r.Key, place{e.data, row}); before.pair != 0 {
			return damaged(p.path, 0, "row %d: key %d of table %d is alive in file %d as well", row, r.Key, r.Table, before.pair)
		}
		return nil
	})
}

// Close closes the files. What was not published is lost.
func (s *Set) Close() {
	for _, p := range s.byNumber {
		p.close()
	}
	s.byNumber, s.pairs, s.open = nil, nil, nil
}

// Epoch returns the epoch up to which the published state goes; 0 if there is
// none.
func (s *Set) Epoch() uint64 { return s.epoch }

// Pairs returns how many there are.
func (s *Set) Pairs() int { return len(s.pairs) }

// Memory returns the bytes of the index, and of what changes gather in.
// It may be called by the goroutine that uses the Set.
func (s *Set) Memory() int64 {
	return s.index.bytes() + s.window.held() + 16*int64(cap(s.sorted)+cap(s.spare))
}

// Put adds a row that is not from the log, such as those that a database begins
// with. It replaces the row that the record has.
// The value is copied. After an error the Set is unusable.
func (s *Set) Put(r durable.Record) error {
	// A file that has reached its size is closed; the next row begins a new pair.
	if s.open != nil && s.open.size() >= s.o.Target {
		if err := s.shut(); err != nil {
			return err
		}
	}
	if s.open == nil {
		w, err := s.newWriter()
		if err != nil {
			return err
		}
		s.open, s.pairs = w, append(s.pairs, w.p)
	}
	// The row is written first, then the one that it replaces dies.
	row, err := s.open.put(&r)
	if err != nil {
		return err
	}
	s.kill(s.index.set(r.Table, r.Key, place{s.open.p.data, row}))
	return nil
}

// kill notes that a row is not a record's live one any more.
// It stays in its data file until a merge. The delta file learns of it with the next Publish.
func (s *Set) kill(at place) {
	if at.pair == 0 {
		return
	}
	if p := s.byNumber[at.pair]; p.bury(at.row) {
		p.fresh = append(p.fresh, at.row)
	}
}

// shut closes the data file that is open.
func (s *Set) shut() error {
	if s.open == nil {
		return nil
	}
	err := s.open.flush()
	s.open = nil
	return err
}

// Publish makes the state durable that holds all changes up to an epoch, which
// have to have been applied, and none after. It merges first what is to be
// merged.
// Everything that the manifest names is synced before it, and their names too. Only the rename
// makes it count.
func (s *Set) Publish(ctx context.Context, epoch uint64) error {
	if epoch < s.epoch {
		return fmt.Errorf("publish pairs %s at epoch %d: they are at epoch %d", s.o.Dir, epoch, s.epoch)
	}
	// What is in memory goes to the files, the last block included.
	if err := s.spill(ctx); err != nil {
		return err
	}
	if s.open != nil {
		if err := s.open.flush(); err != nil {
			return err
		}
	}
	for _, p := range s.pairs {
		if p.dirty {
			// Only pairs that were appended to; the others keep their range.
			p.high = epoch
		}
	}
	if err := s.mergeAll(ctx); err != nil {
		return err
	}
	m := &manifest{epoch: epoch}
	// Delta files too, also those of pairs that were not appended to: rows die anywhere.
	for _, p := range s.pairs {
		if err := s.writeDelta(p, epoch); err != nil {
			return err
		}
		if err := p.sync(); err != nil {
			return err
		}
		m.pairs = append(m.pairs, p.entry)
	}
	if err := durable.SyncDir(s.o.FS, s.o.Dir); err != nil {
		return err
	}
	if err := m.write(s.o.FS, s.o.Dir); err != nil {
		return err
	}
	s.epoch = epoch
	s.window, s.sorted, s.spare = window{}, nil, nil // what a checkpoint takes in memory is given back
	return s.clean()
}

// clean removes the files that no manifest names any more.
// A file that is gone already is no error: an earlier clean may have been interrupted.
func (s *Set) clean() error {
	for len(s.waste) > 0 {
		err := s.o.FS.Remove(filepath.Join(s.o.Dir, s.waste[0]))
		if err != nil && !errors.Is(err, iofs.ErrNotExist) {
			return fmt.Errorf("remove what was merged: %w", err)
		}
		s.waste = s.waste[1:]
	}
	return nil
}
