// Package storetest tests that an algorithm takes the images it promises, and
// that the engine under it does what it should. It is to algorithms what
// x/net/nettest is to net.Conn: one call from each package's test.
//
// Every image is written to a file system, found again and recovered into a
// store under no algorithm at all; the oracle decides from what is there. The
// suite should not produce false positives, but may miss faults: for the most
// effect run it under the race detector (which sees races on records, as they
// live on the Go heap then) and with the sched tag (which widens them).
//
// Seeds differ from run to run and are printed when a test fails. Set
// STORETEST_SEED to use one again.
package storetest

import (
	"fmt"
	"hash/maphash"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/sched"
)

// Variable is the environment variable that the seed is taken from.
const Variable = "STORETEST_SEED"

// Test runs the whole suite against the algorithm of that name in the table.
func Test(t *testing.T, name string) {
	e, ok := algorithms.Find(name)
	if !ok {
		t.Fatalf("there is no algorithm %q in the table", name)
	}
	TestEntry(t, e)
}

// TestEntry is Test for an algorithm that is not in the table, such as one that
// is there with other sizes.
func TestEntry(t *testing.T, e algorithms.Entry) {
	seed := newSeed(t)
	run := func(name string, f func(*testing.T, algorithms.Entry, uint64)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of them wait for something most of the time
			defer watch(t)()
			f(t, e, seed)
		})
	}
	t.Run("NoAllocation", func(t *testing.T) { testNoAllocation(t, e) }) // alone: it counts
	run("SameAsBaseline", testSameAsBaseline)
	run("ClosedStore", testClosedStore)
	if e.Unsound {
		run("Unsound", testUnsound)
		return
	}
	run("BackToBack", testBackToBack)
	if e.Baseline {
		run("NoImage", testNoImage)
		return
	}
	run("SmallBank", testSmallBank)
	run("LongTransactions", testLongTransactions)
	run("FrozenImage", testFrozenImage)
	run("InsertDelete", testInsertDelete)
	run("NothingToDo", testNothingToDo)
	run("OddValues", testOddValues)
	run("BlockedWorker", testBlockedWorker)
	run("TwoCheckpoints", testTwoCheckpoints)
	run("CloseDuringCheckpoint", testCloseDuringCheckpoint)
	run("Cancelled", testCancelled)
	run("CancelledAtRandom", testCancelledAtRandom)
	run("DiskFaults", testDiskFaults)
	run("MemoryReturns", testMemoryReturns)
	run("Generations", testGenerations)
	run("LogTail", testLogTail)
	run("ImageBefore", testImageBefore)
	run("LogStays", testLogStays)
	run("LogBeforeImage", testLogBeforeImage)
	if !e.Mixed { // which without its log has nothing
		run("LogLost", testLogLost)
	}
	if e.Mixed {
		run("NeedsItsLog", testNeedsItsLog)
	}
	run("Wrap", testWrap)
}

// newSeed returns the seed of this run and prints it.
func newSeed(t *testing.T) uint64 {
	seed, err := strconv.ParseUint(os.Getenv(Variable), 10, 64)
	if err != nil {
		seed = maphash.Comparable(maphash.MakeSeed(), 0) % 1_000_000
	}
	t.Logf("%s=%d", Variable, seed)
	return seed
}

// watch ends the program, saying where every goroutine is, when the test takes
// far too long. What it returns calls that off.
func watch(t *testing.T) (done func()) {
	limit := 2 * time.Minute
	if sched.Enabled {
		limit = 5 * time.Minute
	}
	timer := time.AfterFunc(limit, func() {
		buf := make([]byte, 1<<20)
		buf = buf[:runtime.Stack(buf, true)]
		panic(fmt.Sprintf("%s hangs; its goroutines:\n\n%s", t.Name(), buf))
	})
	return func() { timer.Stop() }
}
