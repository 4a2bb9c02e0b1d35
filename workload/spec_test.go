package workload

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

func decode(t *testing.T, text string) (Spec, error) {
	t.Helper()
	var s Spec
	d := yaml.NewDecoder(strings.NewReader(text))
	d.KnownFields(true)
	return s, d.Decode(&s)
}

// Specs come from YAML, decoded strictly, so that is how they are tested.
func TestValidate(t *testing.T) {
	const a = "name: ycsb-a\n"
	for _, c := range []struct{ yaml, want string }{
		{"name: ycsb-a", ""},
		{"name: calc-long", ""},
		{"read: 1", ""},
		{"{name: custom, read: 0.3, write: 0.3, delete: 0.4}", ""},
		{a + "{}", ""},
		{a + "update: 0.4\ninsert: 0.1", ""},
		{a + "read: 0\nupdate: 1", ""},
		{"{read: 0.1, update: 0.2, write: 0.7}", ""}, // not 1 to the last bit
		{a + "distribution: zipf\ntheta: 0", ""},
		{a + "distribution: zipf\ntheta: 7.5\nkey_order: ordered", ""},
		{a + "distribution: hotspot\nhot_fraction: 0\nhot_share: 1", ""},
		{"{name: calc, long: {share: 0, keys: 5, hold: 10ms}}", ""},
		{"{name: calc-long, long: {hold: 0s}}", ""},
		{"name: ticks", ""},
		{"{name: ticks, updates_per_tick: 1048576, theta: 0, fields: 1}", ""},
		{"{name: ticks, distribution: uniform, field_distribution: uniform}", ""},
		{"{name: ticks, keys: 10000}", ""}, // the same number
		{"{name: calc, field_distribution: zipf, theta: 2}", ""},
		{"name: smallbank", ""},
		{"{name: smallbank, mix: constant-sum, distribution: zipf, theta: 1.5, key_order: ordered}", ""},
		{"{name: smallbank, distribution: hotspot, hot_share: 0.5}", ""},
		{"name: tpcc", ""},
		{"{name: tpcc, warehouses: 50, mix: calc}", ""},
		{"name: bulk", ""},
		{"{name: bulk, put: insert-rows, row_size: 44-104, page_size: 1024, passes: 2, keys: 100}", ""},
		{"{name: bulk, put: find, mix: resize, key_order: random, row_size: 8-9}", ""},

		{"name: ycsb-g", `name: "ycsb-g" is not one of ycsb-a, ycsb-b, ycsb-c, ycsb-d, ycsb-e, ycsb-f, calc, calc-long, ` +
			`ticks, custom, smallbank, tpcc, bulk`},
		{"keys: 1", `name: custom says nothing about the operations: give shares of read, update, write, rmw, insert, ` +
			`delete, scan that sum to 1, or name a preset (`},
		{a + "read: 0.9", `read 0.9, update 0.5: the shares sum to 1.4, must sum to 1; name: ycsb-a gives those that ` +
			`are not given`},
		{"{read: 0.5, update: 0.499999}", `the shares sum to 0.999999, must sum to 1`},
		{"{read: 1.5, update: -0.5}", `read: 1.5 must be a share from 0 to 1`},
		{"{read: .nan}", `read: NaN must be a share from 0 to 1`},
		{a + "keys: -1", `keys: -1 must be 1 to 1048576`},
		{a + "distribution: zipfian",
			`distribution: "zipfian" is not one of uniform, zipf, ycsb-zipf, ycsb-scrambled, latest, hotspot, exponential`},
		{a + "theta: 0.5", `theta: 0.5 has no effect with distribution ycsb-scrambled: remove it, or use zipf, ` +
			`ycsb-zipf or latest`},
		{a + "distribution: zipf\ntheta: -0.1", `theta: -0.1 must be a number of at least 0`},
		{a + "distribution: zipf\ntheta: .inf", `theta: +Inf must be a number of at least 0`},
		{a + "distribution: zipf\ntheta: .nan", `theta: NaN must be a number of at least 0`},
		{a + "distribution: ycsb-zipf\ntheta: 1",
			`theta: 1 must be above 0 and below 1 with distribution ycsb-zipf; zipf takes any of at least 0`},
		{a + "distribution: latest\ntheta: 0", `theta: 0 must be above 0 and below 1 with distribution latest`},
		{a + "hot_share: 0.5", `hot_fraction, hot_share: have no effect with distribution ycsb-scrambled: remove them, ` +
			`or use hotspot or exponential`},
		{a + "distribution: hotspot\nhot_share: 1.1", `hot_share: 1.1 must be a share from 0 to 1`},
		{a + "distribution: exponential\nhot_share: 1",
			`hot_share: 1 must be at least 0.01 and below 1 with distribution exponential`},
		{a + "distribution: exponential\nhot_share: 0.001", `hot_share: 0.001 must be at least 0.01 and below 1`},
		{a + "distribution: exponential\nhot_fraction: 0", `hot_fraction: 0 must be above 0 with distribution exponential`},
		{a + "key_order: ordered",
			`key_order: ordered has no effect with distribution ycsb-scrambled: remove it, or use zipf, ycsb-zipf or hotspot`},
		{a + "distribution: zipf\nkey_order: random", `key_order: "random" is not one of scattered, ordered`},
		{"{name: ticks, keys: 5}", `keys: 5 is not what updates_per_tick says (10000): remove it`},
		{"{name: ticks, updates_per_tick: 1048577}", `updates_per_tick: 1048577 must be 1 to 1048576`},
		{"{name: ticks, distribution: uniform, field_distribution: uniform, theta: 1}",
			`theta: 1 has no effect with distribution uniform`},
		{"{name: ticks, distribution: uniform, theta: -1}", `theta: -1 must be a number of at least 0`},
		{"{name: ticks, distribution: latest, theta: 2}", `theta: 2 must be above 0 and below 1 with distribution latest`},
		{"{name: ticks, mix: full}", `mix: has no meaning with ticks: remove it`},
		{a + "updates_per_tick: 5", `updates_per_tick: has no meaning with ycsb-a: remove it, or use keys`},
		{a + "warehouses: 5", `warehouses: has no meaning with ycsb-a: remove it`},
		{a + "field_distribution: latest", `field_distribution: "latest" is not one of uniform, zipf`},
		{"{name: smallbank, mix: calc}", `mix: "calc" is not one of full, constant-sum`},
		{"{name: smallbank, warehouses: 1}", `warehouses: has no meaning with smallbank: remove it`},
		{"{name: smallbank, distribution: latest}",
			`distribution: "latest" is not one of uniform, zipf, ycsb-zipf, ycsb-scrambled, hotspot`},
		{"{name: smallbank, theta: 1}", `theta: 1 has no effect with distribution uniform`},
		{"{name: smallbank, keys: 2, read: 1}",
			"keys: has no meaning with smallbank: remove it\nread: has no meaning with smallbank: remove it"},
		{"{name: smallbank, long: {hold: 1s}}", `long.hold: has no meaning with smallbank: remove it`},
		{"{name: tpcc, mix: constant-sum}", `mix: "constant-sum" is not one of full, deck, calc`},
		{"{name: tpcc, warehouses: -1}", `warehouses: -1 must be 1 to 100000`},
		{"{name: calc, put: single}", `put: has no meaning with calc: remove it`},
		{"{name: tpcc, row_size: 100}", `row_size: has no meaning with tpcc: remove it`},
		{"{name: smallbank, page_size: 4096}", `page_size: has no meaning with smallbank: remove it`},
		{a + "passes: 1", `passes: has no meaning with ycsb-a: remove it`},
		{"{name: bulk, put: batch}", `put: "batch" is not one of insert, insert-rows, single, invoke, find`},
		{"{name: bulk, mix: full}", `mix: "full" is not one of update, resize, insert, mixed`},
		{"{name: bulk, mix: resize}", `row_size: with mix resize rows change their length: give a range`},
		{"{name: bulk, row_size: 7}", `row_size: 7 must be within 8 to 1048576`},
		{"{name: bulk, row_size: 8-1048577}", `row_size: 8-1048577 must be within`},
		{"{name: bulk, page_size: 5000}", `page_size: 5000 must be a power of two from 1024 to 16384`},
		{"{name: bulk, page_size: 32768}", `page_size: 32768 must be`},
		{"{name: bulk, keys: -1}", `keys: -1 must be 1 to`},
		{"{name: bulk, passes: 1001}", `passes: 1001 must be 1 to 1000`},
		{"{name: bulk, key_order: sorted}", `key_order: "sorted" is not one of ordered, scattered, random`},
		{"{name: bulk, put: insert, key_order: ordered}", `key_order: has no meaning with put insert: remove it`},
		{"{name: bulk, put: insert, mix: update}", `mix: with put insert rows are inserted: remove it`},
		{"{name: bulk, distribution: zipf, read: 1, warehouses: 2}",
			"warehouses: has no meaning with bulk: remove it\nread: has no meaning with bulk: remove it\n" +
				"distribution: has no meaning with bulk: remove it"},
		{"{name: tpcc, distribution: zipf}", `distribution: has no meaning with tpcc: remove it`},
		{a + "fields: 65536", `fields: 65536 must be 1 to 65535`},
		{"name: ycsb-e\nmax_scan: 65536", `max_scan: 65536 must be 1 to 65535`},
		{"name: ycsb-e\nscan_distribution: latest", `scan_distribution: "latest" is not one of uniform, zipf`},
		{a + "abort: 2", `abort: 2 must be a share from 0 to 1`},
		{a + "long: {share: 1.5}", `long.share: 1.5 must be a share from 0 to 1`},
		{a + "long: {keys: -1}", `long.keys: -1 must be 1 to 1048576`},
		{a + "long: {hold: -1s}", `long.hold: -1s must not be negative`},
		{a + "keys: -1\nabort: -1", "keys: -1 must be 1 to 1048576\nabort: -1 must be a share"}, // all at once
	} {
		s, err := decode(t, strings.TrimSuffix(c.yaml, "{}"))
		if err != nil {
			t.Errorf("%s: %v", c.yaml, err)
			continue
		}
		switch err := s.Validate(); {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.yaml, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s:\n got %v\nwant %s", c.yaml, err, c.want)
		}
	}
}

func TestUnknownKeysAreRefused(t *testing.T) {
	for _, text := range []string{"raed: 1", "long: {shar: 0.1}"} {
		if _, err := decode(t, text); err == nil {
			t.Errorf("%s: was accepted", text)
		}
	}
}

func TestNewAgainstTheRecords(t *testing.T) {
	check := func(s Spec, records uint64, want string) {
		t.Helper()
		_, err := New(s, records, Seed{})
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%d records: got %v, want %q", records, err, want)
		}
	}
	check(Spec{Name: "calc"}, 10, "")
	check(Spec{Name: "calc"}, 9, "workload: keys: 10 distinct keys per transaction need as many records, there are 9")
	check(Spec{Name: "calc"}, 0, "workload: records: 0 must be 1 to 1099511627776")
	check(Spec{Name: "ycsb-a", Distribution: Zipf}, math.MaxUint64,
		"workload: records: 18446744073709551615 must be 1 to 1099511627776")
	check(Spec{Name: "calc-long"}, 999,
		"workload: long.keys: 1000 distinct keys per long transaction need as many records, there are 999")
	check(Spec{Name: "calc-long", Long: Long{Share: new(0.0)}}, 999, "")
	check(Spec{Name: "calc-long", Long: Long{Keys: 20}}, 999, "")
	check(Spec{Name: "calc", Long: Long{Share: new(0.1), Apart: new(0.1)}}, 100, "")
	check(Spec{Name: "calc", Long: Long{Share: new(0.1), Apart: new(0.1)}}, 99,
		"workload: long.keys: 10 distinct keys per long transaction need as many records, there are 9")
	check(Spec{Name: "calc", Long: Long{Apart: new(0.1)}}, 11, "")
	check(Spec{Name: "calc", Long: Long{Apart: new(0.1)}}, 10,
		"workload: keys: 10 distinct keys per transaction need as many records, there are 9")
	check(Spec{Name: "calc", Long: Long{Apart: new(1.0)}}, 100,
		"workload: long.apart: 1 leaves no record to the other transactions")
	check(Spec{Name: "ycsb-d", Long: Long{Apart: new(0.5)}}, 100,
		"workload: long.apart: has no meaning with distribution latest, whose newest records are the last")
	check(Spec{Name: "ticks"}, 1, "") // a record may come several times
	check(Spec{Name: "smallbank"}, 10,
		"workload: name: smallbank is a benchmark of stored procedures, not a stream of operations")
	check(Spec{Name: "calc", Abort: 3}, 10, "workload: abort: 3 must be a share from 0 to 1")
}

// What is not given comes from the preset, key by key.
func TestResolve(t *testing.T) {
	s, err := Spec{Name: "calc-long", Keys: 3, Long: Long{Share: new(0.5)}, Distribution: Zipf}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	want := Spec{
		Name:         "calc-long",
		Mix:          Mix{new(0.0), new(0.0), new(0.0), new(1.0), new(0.0), new(0.0), new(0.0)},
		Keys:         3,
		Distribution: Zipf, Theta: new(0.99), KeyOrder: Scattered,
		Fields: 1, MaxScan: 1000, ScanDistribution: Uniform,
		Long: Long{Share: new(0.5), Keys: 1000, Hold: new(2 * time.Second), Apart: new(0.0)},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got  %+v\nwant %+v", s, want)
	}
}

// A resolved spec is written into results and may be read from there again.
func TestResolvedSpecsSurviveYAML(t *testing.T) {
	for _, name := range append(Names(), Benchmarks()...) {
		for _, d := range append(Distributions(), "") {
			if name == TPCC && d != "" || name == SmallBank && (d == Latest || d == Exponential) {
				continue
			}
			s := Spec{Name: name, Distribution: d}
			if name == Custom {
				s.Read = new(1.0)
			}
			once, err := s.Resolve()
			if err != nil {
				t.Fatal(err)
			}
			text, err := yaml.Marshal(once)
			if err != nil {
				t.Fatal(err)
			}
			read, err := decode(t, string(text))
			if err != nil {
				t.Fatal(err)
			}
			twice, err := read.Resolve()
			if err != nil || !reflect.DeepEqual(once, twice) {
				t.Errorf("%s, %s: %v\n got %+v\nwant %+v", name, d, err, twice, once)
			}
		}
	}
}

func TestEveryPresetIsDescribed(t *testing.T) {
	for _, name := range Names() {
		if _, ok := preset(name); !ok || Describe(name) == "" {
			t.Errorf("%s: preset %v, description %q", name, ok, Describe(name))
		}
	}
	for _, name := range Benchmarks() {
		if Describe(name) == "" || len(Calls(name)) == 0 {
			t.Errorf("%s: description %q, mixes %q", name, Describe(name), Calls(name))
		}
	}
	if Describe("ycsb-z") != "" {
		t.Error("ycsb-z is described")
	}
}

func TestSpan(t *testing.T) {
	check := func(text string, want Span) {
		t.Helper()
		var s Span
		err := s.UnmarshalText([]byte(text))
		if s != want || (err == nil) != (want != Span{}) {
			t.Errorf("%q is %+v, %v, want %+v", text, s, err, want)
		}
		if err == nil && s.String() != text {
			t.Errorf("%q is written as %q", text, s)
		}
	}
	check("100", Span{100, 100})
	check("44-104", Span{44, 104})
	for _, bad := range []string{"", "0", "-", "5-", "-5", "9-8", "1-2-3", "100B", "1e3", "99999999999"} {
		check(bad, Span{})
	}
}
