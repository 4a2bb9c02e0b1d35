package workload

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"unsafe"
)

// A tape lies in memory that a forked child does not get, and is what it was.
func TestTapeIsNotForked(t *testing.T) {
	want := &Tape{ops: make([]Op, 5000), txns: []word{0, 5000 << startAt}}
	for i := range want.ops {
		want.ops[i].Key = uint64(i)
	}
	tape := &Tape{ops: want.ops, txns: want.txns}
	tape.keepFromForks()
	if got := tape.At(0); len(got.Ops) != 5000 || got.Ops[4999].Key != 4999 {
		t.Errorf("%d operations, the last %+v", len(got.Ops), got.Ops[len(got.Ops)-1])
	}
	for name, at := range map[string]uintptr{
		"operations": uintptr(unsafe.Pointer(&tape.ops[0])), "index": uintptr(unsafe.Pointer(&tape.txns[0])),
	} {
		if flags := flagsOf(t, at); !strings.Contains(flags, " dc") {
			t.Errorf("the %s are forked: flags %q", name, flags)
		}
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
