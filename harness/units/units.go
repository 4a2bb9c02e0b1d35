// Package units writes figures and texts for people: numbers, shares, durations, sizes, plurals, and text
// that came out of a file. Each is written in one way, so that a quantity reads alike in a table, a chart, a
// verdict and a message.
//
// Its functions keep nothing and may be called concurrently. What is not a number or has no end is written
// as Missing by the functions that write a share, and as strconv does by the others.
package units

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Missing is written in place of a figure that there is none of.
const Missing = "–"

// Digits writes three significant digits, or all that stand before the point, and no exponent. More than six
// decimals are left out.
func Digits(v float64) string { return DigitsTo(v, 6) }

// DigitsTo is Digits with at most so many decimals: "0.05" and not "0.0500".
func DigitsTo(v float64, decimals int) string {
	if v == 0 {
		return "0"
	}
	// Three digits: as many decimals as the first digit's place leaves of them.
	return strconv.FormatFloat(v, 'f', max(0, min(2-exponent(v), decimals)), 64)
}

// exponent is the power of ten of v's first digit once v is rounded to three digits: 0 of 9.99, 1 of 9.999.
func exponent(v float64) int {
	_, e, _ := strings.Cut(strconv.FormatFloat(v, 'e', 2, 64), "e")
	n, err := strconv.Atoi(e)
	if err != nil { // no number, or without an end
		return 0
	}
	return n
}

// Fixed returns a function that writes so many decimals.
func Fixed(decimals int) func(float64) string {
	return func(v float64) string { return strconv.FormatFloat(v, 'f', decimals, 64) }
}

// Trimmed writes at most so many decimals, without zeros at the end: "1200", "0.25".
func Trimmed(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	// Left where a small negative number was rounded away.
	if s == "-0" {
		return "0"
	}
	return s
}

// Grouped writes a whole number in threes: "1,921,345". Half of one goes to the even neighbour.
func Grouped(v float64) string {
	// Without its sign, which would be counted among the digits.
	s := strconv.FormatFloat(math.Abs(v), 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if v < 0 && s != "0" {
		s = "-" + s
	}
	return s
}

// Large writes three digits and, from ten thousand on, thousands and millions as such: "9810", "12.3 k",
// "1.92 M".
func Large(v float64) string {
	switch a := math.Abs(v); {
	case math.IsInf(v, 0):
		return "infinitely many"
	case a >= 1e6:
		return Digits(v/1e6) + " M"
	case a >= 1e4:
		return Digits(v/1e3) + " k"
	}
	return Digits(v)
}

// Percent writes a share of one with so many decimals: "3.0 %".
func Percent(share float64, decimals int) string {
	if math.IsInf(share, 0) || math.IsNaN(share) {
		return Missing
	}
	return strconv.FormatFloat(100*share, 'f', decimals, 64) + " %"
}

// ShortPercent writes a share of one with as many decimals as it has, four at most: "5 %", "2.5 %".
func ShortPercent(share float64) string { return Trimmed(100*share, 4) + " %" }

// Plural writes how many there are of a noun: "1 trial", "3 trials".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// Count writes a number of records as configurations do, with four digits: "316k", "10M".
func Count(n float64) string {
	for _, u := range []struct {
		size float64
		unit string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if n*(1+1e-9) >= u.size { // a power of ten may come a bit short of itself
			return strconv.FormatFloat(n/u.size, 'g', 4, 64) + u.unit
		}
	}
	return strconv.FormatFloat(n, 'g', 4, 64)
}

// Size writes a number of bytes in MiB, what is begun counted as one, or from 1 GiB on in GiB: "64 MiB", "1.5 GiB".
func Size(n int64) string {
	if n >= 1<<30 {
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	}
	return fmt.Sprintf("%d MiB", (n+1<<20-1)>>20)
}

// Cut keeps at most so many letters; an ellipsis stands in place of the last where something was cut off.
func Cut(s string, letters int) string {
	r := []rune(s)
	if len(r) <= letters {
		return s
	}
	return string(r[:letters-1]) + "…"
}
