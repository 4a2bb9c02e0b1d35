// Package builds builds the program of two revisions with the same flags, so that
// nothing but the sources differs.
package builds

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrBuild means that a revision is not there or does not build.
var ErrBuild = errors.New("cannot build")

// program is the package of the program, from the top of the repository.
const program = "./harness/cmd/ckptbench"

// A Repository is a git repository of the project.
type Repository struct {
	Top string // its top folder
}

// Find returns the repository that dir lies in.
func Find(ctx context.Context, dir string) (Repository, error) {
	top, err := output(ctx, dir, "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return Repository{}, fmt.Errorf("%w: %s is in no git repository: %w", ErrBuild, dir, err)
	}
	return Repository{Top: top}, nil
}

// Commit returns the full name of a revision.
func (r Repository) Commit(ctx context.Context, revision string) (string, error) {
	// --end-of-options: a revision that begins with a hyphen is no flag.
	commit, err := output(ctx, r.Top, "git", "rev-parse", "--verify", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return "", fmt.Errorf("%w: the repository has no revision %q (a shallow clone lacks old ones: git fetch "+
			"--unshallow): %w", ErrBuild, revision, err)
	}
	return commit, nil
}

// Dirty reports whether tracked files differ from the last commit. Paths from the
// top that are in except do not count.
func (r Repository) Dirty(ctx context.Context, except ...string) (bool, error) {
	// Files that git does not track are not looked at.
	args := []string{"status", "--porcelain", "--untracked-files=no", "--", "."}
	for _, path := range except {
		args = append(args, ":(exclude)"+path)
	}
	out, err := output(ctx, r.Top, "git", args...)
	if err != nil {
		return false, fmt.Errorf("look for changes: %w", err)
	}
	return out != "", nil
}

// Head builds the sources as they lie in the repository's folder, changes included.
func (r Repository) Head(ctx context.Context, binary string) error {
	return build(ctx, r.Top, binary)
}

// A Tree is a checked-out revision in a folder of its own.
type Tree struct {
	Dir string

	repository Repository
}

// Checkout checks a commit out into dir, which must not exist. The caller has to
// Remove the tree.
func (r Repository) Checkout(ctx context.Context, commit, dir string) (Tree, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Tree{}, fmt.Errorf("check out %s: %w", commit, err)
	}
	if _, err := output(ctx, r.Top, "git", "worktree", "add", "--quiet", "--detach", dir, commit); err != nil {
		return Tree{}, fmt.Errorf("%w: check out %s: %w", ErrBuild, commit, err)
	}
	return Tree{Dir: dir, repository: r}, nil
}

// Build builds the tree's sources.
func (t Tree) Build(ctx context.Context, binary string) error { return build(ctx, t.Dir, binary) }

// Remove deletes the tree's folder and what git knows of it. It works after a
// context has ended, too.
func (t Tree) Remove() error {
	_, err := output(context.Background(), t.repository.Top, "git", "worktree", "remove", "--force", t.Dir)
	if err != nil {
		return fmt.Errorf("remove the folder of base %s: %w", t.Dir, err)
	}
	return nil
}

// build builds the program of the sources in dir. No path and no revision gets
// into the binary: two trees of one commit give the same bytes.
func build(ctx context.Context, dir, binary string) error {
	binary, err := filepath.Abs(binary)
	if err != nil {
		return fmt.Errorf("build %s: %w", binary, err)
	}
	if _, err := output(ctx, dir, "go", "build", "-trimpath", "-buildvcs=false", "-o", binary, program); err != nil {
		return fmt.Errorf("%w: %w", ErrBuild, err)
	}
	return nil
}

// output runs a command in dir and returns what it prints. The error holds the
// last line of its stderr.
func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, environment()
	out, err := cmd.Output()
	if err == nil {
		return strings.TrimSpace(string(out)), nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	said := ""
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		said = lastLine(string(failed.Stderr))
	}
	return "", fmt.Errorf("%s %s: %w: %s", name, args[0], err, said)
}

// environment leaves out what git sets for its hooks: there it would name another
// repository than that of the folder.
func environment() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_DIR=") && !strings.HasPrefix(v, "GIT_WORK_TREE=") &&
			!strings.HasPrefix(v, "GIT_INDEX_FILE=") {
			env = append(env, v)
		}
	}
	return env
}

// lastLine is the last line of a command's output, which mostly names the fault.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}
