package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
	"ckptbench/harness/lock"
	"ckptbench/harness/result"
)

// A verifyCommand checks images, logs and snapshots on a disk, without a store.
type verifyCommand struct {
	Dirs []string `arg:"" name:"folder" help:"Folders with images or logs, or folders of such."`
}

// looks is how often a folder is verified that changes meanwhile.
const looks = 5

// errBusy is the error of a folder that a run changed each time it was read.
var errBusy = errors.New("not verified")

// Run checks the folders. It goes on after a fault, and returns all of them.
func (c *verifyCommand) Run(ctx context.Context, t terminal) error {
	v := &verification{t: t, own: algorithms.OwnKinds(), seen: map[string]bool{}}
	for _, dir := range c.Dirs {
		// A folder asked for by name must have something in it; one found below it need not.
		before := v.found
		err := v.walk(ctx, dir, true)
		if err == nil && v.found == before {
			err = fmt.Errorf("%s: %w, nor in any folder below it%s", dir, store.ErrNothing, keptHint(dir))
		}
		v.errs = append(v.errs, err)
	}
	// Last, when all logs are known.
	v.errs = append(v.errs, v.reach(ctx))
	return errors.Join(v.errs...)
}

// keptHint says how a result comes to have images; of what is no result it is empty.
func keptHint(dir string) string {
	if !result.Begun(dir) {
		return ""
	}
	return ": its images were read back while it ran and not kept; to keep them run it with --set keep_images=true"
}

// A verification reads a folder and those below it.
type verification struct {
	t     terminal
	own   []store.OwnKind // that a folder may hold
	seen  map[string]bool // paths without links: what several links lead to is read once
	found int             // folders with something in them
	errs  []error         // of folders; the others are read all the same
	// In the order in which they were found.
	lots []lot
}

// A lot is a folder with images or own files, or with a log.
type lot struct {
	dir  string // without links
	held store.Contents
}

// walk verifies dir and the folders below. Links are followed: images and logs may lie
// on disks of their own. A folder that is gone is an error where it was asked for or
// is a link; any other was removed by a run meanwhile.
func (v *verification) walk(ctx context.Context, dir string, asked bool) error {
	real, entries, err := list(dir)
	if errors.Is(err, fs.ErrNotExist) && !asked {
		return nil
	}
	// Links may form circles; a path without links is read once.
	if err != nil || v.seen[real] {
		return err
	}
	v.seen[real] = true
	if err := v.verify(ctx, real); err != nil {
		return err
	}
	for _, d := range entries {
		// By the path that was asked for, so that messages have it.
		path, link := filepath.Join(dir, d.Name()), d.Type()&fs.ModeSymlink != 0
		if link {
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			link = info.IsDir()
		}
		if d.IsDir() || link {
			if err := v.walk(ctx, path, link); err != nil {
				return err
			}
		}
	}
	return nil
}

// list returns the path of a folder without links, and what is in it.
func list(dir string) (real string, entries []fs.DirEntry, err error) {
	if real, err = filepath.EvalSymlinks(dir); err != nil {
		return "", nil, err
	}
	entries, err = os.ReadDir(real)
	return real, entries, err
}

// verify verifies one folder.
func (v *verification) verify(ctx context.Context, dir string) error {
	if held, err := store.ContentsOf(dir, v.own...); err == nil && (held.States || held.Log) {
		v.lots = append(v.lots, lot{dir, held})
	}
	text, err := verifyFolder(ctx, dir, func(ctx context.Context, dir string) (string, error) {
		return store.Verify(ctx, dir, v.own...)
	})
	if errors.Is(err, store.ErrNothing) {
		return nil
	}
	// Something was there, right or not.
	v.found++
	fmt.Fprint(v.t.out, text)
	// Such errors are of this folder; any other, such as an interruption, ends the walk.
	if errors.Is(err, store.ErrDamaged) || errors.Is(err, errBusy) {
		v.errs = append(v.errs, err)
		return nil
	}
	return err
}

// reach checks that the logs hold what images and own files need.
func (v *verification) reach(ctx context.Context) error {
	for _, l := range v.lots {
		if !l.held.States {
			continue
		}
		log := v.logOf(l.dir)
		text, err := verifyFolder(ctx, watched(l.dir, log), func(context.Context, string) (string, error) {
			return store.VerifyReach(l.dir, log, v.own...)
		})
		if errors.Is(err, store.ErrNothing) {
			continue
		}
		fmt.Fprint(v.t.out, text)
		if !errors.Is(err, store.ErrDamaged) && !errors.Is(err, errBusy) && err != nil {
			return err
		}
		v.errs = append(v.errs, err)
	}
	return nil
}

// watched returns the folder in which a run would change what is compared.
func watched(dir, log string) string {
	if log == "" {
		return dir
	}
	return filepath.Dir(log)
}

// logOf returns the folder of the log that belongs to what is in dir: a trial's are
// images and log, side by side, and own files are below either. Where there is no such
// folder, it is the only log that was found; empty: there is none, or there are several.
func (v *verification) logOf(dir string) string {
	// Upwards, the nearest first.
	for up := dir; up != filepath.Dir(up); up = filepath.Dir(up) {
		log := filepath.Join(filepath.Dir(up), "log")
		if filepath.Base(up) != "images" && filepath.Base(up) != "log" {
			continue
		}
		if info, err := os.Stat(log); err == nil && info.IsDir() {
			return log
		}
	}
	only := ""
	for _, l := range v.lots {
		if l.held.Log && only != "" {
			return ""
		}
		if l.held.Log {
			only = l.dir
		}
	}
	return only
}

// A verifier verifies a folder as store.Verify does.
type verifier func(ctx context.Context, dir string) (string, error)

// verifyFolder verifies a folder with verify. A run beside it removes and replaces files: what
// is damaged, or cannot be read, counts only if the folder was the same before and
// after. The error is errBusy where it never is.
func verifyFolder(ctx context.Context, dir string, verify verifier) (string, error) {
	for range looks {
		// Before the first byte is read, so that no change is missed.
		before := filesIn(dir)
		text, err := verify(ctx, dir)
		// What was found right was right, whatever changed since.
		if err == nil || errors.Is(err, store.ErrNothing) || ctx.Err() != nil {
			return text, err
		}
		if before == filesIn(dir) {
			return text, err
		}
	}
	if filesIn(dir) == "" { // it is gone
		return "", store.ErrNothing
	}
	// Unless a lock says which.
	who := "another process changes its files"
	if h, ok := holderAbove(dir); ok {
		who = fmt.Sprintf("a run is under way (%s)", h)
	}
	return "", fmt.Errorf("%s: %w: %s; verify it when that is over", dir, errBusy, who)
}

// filesIn describes the files in a folder and below: equal texts, equal files.
func filesIn(dir string) string {
	var b strings.Builder
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error { // what is gone is not listed
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil {
			fmt.Fprintf(&b, "%s %d %d %v\n", path, info.Size(), info.ModTime().UnixNano(), info.Mode())
		}
		return nil
	})
	return b.String()
}

// holderAbove returns the run that has dir or a folder above it.
func holderAbove(dir string) (lock.Holder, bool) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return lock.Holder{}, false
	}
	for ; ; dir = filepath.Dir(dir) {
		for _, path := range []string{filepath.Join(dir, lock.Name), dir + lock.Name} {
			if h, ok := lock.HolderOf(path); ok {
				return h, true
			}
		}
		if _, err := os.Stat(dir); err != nil || dir == filepath.Dir(dir) {
			return lock.Holder{}, false
		}
	}
}
