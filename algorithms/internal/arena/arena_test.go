package arena

import "testing"

// An arena is zero, writable from end to end, aligned to a cache line, and
// counted as long as it lives, and no longer.
func TestArena(t *testing.T) {
	check := func(n int, o Options, counted int64) {
		t.Helper()
		var m Meter
		a, err := New(n, o, &m)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Bytes()) != n || uintptr(a.Base())%64 != 0 {
			t.Errorf("%d bytes at %p, want %d on a cache line", len(a.Bytes()), a.Base(), n)
		}
		a.Touch()
		for i, b := range a.Bytes() {
			if b != 0 {
				t.Fatalf("byte %d of %d is %d, want 0", i, n, b)
			}
			a.Bytes()[i] = 1
		}
		a.Touch()
		for i, b := range a.Bytes() {
			if b != 1 {
				t.Fatalf("byte %d of %d is %d after Touch, want 1", i, n, b)
			}
		}
		if m.Used() != counted {
			t.Errorf("%d bytes in use, want %d", m.Used(), counted)
		}
		for range 2 {
			if err := a.Free(); err != nil || m.Used() != 0 || m.Peak() != counted {
				t.Errorf("after Free: %v, %d bytes in use, %d at the peak, want 0 and %d", err, m.Used(), m.Peak(), counted)
			}
		}
	}
	check(0, Options{}, 0)
	check(1, Options{}, 1)
	check(4096, Options{}, 4096)
	check(1<<20+7, Options{Huge: true}, 1<<20+7)
	check(100_000, Options{Lazy: true}, 0)
	if _, err := New(-1, Options{}, new(Meter)); err == nil {
		t.Error("an arena of -1 bytes was made")
	}
	var none *Arena
	if err := none.Free(); err != nil {
		t.Errorf("Free of nothing: %v", err)
	}
}

// What was forgotten can be written and read again.
func TestForget(t *testing.T) {
	a, err := New(1<<16, Options{Lazy: true}, new(Meter))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Free()
	for _, n := range []int{0, 4096, 5000, 1 << 16} {
		if err := a.Forget(n); err != nil {
			t.Fatal(err)
		}
		a.Bytes()[0], a.Bytes()[1<<16-1] = 7, 8
		if a.Bytes()[0] != 7 || a.Bytes()[1<<16-1] != 8 {
			t.Errorf("after forgetting %d bytes nothing can be kept there", n)
		}
	}
}

// The peak is the most there was at once, not the sum.
func TestMeter(t *testing.T) {
	var m Meter
	for _, n := range []int64{5, -3, 2, -4, 6} {
		m.Add(n)
	}
	if m.Used() != 6 || m.Peak() != 6 {
		t.Errorf("%d in use, %d at the peak, want 6 and 6", m.Used(), m.Peak())
	}
	m.Add(-6)
	if m.Used() != 0 || m.Peak() != 6 {
		t.Errorf("%d in use, %d at the peak, want 0 and 6", m.Used(), m.Peak())
	}
}
