// Package smallbank is the SmallBank benchmark: six short procedures on the
// savings and checking accounts of a bank's customers (M. Alomari, M. Cahill,
// A. Fekete, U. Röhm, "The cost of serializability on platforms that use
// snapshot isolation", ICDE 2008), with the weights, amounts and initial
// balances of BenchBase.
//
//	amalgamate        15 %  all that one customer has goes to another's checking
//	balance           15 %  reads both balances of a customer
//	deposit-checking  15 %  1.30 into checking
//	send-payment      25 %  5.00 from one customer's checking to another's
//	transact-savings  15 %  20.20 into savings, or out of them
//	write-check       15 %  5.00 out of checking
//
// Money is in whole cents, so that what is there can be counted to the last of
// them, and that is the point of the benchmark here: no transaction makes or
// loses any, so the total tells a consistent image from a torn one, with nothing
// recorded. Two mixes make it exact:
//
//	constant-sum  only the three procedures that neither take money in nor pay
//	              any out, in their proportions: amalgamate, send-payment and
//	              balance. The total of every image is the initial one.
//	full          all six. Each client counts, in a table of its own, what its
//	              transactions took in less what they paid out, in the same
//	              transactions. The total is the initial one and the counters'.
//
// # Where it differs from BenchBase
//
// BenchBase's Amalgamate takes the savings of the one customer and the checking
// of the other, and books the sum with the wrong sign; here it is the paper's:
// both balances of the first customer go to the checking of the second. Its
// TransactSavings only withdraws, and since nothing else puts money into savings
// it would soon only fail; the paper's deposits or withdraws, here one as often
// as the other. Its penalty for an overdraft makes the check a dollar cheaper;
// here, as in the paper, it costs a dollar more. The counters of the full mix are
// ours: one more record written by the three procedures that move money in or
// out. A customer's name is looked up by the customer's number, as there is no
// second index; the record with the name is read all the same.
package smallbank

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"sync"

	"ckptbench/workload"
	"ckptbench/workload/dist"
)

// The mixes.
const (
	Full        = "full"
	ConstantSum = "constant-sum"
)

// Mixes returns the values allowed for Config.Mix, the default first.
func Mixes() []string { return []string{Full, ConstantSum} }

// The tables.
const (
	accounts = iota // the customer's name
	savings         // the balance in cents, a little-endian int64
	checking        // likewise
	counters        // of each client, what it took in less what it paid out, in cents; in the full mix only
	tables
)

const (
	nameSize  = 64 // bytes, as BenchBase's column has
	moneySize = 8
)

// RecordBytes is what the values of one customer's three records take.
const RecordBytes = nameSize + 2*moneySize

// Amounts, in cents.
const (
	dollar        = 100
	minBalance    = 10_000 * dollar
	maxBalance    = 50_000 * dollar
	sendAmount    = 5 * dollar
	depositAmount = 130
	savingsAmount = 2020
	checkAmount   = 5 * dollar
	penalty       = 1 * dollar // for an overdraft
)

// MaxAccounts is the most customers there may be: their total still fits.
const MaxAccounts = 1 << 36

// A Config says which bank it is.
type Config struct {
	Accounts uint64    // customers, 2 to MaxAccounts
	Mix      string    // one of Mixes; empty: Full
	Clients  int       // how many counters there are: client i has number i modulo it; at least 1 with Full
	Choose   dist.Dist // which customers are chosen, over 0..Accounts-1; nil: uniformly
	// how many calls a client draws in advance, to replay them over and over, 16 bytes each; 0: each is
	// drawn as it is needed, which takes some 50 ns longer, 100 with zipf
	Trace int
}

// A Bank is the benchmark. It implements workload.Benchmark.
type Bank struct {
	Config
	weights []weight
	initial func() int64 // the total that the tables are loaded with
}

var _ workload.Benchmark = (*Bank)(nil)

// New returns the benchmark that c describes.
func New(c Config) (*Bank, error) {
	if c.Mix == "" {
		c.Mix = Full
	}
	if c.Choose == nil {
		c.Choose = dist.Uniform{N: c.Accounts}
	}
	b := &Bank{Config: c}
	switch {
	case c.Accounts < 2 || c.Accounts > MaxAccounts:
		return nil, fmt.Errorf("smallbank: %d accounts: must be 2 to %d", c.Accounts, uint64(MaxAccounts))
	case c.Mix == ConstantSum:
		b.weights = constantSum()
	case c.Mix != Full:
		return nil, fmt.Errorf("smallbank: mix %q is not one of %q", c.Mix, Mixes())
	case c.Clients < 1:
		return nil, fmt.Errorf("smallbank: %d clients: the full mix needs a counter for at least 1", c.Clients)
	default:
		b.weights = full()
	}
	b.initial = sync.OnceValue(b.sumInitial)
	return b, nil
}

// Tables implements workload.Benchmark.
func (b *Bank) Tables() []workload.Table {
	ts := []workload.Table{
		accounts: {Name: "accounts", ValueSize: nameSize, Capacity: b.Accounts},
		savings:  {Name: "savings", ValueSize: moneySize, Capacity: b.Accounts},
		checking: {Name: "checking", ValueSize: moneySize, Capacity: b.Accounts},
	}
	if b.Mix == Full {
		ts = append(ts, workload.Table{Name: "counters", ValueSize: moneySize, Capacity: uint64(b.Clients)})
	}
	return ts
}

// records returns how many there are in a table.
func (b *Bank) records(table int) uint64 {
	if table == counters {
		return uint64(b.Clients)
	}
	return b.Accounts
}

// Load implements workload.Benchmark.
func (b *Bank) Load(table int) iter.Seq2[uint64, []byte] {
	return func(yield func(uint64, []byte) bool) {
		var v [nameSize]byte
		draw := newBalances()
		for key := range b.records(table) {
			n := moneySize
			switch table {
			case accounts:
				n = nameSize
				putName(v[:], key)
			case counters:
				putMoney(v[:], 0)
			default:
				putMoney(v[:], draw.of(table, key))
			}
			if !yield(key, v[:n]) {
				return
			}
		}
	}
}

func (b *Bank) sumInitial() (sum int64) {
	draw := newBalances()
	for key := range b.Accounts {
		sum += draw.of(savings, key) + draw.of(checking, key)
	}
	return sum
}

// balances draws the balances that accounts start with: whole dollars, normal
// about the middle between the least and the most, which are two standard
// deviations away and beyond which nothing lies, as BenchBase has it. A balance
// depends on its key alone.
type balances struct {
	source *rand.PCG
	rng    *rand.Rand
}

func newBalances() balances {
	source := rand.NewPCG(0, 0)
	return balances{source, rand.New(source)}
}

// of returns the balance in cents.
func (b balances) of(table int, key uint64) int64 {
	b.source.Seed(key, uint64(table))
	for {
		if x := (b.rng.NormFloat64() + 2) / 4; x >= 0 && x < 1 {
			return minBalance + int64(math.Round(x*(maxBalance-minBalance)/dollar))*dollar
		}
	}
}

func money(v []byte) int64 { return int64(binary.LittleEndian.Uint64(v)) }

func putMoney(v []byte, cents int64) { binary.LittleEndian.PutUint64(v, uint64(cents)) }

// putName writes a customer's name: the number in decimal, as many digits as
// there is room for.
func putName(v []byte, customer uint64) {
	for i := range v {
		v[len(v)-1-i] = byte('0' + customer%10)
		customer /= 10
	}
}
