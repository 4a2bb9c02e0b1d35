// Package paired compares two sides by running them in turns, some milliseconds
// each, and gives the ratio of their throughput with an interval.
//
// A shared machine changes its speed within seconds, and its host takes a
// processor away for tens of milliseconds without a word. Runs that lie seconds
// apart therefore differ by more than most algorithms do. Two sides that take
// turns see the same machine.
//
// The unit of measurement is a quad: four slices in the order base, side, side,
// base. Each side has one slice that follows its own and one that follows the
// other's, so that a steady drift cancels. A single ratio of two neighbours does
// not do: the slice after one of the same store was 10 % faster than the one after
// a switch (measured, a million records, two workers).
//
// What a switch costs is not the same for both sides: a store with two copies of
// every record loses more of it. Zig-Zag was at 0.74 of none in slices of 2.5 ms,
// and at 0.78 in slices of 40 ms. So a side runs unmeasured for a while each time
// it takes over (Turns.Lead), with which it is at 0.78 from 5 ms on.
//
// The quads of one opening, with memory that is fresh for both sides, are a Block.
// Estimate resamples whole blocks, so that where the memory came to lie is inside
// the interval.
package paired
