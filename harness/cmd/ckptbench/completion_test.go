package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// complete asks bash what it would offer after these words.
func complete(t *testing.T, script string, words ...string) string {
	t.Helper()
	run := `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ckptbench; echo "${COMPREPLY[*]}"`
	out, err := exec.Command("bash", append([]string{"-c", run, script}, words...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestCompletion(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no bash")
	}
	var text, bad bytes.Buffer
	if status := ckptbench(t.Context(), []string{"completion", "bash"}, &text, &bad); status != 0 {
		t.Fatalf("status %d: %s", status, &bad)
	}
	script := filepath.Join(t.TempDir(), "ckptbench.bash")
	if err := os.WriteFile(script, text.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	check := func(want string, words ...string) {
		t.Helper()
		if got := complete(t, script, words...); got != want {
			t.Errorf("after %q: %q, want %q", words, got, want)
		}
	}
	check("list", "ckptbench", "li")
	check("validate", "ckptbench", "va")
	check("algorithms", "ckptbench", "list", "al")
	check("--only", "ckptbench", "run", "--on")
	check("lineairdb lineairdb-early", "ckptbench", "run", "--only", "line")
	check("mutex", "ckptbench", "run", "--profile", "mu")
	check("", "ckptbench", "run", "--out", "")
}

func TestEveryShell(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		var text, bad bytes.Buffer
		if status := ckptbench(t.Context(), []string{"completion", shell}, &text, &bad); status != 0 {
			t.Fatalf("%s: status %d: %s", shell, status, &bad)
		}
		for _, word := range []string{"run", "compare", "lineairdb-early", "dry-run"} {
			if !strings.Contains(text.String(), word) {
				t.Errorf("%s: no %s", shell, word)
			}
		}
	}
}

func TestSchemaIsPrinted(t *testing.T) {
	var text, bad bytes.Buffer
	if status := ckptbench(t.Context(), []string{"schema"}, &text, &bad); status != 0 || !json.Valid(text.Bytes()) {
		t.Fatalf("status %d: %s%s", status, &text, &bad)
	}
}
