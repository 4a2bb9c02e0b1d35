package smallbank

import (
	"errors"
	"iter"
	"slices"
	"testing"

	"ckptbench/workload"
)

// A model is a database that runs one call after another.
type model struct {
	tables [][][]byte // by table and key; nil is absent
	access []workload.Access
	writes int // so far in the call
	drop   int // the write of the call, from 1, that gets lost; 0: none
}

func load(b *Bank) *model {
	m := &model{}
	for i, t := range b.Tables() {
		m.tables = append(m.tables, make([][]byte, t.Capacity))
		for key, v := range b.Load(i) {
			m.tables[i][key] = slices.Clone(v)
		}
	}
	return m
}

func (m *model) Read(i int) ([]byte, bool) {
	v := m.tables[m.access[i].Table][m.access[i].Key]
	return v, v != nil
}

func (m *model) Write(i, off int, v []byte) {
	if !m.access[i].Write || off != workload.Whole {
		panic("a write of what was not declared so")
	}
	if m.writes++; m.writes == m.drop {
		return
	}
	copy(m.tables[m.access[i].Table][m.access[i].Key], v)
}

func (m *model) Delete(int) { panic("SmallBank deletes nothing") }

func (m *model) run(c workload.Call) error {
	m.access, m.writes = c.Declare(m.access[:0]), 0
	return c.Body(m)
}

func (m *model) Get(table int, key uint64) ([]byte, bool) {
	v := m.tables[table][key]
	return v, v != nil
}

func (m *model) All(table int) iter.Seq2[uint64, []byte] {
	return func(yield func(uint64, []byte) bool) {
		for key, v := range m.tables[table] {
			if v != nil && !yield(uint64(key), v) {
				return
			}
		}
	}
}

func newBank(t testing.TB, c Config) *Bank {
	t.Helper()
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// set gives the first two customers their balances.
func (m *model) set(saved0, checked0, saved1, checked1 int64) {
	putMoney(m.tables[savings][0], saved0)
	putMoney(m.tables[checking][0], checked0)
	putMoney(m.tables[savings][1], saved1)
	putMoney(m.tables[checking][1], checked1)
}

func (m *model) balances() [5]int64 {
	var all [5]int64
	for i, at := range [][2]int{{savings, 0}, {checking, 0}, {savings, 1}, {checking, 1}, {counters, 0}} {
		all[i] = money(m.tables[at[0]][at[1]])
	}
	return all
}

// What the procedures do, and that each writes all or nothing.
func TestProcedures(t *testing.T) {
	b := newBank(t, Config{Accounts: 2, Clients: 1})
	check := func(c call, before [4]int64, want [5]int64, wantErr error) {
		t.Helper()
		m := load(b)
		m.set(before[0], before[1], before[2], before[3])
		c.counted = true
		err := m.run(&c)
		if got := m.balances(); got != want || !errors.Is(err, wantErr) {
			t.Errorf("%s: %v (%v), want %v (%v)", c.Kind(), got, err, want, wantErr)
		}
		if wantErr != nil && m.writes != 0 {
			t.Errorf("%s: %d writes before it aborted", c.Kind(), m.writes)
		}
	}
	rich := [4]int64{10000, 20000, 30000, 40000}
	check(call{procedure: amalgamate, a: 0, b: 1}, rich, [5]int64{0, 0, 30000, 70000, 0}, nil)
	check(call{procedure: amalgamate, a: 1, b: 0}, rich, [5]int64{10000, 90000, 0, 0, 0}, nil)
	check(call{procedure: balance, a: 1}, rich, [5]int64{10000, 20000, 30000, 40000, 0}, nil)
	check(call{procedure: depositChecking, a: 1}, rich, [5]int64{10000, 20000, 30000, 40130, 130}, nil)
	check(call{procedure: sendPayment, a: 0, b: 1}, rich, [5]int64{10000, 19500, 30000, 40500, 0}, nil)
	check(call{procedure: sendPayment, a: 1, b: 0}, rich, [5]int64{10000, 20500, 30000, 39500, 0}, nil)
	check(call{procedure: sendPayment, a: 0, b: 1}, [4]int64{10000, 499, 0, 0}, [5]int64{10000, 499, 0, 0, 0},
		workload.ErrAbort)
	check(call{procedure: transactSavings, a: 0}, rich, [5]int64{12020, 20000, 30000, 40000, 2020}, nil)
	check(call{procedure: transactSavings, a: 0, withdraw: true}, rich, [5]int64{7980, 20000, 30000, 40000, -2020}, nil)
	check(call{procedure: transactSavings, a: 0, withdraw: true}, [4]int64{2019, 9999, 0, 0},
		[5]int64{2019, 9999, 0, 0, 0}, workload.ErrAbort)
	check(call{procedure: writeCheck, a: 0}, [4]int64{100, 400, 0, 0}, [5]int64{100, -100, 0, 0, -500}, nil)
	check(call{procedure: writeCheck, a: 0}, [4]int64{100, 399, 0, 0}, [5]int64{100, -201, 0, 0, -600}, nil)
}

func TestBalanceAddsUp(t *testing.T) {
	m := load(newBank(t, Config{Accounts: 2, Mix: ConstantSum}))
	m.set(1, 20, 300, 4000)
	c := call{procedure: balance, a: 1}
	if err := m.run(&c); err != nil || c.total != 4300 {
		t.Errorf("total %d, %v", c.total, err)
	}
}

// A body that finds something that is no account says so and writes nothing.
func TestMissingRecords(t *testing.T) {
	b := newBank(t, Config{Accounts: 2, Clients: 1})
	for p := range names {
		c := &call{procedure: procedure(p), a: 0, b: 1, counted: true}
		for _, a := range c.Declare(nil) {
			m := load(b)
			m.tables[a.Table][a.Key] = nil
			if err := m.run(c); err == nil || errors.Is(err, workload.ErrAbort) || m.writes != 0 {
				t.Errorf("%s without record %d of table %d: %v, %d writes", c.Kind(), a.Key, a.Table, err, m.writes)
			}
		}
	}
}
