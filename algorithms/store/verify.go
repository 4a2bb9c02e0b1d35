package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/internal/wal"
)

// What Verify may find.
var (
	// ErrDamaged means that a file is not what was written.
	ErrDamaged = errors.New("damaged")
	// ErrNothing means that a folder holds nothing to verify.
	ErrNothing = errors.New("no image, manifest or log in it")
)

// Verify reads every byte of the images, manifests and logs in dir, and of the
// files of those kinds that algorithms keep of their own, and says what it found, for
// a person.
// The error is ErrDamaged where anything is, ErrNothing where there is nothing, or
// says why dir could not be read.
func Verify(ctx context.Context, dir string, own ...OwnKind) (report string, err error) {
	names, err := fs.OS().List(dir)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	none, damaged := true, false
	for _, k := range kinds(own) {
		if !slices.ContainsFunc(names, k.owns) {
			continue
		}
		none = false
		text, ok, err := k.verify(ctx, dir)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
		damaged = damaged || !ok
	}
	switch {
	case none:
		return "", fmt.Errorf("%s: %w", dir, ErrNothing)
	case damaged:
		return b.String(), fmt.Errorf("%s: %w", dir, ErrDamaged)
	}
	return b.String(), nil
}

// A kind is a kind of files that a folder may hold, and what reads all of them.
type kind struct {
	owns   func(name string) bool
	verify func(ctx context.Context, dir string) (text string, ok bool, err error)
}

func kinds(own []OwnKind) []kind {
	ks := []kind{
		{named("image-", "MANIFEST-"), verifyImages},
		{wal.Owns, verifyLog},
	}
	for _, k := range own {
		ks = append(ks, kind{k.Owns, verifyOwn(k)})
	}
	return ks
}

// named returns what reports whether a name begins with one of those.
func named(prefixes ...string) func(string) bool {
	return func(name string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
	}
}

// verifyOwn returns what verifies files of an algorithm's own.
func verifyOwn(k OwnKind) func(context.Context, string) (string, bool, error) {
	return func(ctx context.Context, dir string) (string, bool, error) {
		found, err := k.Verify(ctx, fs.OS(), dir)
		return fmt.Sprintf("%s: %s\n%s", filepath.Clean(dir), k.Title(), found), found.OK(), err
	}
}

// verifyImages checks a folder of images.
func verifyImages(_ context.Context, dir string) (text string, ok bool, err error) {
	r, err := image.Verify(fs.OS(), dir)
	return fmt.Sprintf("%s:\n%s", filepath.Clean(dir), r), r.OK(), err
}

// verifyLog checks a folder with a log. A torn end is what a crash leaves, and no damage.
func verifyLog(ctx context.Context, dir string) (text string, ok bool, _ error) {
	var b strings.Builder
	info, err := wal.Verify(ctx, fs.OS(), dir)
	fmt.Fprintf(&b, "%s: log of %d files, %d transactions, durable to epoch %d\n",
		filepath.Clean(dir), info.Files, info.Records, info.Durable)
	for _, c := range info.Cuts {
		fmt.Fprintf(&b, "  %s: torn end from byte %d on, %d bytes (never durable): %s\n", c.File, c.Offset, c.Bytes, c.Why)
	}
	if err != nil {
		fmt.Fprintf(&b, "  damaged: %v\n", err)
	}
	return b.String(), err == nil, nil
}
