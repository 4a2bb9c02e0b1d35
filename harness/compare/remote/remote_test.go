package remote

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestMain makes the test's own binary the child, where a test asks for one.
func TestMain(m *testing.M) {
	switch os.Getenv("REMOTE_TEST_CHILD") {
	case "":
		os.Exit(m.Run())
	case "serve":
		if err := fakeProgram().Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "old":
		fmt.Fprintln(os.Stderr, "Usage: ckptbench <command>\nckptbench: unexpected argument slices")
		os.Exit(2)
	case "newer":
		fmt.Println(`{"version":99}`)
		time.Sleep(time.Minute)
	case "chatty":
		fmt.Println("hello, I am no protocol")
	}
}

// A fakeStore counts what is asked of it.
type fakeStore struct {
	algorithm string
	touched   float64
	capturing bool
	images    int
}

func fakeProgram() Program {
	return Program{
		Algorithms: []string{"none", "calc"},
		Open: func(_ context.Context, c Cell) (Store, error) {
			if c.Algorithm == "nobody" {
				return nil, errors.New("no such algorithm")
			}
			return &fakeStore{algorithm: c.Algorithm}, nil
		},
		Exact: func(_ context.Context, c Cell) ([]Figure, error) {
			return []Figure{{Name: "length of the config", Unit: "B", Value: float64(len(c.Config))}}, nil
		},
	}
}

func (s *fakeStore) Run(d time.Duration) (Slice, error) {
	switch s.algorithm {
	case "dies":
		fmt.Fprintln(os.Stderr, "a long trace\nout of memory")
		os.Exit(3)
	case "fails":
		return Slice{}, errors.New("worker 1 failed")
	}
	if s.capturing {
		s.images++
	}
	return Slice{Rate: 1000, Elapsed: int64(d), Host: 5}, nil
}

func (s *fakeStore) Touch(share float64) error { s.touched = share; return nil }

func (s *fakeStore) Load() error {
	if s.touched != 1 {
		return fmt.Errorf("only %v of the memory is present", s.touched)
	}
	return nil
}

func (s *fakeStore) StartCaptures() error       { s.capturing = true; return nil }
func (s *fakeStore) StopCaptures() (int, error) { s.capturing = false; return s.images, nil }
func (s *fakeStore) Close() error               { return nil }

func child(t *testing.T, kind string) (*Process, error) {
	t.Helper()
	t.Setenv("REMOTE_TEST_CHILD", kind)
	p, err := Start(t.Context(), os.Args[0])
	if err == nil {
		t.Cleanup(func() { _ = p.Close() })
	}
	return p, err
}

func TestProcess(t *testing.T) {
	p, err := child(t, "serve")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Algorithms) != 2 || !strings.HasPrefix(p.Go, "go") {
		t.Errorf("the child says %v, %q", p.Algorithms, p.Go)
	}
	if err := p.Open(Cell{Algorithm: "calc", Config: "records: 1"}); err != nil {
		t.Fatal(err)
	}
	if err := p.Load(); err == nil || !strings.Contains(err.Error(), "only 0 of the memory") {
		t.Errorf("load before touch: %v", err)
	}
	if err := errors.Join(p.Touch(0.5), p.Touch(1), p.Load()); err != nil {
		t.Fatal(err)
	}
	s, err := p.Run(10 * time.Millisecond)
	if err != nil || s.Rate != 1000 || s.Host != 5 || s.End.Sub(s.Start) != 10*time.Millisecond {
		t.Errorf("slice %+v, %v", s, err)
	}
	if err := p.StartCaptures(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := p.Run(time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := p.StopCaptures(); n != 3 || err != nil {
		t.Errorf("%d images, %v", n, err)
	}
	fs, err := p.Exact(Cell{Config: "12345"})
	if err != nil || len(fs) != 1 || fs[0].Value != 5 || fs[0].Unit != "B" {
		t.Errorf("figures %v, %v", fs, err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

// TestFailures: a request that fails says why and leaves the child alive; a child
// that ends says its last line.
func TestFailures(t *testing.T) {
	p, err := child(t, "serve")
	if err != nil {
		t.Fatal(err)
	}
	wants := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	_, err = p.Run(time.Millisecond)
	wants(err, "run: no store is open")
	wants(p.Open(Cell{Algorithm: "nobody"}), "no such algorithm")
	if err := p.Open(Cell{Algorithm: "fails"}); err != nil {
		t.Fatal(err)
	}
	_, err = p.Run(time.Millisecond)
	wants(err, "worker 1 failed")
	if err := p.Open(Cell{Algorithm: "dies"}); err != nil {
		t.Fatal(err)
	}
	_, err = p.Run(time.Millisecond)
	wants(err, "run: the process ended; it said: out of memory")
	if err := p.Close(); err != nil {
		t.Errorf("close a process that ended: %v", err)
	}
}

func TestOtherProtocols(t *testing.T) {
	for kind, want := range map[string]string{
		"old": "unexpected argument slices", "newer": "version 99", "chatty": "invalid character",
	} {
		if _, err := child(t, kind); !errors.Is(err, ErrProtocol) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if _, err := Start(t.Context(), "/nowhere/ckptbench"); err == nil || errors.Is(err, ErrProtocol) {
		t.Errorf("a program that is not there: %v", err)
	}
}

// TestVersionInTheError keeps the message and the number together.
func TestVersionInTheError(t *testing.T) {
	if want := fmt.Sprintf("version %d ", Version); !strings.Contains(ErrProtocol.Error(), want) {
		t.Errorf("%q does not name %s", ErrProtocol, want)
	}
}

func TestServe(t *testing.T) {
	check := func(in, want string, fails bool) {
		t.Helper()
		var out strings.Builder
		err := fakeProgram().Serve(t.Context(), strings.NewReader(in), &out)
		if !strings.Contains(out.String(), want) || (err != nil) != fails {
			t.Errorf("%s: answered %q, %v; want %q", in, out.String(), err, want)
		}
	}
	check(`{"op":"hello"}`, `"version":2`, false)
	check(`{"op":"jump"}`, `jump: no store is open, or no such operation`, false)
	check(`{"op":"open"}{"op":"jump"}`, `unknown operation \"jump\"`, false)
	check(`{"op":"capture","on":true}`, `no store is open`, false)
	check(`{"op":"open","algorithm":"calc"}{"op":"run","ns":7}`, `"elapsed_ns":7`, false)
	check(`{"op":"open"`, "", true)
	check("", "", false)
}
