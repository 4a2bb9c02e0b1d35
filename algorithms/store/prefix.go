package store

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Prefix says which transactions are durable by a store's images alone, without a
// log: of every worker those up to a place in the order that the algorithm goes by.
// It moves when an image is published, which is written, synced, renamed and has its
// directory synced by then. Its methods may be called concurrently.
//
// A place is Txn.Seq plus 1, so that 0 stands before all of them. The places of one
// worker's transactions never descend, and an image holds exactly those at its Point
// or before it: the oracle judges images by the same rule. So one number says, of
// every worker, which transaction is its last in the image. For CPR it is a version,
// for LineairDB an epoch, for CALC a place in the commit log, for algorithms that
// quiesce a period.
//
// Images that need the log (fuzzy's) move nothing, nor do those that are discarded.
type Prefix struct {
	durable atomic.Uint64

	mu     sync.Mutex
	points []published // ascending in place and time; protected by mu
}

// A published point is when an image that holds all up to a place was published.
type published struct {
	place uint64
	at    time.Time
}

// pointsKept is how many images are remembered, at least. A caller that asks for an
// older one gets the time of the oldest kept, which is later than the true one.
const pointsKept = 256

// Prefix returns the store's.
func (s *Store) Prefix() *Prefix { return &s.prefix }

// Place returns the place of the last transaction that Do committed: it is durable
// once the store's Prefix is.
func (w *Worker) Place() uint64 { return w.tx.Seq + 1 }

// Durable returns the place up to which transactions are durable; 0 is none.
func (p *Prefix) Durable() uint64 { return p.durable.Load() }

// DurableAt returns when the transactions at a place became durable, and the last
// place of which the same is true. The time is zero while they are not.
func (p *Prefix) DurableAt(place uint64) (at time.Time, last uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i, _ := slices.BinarySearchFunc(p.points, place, func(q published, place uint64) int {
		if q.place < place {
			return -1
		}
		return 1
	})
	if i == len(p.points) {
		return time.Time{}, place
	}
	return p.points[i].at, p.points[i].place
}

// publish notes that an image with a point was published by now.
func (p *Prefix) publish(image ImageInfo, now time.Time) {
	if image.Path == "" || image.Point.LogTo != 0 || image.Point.Kind == kindUnlogged {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	place := image.Point.Seq + 1
	if place <= p.durable.Load() {
		return
	}
	if len(p.points) == 2*pointsKept {
		p.points = slices.Delete(p.points, 0, pointsKept)
	}
	p.points = append(p.points, published{place, now})
	p.durable.Store(place) // after the time of it is there
}
