package tsc

import (
	"strings"
	"testing"
	"time"
)

// Conversions by value: a counter of 2.5 GHz, from a known moment.
func TestConversions(t *testing.T) {
	zero := time.Unix(1000, 0)
	now := uint64(0)
	c := Of(func() uint64 { return now }, 0.4, zero)
	now = 5
	if c.Now() != 5 {
		t.Errorf("reads %d, want 5", c.Now())
	}
	for ticks, want := range map[uint64]uint64{0: 0, 1: 0, 2: 1, 5: 2, 2_500_000: 1_000_000,
		2_500_000_000 * 3600: 3600_000_000_000} {
		if got := c.Nanoseconds(ticks); got > want+want/1e9 || got+1+want/1e9 < want {
			t.Errorf("%d ticks are %d ns, want %d", ticks, got, want)
		}
	}
	if got := c.Between(100, 350); got != 100 {
		t.Errorf("250 ticks are %d ns, want 100", got)
	}
	if got := c.Between(350, 349); got != 0 {
		t.Errorf("a step backward is %d ns, want 0", got)
	}
	if got := c.In(time.Second); got != 2_500_000_000 {
		t.Errorf("a second has %d ticks", got)
	}
	if got := c.At(zero.Add(time.Millisecond)); got != 2_500_000 {
		t.Errorf("after a millisecond it reads %d", got)
	}
	if got := c.Time(2_500_000_000).Sub(zero); got != time.Second {
		t.Errorf("2.5 G ticks are %v after zero", got)
	}
	if before := c.Time(c.At(zero.Add(-time.Second))); before.Sub(zero) != -time.Second {
		t.Errorf("a second before zero comes back as %v", before.Sub(zero))
	}
}

// Whatever the source, readings do not go back within a goroutine that stays, and
// both directions of the conversion agree.
func TestClocks(t *testing.T) {
	for name, c := range map[string]*Clock{"chosen": New(), "monotonic": Monotonic()} {
		last := c.Now()
		for range 1000 {
			now := c.Now()
			if c.Between(last, now) > uint64(time.Hour) {
				t.Errorf("%s: from %d to %d", name, last, now)
			}
			last = now
		}
		c.Anchor()
		at := time.Now()
		if off := c.Time(c.At(at)).Sub(at); off > time.Microsecond || off < -time.Microsecond {
			t.Errorf("%s: a time comes back %v off", name, off)
		}
		if d := c.Drift(); d < -1 || d > 1 {
			t.Errorf("%s: drift %v", name, d)
		}
	}
}

// The counter is used only where every processor promises an invariant one.
func TestPromised(t *testing.T) {
	both := "processor\t: 0\nflags\t\t: fpu tsc constant_tsc nonstop_tsc\n"
	for text, want := range map[string]bool{
		"":          false,
		both:        true,
		both + both: true,
		both + strings.Replace(both, "nonstop_tsc", "", 1):                             false,
		strings.Replace(both, "constant_tsc ", "", 1):                                  false,
		"flags : xconstant_tsc nonstop_tsc\n":                                          false,
		"model name : constant_tsc nonstop_tsc\nvmx flags\t: constant_tsc nonstop_tsc": false,
	} {
		if got := promised(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func BenchmarkNow(b *testing.B) {
	c := New()
	b.Run("counter", func(b *testing.B) {
		for b.Loop() {
			Now()
		}
	})
	b.Run("clock", func(b *testing.B) {
		for b.Loop() {
			c.Now()
		}
	})
	b.Run("time.Since", func(b *testing.B) {
		zero := time.Now()
		for b.Loop() {
			time.Since(zero)
		}
	})
}
