// Package host says what a machine did beside this process: time that a
// hypervisor or other processes took, stalls for lack of memory, limits of the
// container, a process that stood still, and how fast the machine was.
//
// Nothing here judges a figure; package result has the limits. Files are read
// through an fs.FS whose root is the machine's, and clocks through the
// interfaces Clocks and ThreadClock, so that tests use recorded ones. What a
// system does not say is left out, and its figure is 0.
package host
