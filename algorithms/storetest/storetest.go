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
// A suite that fails begins with a summary: which tests failed, how many faults there are
// of each class with a line that says what the class means, and the command that runs these
// tests again with the same seed. The details follow. The seed decides what transactions do,
// and not how goroutines are scheduled: run the command a few times (-count), or with the
// sched tag, where a fault does not come back.
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
	"ckptbench/algorithms/store"
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
func TestEntry(t *testing.T, of algorithms.Entry) {
	seed := newSeed(t)
	found := &findings{suite: t.Name(), algorithm: of.Name, seed: seed}
	e := entry{of, found}
	t.Cleanup(func() { found.print(os.Stdout) }) // all tests have ended, and none has shown its details yet
	// The number of tests is counted for the summary.
	start := func(name string, parallel bool, f func(*testing.T)) {
		found.tests++
		t.Run(name, func(t *testing.T) {
			t.Cleanup(func() { found.end(name, t.Failed()) })
			if parallel {
				t.Parallel() // most of them wait for something most of the time
			}
			// A hang ends the program, so the summary is printed before.
			defer watch(t, func() { found.end(name, true); found.print(os.Stdout) })()
			f(t)
		})
	}
	run := func(name string, f func(*testing.T, entry, uint64)) {
		start(name, true, func(t *testing.T) { f(t, e, seed) })
	}
	start("NoAllocation", false, func(t *testing.T) { testNoAllocation(t, e) }) // alone: it counts
	run("SameAsBaseline", testSameAsBaseline)
	run("ClosedStore", testClosedStore)
	// Its images are wrong on purpose; that is what is tested.
	if e.Unsound {
		run("Unsound", testUnsound)
		return
	}
	run("BackToBack", testBackToBack)
	// It takes no images.
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
	if !e.NeedsLog { // which without its log has nothing
		run("LogLost", testLogLost)
	}
	if e.NeedsLog {
		run("NeedsItsLog", testNeedsItsLog)
	}
	run("Wrap", testWrap)
	if e.Partial != store.TrackNone {
		run("Chain", testChain)
		run("BrokenChain", testBrokenChain)
		run("PartialIsPart", testPartialIsPart)
	}
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
// far too long; hangs is called before. What watch returns calls that off.
func watch(t *testing.T, hangs func()) (done func()) {
	// A test takes seconds; with pauses at every point, more.
	limit := 2 * time.Minute
	if sched.Enabled {
		limit = 5 * time.Minute
	}
	timer := time.AfterFunc(limit, func() {
		buf := make([]byte, 1<<20)
		buf = buf[:runtime.Stack(buf, true)]
		hangs()
		panic(fmt.Sprintf("%s hangs; its goroutines:\n\n%s", t.Name(), buf))
	})
	return func() { timer.Stop() }
}
