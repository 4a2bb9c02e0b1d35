package lock

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestOneHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), Name)
	if h, ok := HolderOf(path); ok {
		t.Errorf("held by %s before anybody took it", h)
	}
	l, err := Take(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Take(path)
	if !errors.Is(err, ErrHeld) || !strings.Contains(err.Error(), "pid ") || !strings.Contains(err.Error(), os.Args[0]) {
		t.Errorf("error %v, want who holds it", err)
	}
	if h, ok := HolderOf(path); !ok || h.PID != os.Getpid() {
		t.Errorf("held by %s, %v", h, ok)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file stays: %v", err)
	}
	if l, err = Take(path); err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
}

// A file that is left by a process that was killed is no lock.
func TestLeftFileIsNoLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), Name)
	if err := os.WriteFile(path, []byte(`{"pid":1}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if h, ok := HolderOf(path); ok {
		t.Errorf("held by %s", h)
	}
	l, err := Take(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
}

// Takers that come and go at once, each removing the file, never hold it together.
func TestNeverTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), Name)
	var wg sync.WaitGroup
	var mu sync.Mutex
	holding, taken := 0, 0
	for range 4 {
		wg.Go(func() {
			for range 50 {
				l, err := Take(path)
				if errors.Is(err, ErrHeld) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				holding, taken = holding+1, taken+1
				if holding > 1 {
					t.Error("two hold it")
				}
				mu.Unlock()
				mu.Lock()
				holding--
				mu.Unlock()
				if err := l.Release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if taken == 0 {
		t.Error("nobody took it")
	}
}
