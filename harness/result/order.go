package result

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Points returns the matrix points of e's trials, each once, keys in the
// config's order and values in rising order ("64KiB" before "1MiB").
func (e *Experiment) Points() [][]Param {
	var out [][]Param
	for i := range e.Trials {
		p := e.Trials[i].Params
		if !slices.ContainsFunc(out, func(q []Param) bool { return slices.Equal(p, q) }) {
			out = append(out, p)
		}
	}
	// Stable, so that values that compare equal stay as the config has them.
	slices.SortStableFunc(out, comparePoints)
	return out
}

// comparePoints orders points as a person would: by key, numbers by their size.
// Points of one experiment have the same keys in the same order.
func comparePoints(a, b []Param) int {
	return slices.CompareFunc(a, b, func(x, y Param) int {
		if x.Key != y.Key {
			return cmp.Compare(x.Key, y.Key)
		}
		return compareValues(x.Value, y.Value)
	})
}

// compareValues compares numbers, with a unit or without, by their size, and
// ranges of them by their ends, puts numbers before words, and words in the order
// of their letters.
func compareValues(a, b string) int {
	if x, y, ok := rangeEnds(a, b); ok {
		return cmp.Compare(x, y)
	}
	x, okX := Quantity(a)
	y, okY := Quantity(b)
	switch {
	case okX && okY && x != y:
		return cmp.Compare(x, y)
	case okX != okY && okX:
		return -1
	case okX != okY:
		return 1
	}
	return cmp.Compare(a, b)
}

// rangeEnds returns the ends of two ranges, 44-104; ok is false where one is none,
// or the ends are the same.
// Ranges that begin and end alike are compared as words.
func rangeEnds(a, b string) (x, y float64, ok bool) {
	end := func(s string) (float64, bool) {
		low, high, found := strings.Cut(s, "-")
		if _, isNumber := Quantity(low); !found || !isNumber {
			return 0, false
		}
		return Quantity(high)
	}
	x, okX := end(a)
	y, okY := end(b)
	return x, y, okX && okY && x != y
}

// Quantity reads a number with one of the units that configurations use:
// "0.99", "64MiB", "10s", "5%", "2M". It reports false for anything else.
// A factor of a unit makes 64MiB larger than 1MiB; units of different kinds are not told apart.
func Quantity(s string) (float64, bool) {
	i := len(s)
	// From the end: the unit has no digits.
	for i > 0 && (s[i-1] < '0' || s[i-1] > '9') && s[i-1] != '.' {
		i--
	}
	v, err := strconv.ParseFloat(s[:i], 64)
	if err != nil {
		return 0, false
	}
	f, ok := factor(strings.TrimSpace(s[i:]))
	return v * f, ok
}

// factor is what a number with this unit is multiplied by, to be in seconds or bytes.
// ok is false for a unit that is none of these.
func factor(unit string) (float64, bool) {
	switch unit {
	case "", "B", "s":
		return 1, true
	case "ns":
		return 1e-9, true
	case "us", "µs":
		return 1e-6, true
	case "ms":
		return 1e-3, true
	case "m":
		return 60, true
	case "h":
		return 3600, true
	case "%":
		return 0.01, true
	case "k", "K", "kB", "KB":
		return 1e3, true
	case "M", "MB":
		return 1e6, true
	case "G", "GB":
		return 1e9, true
	case "KiB":
		return 1 << 10, true
	case "MiB":
		return 1 << 20, true
	case "GiB":
		return 1 << 30, true
	}
	return 0, false
}
