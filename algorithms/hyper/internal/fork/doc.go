// Package fork takes a snapshot of memory as HyPer does (Kemper and Neumann,
// ICDE 2011): it clones the process, and the clone, whose memory stands still,
// writes it out while this process goes on. The kernel copies a page when this
// process first writes it; this process gets the new page.
//
// The clone writes to a pipe and this process reads it. It could write a file
// as well, but the image's format, its checksums, its rate limit and the file
// system are this process's, and a file in between would double the I/O. A full
// pipe holds the clone back, so that it lives, and pages are copied, for as long
// as the image is being written: as if the clone wrote the image itself.
//
// # A Go process that goes on without exec
//
// Only the thread that calls clone(2) exists in the clone. Locks of the
// allocator, the scheduler and the collector may be held by threads that do not,
// and nobody will release them; so no Go code that may need the runtime runs
// there. What runs is one function without a stack check, compiled without race
// instrumentation, that calls write(2) and read(2) on what was prepared before
// the clone, and exits without running anything else. It allocates nothing, so
// no collection starts; it stores no pointer, so it meets no write barrier; and
// it calls nothing that could ask the scheduler.
//
// The runtime's own hooks around fork, those that package syscall uses, do the
// rest: before the clone they keep the goroutine on its thread, block all
// signals (also the runtime's preemption; they stay blocked in the clone, where
// SIGKILL and SIGSTOP still work), and poison the stack limit, so that a
// function with a stack check called by mistake ends the clone rather than grows
// its stack (unless the scheduler overwrites the poison with a request to yield,
// just then). After the clone they undo that in this process only.
//
// The collector may be in any phase. It does not move objects and does not
// write to live ones that hold no pointers, so records on the Go heap (under the
// race detector) stand as still as mapped ones. Its other threads may be
// anywhere in their own structures at the moment of the clone: the clone looks
// at none of them. A collection that wants to stop the world waits for the
// clone(2) to return, as for any code that is not preempted.
//
// It is a fork, not a vfork: the clone has memory, files and signal handlers of
// its own, and this process does not wait for it. It has no SIGCHLD to its end,
// so that nobody else's handler or wait is disturbed, and must be reaped by
// the process that made it.
//
// # Files and death
//
// The first thing the clone does is to close every file but its ends of the two
// pipes: a lock on a file, a pipe to a third process or a socket does not stay
// open because a snapshot is being written. (That takes Linux 5.9; before, they
// stay open until the clone ends.) If this process dies, however it does, the
// clone's next write fails and it ends.
package fork
