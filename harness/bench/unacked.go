package bench

import "time"

// entryWithin is how much later than an entry's first transaction another may have
// begun that shares it: by so much its durable latency is over-reported. A ring that
// is full doubles it.
const entryWithin = 20 * time.Microsecond

// unacked is a ring of what one client has committed and not been acknowledged for,
// oldest first.
type unacked struct {
	ring       []pending // a power of two of them
	head, tail uint64
	within     uint64 // entryWithin at first, ticks
	coarse     bool   // transactions of several places share an entry
	waiting    int    // transactions in the ring
}

// A pending entry stands for n transactions, the last of them at a place; times are
// ticks of the run's clock.
type pending struct {
	place uint64
	began uint64 // the first of them
	due   uint64 // the intended start of the first of those below
	n     int
	open  int // of these, so many whose response time is still to be counted
}

// at is the transaction with number i, counted from the start of the run.
func (u *unacked) at(i uint64) *pending { return &u.ring[i&uint64(len(u.ring)-1)] }

// last returns the newest entry, or nil.
func (u *unacked) last() *pending {
	if u.head == u.tail {
		return nil
	}
	return u.at(u.tail - 1)
}

// full reports whether the client is at its limit.
func (u *unacked) full() bool { return u.tail-u.head == uint64(len(u.ring)) }

// push adds an entry. Where there is no room the entries are thinned out, so that
// nothing is left out.
func (u *unacked) push(p pending) {
	u.waiting += p.n
	if u.full() {
		u.thin()
	}
	if u.full() {
		u.last().join(p)
		return
	}
	*u.at(u.tail) = p
	u.tail++
}

// joins reports whether entry b, the later one, may be put together with a.
func (u *unacked) joins(a, b *pending) bool {
	return (a.place == b.place || u.coarse) && b.began-a.began <= u.within
}

// join takes b into a. All count from the first, and wait for the last: no latency is
// under-reported.
func (a *pending) join(b pending) {
	if a.open == 0 {
		a.due = b.due
	}
	a.place, a.n, a.open = b.place, a.n+b.n, a.open+b.open
}

// thin puts neighbours together until at most half of the ring is in use. How far they
// may be apart doubles until that is so, for entries to come as well: the ring then
// spans all that is outstanding with the same resolution, better than a thousandth of
// it. Entries of different places stay apart unless these alone take half of the ring,
// as CALC's do, of which each transaction has its own.
func (u *unacked) thin() {
	most := uint64(len(u.ring) / 2)
	for u.tail-u.head > most {
		u.coarse = u.coarse || u.places() > most
		u.within = 2*u.within + 1
		u.compact()
	}
}

// places returns how many different ones there are.
func (u *unacked) places() (n uint64) {
	for i := u.head; i != u.tail; i++ {
		if i == u.head || u.at(i).place != u.at(i-1).place {
			n++
		}
	}
	return n
}

// compact puts neighbours together that may be.
func (u *unacked) compact() {
	end := u.head
	for i := u.head + 1; i != u.tail; i++ {
		if a, b := u.at(end), u.at(i); u.joins(a, b) {
			a.join(*b)
			continue
		}
		end++
		*u.at(end) = *u.at(i)
	}
	u.tail = end + 1
}
