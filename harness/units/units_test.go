package units

import (
	"math"
	"testing"
)

func TestNumbers(t *testing.T) {
	check := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	check(Digits(0.912), "0.912")
	check(Digits(41.234), "41.2")
	check(Digits(500.4), "500")
	check(Digits(12345), "12345")
	check(Digits(-0.00123), "-0.00123")
	check(Digits(1e-12), "0.000000")
	check(Digits(0), "0")
	check(Digits(9.996), "10.0") // and not 10.00: it has three digits
	check(Digits(99.97), "100")
	check(Digits(0.9999), "1.00")
	check(DigitsTo(0.05, 2), "0.05")
	check(DigitsTo(9.996, 2), "10.0")
	check(Fixed(2)(1.005), "1.00")
	check(Trimmed(1200, 3), "1200")
	check(Trimmed(0.25, 3), "0.25")
	check(Trimmed(0.0001, 3), "0")
	check(Trimmed(-0.0001, 3), "0")
	check(Trimmed(1500, 0), "1500")
	check(Grouped(1921345.4), "1,921,345")
	check(Grouped(-1234), "-1,234")
	check(Grouped(999), "999")
	check(Grouped(-0.2), "0")
	check(Grouped(2.5), "2")
	check(Large(9810), "9810")
	check(Large(12345), "12.3 k")
	check(Large(-1.92e6), "-1.92 M")
	check(Large(0), "0")
	check(Large(math.Inf(1)), "infinitely many")
	check(Count(316e3), "316k")
	check(Count(1e7), "10M")
	check(Count(999), "999")
	check(Count(999.9999999), "1k")
	check(Plural(1, "trial"), "1 trial")
	check(Plural(0, "trial"), "0 trials")
	check(Cut("abc", 3), "abc")
	check(Cut("äbcd", 3), "äb…")
}

func TestShares(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Percent(0.03, 1), "3.0 %"},
		{Percent(0.03141, 2), "3.14 %"},
		{Percent(math.Inf(1), 1), Missing},
		{Percent(math.NaN(), 1), Missing},
		{ShortPercent(0.05), "5 %"},
		{ShortPercent(0.025), "2.5 %"},
		{ShortPercent(0), "0 %"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestSizes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 MiB", 1: "1 MiB", 64 << 20: "64 MiB", 1<<30 - 1: "1024 MiB",
		1 << 30: "1.0 GiB", 3 << 29: "1.5 GiB"} {
		if got := Size(n); got != want {
			t.Errorf("Size(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestSI(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 1: "1.00", -1.42e6: "-1.42M", 999.9: "1000", 45600: "45.6k",
		0.0123: "12.3m", 9.996: "10.0"} {
		if got := SI(v); got != want {
			t.Errorf("SI(%v) = %s, want %s", v, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0 s", 1.1: "1.10 s", 0.82: "820 ms", 12e-6: "12.0 µs", 4000: "4000 s"} {
		if got := Duration(v); got != want {
			t.Errorf("Duration(%v) = %s, want %s", v, got, want)
		}
	}
	for v, want := range map[float64]string{1e-5: "10 µs", 0.1: "100 ms", 1.5: "1.5 s", 2000: "2000 s"} {
		if got := Seconds(v); got != want {
			t.Errorf("Seconds(%v) = %s, want %s", v, got, want)
		}
	}
}
