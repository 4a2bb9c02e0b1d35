package tpcc

// Keys are dense: (warehouse, district, number) packed without gaps, so that a
// key is its slot. Here warehouses, districts and so on count from 0, and a
// district is counted through all warehouses (dd); in rows they count from 1,
// as the specification has it.
//
// ORDER, NEW-ORDER and ORDER-LINE of a district are rings: O_ID modulo
// Config.Orders is the place, and an order has its 15 places for lines.

// district returns the number of district d of warehouse w among all districts.
func (c *Config) district(w, d int) int { return w*c.Districts + d }

// of returns the warehouse that district dd belongs to and the district's number in it,
// both counted from 1, as rows hold them.
func (c *Config) of(dd int) (w, d int) { return dd/c.Districts + 1, dd%c.Districts + 1 }

func (c *Config) stockKey(w, item int) uint64 { return uint64(w)*uint64(c.Items) + uint64(item) }

func (c *Config) customerKey(dd, customer int) uint64 {
	return uint64(dd)*uint64(c.Customers) + uint64(customer)
}

func (c *Config) historyKey(dd int, place uint64) uint64 {
	return uint64(dd)*uint64(c.History) + place%uint64(c.History)
}

// orderKey is the key of an order, and of its NEW-ORDER row.
func (c *Config) orderKey(dd int, o uint32) uint64 {
	return uint64(dd)*uint64(c.Orders) + uint64(o)%uint64(c.Orders)
}

// lineKey is the key of an order's first line; the others follow.
func (c *Config) lineKey(dd int, o uint32) uint64 { return c.orderKey(dd, o) * maxLines }
