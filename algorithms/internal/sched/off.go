//go:build !sched

package sched

// Enabled reports whether the program was built with the sched tag.
const Enabled = false

// Point does nothing, and is compiled to nothing.
func Point(string) {}
