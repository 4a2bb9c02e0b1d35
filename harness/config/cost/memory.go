package cost

import (
	"runtime"
	"time"

	"ckptbench/harness/config"
	"ckptbench/workload"
)

// What memory is estimated with, in bytes.
const (
	processBytes = 28 << 20 // the program, its charts aside, and the blocks of an image
	indexEntry   = 24       // of a hash index, per record
	opBytes      = 16       // of a trace, per operation
	txnBytes     = 8        // of a trace, per transaction
	stateBytes   = 150      // of an image's record, when images or stores are compared
	judgedBytes  = 40       // of a record, when measured images are compared with what was written
	accessBytes  = 84       // of an access of a recorded trial, while it is checked
	chunksBytes  = 1 << 20  // of a worker of a recorded trial: chunks that are not full, and garbage
	tallyBytes   = 48 << 10 // of the times of one kind that a client counts
	tallies      = 3        // that a client has: one that it fills, and some that are taken
	ackBytes     = 40       // of a transaction, or several, that is not durable yet
	ringBytes    = 1 << 20  // of the log, per worker

	fewAcks  = 1 << 15 // entries of a client
	manyAcks = 1 << 17 // where each transaction has one of its own: wal: sync, in an open loop

	accessesPerSecond = 1.5e6 // of a recorded trial, at most
	mostAccesses      = 12e6
)

// storeBytes estimates the memory of a store with so many copies of each record: values,
// heads and, with a hash index, its entries.
func (e point) storeBytes(copies float64) float64 {
	if e.Workload.Name == workload.Bulk {
		return e.bulkBytes()
	}
	records, size := e.shape()
	b := records*(e.inPlace(size)*copies+recordHead) + e.LargeBytes()*copies
	if e.MemoryBudget > 0 {
		b = records*recordHead + min(records*size, float64(e.MemoryBudget))
	}
	if e.Index == config.IndexHash {
		b += records * indexEntry
	}
	return b
}

// TraceOps returns how many operations are drawn in advance for each of so many
// workers that run for d: a short run needs no trace that it would not come to the
// end of, and a long one replays its trace. Many workers share the processors, and
// the room for all traces.
func TraceOps(d config.Duration, workers int) int {
	const (
		perSecond = 4e6
		least     = 1 << 15
		most      = 1 << 22
		mostOfAll = 1 << 24
	)
	return int(min(most, max(least, min(perSecond*float64(d)/1e9, mostOfAll/float64(max(workers, 1))))))
}

// workerCount returns how many there are.
func (e point) workerCount() int {
	if e.Workers == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return int(e.Workers)
}

// traced is how many operations are drawn in advance for a trial, for all workers;
// of a benchmark that draws them as it goes, none.
func (e point) traced() float64 {
	switch e.Workload.Name {
	case workload.SmallBank, workload.TPCC, workload.Bulk:
		return 0
	}
	return float64(e.workerCount() * TraceOps(e.Warmup+e.Duration, e.workerCount()))
}

// traceBytes is what they take in memory, and the index of their transactions.
func (e point) traceBytes() float64 { return e.traced() * e.bytesPerOp() }

// bytesPerOp is what an operation takes in a trace, with its share of the index.
func (e point) bytesPerOp() float64 {
	return opBytes + txnBytes/float64(max(e.Workload.Keys, 1))
}

// clientBytes is what clients keep beside the store: what they timed, what they were
// not acknowledged for, and their part of the log.
func (e point) clientBytes() float64 {
	kinds, acks, ring := 1., 0., 0.
	if !e.Rate.Closed() {
		kinds++
	}
	logged := e.WAL != config.WALOff
	if logged || e.ByCheckpoint() {
		kinds, acks = kinds+1, fewAcks
	}
	if logged {
		ring = ringBytes
	}
	if e.WAL == config.WALSync && !e.Rate.Closed() {
		acks = manyAcks
	}
	return float64(e.workerCount()) * (kinds*tallies*tallyBytes + acks*ackBytes + ring)
}

// recordedBytes is what a recorded trial records, while it is checked, and its traces.
func (e point) recordedBytes() float64 {
	accesses := min(mostAccesses, accessesPerSecond*time.Duration(e.VerifyDuration).Seconds())
	traced := 0.
	if e.traced() > 0 {
		traced = float64(TraceOps(e.VerifyDuration/8, e.workerCount())) * e.bytesPerOp()
	}
	return accessBytes*accesses + float64(e.workerCount())*(chunksBytes+traced)
}

// memoryBytes is the process at its largest: beside the traces at the end of the recorded
// trial, or when measured images and the state recovered are compared.
func (e point) memoryBytes(copies float64) float64 {
	if e.Workload.Name == workload.Bulk {
		return e.storeBytes(copies)
	}
	measured := e.storeBytes(copies) + e.clientBytes()
	if e.Paired() { // none is open beside it
		measured += e.storeBytes(1) + e.clientBytes()
	}
	recorded := 0.
	if e.Verify != config.VerifyOff {
		least := e.with(e.VerifiedRecords())
		all, _ := e.shape()
		fewer, _ := least.shape()
		recorded = least.storeBytes(copies) + (verifiedImages+1)*stateBytes*fewer + e.recordedBytes() + e.clientBytes()
		measured += judgedBytes * all
		if e.Checkpoint.Sink != config.SinkDiscard || e.Owning(true) {
			measured += e.storeBytes(1) + 2*stateBytes*all
		}
	}
	return processBytes + e.traceBytes() + max(measured, recorded)
}
