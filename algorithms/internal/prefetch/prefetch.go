//go:build amd64 || arm64

// Package prefetch asks the processor to bring memory in before it is needed.
// It reads nothing, so it needs no lock and is no data race: a transaction can
// have the cache misses of all its records overlap before it holds any of them.
package prefetch

import "unsafe"

// Line brings the cache line of p in.
//
//go:noescape
func Line(p unsafe.Pointer)

// Pair brings in the cache line of p and the next one.
//
//go:noescape
func Pair(p unsafe.Pointer)
