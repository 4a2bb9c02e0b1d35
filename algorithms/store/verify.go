package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
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

// Verify reads every byte of the images, manifests and logs in dir and says what
// it found, for a person. The error is ErrDamaged where anything is, ErrNothing
// where there is nothing, or says why dir could not be read.
func Verify(ctx context.Context, dir string) (report string, err error) {
	names, err := fs.OS().List(dir)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	images, logs := tally(names)
	if images == 0 && logs == 0 {
		return "", fmt.Errorf("%s: %w", dir, ErrNothing)
	}
	var damaged bool
	if images > 0 {
		r, err := image.Verify(fs.OS(), dir)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s:\n%s", filepath.Clean(dir), r)
		damaged = !r.OK()
	}
	if logs > 0 {
		damaged = verifyLog(ctx, &b, dir) || damaged
	}
	if damaged {
		return b.String(), fmt.Errorf("%s: %w", dir, ErrDamaged)
	}
	return b.String(), nil
}

// tally counts the files of images and of logs.
func tally(names []string) (images, logs int) {
	for _, n := range names {
		switch {
		case strings.HasPrefix(n, "image-"), strings.HasPrefix(n, "MANIFEST-"):
			images++
		case strings.HasPrefix(n, "log-"):
			logs++
		}
	}
	return images, logs
}

func verifyLog(ctx context.Context, b *strings.Builder, dir string) (damaged bool) {
	info, err := wal.Verify(ctx, fs.OS(), dir)
	fmt.Fprintf(b, "%s: log of %d files, %d transactions, durable to epoch %d\n",
		filepath.Clean(dir), info.Files, info.Records, info.Durable)
	for _, c := range info.Cuts {
		fmt.Fprintf(b, "  %s: torn end from byte %d on, %d bytes (never durable): %s\n", c.File, c.Offset, c.Bytes, c.Why)
	}
	if err != nil {
		fmt.Fprintf(b, "  damaged: %v\n", err)
	}
	return err != nil
}
