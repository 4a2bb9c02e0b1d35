package glean

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/wal"
)

var errDisk = errors.New("disk is gone")

// A rig is a folder with two snapshots on a disk, and a third to be made.
type rig struct {
	o       Options
	mem     *fstest.Mem
	changes []wal.Change
	half    uint64
	end     uint64
}

func newRig(t *testing.T, rng *rand.Rand) *rig {
	r := &rig{mem: fstest.NewMem(), changes: history(rng, testTables[:3], 100)}
	r.end = last(r.changes)
	r.half = r.end / 2
	r.o = Options{FS: r.mem, Fanout: 3, Partitions: 2, BufferBytes: 6000, Tables: testTables[:3], Tombstones: true}
	d := begun(t, r.o)
	d.glean(t, r.changes, r.half/2, 2)
	d.glean(t, r.changes, r.half, 2)
	must(t, r.mem.SyncDir(dir))
	return r
}

func (r *rig) state(until uint64) state { return replay(r.changes, until, true) }

// third takes the third snapshot, on a disk that does with the calls, counted
// from its beginning, what decide says.
func (r *rig) third(t *testing.T, mem fs.FS, decide func(int, fstest.Call) fstest.Outcome) (*Dir, error) {
	o := r.o
	armed := false
	base := 0
	f := fstest.NewFault(mem, func(n int, c fstest.Call) fstest.Outcome {
		if !armed {
			base = n
			return fstest.Outcome{}
		}
		return decide(n-base, c)
	})
	o.FS = f
	d := open(t, o)
	armed = true
	_, err := d.Glean(context.Background(), window(r.changes, r.half, r.end, 2), r.end)
	armed = false
	return d, err
}

// A power cut at any call to the disk leaves the snapshot before or the new one,
// whole; what is missing can be gleaned from the log again, and nothing of the
// half-done work is left.
func TestCrash(t *testing.T) {
	rng := seeded(t)
	r := newRig(t, rng)
	cut := 0
	for n := 1; ; n += step() {
		mem := r.mem.CrashClone(rng)
		met := false
		_, err := r.third(t, mem, func(i int, c fstest.Call) fstest.Outcome {
			if i < n {
				return fstest.Outcome{}
			}
			met = true
			return fstest.Outcome{Err: errDisk, Done: i == n && n%2 == 0}
		})
		if !met {
			must(t, err)
			for range 20 { // of what was removed at last, anything may be back
				r.recovered(t, mem.CrashClone(rng))
			}
			break
		}
		for range 2 {
			r.recovered(t, mem.CrashClone(rng))
		}
		r.recovered(t, mem) // the process alone was killed
		cut++
	}
	if cut < 10 {
		t.Errorf("%d moments of a crash", cut)
	}
}

// recovered opens what a crash left, and goes on.
func (r *rig) recovered(t *testing.T, mem *fstest.Mem) {
	t.Helper()
	if got := found(t, mem); !got.OK() {
		t.Fatalf("after a crash Verify finds\n%s", got)
	}
	o := r.o
	o.FS = mem
	d := open(t, o)
	if len(d.Problems()) > 0 {
		t.Fatalf("problems: %v", d.Problems())
	}
	cur := d.Current()
	if cur == nil || cur.Until() != r.half && cur.Until() != r.end {
		t.Fatalf("after a crash: %+v", cur)
	}
	same(t, "after a crash", cur, r.state(cur.Until()))
	d.glean(t, r.changes, r.end, 3)
	same(t, "gleaned again", d.Current(), r.state(r.end))
	r.tidy(t, d)
}

// tidy checks that every file in the folder is one that belongs there.
func (r *rig) tidy(t *testing.T, d *Dir) {
	t.Helper()
	names, err := d.o.FS.List(dir)
	must(t, err)
	want := len(d.cur.m.files)
	for _, f := range d.prev.files {
		if d.cur.m.file(f.id) == nil {
			want++
		}
	}
	if len(names) != want+2 {
		t.Fatalf("files %v, want 2 manifests and %d of pages", names, want)
	}
}

// Whichever call to the disk fails, alone or with all after it, done or not: the
// snapshot before stays current, and the same process makes the next one.
func TestFaults(t *testing.T) {
	rng := seeded(t)
	r := newRig(t, rng)
	for _, done := range []bool{false, true} {
		for n := 1; ; n += step() {
			mem := r.mem.CrashClone(rng)
			met := ""
			d, err := r.third(t, mem, func(i int, c fstest.Call) fstest.Outcome {
				if i != n {
					return fstest.Outcome{}
				}
				met = c.String()
				return fstest.Outcome{Err: errDisk, Done: done}
			})
			if met == "" {
				must(t, err)
				break
			}
			want := r.half
			if err == nil { // what failed was a tidying up, or the close of a file that is durable
				want = r.end
			} else if !errors.Is(err, errDisk) {
				t.Fatalf("%s failed: %v", met, err)
			}
			same(t, met, d.Current(), r.state(want))
			if d.Current().Until() != want {
				t.Fatalf("%s failed: snapshot of epoch %d, error %v", met, d.Current().Until(), err)
			}
			for range 3 {
				after := opened(t, r.o, mem.CrashClone(rng))
				if p := after.Problems(); len(p) > 0 {
					t.Fatalf("%s failed, then a crash: %v", met, p)
				}
				same(t, "after a crash", after.Current(), r.state(after.Current().Until()))
			}
			d.glean(t, r.changes, r.end, 2)
			same(t, "next", d.Current(), r.state(r.end))
		}
	}
}

// step leaves out some of the calls in a short run.
func step() int {
	if testing.Short() {
		return 4
	}
	return 1
}

func opened(t *testing.T, o Options, mem *fstest.Mem) *Dir {
	t.Helper()
	o.FS = mem
	return open(t, o)
}
