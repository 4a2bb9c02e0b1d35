//go:build !linux

package fs

import (
	"errors"
	"os"
	"runtime"
)

// directFlag is 0: elsewhere unbuffered I/O has other names and other rules,
// and the harness measures on Linux.
const directFlag = 0

// directAlign and endDirect are of no use where nothing is direct.
func directAlign(*os.File) uint32 { return 0 }

func endDirect(*os.File) error { return nil }

// allocate is not offered; Allocate is a hint.
func allocate(*os.File, int64) error { return errors.ErrUnsupported }

// flock is not offered: the harness measures on Linux.
func flock(*os.File) error { return nil }

// dataSync is a full sync, which package os makes as strong as the system can.
func dataSync(f *os.File) error { return f.Sync() }

// syncDir makes the names in dir durable. Windows has no such call.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
