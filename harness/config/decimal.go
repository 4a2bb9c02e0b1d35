package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A decimal is coefficient * 10^exponent, as it was written: exact, so that
// whether a count is whole is decided on the digits and not on a float.
type decimal struct {
	coefficient uint64
	exponent    int
}

// parseDecimal reads what YAML takes for a number, written in decimals: digits with single
// underscores between them, a point with digits on either side, and an exponent of at most two
// digits. A plus is allowed; what is configured here is never negative.
//
// Note: strconv is too generous for a config (hexadecimal, infinities, octal
// prefixes), and math/big allocates what the exponent says.
func parseDecimal(text string) (decimal, error) {
	if strings.HasPrefix(text, "-") {
		return decimal{}, errors.New("must not be negative")
	}
	text = strings.TrimPrefix(text, "+")
	// In lower case, so that 1E6 and 1e6 are the same.
	mantissa, exponent, scientific := strings.Cut(strings.ToLower(text), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole == "" && fraction == "" || whole != "" && !digits(whole) || fraction != "" && !digits(fraction) {
		return decimal{}, errNotNumber
	}
	// 010 is 8 to some readers, and 10 to others.
	if len(whole) > 1 && whole[0] == '0' {
		return decimal{}, fmt.Errorf("starts with a zero, which some read as octal: write %s",
			plainDigits(whole)+text[len(whole):])
	}
	// The fraction's digits go into the coefficient, and the exponent takes them back.
	d := decimal{exponent: -len(strings.ReplaceAll(fraction, "_", ""))}
	if scientific {
		e, err := parseExponent(exponent)
		if err != nil {
			return decimal{}, err
		}
		d.exponent += e
	}
	c, err := strconv.ParseUint(strings.ReplaceAll(whole+fraction, "_", ""), 10, 64)
	if err != nil {
		return decimal{}, errors.New("has too many digits")
	}
	d.coefficient = c
	return d, nil
}

// errNotNumber says that a text is not a number at all, rather than one out of range.
var errNotNumber = errors.New("is not a number")

// plainDigits is a run of digits without leading zeros and underscores.
func plainDigits(s string) string {
	s = strings.TrimLeft(strings.ReplaceAll(s, "_", ""), "0")
	if s == "" {
		return "0"
	}
	return s
}

// parseExponent parses what follows an e. Two digits are more than any unit needs.
func parseExponent(text string) (int, error) {
	unsigned := strings.TrimPrefix(strings.TrimPrefix(text, "-"), "+")
	// At most one sign was taken off.
	if len(text)-len(unsigned) > 1 || !digits(unsigned) {
		return 0, errNotNumber
	}
	e, err := strconv.Atoi(strings.TrimPrefix(text, "+"))
	if err != nil || len(unsigned) > 2 {
		return 0, errors.New("has too large an exponent")
	}
	return e, nil
}

// digits tells whether s is digits, with single underscores between them.
func digits(s string) bool {
	// As if an underscore stood before: one at the beginning is then a second.
	previous := byte('_')
	for i := range len(s) {
		if s[i] != '_' && (s[i] < '0' || s[i] > '9') || s[i] == '_' && previous == '_' {
			return false
		}
		previous = s[i]
	}
	return previous != '_'
}

// whole returns d * unit, or an error if that has a fraction or passes an int64.
func (d decimal) whole(unit uint64) (int64, error) {
	n, exponent := d.coefficient, d.exponent
	// Every factor divides it, so there is nothing to cancel.
	if n == 0 {
		return 0, nil
	}
	// Cancel the fraction against the coefficient first, then against the unit,
	// a factor at a time: 1.5 MiB is whole though neither is a multiple of ten.
	for ; exponent < 0; exponent++ {
		var ok bool
		// A division by ten is one by each of its factors.
		for _, factor := range []uint64{2, 5} {
			switch {
			case n%factor == 0:
				n, ok = n/factor, true
			case unit%factor == 0:
				unit, ok = unit/factor, true
			default:
				ok = false
			}
			if !ok {
				return 0, errNotWhole
			}
		}
	}
	for ; exponent > 0; exponent-- {
		// Before the product, which could overflow.
		if n > math.MaxInt64/10 {
			return 0, errTooLarge
		}
		n *= 10
	}
	if n > math.MaxInt64/unit {
		return 0, errTooLarge
	}
	return int64(n * unit), nil
}

var (
	errNotWhole = errors.New("must be a whole number")
	errTooLarge = errors.New("is too large")
)

// float returns the float64 nearest to d / 10^shift.
func (d decimal) float(shift int) (float64, error) {
	return strconv.ParseFloat(fmt.Sprintf("%de%d", d.coefficient, d.exponent-shift), 64)
}
