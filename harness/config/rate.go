package config

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// A Rate is how many transactions an open loop starts per second: 200k, 200k/s,
// or 70% of the closed-loop maximum that RateOf names. The zero Rate is a closed
// loop.
type Rate struct {
	PerSecond Count  // transactions per second; 0 unless absolute
	Percent   Number // of the maximum; 0 unless relative
}

// Closed tells whether r is a closed loop: the next transaction starts when the
// last one ends.
func (r Rate) Closed() bool { return r == Rate{} }

// Of returns the rate in transactions per second where the measured maximum is
// max, 0 for a closed loop.
func (r Rate) Of(max float64) float64 {
	if r.Percent > 0 {
		return max * float64(r.Percent) / 100
	}
	return float64(r.PerSecond)
}

// UnmarshalText reads a rate, or closed. A written zero is refused: it would
// start nothing.
func (r *Rate) UnmarshalText(text []byte) error {
	s := string(text)
	var v Rate
	var err error
	if s == "closed" {
		*r = v
		return nil
	}
	if number, percent := strings.CutSuffix(s, "%"); percent {
		err = v.Percent.UnmarshalText([]byte(strings.TrimSuffix(number, " ")))
	} else {
		s = strings.TrimSuffix(strings.TrimSuffix(s, "/s"), " txn")
		err = v.PerSecond.UnmarshalText([]byte(s))
	}
	switch {
	case err != nil && strings.Contains(err.Error(), "is not a "):
		return errors.New("is not a rate: write it like 200k, 200k/s, 70% or closed")
	case err != nil:
		return err
	case v.Closed():
		return errors.New("is no rate: write closed for a closed loop")
	case v.Percent > 1000:
		return errors.New("is more than ten times the maximum: at most 1000%")
	}
	*r = v
	return nil
}

// String writes 70% or 200k/s, and closed for the zero Rate.
func (r Rate) String() string {
	switch {
	case r.Closed():
		return "closed"
	case r.Percent > 0:
		return r.Percent.String() + "%"
	}
	return r.PerSecond.String() + "/s"
}

// MarshalText writes what String does.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// A Bandwidth is in bytes per second: 100MiB/s. Zero is no limit.
type Bandwidth int64

// UnmarshalText reads a bandwidth, or unlimited. A written zero is refused: it
// would write nothing.
func (b *Bandwidth) UnmarshalText(text []byte) error {
	if string(text) == "unlimited" {
		*b = 0
		return nil
	}
	size, ok := strings.CutSuffix(string(text), "/s")
	if !ok {
		if n, err := parseSize(size); err == nil {
			return fmt.Errorf("is a size and not a rate: write %s/s", Size(n))
		}
		return errors.New("is not a rate in bytes: write it like 100MiB/s, or unlimited")
	}
	n, err := parseSize(size)
	if err == nil && n == 0 {
		err = errors.New("would write nothing: write unlimited for no limit")
	}
	if err == nil {
		*b = Bandwidth(n)
	}
	return err
}

// String writes 100MiB/s, and unlimited for zero.
func (b Bandwidth) String() string {
	if b == 0 {
		return "unlimited"
	}
	return Size(b).String() + "/s"
}

// MarshalText writes what String does.
func (b Bandwidth) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// A Seed is the master seed of an experiment, or the wish for a random one.
type Seed struct {
	Value  uint64 // 0 until one is drawn or given
	Random bool   // Value is not drawn yet, see DrawSeed
}

// DrawSeed makes a random seed a number, so that what is stored with the
// results repeats them. It changes nothing where the seed is a number already.
// Draw before Cells, or the points draw each its own.
func (e *Experiment) DrawSeed() {
	if !e.Seed.Random {
		return
	}
	e.Seed = Seed{Value: rand.Uint64()}
	e.settings = e.settings.clone() // as copies share it; a later Set starts from it
	e.settings.keys["seed"] = setting{value: value{text: e.Seed.String()}}
}

// UnmarshalText reads a number of up to 64 bits, or random.
func (s *Seed) UnmarshalText(text []byte) error {
	if string(text) == "random" {
		*s = Seed{Random: true}
		return nil
	}
	d, err := parseDecimal(string(text))
	if err != nil {
		return numberError(err, "a seed: write a whole number or random")
	}
	for ; d.exponent < 0 && d.coefficient%10 == 0; d.exponent++ {
		d.coefficient /= 10
	}
	for ; d.exponent > 0 && d.coefficient <= math.MaxUint64/10; d.exponent-- {
		d.coefficient *= 10
	}
	if d.exponent != 0 && d.coefficient != 0 {
		return errors.New("must be a whole number of up to 64 bits, or random")
	}
	*s = Seed{Value: d.coefficient}
	return nil
}

// String writes the number, or random.
func (s Seed) String() string {
	if s.Random {
		return "random"
	}
	return strconv.FormatUint(s.Value, 10)
}

// MarshalText writes what String does.
func (s Seed) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
