package smallbank

import (
	"fmt"

	"ckptbench/workload"
)

// A call is one call of a procedure. It belongs to a client and is drawn anew
// when it is over.
// Its records are known by their places among the declarations, see Declare.
type call struct {
	procedure procedure
	counted   bool   // money that comes in or goes out is counted
	withdraw  bool   // of transactSavings
	a, b      uint64 // the customers: a pays
	counter   uint64 // the key of the client's counter
	total     int64  // what balance found, in cents
	// What is written; tx.Write copies it.
	buf [moneySize]byte
}

// Kind implements workload.Call.
func (c *call) Kind() string { return names[c.procedure] }

// MayAbort implements workload.Call: what aborts does so before it writes.
// So a store need not keep old values for undo.
func (c *call) MayAbort() bool { return false }

// Declare implements workload.Call. The records are in ascending order, which is
// the quickest to lock; Body knows them by their places in it.
func (c *call) Declare(a []workload.Access) []workload.Access {
	// Names are read by every procedure: the customer has to exist.
	const read, write = false, true
	at := func(table int, key uint64, write bool) {
		a = append(a, workload.Access{Table: table, Key: key, Write: write})
	}
	// Two customers are declared in ascending order, whoever of them pays.
	lo, hi := min(c.a, c.b), max(c.a, c.b)
	switch c.procedure {
	case amalgamate:
		at(accounts, lo, read)
		at(accounts, hi, read)
		at(savings, c.a, write)
		at(checking, lo, write)
		at(checking, hi, write)
	case balance:
		at(accounts, c.a, read)
		at(savings, c.a, read)
		at(checking, c.a, read)
	case depositChecking:
		at(accounts, c.a, read)
		at(checking, c.a, write)
	case sendPayment:
		at(accounts, lo, read)
		at(accounts, hi, read)
		at(checking, lo, write)
		at(checking, hi, write)
	case transactSavings:
		at(accounts, c.a, read)
		at(savings, c.a, write)
	case writeCheck:
		at(accounts, c.a, read)
		at(savings, c.a, read)
		at(checking, c.a, write)
	}
	// The counter makes the sum of all money known at any moment.
	if c.moves() && c.counted {
		at(counters, c.counter, write)
	}
	return a
}

// moves reports whether the procedure takes money in or pays some out.
// The others only move money between accounts.
func (c *call) moves() bool {
	return c.procedure == depositChecking || c.procedure == transactSavings || c.procedure == writeCheck
}

// Body implements workload.Call.
// It returns workload.ErrAbort where the procedure's own condition is not met.
func (c *call) Body(tx workload.Tx) error {
	switch c.procedure {
	case amalgamate:
		return c.amalgamate(tx)
	case balance:
		return c.balance(tx)
	case depositChecking:
		return c.book(tx, 1, depositAmount)
	case sendPayment:
		return c.sendPayment(tx)
	case transactSavings:
		return c.transactSavings(tx)
	}
	return c.writeCheck(tx)
}

// amalgamate moves all that a has to b's checking.
func (c *call) amalgamate(tx workload.Tx) error {
	// Places among the records of one table.
	from, to := c.order()
	if err := known(tx, 2); err != nil {
		return err
	}
	saved, err := read(tx, 2)
	if err != nil {
		return err
	}
	checked, err := read(tx, 3+from)
	if err != nil {
		return err
	}
	had, err := read(tx, 3+to)
	if err != nil {
		return err
	}
	c.write(tx, 2, 0)
	c.write(tx, 3+from, 0)
	c.write(tx, 3+to, had+saved+checked)
	return nil
}

// order returns where, of two records that are declared in ascending order, a's
// and b's are.
func (c *call) order() (a, b int) {
	if c.a < c.b {
		return 0, 1
	}
	return 1, 0
}

// balance reads both balances of a and adds them up.
func (c *call) balance(tx workload.Tx) error {
	if err := known(tx, 1); err != nil {
		return err
	}
	saved, err := read(tx, 1)
	if err != nil {
		return err
	}
	checked, err := read(tx, 2)
	c.total = saved + checked
	return err
}

// sendPayment aborts where a has too little.
// Nothing is written before the balance is known to do.
func (c *call) sendPayment(tx workload.Tx) error {
	from, to := c.order()
	if err := known(tx, 2); err != nil {
		return err
	}
	has, err := read(tx, 2+from)
	if err != nil {
		return err
	}
	if has < sendAmount {
		return workload.ErrAbort
	}
	had, err := read(tx, 2+to)
	if err != nil {
		return err
	}
	c.write(tx, 2+from, has-sendAmount)
	c.write(tx, 2+to, had+sendAmount)
	return nil
}

// transactSavings aborts where a would be left with less than nothing.
func (c *call) transactSavings(tx workload.Tx) error {
	// A deposit cannot fail.
	if !c.withdraw {
		return c.book(tx, 1, savingsAmount)
	}
	saved, err := read(tx, 1)
	if err != nil {
		return err
	}
	if saved < savingsAmount {
		return workload.ErrAbort
	}
	return c.book(tx, 1, -savingsAmount)
}

// writeCheck pays a check, and a penalty where a has too little for it.
func (c *call) writeCheck(tx workload.Tx) error {
	saved, err := read(tx, 1)
	if err != nil {
		return err
	}
	checked, err := read(tx, 2)
	if err != nil {
		return err
	}
	amount := int64(checkAmount)
	if saved+checked < amount {
		// The account may go below nothing: that is the procedure.
		amount += penalty
	}
	return c.book(tx, 2, -amount)
}

// book adds an amount to record i, and to the client's counter, which is the one
// declared last.
// A call that does not count has no counter declared.
func (c *call) book(tx workload.Tx, i int, amount int64) error {
	if err := known(tx, 1); err != nil {
		return err
	}
	has, err := read(tx, i)
	if err != nil {
		return err
	}
	if !c.counted {
		c.write(tx, i, has+amount)
		return nil
	}
	counted, err := read(tx, i+1)
	if err != nil {
		return err
	}
	c.write(tx, i, has+amount)
	c.write(tx, i+1, counted+amount)
	return nil
}

// write sets the balance in record i. The buffer is the call's own: a transaction keeps
// no reference to it.
func (c *call) write(tx workload.Tx, i int, cents int64) {
	putMoney(c.buf[:], cents)
	tx.Write(i, workload.Whole, c.buf[:])
}

// known reads the names of the call's customers, which are declared first.
// A missing one is a fault of the store, as customers are never deleted.
func known(tx workload.Tx, n int) error {
	for i := range n {
		if v, ok := tx.Read(i); !ok || len(v) != nameSize {
			return fmt.Errorf("smallbank: record %d of the call is no customer: present %v, %d bytes", i, ok, len(v))
		}
	}
	return nil
}

// read returns the balance in record i.
// Likewise a value of another length.
func read(tx workload.Tx, i int) (cents int64, err error) {
	v, ok := tx.Read(i)
	if !ok || len(v) != moneySize {
		return 0, fmt.Errorf("smallbank: record %d of the call is no balance: present %v, %d bytes", i, ok, len(v))
	}
	return money(v), nil
}
