package glean

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs/fstest"
)

// What Leaves tells of each snapshot, one after the other, is what it tells of the
// last alone; and the leaves, read one by one, are all records of the snapshot.
func TestLeaves(t *testing.T) {
	rng := seeded(t)
	changes := history(rng, testTables, 900)
	end := last(changes)
	check := func(name string, o Options) {
		t.Run(name, func(t *testing.T) {
			d := begun(t, o)
			var before *Snapshot
			pointers, told := map[[2]uint64]Pointer{}, 0
			for w := uint64(1); w <= 6; w++ {
				d.glean(t, changes, end*w/6, 2)
				must(t, d.Current().Leaves(context.Background(), before, func(table int, leaf uint64, p Pointer) {
					at := [2]uint64{uint64(table), leaf}
					if told++; pointers[at] == p {
						t.Errorf("leaf %d of table %d is told though nothing changed", leaf, table)
					}
					if pointers[at] = p; p == 0 {
						delete(pointers, at)
					}
				}))
				before = d.Current()
				d.leaves(t, pointers, replay(changes, end*w/6, o.Tombstones))
			}
			n := 0
			must(t, before.Leaves(context.Background(), nil, func(table int, leaf uint64, p Pointer) {
				if n++; pointers[[2]uint64{uint64(table), leaf}] != p {
					t.Errorf("leaf %d of table %d is at %v, and was told to be at %v", leaf, table, p,
						pointers[[2]uint64{uint64(table), leaf}])
				}
			}))
			if n != len(pointers) || told <= n {
				t.Errorf("%d leaves, of %d told in all; %d are known", n, told, len(pointers))
			}
		})
	}
	check("tombstones", Options{Fanout: 3, Partitions: 2, Tombstones: true})
	check("no tombstones", Options{Fanout: 2, Partitions: 3})
	check("one level", Options{Tombstones: true})
	check("rewriting always", Options{Fanout: 3, Garbage: 1, Tombstones: true})
}

// leaves reads every leaf and compares the records with a state.
func (d *Dir) leaves(t *testing.T, pointers map[[2]uint64]Pointer, want state) {
	t.Helper()
	var x Leaf
	n := 0
	for at, p := range pointers {
		l := NewLayout(int(at[0]), testTables[at[0]])
		must(t, d.ReadLeaf(&l, at[1], p, &x))
		for x.Next() {
			w, ok := want[[2]uint64{at[0], x.Key}]
			if n++; !ok || w.Stamp != x.Stamp || w.Absent == x.Present || string(w.Value) != string(x.Value) ||
				l.Leaf(x.Key) != at[1] {
				t.Fatalf("leaf %d of table %d has key %d as %q by %d, want %v", at[1], at[0], x.Key, x.Value, x.Stamp, w)
			}
		}
		must(t, x.Err())
	}
	if n != len(want) {
		t.Fatalf("%d records in all leaves, want %d", n, len(want))
	}
}

// A leaf is not taken for another, and a damaged one is reported.
func TestReadLeafDamaged(t *testing.T) {
	mem := fstest.NewMem()
	changes := history(seeded(t), testTables, 300)
	d := begun(t, Options{FS: mem, Tombstones: true})
	d.glean(t, changes, last(changes), 1)
	must(t, d.Current().Leaves(context.Background(), nil, func(table int, leaf uint64, p Pointer) {
		l, other := NewLayout(table, testTables[table]), NewLayout(1-min(table, 1), testTables[1-min(table, 1)])
		var x Leaf
		fails := func(what string, err error) {
			t.Helper()
			var damage *durable.Damage
			if !errors.As(err, &damage) || !strings.Contains(damage.File, "pages-") || x.Next() {
				t.Errorf("%s: %v", what, err)
			}
		}
		fails("another leaf", d.ReadLeaf(&l, leaf+1, p, &x))
		fails("another table", d.ReadLeaf(&other, leaf, p, &x))
		fails("beyond the end", d.ReadLeaf(&l, leaf, p+1<<30, &x))
		fails("the file's header", d.ReadLeaf(&l, leaf, p&^(1<<40-1), &x))
	}))
}

// Who only reads makes and removes nothing, and finds the same snapshot.
func TestReadOnly(t *testing.T) {
	mem := fstest.NewMem()
	o := Options{Dir: dir, FS: mem, ReadOnly: true}
	if d, err := Open(o); err != nil || d.Current() != nil {
		t.Fatalf("a folder that is not there: %v", err)
	}
	changes := history(seeded(t), testTables, 300)
	d := begun(t, Options{FS: mem, Tombstones: true})
	d.glean(t, changes, last(changes), 1)
	for _, name := range []string{runPrefix + "1", "snapshot-00000009" + durable.TmpSuffix, "pages-00077-000"} {
		f, err := mem.Create(dir+"/"+name, false)
		must(t, err)
		must(t, f.Close())
	}
	before, err := mem.List(dir)
	must(t, err)
	r, err := Open(o)
	must(t, err)
	defer r.Close()
	same(t, "read only", r.Current(), replay(changes, last(changes), true))
	if got, want := r.Current().Last(), changes[len(changes)-1].Stamp; got != want {
		t.Errorf("the largest stamp is %d, want %d", got, want)
	}
	after, err := mem.List(dir)
	must(t, err)
	if fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("files %v, before %v", after, before)
	}
}
