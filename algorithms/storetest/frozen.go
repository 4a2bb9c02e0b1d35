package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/store"
)

// A dam is a disk that holds back the writes of image blocks while it is shut. The writes
// of a merge pass, since a merge runs beside checkpoints. Its methods may be called
// concurrently.
type dam struct {
	mu sync.Mutex
	// Closed by open, for all writers that wait.
	gate   chan struct{} // nil while the dam is open; protected by mu
	behind chan struct{} // gets something when a write is held back
}

// on puts the dam before a disk.
func (d *dam) on(disk fs.FS) fs.FS {
	d.behind = make(chan struct{}, 1)
	return fstest.Hook(disk, func(c fstest.Call) fstest.Outcome {
		d.mu.Lock()
		gate := d.gate
		d.mu.Unlock()
		// The header, at offset 0, passes: the checkpoint begins.
		if gate != nil && c.Op == "write" && c.Off > 0 && strings.HasPrefix(c.Name, imageDir+"/image") &&
			!strings.Contains(c.Name, "merge") {
			select {
			case d.behind <- struct{}{}:
			default:
			}
			<-gate
		}
		return fstest.Outcome{}
	})
}

// shut holds back writes from now on.
func (d *dam) shut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gate = make(chan struct{})
}

// open lets all writes through, those held back first. It may be open already.
func (d *dam) open() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.gate != nil {
		close(d.gate)
		d.gate = nil
	}
}

// endsLate reports whether an algorithm's image is written straight from where
// transactions write, and repaired from the log up to where the writing ended:
// what happens meanwhile is in it.
func endsLate(e entry) bool { return e.NeedsLog && e.Partial != store.TrackNone }

// A stuck checkpoint has passed its point of consistency and captured a few records; its
// next write is held back by the dam.
type stuck struct {
	w    *world
	dam  *dam
	done chan error
	r    store.Report // of the checkpoint that ended; read it after end
}

// stuckCheckpoint opens a store of many blocks and starts a checkpoint in it
// that gets stuck. It is nil for an algorithm that lets no transaction run then.
// before runs transactions before the checkpoint begins; it may be nil.
func stuckCheckpoint(t *testing.T, e entry, p plan, before func(*world)) *stuck {
	if strings.Contains(e.Quiesces, "image is written") {
		t.Skip("no transaction runs while the image is written")
	}
	k := &stuck{dam: &dam{}, done: make(chan error, 1)}
	mem := fstest.NewMem()
	k.w = openOn(t, e, p, mem, k.dam.on(mem))
	t.Cleanup(k.dam.open) // before the store is closed
	if before != nil {
		before(k.w)
	}
	k.begin()
	return k
}

// begin starts a checkpoint and returns when its first block is held back.
func (k *stuck) begin() {
	k.dam.shut()
	go func() {
		var err error
		k.r, err = k.w.s.Checkpoint(context.Background())
		k.done <- err
	}()
	<-k.dam.behind
}

// end lets the checkpoint finish, which must succeed.
func (k *stuck) end() {
	k.w.t.Helper()
	k.dam.open()
	k.w.must(<-k.done)
	// The token of a write that was held back and that nobody waited for.
	select {
	case <-k.dam.behind:
	default:
	}
}

// testFrozenImage: nothing that happens while an image is captured gets into
// it, nor into the next one what was set aside for it. The disk holds the
// capture up, meanwhile one worker writes, deletes and inserts every record,
// some twice, some in a transaction that aborts.
func testFrozenImage(t *testing.T, e entry, seed uint64) {
	if endsLate(e) {
		t.Skip("its point is where the capture ends")
	}
	for _, hash := range []bool{false, true} {
		t.Run(fmt.Sprintf("hash=%v", hash), func(t *testing.T) {
			p := plan{streams: 2, tables: []store.TableSpec{table("t", 400, 800, hash)}}
			m := mix{keys: 6, twice: 20, aborts: 10, gone: 30, shared: 10}
			var c *client
			k := stuckCheckpoint(t, e, p, func(w *world) {
				c = w.client(0, seed, m)
				c.many(300)
			})
			for range few(3) {
				// The client stood still when the checkpoint began.
				// The checkpoint had passed its point by then.
				want := stateOf(k.w.s)
				c.many(600)
				k.end()
				k.w.same("image", k.w.readBack(k.r.Image.Point), want)
				now := stateOf(k.w.s)
				k.w.same("next image", k.w.readBack(k.w.checkpoint().Image.Point), now)
				c.many(100)
				k.begin()
			}
			k.end()
			// An algorithm that copies on demand must have copied something.
			if m := k.w.s.Memory(); strings.HasPrefix(e.Copies, "0 to") && m.Peak <= m.Own {
				t.Errorf("own memory was never more than %d bytes: nothing was set aside", m.Own)
			}
			r := rules
			// One worker stands still at each point, so no transaction is under way.
			r.MinBetween, r.MinOut = 0, 0
			k.w.verify(r)
		})
	}
}

// many runs so many transactions.
func (c *client) many(n int) {
	for range n {
		if !c.one() {
			return
		}
	}
}
