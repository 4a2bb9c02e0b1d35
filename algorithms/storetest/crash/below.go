package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
)

// Power cuts below the kernel's file system. A command that is not ours takes the file
// system away while the child works, without writing what is in the page cache or in the
// file system's own log (as the shutdown of xfs_io does), and brings it back when the
// child is dead, by way of the file system's recovery. The ledger is in another file
// system. What this does not cover: the cache of a disk, since the block device keeps all
// that was sent to it, and in that order.

// cutBelow takes the file system away, kills the child and brings the file system back.
// What was acknowledged before it went is noted: a sync that runs meanwhile may be
// reported as done though the file system drops what it was to write.
func (l *lineage) cutBelow(ctx context.Context, p *process) error {
	// Read before the file system goes: only what was acknowledged by then is certain to be
	// there.
	sure, begun, err := readLedger(l.ledger())
	if err != nil {
		return err
	}
	if l.sure = nil; begun {
		l.sure = &sure
	}
	// The child may notice and end by itself.
	err = l.command(ctx, "down")
	_ = p.cmd.Process.Kill() // it may have ended already: its disk is gone
	p.reap()
	if err != nil {
		return err
	}
	return l.command(ctx, "up")
}

// reap waits for the child's end, whatever that is.
// Its output is read to the end, so that it cannot block on a full pipe.
func (p *process) reap() {
	defer p.stdin.Close()
	_, _ = io.Copy(io.Discard, p.stdout)
	_ = p.cmd.Wait()
}

// command runs the cutter, which is one of the user's, with one argument. Its output is
// part of the error.
// The command is run by a shell, so that it may have arguments of its own.
func (l *lineage) command(ctx context.Context, what string) error {
	out, err := exec.CommandContext(ctx, "sh", "-c", l.cutter+" "+what).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", l.cutter, what, err, out)
	}
	return nil
}
