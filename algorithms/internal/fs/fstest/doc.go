// Package fstest holds file systems for tests: one in memory that knows what a power
// cut leaves, and wrappers that fail calls, or write them down.
package fstest
