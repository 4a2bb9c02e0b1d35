package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ckptbench/harness/doctor"
)

// A doctorCommand says what the machine is worth for measurements.
type doctorCommand struct {
	Seconds int `default:"10" help:"For how long to look, 1 to 600 s."`

	examine func(context.Context, time.Duration) (doctor.Findings, error) // for tests; nil: doctor.Examine
}

// errDisturbed makes the exit status 1; the reasons were printed.
var errDisturbed = errors.New("this machine is not quiet")

// Run looks at the machine. The exit status is 0 where it is quiet, 1 where
// figures will be disturbed, 2 for a mistake in the command line.
func (c *doctorCommand) Run(ctx context.Context, t terminal) error {
	span := time.Duration(c.Seconds) * time.Second
	if span < doctor.ShortestLook || span > doctor.LongestLook {
		return fmt.Errorf("--seconds %d: want 1 to 600 (%w)", c.Seconds, errUsage)
	}
	examine := c.examine
	if examine == nil {
		examine = doctor.Examine
	}
	f, err := examine(ctx, span)
	if err != nil {
		return err
	}
	if err := f.Write(t.out); err != nil {
		return err
	}
	if len(f.Reasons()) > 0 {
		return errDisturbed
	}
	return nil
}
