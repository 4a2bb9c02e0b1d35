package fs

import (
	"errors"
	"fmt"
)

// WriteFile writes a small file and makes its bytes durable; its name is not,
// before the folder is synced. After an error there may be a file, with anything
// in it.
func WriteFile(fsys FS, name string, b []byte) (err error) {
	f, err := fsys.Create(name, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.WriteAt(b, 0); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", name, err)
	}
	return nil
}
