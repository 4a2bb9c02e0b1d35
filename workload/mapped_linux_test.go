package workload

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unsafe"
)

// A trace lies in memory that a forked child does not get, and never lay on the heap, also where it
// has more operations than were expected: one long transaction in ten traces, of 100,000 keys.
func TestTraceIsNotForked(t *testing.T) {
	// The stream has 1.6 MB for a long transaction, 3.2 under the race detector; a trace takes 3.4.
	const n, most = 20_000, 4 << 20
	spec := Spec{Name: "calc", Long: Long{Share: new(1e-5), Keys: 100_000}}
	longer := 0
	for seed := range uint64(40) {
		st := newStream(t, spec, 1_000_000, Seed{Master: seed})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		trace := Record(st, n)
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; longs(trace) == 0 && got > most {
			t.Errorf("%d bytes of the heap were taken for %d transactions", got, n)
		}
		longer += longs(trace)
		for name, at := range map[string]uintptr{
			"operations": uintptr(unsafe.Pointer(&trace.ops[0])), "index": uintptr(unsafe.Pointer(&trace.txns[0])),
		} {
			if flags := flagsOf(t, at); !strings.Contains(flags, " dc") {
				t.Errorf("the %s are forked: flags %q", name, flags)
			}
		}
		runtime.KeepAlive(trace)
	}
	if longer == 0 {
		t.Error("no trace had more operations than expected")
	}
}

// flagsOf returns the flags of the mapping that holds an address, as the kernel
// lists them; "dc" is "do not copy on fork".
func flagsOf(t *testing.T, at uintptr) string {
	t.Helper()
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	in := false
	for _, line := range strings.Split(string(text), "\n") {
		field, _, _ := strings.Cut(line, " ")
		if from, to, ok := strings.Cut(field, "-"); ok {
			low, err1 := strconv.ParseUint(from, 16, 64)
			high, err2 := strconv.ParseUint(to, 16, 64)
			if err1 == nil && err2 == nil {
				in = uint64(at) >= low && uint64(at) < high
			}
		}
		if in && field == "VmFlags:" {
			return line
		}
	}
	t.Fatalf("no mapping holds %#x", at)
	return ""
}
