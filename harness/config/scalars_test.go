package config

import (
	"math"
	"testing"
	"time"
)

func TestScalars(t *testing.T) {
	check := func(f field, text, want string) {
		t.Helper()
		if err := f.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
			return
		}
		got, err := f.MarshalText()
		if err != nil || string(got) != want {
			t.Errorf("%q is written %q (%v), want %q", text, got, err, want)
		}
	}
	count := func(text string, want Count, written string) {
		t.Helper()
		var c Count
		check(&c, text, written)
		if c != want {
			t.Errorf("%q is %d, want %d", text, int(c), int(want))
		}
	}
	count("0", 0, "0")
	count("1000", 1000, "1000")
	count("20_000_000", 20e6, "20M")
	count("1M", 1e6, "1M")
	count("1e6", 1e6, "1M")
	count("1E+6", 1e6, "1M")
	count("1.5M", 1.5e6, "1500k")
	count("1.5e3", 1500, "1500")
	count("2500e-2", 25, "25")
	count("10.0", 10, "10")
	count("12k", 12000, "12k")
	count("3G", 3e9, "3G")
	count("0e99", 0, "0")
	count("9223372036854775807", math.MaxInt64, "9223372036854775807")

	size := func(text string, want Size, written string) {
		t.Helper()
		var s Size
		check(&s, text, written)
		if s != want {
			t.Errorf("%q is %d, want %d", text, int64(s), int64(want))
		}
	}
	size("100", 100, "100B")
	size("100 B", 100, "100B")
	size("64MiB", 64<<20, "64MiB")
	size("64 MiB", 64<<20, "64MiB")
	size("1.5MiB", 3<<19, "1536KiB")
	size("0.0009765625KiB", 1, "1B")
	size("1GB", 1e9, "1GB")
	size("1kB", 1000, "1KB")
	size("1024KB", 1024000, "1000KiB")
	size("7TiB", 7<<40, "7TiB")

	duration := func(text string, want time.Duration, written string) {
		t.Helper()
		var d Duration
		check(&d, text, written)
		if time.Duration(d) != want {
			t.Errorf("%q is %v, want %v", text, time.Duration(d), want)
		}
	}
	duration("0", 0, "0s")
	duration("90s", 90*time.Second, "1m30s")
	duration("60s", time.Minute, "1m")
	duration("60m", time.Hour, "1h")
	duration("1h0m5s", time.Hour+5*time.Second, "1h0m5s")
	duration("1.5ms", 1500*time.Microsecond, "1.5ms")

	share := func(text string, want Share, written string) {
		t.Helper()
		var s Share
		check(&s, text, written)
		if s != want {
			t.Errorf("%q is %v, want %v", text, float64(s), float64(want))
		}
	}
	share("0.001%", 1e-5, "0.00001")
	share("0.00001", 1e-5, "0.00001")
	share("1e-5", 1e-5, "0.00001")
	share("33.3%", 0.333, "0.333")
	share("100%", 1, "1")
	share("0", 0, "0")
	share("1e-20", 1e-20, "1e-20")

	var r Rate
	check(&r, "70%", "70%")
	if r.Of(1000) != 700 || r.Closed() {
		t.Errorf("70%% of 1000 is %v", r.Of(1000))
	}
	check(&r, "200k txn/s", "200k/s")
	if r.Of(1000) != 200_000 {
		t.Errorf("200k/s is %v", r.Of(1000))
	}
	check(&r, "1_500", "1500/s")
	check(&r, "closed", "closed")
	if !r.Closed() || r.Of(1000) != 0 {
		t.Errorf("closed is %+v", r)
	}
	var b Bandwidth
	check(&b, "100MiB/s", "100MiB/s")
	check(&b, "unlimited", "unlimited")
	var s Seed
	check(&s, "18446744073709551615", "18446744073709551615")
	check(&s, "random", "random")
	check(&s, "0", "0")
}

// A failed read leaves the value as it was.
func TestScalarsKeepTheirValue(t *testing.T) {
	e := defaults("x", known)
	e.asked.Theta = new(0.5)
	for _, r := range rows {
		if r.at == nil {
			continue
		}
		before, _ := r.at(&e).MarshalText()
		for _, text := range []string{"\x00", "-1", "1..5", "99999999999999999999"} {
			if r.at(&e).UnmarshalText([]byte(text)) == nil {
				continue // a text may be anything
			}
			if after, _ := r.at(&e).MarshalText(); string(after) != string(before) {
				t.Errorf("%s: %q makes %q of %q", r.name, text, after, before)
			}
		}
	}
}
