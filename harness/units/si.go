package units

import (
	"fmt"
	"math"
	"strconv"
)

// Group is the power of 1000 that v is written with, from -4 (p) to 4 (T). v is above 0; of 0, and of what is no
// number, it is 0.
func Group(v float64) int {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return 0
	}
	return int(max(-4, min(4, math.Floor(math.Log10(v)/3+1e-9))))
}

// Prefix is the SI prefix of a Group: "k" of 1.
func Prefix(group int) string {
	return [...]string{"p", "n", "µ", "m", "", "k", "M", "G", "T"}[group+4]
}

// SI writes v with three digits and a prefix: "1.20M".
func SI(v float64) string {
	number, prefix := scaled(v)
	return number + prefix
}

// scaled is v in three digits, and the prefix that goes with them.
func scaled(v float64) (number, prefix string) {
	if v == 0 {
		return "0", ""
	}
	g := Group(math.Abs(v) * (1 + 1e-9))
	return DigitsTo(v/math.Pow(1000, float64(g)), 2), Prefix(g)
}

// Seconds writes a duration in s that was chosen, with its unit and no more digits than it has, four at most: "10 µs".
func Seconds(s float64) string {
	g := min(Group(s*(1+1e-9)), 0)
	return fmt.Sprintf("%.4g %ss", s/math.Pow(1000, float64(g)), Prefix(g))
}

// Duration writes one in s that was measured, with three digits: "1.10 s". Whole seconds get no prefix.
func Duration(s float64) string {
	if s >= 999.5 {
		return strconv.FormatFloat(s, 'f', 0, 64) + " s"
	}
	number, prefix := scaled(min(s, 999))
	return number + " " + prefix + "s"
}
