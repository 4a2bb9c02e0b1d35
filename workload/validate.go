package workload

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"ckptbench/workload/dist"
)

// MaxKeys is the most operations a transaction may have.
// It bounds the memory of a transaction, of which every worker has one.
const MaxKeys = 1 << 20

// Validate reports everything that is wrong with s, one line for each, naming
// the key and what is allowed. What depends on the number of records is left
// to New.
func (s Spec) Validate() error {
	_, err := s.Resolve()
	return err
}

// check judges a spec that has its preset and defaults filled in; known is
// false if there is no such preset.
func (s Spec) check(known bool) error {
	if !known { // what the preset should have given would only look wrong too
		return oneOf("name", s.Name, All())
	}
	// All that is wrong, so that a config is mended in one go.
	return errors.Join(
		s.Procedures.check(s.Name),
		s.Messages.foreign(s.Name),
		s.Mix.check(s.Name),
		s.checkKeys(),
		oneOf("distribution", s.Distribution, Distributions()),
		s.checkTheta(),
		s.checkHot(),
		s.checkOrder(),
		s.checkApart(),
		between("fields", s.Fields, 1, FieldAll),
		oneOf("field_distribution", cmp.Or(s.FieldDistribution, Uniform), []string{Uniform, Zipf}),
		between("max_scan", s.MaxScan, 1, math.MaxUint16),
		oneOf("scan_distribution", s.ScanDistribution, []string{Uniform, Zipf}),
		share("abort", s.Abort),
		s.Long.check(),
	)
}

// check judges the shares: each from 0 to 1, and all of them 1 in sum.
func (m Mix) check(name string) error {
	sum, list := 0.0, []string{}
	for i, p := range m.shares() {
		kind := Kind(i).String()
		if err := share(kind, **p); err != nil {
			return err
		}
		if **p != 0 {
			list = append(list, fmt.Sprintf("%s %g", kind, **p))
		}
		sum += **p
	}
	// Shares are decimal fractions, and their sum is rounded.
	if math.Abs(sum-1) <= 1e-9 {
		return nil
	}
	if len(list) == 0 {
		return fmt.Errorf("name: %s says nothing about the operations: give shares of %s that sum to 1, or name a "+
			"preset (%s)", name, strings.Join(kindNames[:], ", "), strings.Join(Names(), ", "))
	}
	return fmt.Errorf("%s: the shares sum to %.12g, must sum to 1; name: %s gives those that are not given",
		strings.Join(list, ", "), sum, name)
}

// checkKeys sees to it that a tick is as long as both of its names say.
func (s Spec) checkKeys() error {
	switch {
	case s.UpdatesPerTick != 0 && s.Name != Ticks:
		return fmt.Errorf("updates_per_tick: has no meaning with %s: remove it, or use keys", s.Name)
	case s.Name != Ticks:
		return between("keys", s.Keys, 1, MaxKeys)
	case s.Keys != s.UpdatesPerTick:
		return fmt.Errorf("keys: %d is not what updates_per_tick says (%d): remove it", s.Keys, s.UpdatesPerTick)
	}
	return between("updates_per_tick", s.UpdatesPerTick, 1, MaxKeys)
}

// checkTheta judges theta by the distributions that use it: Zipf takes any exponent, the others
// those that their formula allows.
func (s Spec) checkTheta() error {
	switch {
	case s.Theta == nil:
		return nil
	case !s.takesTheta():
		return fmt.Errorf("theta: %g has no effect with distribution %s: remove it, or use %s, %s or %s", *s.Theta,
			s.Distribution, Zipf, YCSBZipf, Latest)
	case (s.Distribution == Zipf || !takesTheta(s.Distribution)) && !(*s.Theta >= 0 && *s.Theta <= math.MaxFloat64):
		return fmt.Errorf("theta: %g must be a number of at least 0", *s.Theta)
	case takesTheta(s.Distribution) && s.Distribution != Zipf && !(*s.Theta > 0 && *s.Theta < 1):
		return fmt.Errorf("theta: %g must be above 0 and below 1 with distribution %s; %s takes any of at least 0", *s.Theta,
			s.Distribution, Zipf)
	}
	return nil
}

// checkHot judges the two parameters of hotspot and exponential.
func (s Spec) checkHot() error {
	if !takesHot(s.Distribution) {
		if s.HotFraction != nil || s.HotShare != nil {
			return fmt.Errorf("hot_fraction, hot_share: have no effect with distribution %s: remove them, or use %s or %s",
				s.Distribution, Hotspot, Exponential)
		}
		return nil
	}
	err := errors.Join(share("hot_fraction", *s.HotFraction), share("hot_share", *s.HotShare))
	if err != nil || s.Distribution == Hotspot {
		return err
	}
	if *s.HotFraction == 0 {
		return fmt.Errorf("hot_fraction: 0 must be above 0 with distribution %s", Exponential)
	}
	// Below that the exponential distribution has no such shape.
	if *s.HotShare < dist.MinExponentialShare || *s.HotShare == 1 {
		return fmt.Errorf("hot_share: %g must be at least %g and below 1 with distribution %s", *s.HotShare,
			dist.MinExponentialShare, Exponential)
	}
	return nil
}

// checkOrder judges key_order, which only distributions of ranks have.
func (s Spec) checkOrder() error {
	if s.KeyOrder == "" {
		return nil
	}
	if !takesOrder(s.Distribution) {
		return fmt.Errorf("key_order: %s has no effect with distribution %s: remove it, or use %s, %s or %s", s.KeyOrder,
			s.Distribution, Zipf, YCSBZipf, Hotspot)
	}
	return oneOf("key_order", s.KeyOrder, []string{Scattered, Ordered})
}

// check judges the long transactions: by share, or one by one at intervals.
func (l Long) check() error {
	var hold error
	if *l.Hold < 0 {
		hold = fmt.Errorf("long.hold: %v must not be negative", *l.Hold)
	}
	var every error
	switch {
	case l.Every != nil && *l.Every < 0:
		every = fmt.Errorf("long.every: %v must not be negative", *l.Every)
	case l.Alone() && *l.Share > 0:
		every = errors.New("long.every: is in place of long.share: remove one of them")
	}
	apart := share("long.apart", *l.Apart)
	if *l.Apart == 1 {
		apart = errors.New("long.apart: 1 leaves no record to the other transactions")
	}
	return errors.Join(share("long.share", *l.Share), every, between("long.keys", l.Keys, 1, MaxKeys), hold, apart)
}

// checkApart refuses records of their own where the others look for the newest.
func (s Spec) checkApart() error {
	if *s.Long.Apart > 0 && (s.Distribution == Latest || s.Distribution == Exponential) {
		return fmt.Errorf("long.apart: has no meaning with distribution %s, whose newest records are the last",
			s.Distribution)
	}
	return nil
}

// fits reports whether a resolved s can run over so many records.
// A transaction has every key once, so there must be as many records.
func (s Spec) fits(records uint64) error {
	if records < 1 || records > dist.MaxRecords {
		return fmt.Errorf("records: %d must be 1 to %d", records, uint64(dist.MaxRecords))
	}
	apart := uint64(*s.Long.Apart * float64(records))
	if rest := records - apart; uint64(s.Keys) > rest && s.UpdatesPerTick == 0 {
		return fmt.Errorf("keys: %d distinct keys per transaction need as many records, there are %d", s.Keys, rest)
	}
	longs := records
	if *s.Long.Apart > 0 {
		longs = apart
	}
	if (*s.Long.Share > 0 || s.Long.Alone()) && uint64(s.Long.Keys) > longs {
		return fmt.Errorf("long.keys: %d distinct keys per long transaction need as many records, there are %d",
			s.Long.Keys, longs)
	}
	return nil
}

// oneOf, between and share judge one value each; the error begins with the key, as the config
// has it.
func oneOf(key, value string, allowed []string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("%s: %q is not one of %s", key, value, strings.Join(allowed, ", "))
}

func between(key string, value, low, high int) error {
	if value >= low && value <= high {
		return nil
	}
	return fmt.Errorf("%s: %d must be %d to %d", key, value, low, high)
}

func share(key string, value float64) error {
	if value >= 0 && value <= 1 { // false for NaN
		return nil
	}
	return fmt.Errorf("%s: %g must be a share from 0 to 1", key, value)
}
