// Package paired compares two sides by running them in turns, some milliseconds
// each, and gives the ratio of their throughput with an interval.
//
// A shared machine changes its speed within seconds, and its host takes a
// processor away for tens of milliseconds without a word. Runs that lie seconds
// apart therefore differ by more than most algorithms do. Two sides that take
// turns see the same machine.
//
// The unit of measurement is a quad: four slices in the order base, side, side,
// base, or its mirror image. Each side has one slice that follows its own and one
// that follows the other's, so that neither gains by what a slice leaves behind in
// the caches, and a steady drift cancels. A single ratio of two neighbours does not
// do: the slice after one of the same store was 10 % faster than the one after a
// switch (measured, a million records, two workers).
//
// The quads of one opening, with memory that is fresh for both sides, are a Block.
// Estimate resamples whole blocks, so that where the memory came to lie is inside
// the interval.
package paired
