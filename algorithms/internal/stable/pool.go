package stable

import (
	"fmt"
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"

	"ckptbench/algorithms/internal/arena"
	"ckptbench/algorithms/internal/record"
)

// A handle names a piece of the pool, in units from its start; 0 is none.
type handle uint32

// The sizes of the pool. Owners take and give in batches, so that they seldom meet.
const (
	unit      = 64      // bytes; a piece is a whole number of units
	chunk     = 1 << 16 // bytes an owner takes from the pool at once
	batch     = 64      // pieces that change hands at once
	firstUnit = 1       // so that no piece has handle 0
)

// A pool hands out pieces of one lazily reserved arena. Pieces of one size
// class are kept for reuse; the whole pool is forgotten at once by reset.
type pool struct {
	arena *arena.Arena
	base  unsafe.Pointer
	meter *arena.Meter
	units uint64
	next  atomic.Uint64 // first unit nobody has taken

	mu   sync.Mutex
	free [][]handle // by class; given back by owners that had many; protected by mu
}

// An owner takes and gives back pieces for one goroutine.
type owner struct {
	free      [][]handle // by class
	at, until uint64     // the rest of its chunk, in units
	_         [64]byte
}

// newPool returns a pool for pieces of up to largest bytes, for records
// records in all and some owners.
func newPool(records uint64, largest, owners int, huge bool, m *arena.Meter) (*pool, error) {
	classes := class(largest) + 1
	n := most(records, classes, owners)
	a, err := arena.New(int(n), arena.Options{Lazy: true, Huge: huge}, m)
	if err != nil {
		return nil, fmt.Errorf("stable versions: %w", err)
	}
	p := &pool{arena: a, base: a.Base(), meter: m, units: n / unit, free: make([][]handle, classes)}
	p.next.Store(firstUnit)
	return p, nil
}

// most returns the bytes a pool can come to use. A record set aside and dropped
// again and again, each time in another size, takes a piece of every class;
// owners keep pieces that others then lack; and of each chunk up to a quarter is
// lost. Only what is used becomes memory.
func most(records uint64, classes, owners int) uint64 {
	pieces := records + uint64(owners)*min(records, 2*batch)
	n := uint64(0)
	for c := range classes {
		n += pieces * uint64(sizeOf(c))
	}
	return n + n/3 + uint64(owners+1)*chunk + firstUnit*unit
}

// class returns the size class of n bytes: four to every doubling, from one
// unit up.
func class(n int) int {
	u := (n + unit - 1) / unit
	if u <= 4 {
		return max(u, 1) - 1
	}
	shift := bits.Len(uint(u-1)) - 3
	return 4*shift + (u-1)>>shift
}

// sizeOf returns the bytes of a piece of class c.
func sizeOf(c int) int {
	if c < 4 {
		return (c + 1) * unit
	}
	shift := (c - 4) / 4
	return (c - 4*shift + 1) << shift * unit
}

// newOwner returns an owner without pieces. It belongs to one goroutine.
func (p *pool) newOwner() *owner {
	o := &owner{free: make([][]handle, len(p.free))}
	for c := range o.free {
		o.free[c] = make([]handle, 0, 2*batch)
	}
	return o
}

// at is the version in a piece.
func (p *pool) at(h handle) *record.Version {
	return (*record.Version)(unsafe.Add(p.base, uintptr(h)*unit))
}

// take returns a piece of class c.
func (p *pool) take(o *owner, c int) handle {
	if len(o.free[c]) == 0 {
		p.refill(o, c)
	}
	if n := len(o.free[c]); n > 0 {
		h := o.free[c][n-1]
		o.free[c] = o.free[c][:n-1]
		return h
	}
	size := uint64(sizeOf(c) / unit)
	if size > chunk/unit/4 {
		return handle(p.grab(size)) // much of a chunk would be lost
	}
	if o.until-o.at < size {
		o.at = p.grab(chunk / unit)
		o.until = o.at + chunk/unit
	}
	h := o.at
	o.at += size
	return handle(h)
}

// refill moves a batch that other owners gave back to o.
func (p *pool) refill(o *owner, c int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.free[c])
	k := min(n, batch)
	o.free[c] = append(o.free[c], p.free[c][n-k:]...)
	p.free[c] = p.free[c][:n-k]
}

// grab takes so many fresh units. The pool has room for every record to have one version,
// so running out is a fault of the caller.
func (p *pool) grab(units uint64) uint64 {
	end := p.next.Add(units)
	if end > p.units || end > uint64(handles) {
		panic(fmt.Sprintf("stable versions: %d units of %d bytes asked of a pool of %d", end, unit, p.units))
	}
	p.meter.Add(int64(units * unit))
	return end - units
}

// give takes a piece of class c back.
func (p *pool) give(o *owner, c int, h handle) {
	o.free[c] = append(o.free[c], h)
	if n := len(o.free[c]); n >= 2*batch {
		p.mu.Lock()
		p.free[c] = append(p.free[c], o.free[c][n-batch:]...)
		p.mu.Unlock()
		o.free[c] = o.free[c][:n-batch]
	}
}

// reset forgets every piece and gives the memory back. Nobody may be using
// the pool.
func (p *pool) reset(owners []*owner) error {
	used := p.next.Swap(firstUnit)
	for c := range p.free {
		p.free[c] = p.free[c][:0]
	}
	for _, o := range owners {
		o.at, o.until = 0, 0
		for c := range o.free {
			o.free[c] = o.free[c][:0]
		}
	}
	p.meter.Add(-int64((used - firstUnit) * unit))
	return p.arena.Forget(int(used * unit))
}
