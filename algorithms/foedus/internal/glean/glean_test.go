package glean

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/wal"
)

const dir = "snapshots"

// Every snapshot of a chain is the state at its epoch, whatever the number of
// loggers and partitions, the sizes of the buffers, the fan-out, and whether
// changes are folded; so a chain of windows is one big one.
func TestChain(t *testing.T) {
	rng := seeded(t)
	changes := history(rng, testTables, 900)
	end := last(changes)
	check := func(name string, streams int, windows uint64, o Options) {
		t.Run(name, func(t *testing.T) {
			var held atomic.Int64
			o.Account = func(n int64) { held.Add(n) }
			d := begun(t, o)
			runs := 0
			for w := uint64(1); w <= windows; w++ {
				until := end * w / windows
				st := d.glean(t, changes, until, streams)
				runs += st.Runs
				same(t, fmt.Sprintf("epoch %d of %d", until, end), d.Current(), replay(changes, until, o.Tombstones))
				if o.Unfolded && st.Folded > 0 || !o.Unfolded && windows == 1 && st.Folded == 0 {
					t.Errorf("%d changes folded", st.Folded)
				}
			}
			if (o.BufferBytes != 0) != (runs > 0) {
				t.Errorf("%d runs spilled, with a buffer of %d bytes", runs, o.BufferBytes)
			}
			if n := held.Load(); n != 0 {
				t.Errorf("%d bytes still accounted for", n)
			}
		})
	}
	check("one window", 1, 1, Options{})
	check("two windows", 1, 2, Options{Fanout: 3})
	check("many windows", 3, 9, Options{Fanout: 2, Partitions: 2, Tombstones: true})
	check("loggers", 7, 3, Options{Fanout: 4, Tombstones: true})
	check("partitions", 2, 3, Options{Fanout: 5, Partitions: 4})
	check("more partitions than pages", 2, 2, Options{Fanout: 3, Partitions: 255})
	check("records sent one by one", 2, 3, Options{Fanout: 3, Partitions: 3, SendBytes: 1})
	check("buffer of one record", 2, 4, Options{Fanout: 3, Partitions: 2, BufferBytes: 1, Tombstones: true})
	check("small buffer", 3, 3, Options{Fanout: 2, Partitions: 3, BufferBytes: 1500, SendBytes: 300})
	check("unfolded", 3, 3, Options{Fanout: 2, Partitions: 3, BufferBytes: 1500, Unfolded: true, Tombstones: true})
	check("rewriting always", 2, 5, Options{Fanout: 3, Partitions: 2, Garbage: 1, Tombstones: true})
	check("never rewriting", 2, 5, Options{Fanout: 3, Partitions: 2, Garbage: -1})
}

// The bytes of the pages do not depend on how the work was divided.
func TestIndependent(t *testing.T) {
	rng := seeded(t)
	changes := history(rng, testTables, 300)
	var want string
	for _, o := range []Options{{}, {BufferBytes: 1}, {SendBytes: 1}, {Unfolded: true},
		{BufferBytes: 900, SendBytes: 100}} {
		for _, streams := range []int{1, 2, 5} {
			o.Fanout, o.FS = 3, fstest.NewMem()
			d := begun(t, o)
			d.glean(t, changes, last(changes)/2, streams)
			d.glean(t, changes, last(changes), streams)
			got := ""
			for _, f := range d.Current().m.files {
				b, err := fs.ReadFile(o.FS, d.path(f.id.name()), 1<<30)
				must(t, err)
				got += string(b)
			}
			if want == "" {
				want = got
			}
			if got != want {
				t.Fatalf("%d streams, %+v: the pages differ", streams, o)
			}
		}
	}
}

// A window without a change moves the epoch on and writes no page.
func TestEmptyWindow(t *testing.T) {
	changes := history(seeded(t), testTables, 50)
	d := begun(t, Options{Fanout: 3})
	end := last(changes)
	d.glean(t, changes, end, 2)
	before := slices.Clone(d.Current().m.roots)
	for i, src := range []*log{{}, {streams: make([][]wal.Change, 3)}} {
		until := end + 10*uint64(i+1)
		st, err := d.Glean(context.Background(), src, until)
		must(t, err)
		if st.Pages != 0 || !slices.Equal(d.Current().m.roots, before) || d.Current().Until() != until ||
			d.Current().Base() != until-10 && i > 0 {
			t.Errorf("%d pages, roots %v, want %v, epochs %d to %d", st.Pages, d.Current().m.roots, before, d.Current().Base(),
				d.Current().Until())
		}
		same(t, "unchanged", d.Current(), replay(changes, end, false))
	}
	if _, err := d.Glean(context.Background(), &log{}, end); err == nil {
		t.Error("a snapshot went back in time")
	}
}

// One stream has changes, another has none.
func TestLoggerWithoutRecords(t *testing.T) {
	changes := history(seeded(t), testTables, 50)
	d := begun(t, Options{Fanout: 3, Partitions: 3})
	src := window(changes, 0, 1<<40, 1)
	src.streams = [][]wal.Change{nil, src.streams[0], nil}
	_, err := d.Glean(context.Background(), src, 1<<40)
	must(t, err)
	same(t, "snapshot", d.Current(), replay(changes, 1<<40, false))
}

// Deleting: in the window after, something that was not there, in the window of
// the insert, and everything, which leaves no page at all.
func TestDelete(t *testing.T) {
	for _, hash := range []bool{false, true} {
		d := begun(t, Options{Tables: []durable.Table{{Name: "t", ValueSize: 8, Capacity: 3000, Hash: hash}},
			Fanout: 2, Partitions: 2})
		var changes []wal.Change
		stamp := uint64(0)
		do := func(epoch, key uint64, kind wal.Kind, v string) {
			stamp++
			changes = append(changes, wal.Change{Epoch: epoch, Stamp: stamp, Key: key, Kind: kind, Value: []byte(v)})
		}
		for k := range uint64(3000) {
			do(1, k, wal.KindPut, "value")
		}
		d.glean(t, changes, 1, 2)
		do(2, 7, wal.KindDelete, "")
		do(2, 9, wal.KindDelete, "")
		do(2, 9, wal.KindPut, "again")
		do(2, 11, wal.KindSet, "V")
		do(2, 11, wal.KindDelete, "")
		d.glean(t, changes, 2, 2)
		same(t, "after deletes", d.Current(), replay(changes, 2, false))
		for k := range uint64(3000) {
			do(3, k, wal.KindDelete, "")
		}
		d.glean(t, changes, 3, 2)
		same(t, "empty", d.Current(), state{})
		if size, _ := d.Current().Bytes(); size != 0 || d.Current().m.roots[0] != 0 {
			t.Errorf("hash %v: %d bytes are left of nothing", hash, size)
		}
	}
}

// What was not changed is shared: one record costs one page on each level.
func TestShared(t *testing.T) {
	d := begun(t, Options{Tables: []durable.Table{{Name: "t", ValueSize: 100, Capacity: 2000}}, Fanout: 3})
	var changes []wal.Change
	for k := range uint64(2000) {
		changes = append(changes, wal.Change{Epoch: 1, Stamp: 1, Key: k, Kind: wal.KindPut, Value: []byte("v")})
	}
	d.glean(t, changes, 1, 1)
	old := d.Current()
	changes = append(changes, wal.Change{Epoch: 2, Stamp: 2, Key: 1234, Kind: wal.KindSet, Value: []byte("w")})
	st := d.glean(t, changes, 2, 1)
	if want := int64(d.shapes[0].levels + 1); st.Pages != want || st.PagesRead != want {
		t.Errorf("%d pages written and %d read for one record, want %d", st.Pages, st.PagesRead, want)
	}
	same(t, "new", d.Current(), replay(changes, 2, false))
	same(t, "the snapshot before", old, replay(changes, 1, false))
}

// The files stay in proportion to what is in them.
func TestGarbage(t *testing.T) {
	changes := history(seeded(t), testTables, 3000)
	d := begun(t, Options{Fanout: 3, Partitions: 2, Tombstones: true})
	rewritten := 0
	for w := uint64(1); w <= 60; w++ {
		if d.glean(t, changes, last(changes)*w/60, 1).Rewritten {
			rewritten++
		}
		size, live := d.Current().Bytes()
		if size > 5*live+64*unit {
			t.Fatalf("window %d: files of %d bytes for %d", w, size, live)
		}
	}
	if rewritten == 0 {
		t.Error("nothing was ever rewritten")
	}
	same(t, "last", d.Current(), replay(changes, last(changes), true))
}

// Ids wrap over 0, and pass over one of which a page is still in use.
func TestIDsWrap(t *testing.T) {
	mem := fstest.NewMem()
	tables := []durable.Table{{Name: "t", ValueSize: 100, Capacity: 700}}
	d := begun(t, Options{FS: mem, Tables: tables, Fanout: 3, Garbage: -1})
	changes := []wal.Change{{Epoch: 1, Stamp: 1, Key: 699, Kind: wal.KindPut, Value: []byte("stays")}}
	d.glean(t, changes, 1, 1) // with id 2
	d.id = 65533
	for epoch, want := range []uint16{65534, 65535, 1, 3, 4} {
		changes = append(changes,
			wal.Change{Epoch: uint64(epoch + 2), Stamp: uint64(epoch + 2), Key: 1, Kind: wal.KindPut,
				Value: []byte{byte(epoch)}})
		d.glean(t, changes, uint64(epoch+2), 1)
		if got := d.Current().ID(); got != want {
			t.Errorf("id %d, want %d", got, want)
		}
		same(t, fmt.Sprint("id ", want), d.Current(), replay(changes, uint64(epoch+2), false))
	}
	d = open(t, Options{FS: mem, Tables: tables, Fanout: 3})
	same(t, "opened again", d.Current(), replay(changes, 6, false))
}

// A mapper that fails, and a log that does not fit the tables, leave the
// snapshot before; what comes next is right.
func TestFailingMapper(t *testing.T) {
	changes := history(seeded(t), testTables, 200)
	half, end := last(changes)/2, last(changes)
	boom := errors.New("boom")
	check := func(name string, src *log, want error) {
		t.Run(name, func(t *testing.T) {
			var held atomic.Int64
			d := begun(t, Options{Fanout: 3, Partitions: 3, BufferBytes: 500, SendBytes: 1,
				Account: func(n int64) { held.Add(n) }})
			d.glean(t, changes, half, 2)
			before := d.Current()
			for range 2 {
				if _, err := d.Glean(context.Background(), src, end); err == nil || want != nil && !errors.Is(err, want) {
					t.Errorf("error %v, want %v", err, want)
				}
				if d.Current() != before {
					t.Fatal("a snapshot that failed was published")
				}
			}
			same(t, "before", d.Current(), replay(changes, half, false))
			d.glean(t, changes, end, 2)
			same(t, "after", d.Current(), replay(changes, end, false))
			if n := held.Load(); n != 0 {
				t.Errorf("%d bytes still accounted for", n)
			}
		})
	}
	ok := window(changes, half, end, 3)
	with := func(c wal.Change) *log {
		l := window(changes, half, end, 3)
		c.Epoch = end
		l.streams[1] = append(l.streams[1], c)
		return l
	}
	check("read error", &log{streams: ok.streams, fail: boom}, boom)
	check("table", with(wal.Change{Table: 99, Kind: wal.KindPut}), nil)
	check("key", with(wal.Change{Table: 0, Key: 1 << 40, Kind: wal.KindPut}), nil)
	check("table without room", with(wal.Change{Table: 4, Kind: wal.KindPut}), nil)
	check("length", with(wal.Change{Table: 0, Kind: wal.KindPut, Value: make([]byte, 101)}), nil)
	check("offset", with(wal.Change{Table: 1, Kind: wal.KindSet, Off: 1<<31 - 1, Value: []byte{1}}), nil)
	check("kind", with(wal.Change{Table: 1, Kind: 9}), nil)
}

// Cancelling at any moment ends all goroutines, and leaves the snapshot before.
func TestCancelled(t *testing.T) {
	changes := history(seeded(t), testTables, 200)
	half, end := last(changes)/2, last(changes)
	d := begun(t, Options{Fanout: 3, Partitions: 3, BufferBytes: 500, SendBytes: 1})
	d.glean(t, changes, half, 2)
	before := d.Current()
	for n := 0; ; n++ {
		ctx, cancel := context.WithCancel(context.Background())
		src := &cancelling{log: window(changes, half, end, 1), after: n, cancel: cancel}
		_, err := d.Glean(ctx, src, end)
		cancel()
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) || d.Current() != before {
			t.Fatalf("error %v, snapshot %d, want %d", err, d.Current().Number(), before.Number())
		}
	}
	same(t, "after", d.Current(), replay(changes, end, false))
}

// cancelling cancels after so many changes.
type cancelling struct {
	*log
	after  int
	cancel func()
}

func (c *cancelling) Read(ctx context.Context, i int, f func(wal.Change) error) error {
	n := 0
	return c.log.Read(ctx, i, func(ch wal.Change) error {
		if n++; n > c.after {
			c.cancel()
		}
		return f(ch)
	})
}
