package durable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

var errTest = errors.New("test")

var (
	plain = &Kind{Name: "thing"}
	full  = &Kind{Name: "thing", Path: true, Remedy: "make another"}
)

// A damage says which file it is, where it is damaged, and what to do; it is of one kind.
func TestDamage(t *testing.T) {
	d := plain.Damage("dir/file", 7, "%d is not %d", 1, 2).In("block %d", 3)
	if got, want := d.Error(), "file is damaged at offset 7, block 3: 1 is not 2"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := full.Damage("dir/file", 0, "bad").Error(),
		"thing dir/file is damaged at offset 0: bad; make another"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	joined := errors.Join(errTest, fmt.Errorf("read: %w", d))
	if !errors.Is(joined, plain) || errors.Is(joined, full) {
		t.Error("damage is not told by its kind")
	}
}

// The checksum of parts is that of the whole, and is the one that the formats name.
func TestChecksum(t *testing.T) {
	b := []byte("123456789")
	if got := Checksum(b); got != 0xe3069283 { // the check value of CRC-32C
		t.Errorf("checksum %08x", got)
	}
	for i := range b {
		if got := Extend(Checksum(b[:i]), b[i:]); got != Checksum(b) {
			t.Errorf("split at %d: %08x", i, got)
		}
	}
}

func TestZero(t *testing.T) {
	b := make([]byte, 19)
	for n := range b {
		if !Zero(b[:n]) {
			t.Errorf("%d zeros", n)
		}
		for i := range n {
			b[i] = 1
			if Zero(b[:n]) {
				t.Errorf("byte %d of %d is not zero", i, n)
			}
			b[i] = 0
		}
	}
}

// A manifest is read only where it is, byte for byte, what was written.
func TestText(t *testing.T) {
	const title = "title 1\n"
	encode := func(lines []string) []byte { return SealText([]byte(title + strings.Join(lines, ""))) }
	read := func(b []byte) (lines []string, err error) {
		err = full.OpenText("f", title, b, func(i int, s string) error {
			if i != len(lines) {
				t.Errorf("line %d comes after %d lines", i, len(lines))
			}
			if lines = append(lines, strings.ReplaceAll(s, "  ", " ")); s == "bad\n" {
				return errTest
			}
			return nil
		}, func() []byte { return encode(lines) })
		return lines, err
	}
	for n := range 3 {
		want := []string{"a 1\n", "b 2\n"}[:n]
		if got, err := read(encode(want)); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
	good := encode([]string{"a 1\n", "b 2\n"})
	for i := range good {
		good[i] ^= 1
		if _, err := read(good); !errors.Is(err, full) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		good[i] ^= 1
		if _, err := read(good[:i]); !errors.Is(err, full) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
	}
	for text, want := range map[string]string{
		"title 2\na 1\n":      "at offset 0: line 1: ",
		title + "a 1\nbad\n":  "at offset 12: line 3: test;",
		title + "a  1\nb 2\n": "at offset 0: it is not as a writer writes it",
	} {
		if _, err := read(SealText([]byte(text))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, n := range []uint64{1, 999_999, 1_000_000, 1<<63 - 1} {
		if got, ok := Number("x-", 6, Name("x-", 6, n)); !ok || got != n {
			t.Errorf("%d came back as %d, %t", n, got, ok)
		}
	}
	names := []string{"x-000002", "x-000000", "x-0000003", "x-4", "x-+00005", "y-000006", "x-000007.tmp", "x-",
		"x-9223372036854775808", "x-000010"}
	if got := Generations("x-", 6, names); !slices.Equal(got, []uint64{10, 2}) {
		t.Errorf("numbers %d of %q", got, names)
	}
}

// Damaged generations are passed over, down to the oldest that is asked for.
func TestWhole(t *testing.T) {
	read := func(n uint64) (string, error) {
		switch n {
		case 0:
			return "", errTest
		case 3, 1:
			return "", fmt.Errorf("read: %w", plain.Damage(fmt.Sprint(n), 0, "bad"))
		}
		return fmt.Sprint(n), nil
	}
	whole, damaged, err := Whole([]uint64{4, 3, 2, 1, 0}, 2, read)
	if err != nil || !slices.Equal(whole, []string{"4", "2"}) || len(damaged) != 1 {
		t.Errorf("%q, %v, %v", whole, damaged, err)
	}
	if _, damaged, err := Whole([]uint64{4, 3, 2, 1, 0}, 3, read); err != errTest || len(damaged) != 2 {
		t.Errorf("%v, %v", damaged, err)
	}
}

// Each part is taken once, whatever the number of workers; the first error ends all.
func TestShare(t *testing.T) {
	for _, workers := range []int{-1, 0, 1, 2, 5} {
		for parts := range 5 {
			var mu sync.Mutex
			var got []int
			err := Share(t.Context(), workers, parts, func(_ context.Context, worker, part int) error {
				mu.Lock()
				defer mu.Unlock()
				if worker < 0 || worker >= max(1, workers) {
					t.Errorf("worker %d of %d", worker, workers)
				}
				got = append(got, part)
				return nil
			})
			if slices.Sort(got); err != nil || len(got) != parts || parts > 0 && (got[0] != 0 || got[parts-1] != parts-1) {
				t.Errorf("%d workers, %d parts: %v, %v", workers, parts, got, err)
			}
		}
	}
	calls := 0
	err := Share(t.Context(), 1, 9, func(ctx context.Context, _, part int) error {
		if calls++; part == 3 {
			return errTest
		}
		return ctx.Err()
	})
	if err != errTest || calls != 4 {
		t.Errorf("%d calls, %v", calls, err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(io.ErrUnexpectedEOF)
	if err := Share(ctx, 2, 9, func(context.Context, int, int) error { return nil }); err != io.ErrUnexpectedEOF {
		t.Errorf("cancelled: %v", err)
	}
}

// A file is read whole, or is damaged; only what the file system says is another error.
func TestReadFile(t *testing.T) {
	m := fstest.NewMem()
	if err := fs.WriteFile(m, "f", []byte("text")); err != nil {
		t.Fatal(err)
	}
	if b, err := plain.ReadFile(m, "f", 4); err != nil || string(b) != "text" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := plain.ReadFile(m, "f", 3); !errors.Is(err, plain) {
		t.Errorf("longer than it may be: %v", err)
	}
	if _, err := plain.ReadFile(m, "g", 3); err == nil || errors.Is(err, plain) {
		t.Errorf("missing: %v", err)
	}
	f, err := m.Open("f", false)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := plain.ReadFull(f, "f", make([]byte, 3), 2); err == nil ||
		err.Error() != "f is damaged at offset 2: it ends after 2 of 3 bytes" {
		t.Errorf("cut short: %v", err)
	}
}
