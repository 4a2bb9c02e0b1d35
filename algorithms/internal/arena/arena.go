// Package arena is memory outside the garbage collector's sight, counted for
// the part of the program that asked for it. Records live here, so that the collector is no part of the
// experiment.
package arena

import (
	"fmt"
	"sync/atomic"
	"unsafe"
)

// A Meter counts bytes in use and the most there ever were. Its methods may be
// called concurrently, Add also on nil: it counts nothing then.
type Meter struct {
	used, peak atomic.Int64
}

// Add counts n more bytes, or fewer when n is negative.
func (m *Meter) Add(n int64) {
	if m == nil {
		return
	}
	now := m.used.Add(n)
	for {
		peak := m.peak.Load()
		if now <= peak || m.peak.CompareAndSwap(peak, now) {
			return
		}
	}
}

// Used returns the bytes in use now.
func (m *Meter) Used() int64 { return m.used.Load() }

// Peak returns the most bytes that were in use at once.
func (m *Meter) Peak() int64 { return m.peak.Load() }

// An Arena is one zeroed stretch of memory. It does no locking: who may touch
// which part, and when, is its owner's business.
type Arena struct {
	data  []byte
	meter *Meter
	count int64 // what was added to the meter
}

// Options say how an arena's memory is got.
type Options struct {
	Huge bool // ask for huge pages
	Lazy bool // only reserve; the owner counts on the meter what it uses
}

// New returns an arena of n zero bytes, counted on m if it is not nil.
func New(n int, o Options, m *Meter) (*Arena, error) {
	if n < 0 {
		return nil, fmt.Errorf("arena of %d bytes", n)
	}
	data, err := acquire(n, o)
	if err != nil {
		return nil, fmt.Errorf("%d MiB of memory for records: %w; ask for fewer records or smaller ones", n>>20, err)
	}
	a := &Arena{data: data, meter: m}
	if !o.Lazy {
		a.count = int64(n)
		m.Add(a.count)
	}
	return a, nil
}

// Base returns the address of the first byte.
func (a *Arena) Base() unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(a.data)) }

// Bytes returns the whole arena. The slice is valid until Free.
func (a *Arena) Bytes() []byte { return a.data }

// Touch makes every page present, so that no later access pays for that.
func (a *Arena) Touch() {
	const page = 4096
	for i := 0; i < len(a.data); i += page {
		p := (*uint32)(unsafe.Pointer(&a.data[i&^3]))
		atomic.AddUint32(p, 0)
	}
}

// Forget gives the first n bytes back to the system; they read as zero or as
// what they were, and must be written before they are read again.
func (a *Arena) Forget(n int) error { return forget(a.data[:n]) }

// ForgetRange is Forget for the n bytes from from on, which is a multiple of the
// system's page size.
func (a *Arena) ForgetRange(from, n int) error { return forget(a.data[from : from+n]) }

// Free gives the memory back. Nothing in it may be used afterwards.
func (a *Arena) Free() error {
	if a == nil || a.data == nil {
		return nil
	}
	data := a.data
	a.data = nil
	a.meter.Add(-a.count)
	return release(data)
}
