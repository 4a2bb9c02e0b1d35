package bench

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"ckptbench/harness/config"
	"ckptbench/harness/lock"
	"ckptbench/harness/result"
)

// CheckDir refuses an experiment whose checkpoint.dir is not there: if it were made,
// images meant for a disk that is not mounted would go to another one.
func CheckDir(e *config.Experiment) error {
	dir := e.Checkpoint.Dir
	if dir == "" {
		return nil
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("checkpoint.dir: there is no folder %s: make it, or mount its disk", dir)
	case err != nil:
		return fmt.Errorf("checkpoint.dir: %w", err)
	case !info.IsDir():
		return fmt.Errorf("checkpoint.dir: %s is no folder", dir)
	}
	return nil
}

// resolved returns what the folder of the results stands for, where that is a link
// to another disk: a result that is set aside stays on that disk, and the next one is
// written there.
func resolved(dir string) (string, error) {
	info, err := os.Lstat(dir)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		return dir, nil
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", fmt.Errorf("the folder of the results is a link: %w: make what it stands for, or mount its disk", err)
	}
	return real, nil
}

// scratchOf returns the folder of images and logs of the result in dir. In a
// checkpoint.dir its name has a hash of dir's path, so that two results never share
// one.
// It is emptied before each trial.
func scratchOf(dir, checkpointDir string) (string, error) {
	if checkpointDir == "" {
		return filepath.Join(dir, "scratch"), nil
	}
	path, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the folder of the results: %w", err)
	}
	sum := sha256.Sum256([]byte(path))
	return filepath.Join(checkpointDir, fmt.Sprintf("ckptbench-%s-%x", filepath.Base(dir), sum[:4])), nil
}

// claim takes the result folder and the scratch folder for this run, and removes
// what a run that was killed left there. Other runs are refused until release.
// The error names the process that has the folder.
func (r *runner) claim() error {
	if err := CheckDir(r.exp); err != nil {
		return err
	}
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return fmt.Errorf("make the result folder: %w", err)
	}
	// The lock first: what is removed below could be another run's.
	if err := r.take(filepath.Join(r.dir, lock.Name), r.dir); err != nil {
		return err
	}
	if r.exp.Checkpoint.Dir != "" {
		if err := r.take(r.scratch+lock.Name, r.scratch); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(r.scratch); err != nil {
		return fmt.Errorf("clean up %s: %w", r.scratch, err)
	}
	return result.Tidy(r.dir)
}

// take locks a folder until the run ends, so that two runs do not mix.
// The lock is an operating system's, so it goes with the process however that ends.
func (r *runner) take(path, what string) error {
	l, err := lock.Take(path)
	if err != nil {
		return fmt.Errorf("run in %s: %w", what, err)
	}
	r.locks = append(r.locks, l)
	return nil
}

// release gives up what claim took.
// All of them, whatever fails.
func (r *runner) release() (err error) {
	for _, l := range r.locks {
		err = errors.Join(err, l.Release())
	}
	r.locks = nil
	return err
}

// lockFiles are the files of r's locks, for processes that work for it.
func (r *runner) lockFiles() (files []*os.File) {
	for _, l := range r.locks {
		files = append(files, l.File())
	}
	return files
}

// setAside moves the result that is there to a folder beside, and takes an empty
// one in its place. The lock of the old folder is held until then.
// So no other run can take the name in between.
func (r *runner) setAside() error {
	old := r.locks[0]
	to, err := result.SetAside(r.dir)
	if err != nil {
		return err
	}
	r.notice("%s: the result that was there is now %s", r.dir, to)
	old.Moved(filepath.Join(to, lock.Name))
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return fmt.Errorf("make the result folder: %w", err)
	}
	l, err := lock.Take(filepath.Join(r.dir, lock.Name))
	if err != nil {
		return fmt.Errorf("run in %s: %w", r.dir, err)
	}
	r.locks[0] = l
	return old.Release()
}

// notice tells a person something about the folders.
func (r *runner) notice(format string, args ...any) {
	if r.o.Notice != nil {
		r.o.Notice(fmt.Sprintf(format, args...))
	}
}
