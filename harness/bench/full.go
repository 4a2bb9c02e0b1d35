package bench

import (
	"errors"
	"fmt"
	"syscall"
)

// sayFull adds to an error of a full disk which folder it is and how much a
// trial needs there. The preflight asks for that much; what it cannot know is
// how long a log gets, and who else writes.
func (r *runner) sayFull(c *cell, err error) error {
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
		return err
	}
	need := c.Estimate(func(string) float64 { return 1 }).Disk
	return fmt.Errorf("%w: no room in %s: the images of a trial need about %d MiB there, and a log grows beside them with every commit: free some, or set checkpoint.dir",
		err, r.scratch, need>>20+1)
}
