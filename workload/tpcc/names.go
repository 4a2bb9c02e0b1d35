package tpcc

import (
	"bytes"
	"cmp"
	"slices"
)

// names is how many last names there are: every number of three digits (clause 4.3.2.3).
const names = 1000

// syllables are those of clause 4.3.2.3, one for each digit.
var syllables = [10]string{"BAR", "OUGHT", "ABLE", "PRI", "PRES", "ESE", "ANTI", "CALLY", "ATION", "EING"}

// lastName writes last name n, clause 4.3.2.3.
func lastName(v []byte, n int) {
	clear(v)
	at := copy(v, syllables[n/100])
	at += copy(v[at:], syllables[n/10%10])
	copy(v[at:], syllables[n%10])
}

// lastNames is how many of the last names the customers of a district have at
// least once: the first 1000 customers have one each.
func (c *Config) lastNames() int { return min(names, c.Customers) }

// identity draws the last name, by number, and the first name of a customer:
// the first draws of its row, so that the index can be built from them alone.
func (b *Benchmark) identity(r *random, dd, customer int, first []byte) (last int) {
	r.seed(b.rowSeed(Customer), b.cfg.customerKey(dd, customer))
	r.text(first, 8, 16)
	if customer < names {
		return customer
	}
	return r.nonUniform(255, b.nu.lastLoad, 0, names-1)
}

// A namesake is a customer with the names that it is found by.
type namesake struct {
	// number of the last name, below names
	last     int
	first    [16]byte
	customer int
}

// index builds the index of customers by last name. Names never change, so it
// is no table; and of those who share one, Payment and Order-Status take the
// middle one by C_FIRST, rounded up (clauses 2.5.2.2 and 2.6.2.2), so it holds
// no other.
func (b *Benchmark) index() []uint16 {
	districts := b.cfg.districts()
	middle := make([]uint16, districts*names)
	all := make([]namesake, b.cfg.Customers)
	r := newRandom(0, 0)
	for dd := range districts {
		for i := range all {
			all[i].customer = i
			all[i].last = b.identity(r, dd, i, all[i].first[:])
		}
		slices.SortFunc(all, func(x, y namesake) int {
			return cmp.Or(cmp.Compare(x.last, y.last), bytes.Compare(x.first[:], y.first[:]),
				cmp.Compare(x.customer, y.customer))
		})
		for from := 0; from < len(all); {
			to := from
			for to < len(all) && all[to].last == all[from].last {
				to++
			}
			middle[dd*names+all[from].last] = uint16(all[from+(to-from+1)/2-1].customer)
			from = to
		}
	}
	return middle
}
