package doctor

import (
	"context"
	"math"
	"sync"
	"time"

	"ckptbench/harness/host"
)

// slice is how long one of the two loops runs at a time.
const slice = 10 * time.Millisecond

// order is the order of a block of slices: a steady drift cancels out, and each
// loop follows itself and the other.
const order = "abbabaab"

// compareEqual lets two loops that are the same run in turns on all cores, for
// span, and returns the half-width of the 95 % interval of their ratio, as it
// would be after pairedFor. It returns 0 where there was no time for two blocks.
//
// Both loops use the same memory: where memory comes to lie is part of the
// difference between two stores and not of the machine's noise.
func compareEqual(ctx context.Context, cores int, span time.Duration) float64 {
	clocks := host.SystemClocks()
	// One a core; both sides use the same ones, and so the same memory.
	loops := make([]*host.Canary, cores)
	for i := range loops {
		loops[i] = host.NewCanary(clocks)
	}
	var blocks []float64
	start := time.Now()
	// Only whole blocks: a part of one would not be balanced.
	for time.Since(start)+time.Duration(len(order))*slice <= span && ctx.Err() == nil {
		var steps [2]float64
		for _, side := range order {
			steps[side-'a'] += runAll(loops)
		}
		// Of the logarithm, in which twice and half as fast are the same distance from 0. For
		// ratios near 1 it is the share itself.
		blocks = append(blocks, math.Log(steps[0]/steps[1]))
	}
	// The half-width shrinks with the root of the time that was measured.
	used := time.Duration(len(blocks)*len(order)) * slice
	return halfWidth(blocks) * math.Sqrt(used.Seconds()/pairedFor.Seconds())
}

// runAll runs every loop for a slice, beside each other, and returns the steps
// that they made in all, a second: a slice may last longer than it should.
func runAll(loops []*host.Canary) float64 {
	// A place for each goroutine, so that no lock is needed.
	rates := make([]float64, len(loops))
	var wg sync.WaitGroup
	for i, k := range loops {
		wg.Go(func() { rates[i] = k.Rate(slice) })
	}
	wg.Wait()
	sum := 0.0
	for _, r := range rates {
		sum += r
	}
	return sum
}

// halfWidth returns the half-width of the 95 % interval of the mean of blocks
// that do not depend on each other, by the normal distribution: there are dozens.
func halfWidth(blocks []float64) float64 {
	n := float64(len(blocks))
	// One block has no variation to tell.
	if n < 2 {
		return 0
	}
	mean, squares := 0.0, 0.0
	for _, b := range blocks {
		mean += b / n
	}
	for _, b := range blocks {
		squares += (b - mean) * (b - mean)
	}
	// 97.5 % of a normal distribution lie below 1.96 standard deviations.
	return 1.96 * math.Sqrt(squares/(n-1)/n)
}
