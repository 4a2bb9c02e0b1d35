package tpcc

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// The cardinalities of clause 1.2.1, which a Config may lower, never raise.
const (
	specDistricts = 10 // to a warehouse
	specCustomers = 3000
	specItems     = 100_000
)

// The mixes.
const (
	MixFull = "full" // 45 % New-Order, 43 % Payment, 4 % of each other (clause 5.2.3's minima)
	MixDeck = "deck" // the smallest deck of clause 5.2.4.2: 10, 10, 1, 1, 1 of 23; Delivery keeps pace with New-Order
	MixCalc = "calc" // half New-Order, half Payment (Ren et al., SIGMOD 2016, section 5.2)
)

// Mixes returns the values allowed for Config.Mix.
func Mixes() []string { return []string{MixFull, MixDeck, MixCalc} }

// A Config describes a database and the transactions on it. 0 or "" is "not
// given" and takes the default that the field names.
type Config struct {
	// Warehouses; default 1.
	Warehouses int `yaml:"warehouses,omitempty"`
	// Districts of a warehouse, at most 10, the default.
	Districts int `yaml:"districts,omitempty"`
	// Customers of a district, at most 3000, the default. As many orders are
	// loaded.
	Customers int `yaml:"customers,omitempty"`
	// Items, and stock rows of a warehouse; at most 100,000, the default.
	Items int `yaml:"items,omitempty"`
	// Orders is the room for orders of a district: with that many in it, the
	// oldest makes room for the next. At least Customers; default a third more.
	Orders int `yaml:"orders_per_district,omitempty"`
	// History is the room for history rows of a district, likewise.
	History int `yaml:"history_per_district,omitempty"`
	// Mix is one of Mixes; default full.
	Mix string `yaml:"mix,omitempty"`
	// Seed draws the data loaded and the constants of NURand.
	Seed uint64 `yaml:"seed,omitempty"`
}

// Resolve returns c with its defaults filled in, or the error that Validate
// gives.
func (c Config) Resolve() (Config, error) {
	c.Warehouses = cmp.Or(c.Warehouses, 1)
	c.Districts = cmp.Or(c.Districts, specDistricts)
	c.Customers = cmp.Or(c.Customers, specCustomers)
	c.Items = cmp.Or(c.Items, specItems)
	c.Orders = cmp.Or(c.Orders, c.Customers+c.Customers/3)
	c.History = cmp.Or(c.History, c.Customers+c.Customers/3)
	c.Mix = cmp.Or(c.Mix, MixFull)
	if err := c.check(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// Validate reports what is wrong with c, naming the key.
func (c Config) Validate() error {
	_, err := c.Resolve()
	return err
}

// check is Validate for a config whose defaults are filled in.
func (c Config) check() error {
	const slots = 1<<32 - 1 // of one table
	for _, f := range []struct {
		key           string
		v, least, max int
	}{
		{"warehouses", c.Warehouses, 1, 1 << 16},
		{"districts", c.Districts, 1, specDistricts},
		{"customers", c.Customers, 1, specCustomers},
		{"items", c.Items, 1, specItems},
		{"orders_per_district", c.Orders, c.Customers, 1 << 24},
		{"history_per_district", c.History, c.Customers, 1 << 24},
	} {
		if f.v < f.least || f.v > f.max {
			return fmt.Errorf("%s: %d: must be %d to %d", f.key, f.v, f.least, f.max)
		}
	}
	if !slices.Contains(Mixes(), c.Mix) {
		return fmt.Errorf("mix: %q: must be one of %s", c.Mix, strings.Join(Mixes(), ", "))
	}
	districts := c.Warehouses * c.Districts
	for _, f := range []struct {
		key  string
		rows int
	}{
		{"orders_per_district", districts * c.Orders * maxLines},
		{"history_per_district", districts * c.History},
		{"warehouses", c.Warehouses * c.Items},
	} {
		if f.rows > slots {
			return fmt.Errorf("%s: %d warehouses would need a table of %d rows: at most %d", f.key, c.Warehouses, f.rows, slots)
		}
	}
	return nil
}

// undelivered is how many of the orders loaded are: 900 of 3000, the newest
// (clause 4.3.3.1).
func (c *Config) undelivered() int { return c.Customers * 3 / 10 }

// delivered is how many of the orders loaded are: those with an O_ID up to it.
func (c *Config) delivered() uint32 { return uint32(c.Customers - c.undelivered()) }

// districts is how many there are in all warehouses.
func (c *Config) districts() int { return c.Warehouses * c.Districts }
