package smallbank

import (
	"bytes"
	"errors"
	"fmt"

	"ckptbench/workload"
)

// ErrInconsistent is what every error of Check is.
var ErrInconsistent = errors.New("smallbank: the state is not consistent")

// Check implements workload.Benchmark. The conditions are that
//
//	records    every table has the records it was loaded with, and no others
//	names      every customer has the name given when loaded
//	savings    no savings are below 0
//	sum        the balances come to what was there at first and, in the full mix,
//	           what the counters say
//
// A state that fails is the state after no set of whole transactions. One that
// passes may still be: see package oracle for the proof that takes a recording.
func (b *Bank) Check(s workload.State) error {
	var sums [tables]int64
	for table := range b.Tables() {
		var err error
		if sums[table], err = b.checkTable(s, table); err != nil {
			return fmt.Errorf("%w: %w", ErrInconsistent, err)
		}
	}
	got, want := sums[savings]+sums[checking], b.initial()+sums[counters]
	switch {
	case got == want:
		return nil
	case b.Mix == Full:
		return fmt.Errorf("%w: sum: savings and checking hold %s, must be %s (%s at first, and %s by the counters): "+
			"%s too much",
			ErrInconsistent, dollars(got), dollars(want), dollars(b.initial()), dollars(sums[counters]), dollars(got-want))
	}
	return fmt.Errorf("%w: sum: savings and checking hold %s, must be %s as at first: %s too much",
		ErrInconsistent, dollars(got), dollars(want), dollars(got-want))
}

// checkTable checks the records of one table and adds its money up.
func (b *Bank) checkTable(s workload.State, table int) (sum int64, err error) {
	name, n, want := b.Tables()[table].Name, uint64(0), b.records(table)
	for key, v := range s.All(table) {
		if key >= want {
			return 0, fmt.Errorf("records: %s has a record %d, was loaded with %d", name, key, want)
		}
		if err := checkValue(table, key, v); err != nil {
			return 0, fmt.Errorf("%w in record %d of %s", err, key, name)
		}
		if table != accounts {
			sum += money(v)
		}
		n++
	}
	if n != want {
		return 0, fmt.Errorf("records: %s has %d records, must have %d", name, n, want)
	}
	return sum, nil
}

// checkValue checks one record by itself. Its error begins with the name of the
// condition that does not hold.
func checkValue(table int, key uint64, v []byte) error {
	if table == accounts {
		var name [nameSize]byte
		if putName(name[:], key); !bytes.Equal(v, name[:]) {
			return fmt.Errorf("names: %q, must be %q", v, name[:])
		}
		return nil
	}
	if len(v) != moneySize {
		return fmt.Errorf("records: %d bytes, must be %d", len(v), moneySize)
	}
	if table == savings && money(v) < 0 {
		return fmt.Errorf("savings: %s, must not be below 0", dollars(money(v)))
	}
	return nil
}

// dollars writes an amount of cents.
func dollars(cents int64) string {
	sign, abs := "", uint64(cents)
	if cents < 0 {
		sign, abs = "-", -abs
	}
	return fmt.Sprintf("%s%d.%02d", sign, abs/dollar, abs%dollar)
}
