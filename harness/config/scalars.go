package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Count is a number of things: 1000, 20_000_000, 20M or 2e7, whole and not
// negative. k, M and G are powers of a thousand.
type Count int

// UnmarshalText reads a count.
func (c *Count) UnmarshalText(text []byte) error {
	n, err := parseCount(string(text))
	if err == nil {
		*c = Count(n)
	}
	return err
}

// String writes a count the shortest exact way, 20M or 1234567.
func (c Count) String() string {
	return withUnit(int64(c), countUnits, "")
}

// MarshalText writes what String does.
func (c Count) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// A Size is a number of bytes: 4096, 64MiB or 1GB.
type Size int64

// UnmarshalText reads a size.
func (s *Size) UnmarshalText(text []byte) error {
	n, err := parseSize(string(text))
	if err == nil {
		*s = Size(n)
	}
	return err
}

// String writes a size in the largest unit that holds it exactly: 64MiB, 100B.
func (s Size) String() string { return withUnit(int64(s), sizeUnits, "B") }

// MarshalText writes what String does.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Sizes are a number of bytes, 100B, or any of a range, 20B-400B.
type Sizes struct{ Low, High Size }

// UnmarshalText reads a size, or two with a hyphen between.
func (s *Sizes) UnmarshalText(text []byte) error {
	low, high, ranged := strings.Cut(string(text), "-")
	if !ranged {
		high = low
	}
	var v Sizes
	if err := v.Low.UnmarshalText([]byte(low)); err != nil {
		return err
	}
	if err := v.High.UnmarshalText([]byte(high)); err != nil {
		return err
	}
	if v.High < v.Low {
		return errors.New("is no range: the first size is the smaller one")
	}
	*s = v
	return nil
}

// String writes 100B, or 20B-400B.
func (s Sizes) String() string {
	if s.Low == s.High {
		return s.Low.String()
	}
	return s.Low.String() + "-" + s.High.String()
}

// MarshalText writes what String does.
func (s Sizes) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Mean is the average of the range, in bytes.
func (s Sizes) Mean() float64 { return float64(s.Low+s.High) / 2 }

// A Duration is a time.Duration that is never negative and always has a unit:
// 2s, 100ms, 1m30s.
type Duration time.Duration

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(text []byte) error {
	s := string(text)
	v, err := time.ParseDuration(s)
	d10, bare := parseDecimal(s)
	if bare == nil && d10.coefficient == 0 { // 0 needs no unit, however it is written
		v, err = 0, nil
	}
	switch {
	case strings.HasPrefix(s, "-"):
		return errors.New("must not be negative")
	case err != nil && bare == nil:
		return fmt.Errorf("has no unit: write %ss or %sms", s, s)
	case err != nil:
		return errors.New("is not a duration: write it like 2s, 100ms or 1m30s")
	}
	*d = Duration(v)
	return nil
}

// String writes 1m30s, and 1m rather than 1m0s.
func (d Duration) String() string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalText writes what String does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// A Share is a part of a whole, from 0 to 1: 0.00001 or 0.001%.
type Share float64

// UnmarshalText reads a share.
func (s *Share) UnmarshalText(text []byte) error {
	number, percent := strings.CutSuffix(string(text), "%")
	d, err := parseDecimal(strings.TrimSuffix(number, " "))
	if err != nil {
		return numberError(err, "a share: write it like 0.05 or 5%")
	}
	shift := 0
	if percent {
		shift = 2
	}
	v, err := d.float(shift)
	switch {
	case err != nil:
		return err
	case v > 1 && !percent && v <= 100:
		return fmt.Errorf("is more than the whole: write %s%% or a fraction of 1", number)
	case v > 1:
		return errors.New("is more than the whole: a share is at most 1 or 100%")
	}
	*s = Share(v)
	return nil
}

// String writes a share as a fraction of 1.
func (s Share) String() string { return Number(s).String() }

// MarshalText writes what String does.
func (s Share) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A Number is a plain finite number that is not negative, such as a zipf
// exponent.
type Number float64

// UnmarshalText reads a number.
func (n *Number) UnmarshalText(text []byte) error {
	d, err := parseDecimal(string(text))
	if err != nil {
		return numberError(err, "a number")
	}
	v, err := d.float(0)
	if err == nil {
		*n = Number(v)
	}
	return err
}

// String writes the shortest digits that read back as the same number.
func (n Number) String() string {
	if n > 1e-7 && n < 1e15 {
		return strconv.FormatFloat(float64(n), 'f', -1, 64)
	}
	return strconv.FormatFloat(float64(n), 'g', -1, 64)
}

// MarshalText writes what String does.
func (n Number) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// numberError says what was expected where the text was no number at all.
func numberError(err error, want string) error {
	if errors.Is(err, errNotNumber) {
		return fmt.Errorf("is not %s", want)
	}
	return err
}
