package glean

import (
	"errors"
	"fmt"
	iofs "io/fs"
	"path/filepath"
	"slices"
	"sync"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

// Options say where snapshots are and how they are made. Dir, FS and Tables are
// needed. Nothing but the time it takes depends on the numbers.
type Options struct {
	Dir string // made if need be; nothing else should be there
	FS  fs.FS
	// Tables are in the order of their ids, which are their places here.
	Tables []durable.Table

	Partitions int // reducers, 1 to 255; 0 is 1
	// what a mapper collects for a reducer before it sends it; 0 is 256 KiB; at most half of
	// BufferBytes
	SendBytes   int
	BufferBytes int    // what a reducer holds before it spills a sorted run; 0 is 64 MiB
	Fanout      int    // of interior pages, 2 to 508; 0 is 508; must stay what it is
	Unfolded    bool   // apply also changes that a later one makes void
	Tombstones  bool   // keep of a deleted record which transaction deleted it
	Anew        bool   // what is there is not to be built upon, nor looked at: Load comes first
	Below       uint64 // snapshots from this number on are passed over; 0: none is
	Hold        bool   // nothing that a snapshot needs is removed before Release
	// nothing is made, removed or gleaned; Tables are not needed, and the folder may be in use by
	// another Dir that does not glean meanwhile
	ReadOnly bool
	Buffered bool // go through the page cache, where writes would otherwise be direct

	// Garbage is how many times the size of what a snapshot reaches its files
	// may have before all pages are written anew; 0 is 3, below 1 is never.
	Garbage float64

	// Account is called with the bytes of buffers allocated (bytes > 0) and given up; may be
	// nil; called concurrently.
	Account func(bytes int64)
}

// check fills in defaults, and refuses what does not fit into a pointer or a manifest.
func (o *Options) check() error {
	def := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	def(&o.Partitions, 1)
	def(&o.SendBytes, 256<<10)
	def(&o.BufferBytes, 64<<20)
	def(&o.Fanout, maxFanout)
	// A reducer's buffer holds two batches at least.
	o.SendBytes = min(o.SendBytes, max(o.BufferBytes/2, 1))
	if o.Garbage == 0 {
		o.Garbage = 3
	}
	if o.Account == nil {
		o.Account = func(int64) {}
	}
	if o.FS == nil || o.Dir == "" {
		return errors.New("open snapshots: a folder and a file system are needed")
	}
	// 255 partitions, because Pointer has 8 bits for them; maxTables, because a page's header has
	// 16 bits for its table.
	if o.Partitions < 1 || o.Partitions > 255 || o.SendBytes < 0 || o.BufferBytes < 0 ||
		o.Fanout < 2 || o.Fanout > maxFanout || len(o.Tables) > maxTables {
		return fmt.Errorf("open snapshots %s: %d partitions, buffers of %d and %d bytes, fan-out %d or %d tables are "+
			"out of range", o.Dir, o.Partitions, o.SendBytes, o.BufferBytes, o.Fanout, len(o.Tables))
	}
	for _, t := range o.Tables {
		if err := checkTable(t); err != nil {
			return fmt.Errorf("open snapshots %s: %w", o.Dir, err)
		}
	}
	return nil
}

// A Dir is a folder of snapshots, written by one process. Current may be called
// at any time; everything else by one goroutine at a time.
type Dir struct {
	o      Options
	shapes []shape
	pages  pages

	// mu is there for Current alone: a reader may ask for the snapshot while a gleaning installs
	// the next.
	mu  sync.Mutex
	cur *Snapshot // nil: none yet; protected by mu

	prev *manifest // the snapshot before, which stays until the next; nil: none
	// number names manifests and ascends without end, also over snapshots that failed. id is in
	// the names of page files and in every Pointer, and wraps, as only 16 bits are left for it
	// there.
	number uint64 // the last one taken
	id     uint16 // the last one taken
	// What Open passed over, and what could not be removed; for messages.
	problems []error
	hold     bool // see Options.Hold
	most     int  // files that a manifest may name, and snapshot ids; less in tests
}

// shapes returns the shape of each table's tree, by table id.
func shapes(tables []durable.Table, fanout int) []shape {
	ss := make([]shape, len(tables))
	for i, t := range tables {
		ss[i] = newShape(i, t, fanout)
	}
	return ss
}

// Open finds the newest snapshot that is whole, and removes what a crash left
// behind. Newer ones that are damaged are in Problems; where no snapshot of
// several is whole, the error is a *durable.Damage.
func Open(o Options) (*Dir, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	o.Tables = slices.Clone(o.Tables)
	d := &Dir{o: o, shapes: shapes(o.Tables, o.Fanout), hold: o.Hold, most: maxFiles}
	d.pages = pages{o: &d.o, files: map[fileID]pageFile{}}
	// A folder that is only read is not made, and may be missing: it then has no snapshot.
	if !o.ReadOnly {
		if err := o.FS.MkdirAll(o.Dir); err != nil {
			return nil, fmt.Errorf("make snapshot folder: %w", err)
		}
	}
	if err := d.load(); err != nil {
		return nil, err
	}
	return d, nil
}

// Close closes the files that were read.
func (d *Dir) Close() { d.pages.close() }

// Current returns the newest snapshot, or nil.
// It stays readable while newer ones are made; see ReadLeaf for how long.
func (d *Dir) Current() *Snapshot {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.cur
}

// Problems returns what Open passed over, and what could not be removed.
func (d *Dir) Problems() []error { return slices.Clone(d.problems) }

// path returns the path of a file in the folder.
func (d *Dir) path(name string) string { return filepath.Join(d.o.Dir, name) }

// load finds the two newest snapshots.
func (d *Dir) load() error {
	names, err := d.o.FS.List(d.o.Dir)
	if d.o.ReadOnly && errors.Is(err, iofs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list snapshot folder: %w", err)
	}
	numbers := durable.Generations(manifestPrefix, numberDigits, names)
	// Numbers go on from the largest that a name has, be that manifest damaged or not: a number
	// is never given out twice.
	if len(numbers) > 0 {
		d.number = numbers[0]
	}
	if d.o.Anew {
		d.sweep(false)
		return nil
	}
	// Below is how a caller falls back to an older snapshot, after it found a page of the newest
	// damaged: Open reads manifests, and not pages.
	numbers = slices.DeleteFunc(numbers, func(n uint64) bool { return d.o.Below != 0 && n >= d.o.Below })
	whole, damaged, err := durable.Whole(numbers, 2, d.readManifest) // older ones do not matter
	if err != nil {
		return err
	}
	// There were snapshots, and none can be used. Starting without one would silently lose what
	// the log does not have any more.
	if len(whole) == 0 && len(damaged) > 0 {
		return errors.Join(damaged...)
	}
	if len(whole) > 0 {
		d.cur, d.id = d.snapshot(whole[0]), whole[0].id
	}
	if len(whole) > 1 {
		d.prev = whole[1]
	}
	d.problems = damaged
	// With damage in the folder nothing that may still be needed is removed.
	if !d.o.ReadOnly {
		d.sweep(len(damaged) == 0)
	}
	return nil
}

// readManifest reads a manifest and looks whether its files are there.
// Pages are not read here: that would take as long as recovery itself. A missing or short file is
// found, a damaged page only where it is read.
func (d *Dir) readManifest(number uint64) (*manifest, error) {
	m, err := d.decode(number)
	if err != nil {
		return nil, err
	}
	names, err := d.o.FS.List(d.o.Dir)
	if err != nil {
		return nil, fmt.Errorf("list snapshot folder: %w", err)
	}
	for _, f := range m.files {
		if _, ok := slices.BinarySearch(names, f.id.name()); !ok {
			return nil, damaged(d.path(f.id.name()), 0, "it is missing")
		}
		if err := d.checkSize(f); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// decode reads a manifest for what it says.
func (d *Dir) decode(number uint64) (*manifest, error) {
	path := d.path(manifestName(number))
	b, err := ErrDamaged.ReadFile(d.o.FS, path, maxManifest)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	m, err := decodeManifest(path, b)
	// A manifest that was renamed or copied would bring an old state back as the newest.
	if err == nil && m.number != number {
		return nil, damaged(path, 0, "the file belongs under the name %s", manifestName(m.number))
	}
	return m, err
}

// checkSize reports a file that is not as long as its manifest says: it was cut off.
func (d *Dir) checkSize(f file) error {
	path := d.path(f.id.name())
	h, err := d.o.FS.Open(path, false)
	if err != nil {
		return fmt.Errorf("open snapshot file: %w", err)
	}
	size, err := h.Size()
	if err := errors.Join(err, h.Close()); err != nil {
		return fmt.Errorf("size of snapshot file %s: %w", path, err)
	}
	if size < f.size {
		return damaged(path, size, "the file ends here, and has to have %d bytes", f.size)
	}
	return nil
}

// takenIDs returns the snapshot ids of the files that are there, needed or not.
// Ids are taken from the file names and not from the manifests: a file of a snapshot that failed
// may still be there, and its id must not be used while a page in it can be mistaken for a new
// one.
func (d *Dir) takenIDs() (map[uint16]bool, error) {
	names, err := d.o.FS.List(d.o.Dir)
	if err != nil {
		return nil, fmt.Errorf("list snapshot folder: %w", err)
	}
	taken := map[uint16]bool{}
	for _, name := range names {
		if f, ok := parseFile(name); ok {
			taken[uint16(f>>8)] = true
		}
	}
	return taken, nil
}

// crowded reports whether the files of a snapshot, or the ids in use, are so many
// that all pages are to be written anew while there is room for that: a file stays as
// long as one page in it lives.
func (d *Dir) crowded(m *manifest, taken map[uint16]bool) bool {
	// Half of what there is room for, so that a gleaning that writes everything anew, and thus
	// adds files before it can free any, does not run out.
	return len(m.files)+d.o.Partitions > d.most/2 || len(taken) > d.most/2
}

// nextID takes the next snapshot id that is not taken.
func (d *Dir) nextID(taken map[uint16]bool) error {
	// It goes round once at most. That all are taken cannot come about while crowded sets in at
	// half of them, unless files cannot be removed.
	for range 1 << 16 {
		if d.id = after(d.id); !taken[d.id] {
			return nil
		}
	}
	return fmt.Errorf("all snapshot ids are in use in %s: remove what is not needed", d.o.Dir)
}

// commit makes m, whose files are durable, the newest snapshot. When it fails
// with maybe set, nobody knows whether m counts after a crash; now it does not. It
// refuses a manifest that could not be read.
func (d *Dir) commit(m *manifest) (maybe bool, err error) {
	path := d.path(manifestName(m.number))
	b := m.encode()
	if len(m.files) > d.most || len(b) > maxManifest {
		return false, fmt.Errorf("write manifest %s: %d files in %d bytes are too many", path, len(m.files), len(b))
	}
	// Read it back before it counts: a manifest that this program refuses would make the folder
	// unreadable, the snapshots before included.
	if _, err := decodeManifest(path, b); err != nil {
		return false, fmt.Errorf("write manifest: it could not be read: %v", err) // nothing is damaged
	}
	// Publish is a temporary file, a sync, a rename and a sync of the folder. If only the last
	// fails, the new name may or may not be there after a crash.
	if maybe, err = durable.Publish(d.o.FS, path, b); err != nil {
		err = fmt.Errorf("publish manifest: %w", err)
	}
	return maybe, err
}

// install makes a committed snapshot the one to be read, and removes what is
// not needed any more.
func (d *Dir) install(m *manifest) {
	d.mu.Lock()
	// The manifest before becomes prev, and the one before that is what sweep may remove.
	if d.cur != nil {
		d.prev = d.cur.m
	}
	d.cur = d.snapshot(m)
	d.mu.Unlock()
	d.sweep(true)
}
