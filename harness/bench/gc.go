package bench

import "runtime/metrics"

// A gcUse is what the garbage collector had used by some moment.
type gcUse struct {
	collector, all float64 // CPU seconds
	cycles         uint64
	heap           int64 // bytes of objects, dead ones included that were not swept yet
}

// readGC reads the runtime's counters; the differences of two readings are what counts.
func readGC() gcUse {
	s := []metrics.Sample{
		{Name: "/cpu/classes/gc/total:cpu-seconds"},
		{Name: "/cpu/classes/total:cpu-seconds"},
		{Name: "/gc/cycles/total:gc-cycles"},
		{Name: heapObjects},
	}
	metrics.Read(s)
	return gcUse{collector: s[0].Value.Float64(), all: s[1].Value.Float64(), cycles: s[2].Value.Uint64(),
		heap: int64(s[3].Value.Uint64())}
}

// heapObjects is the runtime's name for the bytes of live and dead objects.
const heapObjects = "/memory/classes/heap/objects:bytes"

// heapBytes returns what the objects on the heap take, dead ones included that
// were not swept yet.
func heapBytes() int64 {
	s := []metrics.Sample{{Name: heapObjects}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64())
}

// since returns the collector's share of the CPU time since g, and its cycles.
// The runtime brings the figures up to date at each cycle only, so the share of
// a part without one is 0.
func (g gcUse) since() (share float64, cycles uint32) {
	now := readGC()
	if all := now.all - g.all; all > 0 {
		share = (now.collector - g.collector) / all
	}
	return share, uint32(now.cycles - g.cycles)
}
