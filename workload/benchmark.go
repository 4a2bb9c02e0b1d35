package workload

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// IsBenchmark reports whether s names a benchmark of stored procedures.
func (s Spec) IsBenchmark() bool { return slices.Contains(Benchmarks(), s.Name) }

// procedures is Resolve for a benchmark. Nothing is filled in that has no
// meaning with one, and given it is refused.
func (s Spec) procedures() (Spec, error) {
	s.Calls = cmp.Or(s.Calls, Calls(s.Name)[0])
	// TPC-C has keys and a distribution of its own, clause 2; SmallBank takes one.
	if s.Name == TPCC {
		s.Warehouses = cmp.Or(s.Warehouses, 1)
	} else {
		s.Distribution = cmp.Or(s.Distribution, Uniform)
		s = s.shaped()
	}
	if err := s.checkProcedures(); err != nil {
		return Spec{}, err
	}
	return s, nil
}

// checkProcedures refuses the keys that the benchmark has no use for, and values out of
// range. It reports all of them, not only the first.
func (s Spec) checkProcedures() error {
	err := errors.Join(s.Procedures.check(s.Name), s.Messages.foreign(s.Name), s.checkForeign())
	if s.Name == TPCC {
		return err
	}
	allowed := []string{Uniform, Zipf, YCSBZipf, YCSBScrambled, Hotspot}
	return errors.Join(err, oneOf("distribution", s.Distribution, allowed), s.checkTheta(), s.checkHot(), s.checkOrder())
}

// check judges the keys of benchmarks in a spec of that name.
func (p Procedures) check(name string) error {
	var mix, size error
	// A name without mixes of calls must not be given one.
	switch calls := Calls(name); {
	case calls != nil:
		mix = oneOf("mix", p.Calls, calls)
	case p.Calls != "":
		mix = fmt.Errorf("mix: has no meaning with %s: remove it", name)
	}
	switch {
	case name == TPCC:
		size = between("warehouses", p.Warehouses, 1, MaxWarehouses)
	case p.Warehouses != 0:
		size = fmt.Errorf("warehouses: has no meaning with %s: remove it", name)
	}
	return errors.Join(mix, size)
}

// MaxWarehouses is the most warehouses tpcc may have.
const MaxWarehouses = 100_000

// checkForeign refuses what has no meaning with s's benchmark, or with bulk.
// Every key is named that is to be removed.
func (s Spec) checkForeign() error {
	// A key may be given although its value is the zero value: is says whether it was.
	type given struct {
		key string
		is  bool
	}
	keys := []given{
		{"keys", s.Keys != 0 && s.Name != Bulk}, {"updates_per_tick", s.UpdatesPerTick != 0},
		{"fields", s.Fields != 0}, {"field_distribution", s.FieldDistribution != ""},
		{"max_scan", s.MaxScan != 0}, {"scan_distribution", s.ScanDistribution != ""}, {"abort", s.Abort != 0},
		{"long.share", s.Long.Share != nil}, {"long.every", s.Long.Every != nil},
		{"long.keys", s.Long.Keys != 0}, {"long.hold", s.Long.Hold != nil}, {"long.apart", s.Long.Apart != nil},
	}
	// Shares are of operations, which procedures do not have.
	for i, p := range s.Mix.shares() {
		keys = append(keys, given{Kind(i).String(), *p != nil})
	}
	// SmallBank has these, for the choice of customers.
	if s.Name == TPCC || s.Name == Bulk {
		keys = append(keys, given{"distribution", s.Distribution != ""}, given{"theta", s.Theta != nil},
			given{"hot_fraction", s.HotFraction != nil}, given{"hot_share", s.HotShare != nil},
			given{"key_order", s.KeyOrder != "" && s.Name == TPCC})
	}
	var errs []error
	for _, k := range keys {
		if k.is {
			errs = append(errs, fmt.Errorf("%s: has no meaning with %s: remove it", k.key, s.Name))
		}
	}
	return errors.Join(errs...)
}

// streams refuses what is no stream of operations.
// A benchmark has clients, and bulk has messages, in place of a Stream.
func (s Spec) streams() error {
	if s.Name == Bulk {
		return fmt.Errorf("name: %s has messages of rows, and no operations", s.Name)
	}
	if s.IsBenchmark() {
		return fmt.Errorf("name: %s is a benchmark of stored procedures, not a stream of operations", s.Name)
	}
	return nil
}
