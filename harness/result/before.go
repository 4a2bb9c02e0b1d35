package result

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

// asideName matches the ends of the names of results that were set aside for
// another of the same name, by this and by earlier versions.
var asideName = regexp.MustCompile(`\.before(-[0-9]+)?$`)

// IsBefore reports whether dir is, by its name, a result that was set aside.
func IsBefore(dir string) bool { return asideName.MatchString(filepath.Base(filepath.Clean(dir))) }

// Current returns dirs without the results that were set aside, and how many these
// were, so that `results/*` names what is measured now. If all were set aside they
// are meant, and all are returned.
// Results that were set aside are kept, and not shown beside what replaced them.
func Current(dirs []string) (current []string, passed int) {
	for _, dir := range dirs {
		if IsBefore(dir) {
			passed++
			continue
		}
		current = append(current, dir)
	}
	if len(current) == 0 {
		return dirs, 0
	}
	return current, passed
}

// Begun reports whether a trial was saved in the result directory dir.
// A folder of a trial that was being saved when the program ended does not count.
func Begun(dir string) bool {
	entries, err := os.ReadDir(filepath.Join(dir, trialsDir))
	if err != nil {
		return false
	}
	for _, d := range entries {
		if !strings.HasPrefix(d.Name(), tmpPrefix) && !strings.HasPrefix(d.Name(), newPrefix) {
			return true
		}
	}
	return false
}

// SetAside renames the result directory dir to the first of NAME.before-1,
// NAME.before-2 ... that is free, and returns that name.
// Nothing is deleted: what was measured once may be wanted again.
func SetAside(dir string) (string, error) {
	to, err := freeBefore(dir)
	if err != nil {
		return "", err
	}
	err = os.Rename(dir, to)
	// A mount point cannot be renamed, nor a folder to another file system.
	if errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EXDEV) {
		return "", fmt.Errorf("set %s aside: %w: a disk is mounted there; mount it one folder higher, or move the "+
			"result yourself", dir, err)
	}
	if err != nil {
		return "", fmt.Errorf("set %s aside: %w", dir, err)
	}
	return to, syncDir(filepath.Dir(to))
}

// SetAsideTrials moves some of the trials of the result directory dir to a folder
// named as by SetAside, with all that the trials of dir share, and returns that
// name.
// The setup is copied before any trial moves: an interrupted move leaves two results that both
// can be read.
func SetAsideTrials(dir string, ts []*Trial) (string, error) {
	e := Experiment{Dir: dir}
	if _, err := e.loadSetup(); err != nil {
		return "", fmt.Errorf("set trials of %s aside: %w", dir, err)
	}
	to, err := freeBefore(dir)
	if err != nil {
		return "", err
	}
	if err := SaveSetup(to, e); err != nil {
		return "", err
	}
	for _, t := range ts {
		if err := moveTrial(trialPath(dir, *t), trialPath(to, *t)); err != nil {
			return "", fmt.Errorf("set trials of %s aside: %w", dir, err)
		}
	}
	return to, nil
}

// moveTrial renames a trial's folder, durably.
func moveTrial(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}

// freeBefore returns a name that is free for a result that is set aside.
func freeBefore(dir string) (string, error) {
	const most = 1_000_000
	dir = filepath.Clean(dir)
	for n := 1; n < most; n++ {
		if to := fmt.Sprintf("%s.before-%d", dir, n); !exists(to) {
			return to, nil
		}
	}
	return "", fmt.Errorf("set %s aside: there are %d results of that name; remove some", dir, most)
}
