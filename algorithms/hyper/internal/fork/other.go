//go:build !linux

package fork

import (
	"context"
	"errors"
	"fmt"
	"runtime"
)

// Supported says that this platform cannot clone a Go process that goes on.
func Supported() error {
	return fmt.Errorf("a snapshot by a clone of the process, on %s: %w; it needs Linux", runtime.GOOS,
		errors.ErrUnsupported)
}

// A Snapshot cannot be had here.
type Snapshot struct{}

// New fails as Supported does.
func New() (*Snapshot, error) { return nil, Supported() }

// Take fails as Supported does.
func (*Snapshot) Take(context.Context, [][]byte) error { return Supported() }

// Pid returns 0.
func (*Snapshot) Pid() int { return 0 }

// Read fails as Supported does.
func (*Snapshot) Read([]byte) error { return Supported() }

// Copied returns 0.
func (*Snapshot) Copied() int64 { return 0 }

// End fails as Supported does.
func (*Snapshot) End() error { return Supported() }

// Close does nothing.
func (*Snapshot) Close() error { return nil }
