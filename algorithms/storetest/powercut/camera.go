package main

import (
	"fmt"
	"math/rand/v2"
	"sync"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// What happens at a cut.
const (
	power = "power cut"
	kill  = "kill"
	flip  = "power cut and damage"
)

// A picture is a disk as a cut at some call left it, and what had been promised by then.
// It is judged when the generation is over.
type picture struct {
	call string
	how  string
	disk *fstest.Mem
	// The three are numbers of transactions of the history, in its one order.
	promised uint64 // transactions that must be there
	earlier  uint64 // the same, if the newest state that is published does not count
	begun    uint64 // transactions that may be there

	found uint64 // those that were found
	none  bool   // nothing had been published, and there was nothing
}

// A camera takes pictures of a disk before calls that change something, and may have a
// call fail. Its methods may be called concurrently: every goroutine of the store makes
// calls of the disk.
type camera struct {
	mem *fstest.Mem
	// Asked for what has begun; it has a lock of its own.
	hist *history

	mu  sync.Mutex
	rng *rand.Rand // protected by mu
	// What clients have been told is durable so far.
	promised  uint64    // protected by mu
	published [2]uint64 // what the newest state and the one before it hold at least; protected by mu
	err       error     // a client's; protected by mu
	calls     int       // protected by mu
	// A fault hits one call, or all from one on; pictures go on being taken.
	fault *fault     // nil: no call fails; protected by mu
	most  int        // pictures that are taken by chance
	every bool       // the power is cut at every call, and none by chance
	taken []*picture // protected by mu
}

// newCamera decides by the lineage, or by chance, when pictures are taken and whether a
// call fails. It is called before the generation's store is opened.
// What was promised before stays promised.
func newCamera(l *lineage) *camera {
	c := &camera{mem: l.disk, hist: l.hist, rng: rand.New(rand.NewPCG(l.rng.Uint64(), 1)), promised: l.promised,
		published: l.shown, most: 2 * pictures}
	switch {
	case l.every:
		c.every = true
	case l.turn > 0:
		c.fault, c.most = &fault{n: l.turn, kind: l.kind}, 0 // what is left at the end is enough
	case l.rng.IntN(3) == 0:
		c.fault = newFault(l.rng)
	}
	return c
}

// disk returns the file system that the store writes to.
// Reads pass: they change nothing that a cut could leave.
func (c *camera) disk() fs.FS {
	return fstest.Hook(c.mem, func(call fstest.Call) fstest.Outcome {
		switch call.Op {
		case "create", "rename", "remove", "syncdir", "write", "truncate", "sync", "mkdir":
			return c.before(call)
		}
		return fstest.Outcome{}
	})
}

// before is asked before each call that changes something.
func (c *camera) before(call fstest.Call) fstest.Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	// Names change rarely, and are where the order matters.
	// One call in so many is photographed.
	often := 12
	if call.Op == "rename" || call.Op == "remove" || call.Op == "syncdir" {
		often = 4
	}
	switch {
	case c.every:
		c.take(call.String(), power)
	case len(c.taken) < c.most && c.rng.IntN(often) == 0:
		c.take(call.String(), []string{power, power, power, power, kill, flip}[c.rng.IntN(6)])
	}
	if c.fault == nil {
		return fstest.Outcome{}
	}
	return c.fault.strike(call)
}

// shoot takes a picture now.
func (c *camera) shoot(call, how string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.take(call, how)
}

// take takes a picture. What is promised is asked before, and what has begun after
// the disk is copied. The caller holds mu.
func (c *camera) take(call, how string) {
	// A transaction that is acknowledged after this is not owed by the picture, and one that
	// begins after the copy cannot be in it.
	p := &picture{call: call, how: how, promised: c.promised, earlier: c.published[1]}
	if how == kill {
		p.disk = c.mem.KillClone()
	} else {
		p.disk = c.mem.CrashClone(c.rng)
	}
	p.begun = c.hist.begun()
	c.taken = append(c.taken, p)
}

// promise notes that the transactions up to x are durable.
// A promise is never taken back.
func (c *camera) promise(x uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.promised = max(c.promised, x)
}

// publish is promise by a checkpoint.
// The newest state and the one before it are kept apart: damage to the newest falls back by one.
func (c *camera) publish(x uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.promised = max(c.promised, x)
	c.published = [2]uint64{x, c.published[0]}
}

// failed notes the error of a client.
// The first error is kept.
func (c *camera) failed(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = fmt.Errorf("client: %w", err)
	}
}

// clientErr returns the first error of a client.
func (c *camera) clientErr() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// blame says which call failed on purpose.
func (c *camera) blame() string {
	if c.fault == nil || c.fault.hit == "" {
		return ""
	}
	return fmt.Sprintf("; in this generation this failed on purpose (%v, done %t): %s", c.fault.outcome.Err,
		c.fault.outcome.Done, c.fault.hit)
}
