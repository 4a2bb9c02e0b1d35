package builds

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repository makes a git repository with a program of the project's layout in two
// commits, which print 1 and 2.
func repository(t *testing.T) (r Repository, first string) {
	t.Helper()
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.org"}, args...)...)
		cmd.Dir, cmd.Env = dir, environment()
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	put(t, filepath.Join(dir, "go.mod"), "module example.org/p\n\ngo 1.24\n")
	main := filepath.Join(dir, "harness", "cmd", "ckptbench", "main.go")
	git("init", "--quiet")
	for _, n := range []string{"1", "2"} {
		put(t, main, "package main\n\nfunc main() { print("+n+") }\n")
		git("add", ".")
		git("commit", "--quiet", "-m", n)
	}
	r, err := Find(t.Context(), filepath.Dir(main))
	if err != nil {
		t.Fatal(err)
	}
	if first, err = r.Commit(t.Context(), "HEAD~1"); err != nil {
		t.Fatal(err)
	}
	return r, first
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func prints(t *testing.T, binary string) string {
	t.Helper()
	out, err := exec.Command(binary).CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestBuilds builds both revisions, and leaves nothing of base behind.
func TestBuilds(t *testing.T) {
	r, first := repository(t)
	tmp := t.TempDir()
	base, head, again := filepath.Join(tmp, "base"), filepath.Join(tmp, "head"), filepath.Join(tmp, "again")
	tree, err := r.Checkout(t.Context(), first, filepath.Join(tmp, "tree"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(tree.Build(t.Context(), base), r.Head(t.Context(), head)); err != nil {
		t.Fatal(err)
	}
	if b, h := prints(t, base), prints(t, head); b != "1" || h != "2" {
		t.Errorf("base prints %s and head %s", b, h)
	}
	put(t, filepath.Join(r.Top, "harness", "cmd", "ckptbench", "main.go"), "package main\n\nfunc main() { print(3) }\n")
	if err := r.Head(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	if got := prints(t, again); got != "3" {
		t.Errorf("with a change that is not committed it prints %s", got)
	}
	if err := tree.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(tree.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the tree is still there: %v", err)
	}
	if list, err := output(t.Context(), r.Top, "git", "worktree", "list"); err != nil || strings.Count(list, "\n") != 0 {
		t.Errorf("worktrees left: %s, %v", list, err)
	}
}

// TestSameSources: the folder is no part of the binary.
func TestSameSources(t *testing.T) {
	r, _ := repository(t)
	commit, err := r.Commit(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	tmp := t.TempDir()
	tree, err := r.Checkout(t.Context(), commit, filepath.Join(tmp, "tree"))
	if err != nil {
		t.Fatal(err)
	}
	a, b := filepath.Join(tmp, "a"), filepath.Join(tmp, "b")
	if err := errors.Join(tree.Build(t.Context(), a), r.Head(t.Context(), b), tree.Remove()); err != nil {
		t.Fatal(err)
	}
	if read(t, a) != read(t, b) {
		t.Error("one commit gave two binaries")
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestDirty(t *testing.T) {
	r, _ := repository(t)
	check := func(want bool, except ...string) {
		t.Helper()
		if got, err := r.Dirty(t.Context(), except...); err != nil || got != want {
			t.Errorf("dirty except %v: %v, %v", except, got, err)
		}
	}
	check(false)
	put(t, filepath.Join(r.Top, "stray"), "untracked")
	check(false)
	put(t, filepath.Join(r.Top, "go.mod"), "module example.org/q\n\ngo 1.24\n")
	check(true)
	check(false, "go.mod")
}

func TestErrors(t *testing.T) {
	r, first := repository(t)
	_, noRepository := Find(t.Context(), t.TempDir())
	_, noRevision := r.Commit(t.Context(), "nowhere")
	_, option := r.Commit(t.Context(), "--all")
	_, taken := r.Checkout(t.Context(), first, r.Top)
	put(t, filepath.Join(r.Top, "harness", "cmd", "ckptbench", "main.go"), "package main\n\nfunc main() { nothing }\n")
	broken := r.Head(t.Context(), filepath.Join(t.TempDir(), "x"))
	for want, err := range map[string]error{
		"in no git repository": noRepository, `no revision "nowhere"`: noRevision, `no revision "--all"`: option,
		"check out": taken, "go build": broken,
	} {
		if !errors.Is(err, ErrBuild) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Commit(ended, "HEAD"); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}
