package workload

import (
	"cmp"
	"time"

	"ckptbench/workload/dist"
)

// Resolve returns s with the preset and the defaults filled in, which is what
// a result should record, or the error that Validate gives. Resolving again
// changes nothing.
func (s Spec) Resolve() (Spec, error) {
	s.Name = cmp.Or(s.Name, Custom)
	if s.IsBenchmark() {
		return s.procedures()
	}
	if s.Name == Bulk {
		return s.bulk()
	}
	// An unknown name is left to check, which lists those that there are.
	base, known := preset(s.Name)
	s = s.over(base)
	if err := s.check(known); err != nil {
		return Spec{}, err
	}
	return s, nil
}

// over fills what s does not give from base, and then from the defaults.
// Zero means not given, so what is given wins over the preset, and that over the default.
func (s Spec) over(base Spec) Spec {
	s.Mix = s.Mix.over(base.Mix)
	s.UpdatesPerTick = cmp.Or(s.UpdatesPerTick, base.UpdatesPerTick)
	// A tick's length may be given by either name; checkKeys compares them.
	s.Keys = cmp.Or(s.Keys, base.Keys, s.UpdatesPerTick, 1)
	s.Distribution = cmp.Or(s.Distribution, base.Distribution, Uniform)
	s.Fields = cmp.Or(s.Fields, base.Fields, 1)
	s.FieldDistribution = cmp.Or(s.FieldDistribution, base.FieldDistribution)
	if s.FieldDistribution == Uniform && base.FieldDistribution == "" {
		s.FieldDistribution = "" // so that there is one way to say it
	}
	if s.takesTheta() {
		s.Theta = cmp.Or(s.Theta, base.Theta)
	}
	s.MaxScan = cmp.Or(s.MaxScan, base.MaxScan, 1000)
	s.ScanDistribution = cmp.Or(s.ScanDistribution, Uniform)
	s.Long = s.Long.over(base.Long, s.Keys)
	return s.shaped()
}

// shaped fills in the parameters that s's distribution takes, no others.
func (s Spec) shaped() Spec {
	if s.takesTheta() {
		s.Theta = cmp.Or(s.Theta, new(dist.YCSBTheta))
	}
	if takesOrder(s.Distribution) {
		s.KeyOrder = cmp.Or(s.KeyOrder, Scattered)
	}
	switch s.Distribution {
	case Hotspot:
		s.HotFraction, s.HotShare = cmp.Or(s.HotFraction, new(0.2)), cmp.Or(s.HotShare, new(0.8))
	case Exponential:
		// YCSB's defaults.
		s.HotFraction, s.HotShare = cmp.Or(s.HotFraction, new(0.8571428571)), cmp.Or(s.HotShare, new(0.95))
	}
	return s
}

// takesTheta reports whether theta means anything.
func (s Spec) takesTheta() bool { return takesTheta(s.Distribution) || s.FieldDistribution == Zipf }

// takesTheta, takesOrder and takesHot say which parameters a distribution of keys has.
func takesTheta(distribution string) bool {
	return distribution == Zipf || distribution == YCSBZipf || distribution == Latest
}

func takesOrder(distribution string) bool {
	return distribution == Zipf || distribution == YCSBZipf || distribution == Hotspot
}

func takesHot(distribution string) bool {
	return distribution == Hotspot || distribution == Exponential
}

// over fills what m does not give from base, and then with 0.
func (m Mix) over(base Mix) Mix {
	given, preset := m.shares(), base.shares()
	for i := range given {
		*given[i] = cmp.Or(*given[i], *preset[i], new(0.0))
	}
	return m
}

// shares lists m's fields in the order of their Kinds.
// So a loop over the kinds reaches each field.
func (m *Mix) shares() [kinds]**float64 {
	return [kinds]**float64{&m.Read, &m.Update, &m.Write, &m.RMW, &m.Insert, &m.Delete, &m.Scan}
}

// over fills what l does not give from base; keys is the default of Keys.
// Every has no default: nil is transactions by share.
func (l Long) over(base Long, keys int) Long {
	l.Share = cmp.Or(l.Share, base.Share, new(0.0))
	l.Every = cmp.Or(l.Every, base.Every)
	l.Keys = cmp.Or(l.Keys, base.Keys, keys)
	l.Hold = cmp.Or(l.Hold, base.Hold, new(time.Duration(0)))
	l.Apart = cmp.Or(l.Apart, base.Apart, new(0.0))
	return l
}
