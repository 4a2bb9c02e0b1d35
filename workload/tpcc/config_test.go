package tpcc

import (
	"strings"
	"testing"
)

// What is not given is the specification's.
func TestDefaults(t *testing.T) {
	got, err := Config{}.Resolve()
	want := Config{Warehouses: 1, Districts: 10, Customers: 3000, Items: 100_000, Orders: 4000, History: 4000,
		Mix: MixFull}
	if err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	if again, err := got.Resolve(); err != nil || again != got {
		t.Errorf("resolved again: %+v, %v", again, err)
	}
	if got.delivered() != 2100 || got.undelivered() != 900 {
		t.Errorf("%d orders are loaded as delivered", got.delivered())
	}
}

// An error names the key.
func TestValidate(t *testing.T) {
	check := func(c Config, want string) {
		t.Helper()
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
		if _, err := New(c); err == nil {
			t.Errorf("New took %+v", c)
		}
	}
	check(Config{Warehouses: -1}, "warehouses: -1: must be 1 to ")
	check(Config{Warehouses: 1 << 17}, "warehouses: 131072: ")
	check(Config{Districts: 11}, "districts: 11: must be 1 to 10")
	check(Config{Customers: 3001}, "customers: 3001: ")
	check(Config{Items: 100_001}, "items: 100001: ")
	check(Config{Orders: 2999}, "orders_per_district: 2999: must be 3000 to ")
	check(Config{History: 2999}, "history_per_district: 2999: ")
	check(Config{Mix: "most"}, `mix: "most": must be one of full, deck, calc`)
	check(Config{Warehouses: 10_000},
		"orders_per_district: 10000 warehouses would need a table of 6000000000 rows: at most 4294967295")
	check(Config{Warehouses: 10_000, Customers: 10, Orders: 10, History: 100_000}, "history_per_district: ")
	check(Config{Warehouses: 60_000, Customers: 10, Orders: 10}, "warehouses: 60000 warehouses would need")
}
