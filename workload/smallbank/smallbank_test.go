package smallbank

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"ckptbench/workload"
	"ckptbench/workload/dist"
)

var update = flag.Bool("update", false, "write the golden file anew")

// Every write of every procedure matters to Check: a state in which one of them
// is missing is found, and the condition named.
func TestCheckCatchesHalfACall(t *testing.T) {
	b := newBank(t, Config{Accounts: 3, Clients: 2})
	for p := range names {
		for _, c := range []call{{a: 0, b: 2}, {a: 2, b: 0}, {a: 1, b: 0, withdraw: true}} {
			c.procedure, c.counted, c.counter = procedure(p), true, 1
			whole := load(b)
			if err := whole.run(&c); err != nil {
				t.Fatal(err)
			}
			if err := b.Check(whole); err != nil {
				t.Errorf("whole %s: %v", c.Kind(), err)
			}
			if whole.writes == 0 && c.procedure != balance {
				t.Errorf("%s writes nothing", c.Kind())
			}
			for drop := 1; drop <= whole.writes; drop++ {
				m := load(b)
				m.drop = drop
				if err := m.run(&c); err != nil {
					t.Fatal(err)
				}
				if err := b.Check(m); !errors.Is(err, ErrInconsistent) || !strings.Contains(err.Error(), ": sum: ") {
					t.Errorf("%s without its write %d: Check says %v", c.Kind(), drop, err)
				}
			}
		}
	}
}

func TestCheckNamesTheCondition(t *testing.T) {
	check := func(mix, want string, change func(m *model)) {
		t.Helper()
		b := newBank(t, Config{Accounts: 4, Mix: mix, Clients: 2})
		m := load(b)
		change(m)
		err := b.Check(m)
		if !errors.Is(err, ErrInconsistent) || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	add := func(table int, cents int64) func(*model) {
		return func(m *model) { putMoney(m.tables[table][1], money(m.tables[table][1])+cents) }
	}
	check(ConstantSum, " as at first: 0.01 too much", add(savings, 1))
	check(ConstantSum, " as at first: -5.00 too much", add(checking, -500))
	check(Full, "and 1.30 by the counters): -1.30 too much", add(counters, 130))
	check(Full, "by the counters): -20.20 too much", add(savings, -2020))
	check(Full, "savings: -0.01, must not be below 0 in record 2 of savings",
		func(m *model) { putMoney(m.tables[savings][2], -1) })
	check(Full, "records: checking has 3 records, must have 4", func(m *model) { m.tables[checking][3] = nil })
	check(Full, "records: counters has 1 records, must have 2", func(m *model) { m.tables[counters][0] = nil })
	check(Full, "records: savings has a record 4, was loaded with 4",
		func(m *model) { m.tables[savings] = append(m.tables[savings], make([]byte, 8)) })
	check(Full, "records: 7 bytes, must be 8 in record 0 of checking",
		func(m *model) { m.tables[checking][0] = make([]byte, 7) })
	check(Full, "names: ", func(m *model) { m.tables[accounts][3][63] = '4' })
}

// Any number of whole calls leaves the bank as Check wants it.
func TestWholeCallsKeepTheSum(t *testing.T) {
	for _, c := range []Config{
		{Accounts: 2, Mix: ConstantSum},
		{Accounts: 50, Clients: 3},
		{Accounts: 50, Clients: 3, Choose: dist.NewZipf(50, 1.2)},
		{Accounts: 50, Mix: ConstantSum, Choose: dist.NewHotspot(50, 0.1, 0.9)},
	} {
		b := newBank(t, c)
		m, aborted := load(b), 0
		for i := range 4 {
			cl := b.Client(7, i, 4)
			for range 5000 {
				switch err := m.run(cl.Next()); {
				case errors.Is(err, workload.ErrAbort):
					aborted++
				case err != nil:
					t.Fatal(err)
				}
			}
		}
		if err := b.Check(m); err != nil {
			t.Error(err)
		}
		if aborted == 0 || aborted > 10_000 {
			t.Errorf("%d of 20000 calls aborted", aborted)
		}
	}
}

func TestShares(t *testing.T) {
	const n = 200_000
	check := func(mix string, want map[string]float64) {
		t.Helper()
		cl := newBank(t, Config{Accounts: 1000, Mix: mix, Clients: 1}).Client(3, 0, 1)
		got := map[string]float64{}
		for range n {
			got[cl.Next().Kind()] += 1.0 / n
		}
		for kind, share := range want {
			if d := math.Abs(got[kind] - share); d > 5*math.Sqrt(share*(1-share)/n) {
				t.Errorf("%s: %s is %.4f of the calls, want %.4f", mix, kind, got[kind], share)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: has %v", mix, got)
		}
	}
	check(Full, map[string]float64{"amalgamate": .15, "balance": .15, "deposit-checking": .15,
		"send-payment": .25, "transact-savings": .15, "write-check": .15})
	check(ConstantSum, map[string]float64{"amalgamate": 15. / 55, "balance": 15. / 55, "send-payment": 25. / 55})
}

// calls draws the declarations of n calls, as text.
func calls(c workload.Client, n int) string {
	var b strings.Builder
	for range n {
		k := c.Next().(*call)
		fmt.Fprintf(&b, "\t%s a=%d b=%d withdraw=%v\n", k.Kind(), k.a, k.b, k.withdraw)
	}
	return b.String()
}

// A seed gives the same calls every time, and no two clients or seeds the same.
func TestSeeds(t *testing.T) {
	b := newBank(t, Config{Accounts: 1000, Clients: 4})
	first := calls(b.Client(1, 2, 4), 500)
	if again := calls(b.Client(1, 2, 4), 500); again != first {
		t.Error("the same seed gives other calls")
	}
	b.Trace = 100
	if want := strings.Repeat(first[:len(calls(b.Client(1, 2, 4), 100))], 5); calls(b.Client(1, 2, 4), 500) != want {
		t.Error("a trace is not the first calls over and over")
	}
	b.Trace = 0
	if calls(b.Client(2, 2, 4), 500) == first || calls(b.Client(1, 3, 4), 500) == first {
		t.Error("another seed or client gives the same calls")
	}
}

// A seed must give the same calls in the next version too, or results that are
// compared across versions were not measured on the same work.
func TestCallsStayAsTheyAre(t *testing.T) {
	var text strings.Builder
	show := func(what string, c Config) {
		fmt.Fprintf(&text, "%s\n%s", what, calls(newBank(t, c).Client(1, 1, 2), 20))
	}
	show("full", Config{Accounts: 100_000, Clients: 2})
	show("constant-sum", Config{Accounts: 100_000, Mix: ConstantSum})
	show("zipf", Config{Accounts: 100_000, Clients: 2, Choose: dist.NewZipf(100_000, 0.99)})
	text.WriteString("loaded\n")
	b := newBank(t, Config{Accounts: 4, Clients: 1})
	for i := range b.Tables() {
		for key, v := range b.Load(i) {
			fmt.Fprintf(&text, "\t%d %d %x\n", i, key, v)
		}
	}
	const file = "testdata/calls.golden"
	if *update {
		if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if text.String() != string(want) {
		t.Errorf("calls differ from %s (-update writes it anew); now they are\n%s", file, &text)
	}
}

// What is foretold is what comes, however much is foretold, and asking changes
// nothing.
func TestAhead(t *testing.T) {
	b := newBank(t, Config{Accounts: 1000, Clients: 1})
	c, plain := b.Client(5, 0, 1).(workload.Lookahead), b.Client(5, 0, 1)
	told := map[int][]workload.Access{} // by the number of the call
	for i := range 200 {
		for n := 1; n <= workload.MaxAhead; n++ {
			a := c.Ahead(n, nil)
			if before, ok := told[i-1+n]; ok && !reflect.DeepEqual(a, before) {
				t.Fatalf("call %d is foretold as %v, was as %v", i-1+n, a, before)
			}
			told[i-1+n] = a
		}
		got := c.Next().Declare(nil)
		if want := plain.Next().Declare(nil); !reflect.DeepEqual(got, told[i]) || !reflect.DeepEqual(got, want) {
			t.Fatalf("call %d declares %v, foretold was %v, without asking it is %v", i, got, told[i], want)
		}
	}
}

// Declarations ascend, so that they are the lock order.
func TestDeclarationsAscend(t *testing.T) {
	c := newBank(t, Config{Accounts: 10, Clients: 1}).Client(1, 0, 1)
	for range 1000 {
		k := c.Next()
		a := k.Declare(nil)
		for i := 1; i < len(a); i++ {
			if a[i-1].Table > a[i].Table || a[i-1].Table == a[i].Table && a[i-1].Key >= a[i].Key {
				t.Fatalf("%s declares %v", k.Kind(), a)
			}
		}
	}
}

func TestNoAllocation(t *testing.T) {
	b := newBank(t, Config{Accounts: 1000, Clients: 1, Choose: dist.NewZipf(1000, 0.9)})
	m, c := load(b), b.Client(1, 0, 1).(workload.Lookahead)
	var a []workload.Access
	if n := testing.AllocsPerRun(5000, func() {
		if err := m.run(c.Next()); err != nil && err != workload.ErrAbort {
			t.Error(err)
		}
		a = c.Ahead(4, a[:0])
	}); n != 0 {
		t.Errorf("%v allocations a call, want 0", n)
	}
}

func TestNewRefuses(t *testing.T) {
	check := func(c Config, want string) {
		t.Helper()
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
	}
	check(Config{Accounts: 1, Clients: 1}, "1 accounts: must be 2 to")
	check(Config{Accounts: MaxAccounts + 1, Clients: 1}, "accounts: must be 2 to")
	check(Config{Accounts: 2, Mix: "half", Clients: 1}, `mix "half" is not one of ["full" "constant-sum"]`)
	check(Config{Accounts: 2}, "0 clients")
}

// The balances are BenchBase's: between the two bounds, normal about the middle.
func TestInitialBalances(t *testing.T) {
	b := newBank(t, Config{Accounts: 20_000, Mix: ConstantSum})
	sum, near, n := int64(0), 0, 0
	for _, table := range []int{savings, checking} {
		for key, v := range b.Load(table) {
			x := money(v)
			if x < minBalance || x > maxBalance || x%dollar != 0 {
				t.Fatalf("record %d has %s", key, dollars(x))
			}
			if sum += x; x > 20_000*dollar && x < 40_000*dollar {
				near++ // than a standard deviation
			}
			n++
		}
	}
	if sum != b.initial() {
		t.Errorf("loaded %s, the initial total is %s", dollars(sum), dollars(b.initial()))
	}
	if mean := float64(sum) / float64(n); math.Abs(mean-30_000*dollar) > 300*dollar {
		t.Errorf("the mean is %.2f", mean/dollar)
	}
	// 68.3 % of 95.4 %, as the rest is drawn again.
	if share := float64(near) / float64(n); math.Abs(share-0.715) > 0.02 {
		t.Errorf("%.3f of them are within a standard deviation", share)
	}
}

func BenchmarkNext(b *testing.B) {
	for name, c := range map[string]Config{
		"uniform": {}, "zipf": {Choose: dist.NewZipf(1e6, 0.99)}, "trace": {Trace: 1 << 18},
	} {
		b.Run(name, func(b *testing.B) {
			c.Accounts, c.Clients = 1e6, 1
			c := newBank(b, c).Client(1, 0, 1)
			var a []workload.Access
			for b.Loop() {
				a = c.Next().Declare(a[:0])
			}
		})
	}
}
