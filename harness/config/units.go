package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A unit multiplies the number before it.
type unit struct {
	name   string
	factor uint64
}

// The units in the order in which a value is tried for being an exact multiple
// when it is written.
var (
	countUnits = []unit{{"G", 1e9}, {"M", 1e6}, {"k", 1e3}}
	sizeUnits  = []unit{
		{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
		{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3},
	}
)

// withUnit writes n with the first unit that divides it, or with rest. Small
// counts stay digits: 1000 reads better than 1k.
func withUnit(n int64, units []unit, rest string) string {
	for _, u := range units {
		if u.name == "k" && n < 10_000 {
			break
		}
		if f := int64(u.factor); n >= f && n%f == 0 {
			return strconv.FormatInt(n/f, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10) + rest
}

// splitUnit cuts the trailing letters off a number, and one blank before them.
// An exponent (1e6) is part of the number.
func splitUnit(text string) (number, suffix string) {
	i := len(text)
	for i > 0 && (text[i-1] >= 'a' && text[i-1] <= 'z' || text[i-1] >= 'A' && text[i-1] <= 'Z') {
		i--
	}
	return strings.TrimSuffix(text[:i], " "), text[i:]
}

// parseCount parses a number of things: decimal suffixes, in steps of 1000.
func parseCount(text string) (int64, error) {
	number, suffix := splitUnit(text)
	d, err := parseDecimal(number)
	if err != nil {
		return 0, numberError(err, "a count: write it like 1000, 20_000_000, 20M or 1e6")
	}
	factor := uint64(1)
	switch suffix {
	case "":
	case "k", "K":
		factor = 1e3
	case "M":
		factor = 1e6
	case "G":
		factor = 1e9
	case "m":
		return 0, fmt.Errorf("has the suffix m, which is milli: write %sM", number)
	default:
		return 0, fmt.Errorf("has an unknown suffix %q: k, M and G are known", suffix)
	}
	return d.whole(factor)
}

// parseSize parses a number of bytes: KB, MB, GB are powers of 1000, KiB, MiB, GiB of 1024. A
// bare letter is refused, as it means either to different people.
func parseSize(text string) (int64, error) {
	number, suffix := splitUnit(text)
	d, err := parseDecimal(number)
	if err != nil {
		return 0, numberError(err, "a size: write it like 4096, 64MiB or 1GB")
	}
	if suffix == "" || suffix == "B" {
		n, err := d.whole(1)
		if errors.Is(err, errNotWhole) {
			err = errors.New("is not a whole number of bytes")
		}
		return n, err
	}
	factor, err := sizeFactor(number, suffix)
	if err != nil {
		return 0, err
	}
	n, err := d.whole(factor)
	if errors.Is(err, errNotWhole) {
		err = errors.New("is not a whole number of bytes")
	}
	return n, err
}

// sizeFactor looks a size's unit up. A bare M is refused, not guessed: the two
// readings of 100M differ by 5 %, and those of 1T by 10 %.
func sizeFactor(number, suffix string) (uint64, error) {
	for _, u := range sizeUnits {
		if suffix == u.name || suffix == "kB" && u.name == "KB" {
			return u.factor, nil
		}
	}
	if len(suffix) == 1 && strings.Contains("kKMGT", suffix) {
		letter := strings.ToUpper(suffix)
		return 0, fmt.Errorf("is ambiguous: write %s%sB (powers of 1000) or %s%siB (powers of 1024)",
			number, letter, number, letter)
	}
	return 0, fmt.Errorf("has an unknown unit %q: B, KB, MB, GB, TB, KiB, MiB, GiB and TiB are known", suffix)
}
