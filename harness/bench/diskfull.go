package bench

import (
	"errors"
	"fmt"
	"syscall"

	"ckptbench/harness/config/cost"
)

// explainDiskFull adds to an error of a full disk which folder it is and how much a
// trial needs there. The preflight asks for that much; it cannot know how long a log
// gets, and what other processes write. Other errors it returns unchanged.
func (r *runner) explainDiskFull(c *cell, err error) error {
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
		return err
	}
	need := cost.Of(c.Experiment, func(string) float64 { return 1 }).Disk
	return fmt.Errorf("%w: no room in %s: the images of a trial need about %d MiB there, and a log grows beside them "+
		"with every commit: free some, or set checkpoint.dir", err, r.scratch, need>>20+1)
}
