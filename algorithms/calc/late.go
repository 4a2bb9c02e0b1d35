package calc

import (
	"runtime"

	"ckptbench/algorithms/store"
)

// A late is CALC with its rule broken: the commit token comes after the locks are
// released.
type late struct {
	*calc
	between func(*store.Txn) // what goes on between the two
}

// NewLate returns CALC that appends the commit token after the locks are
// released. Its images are wrong: another transaction may read what this one
// wrote, append its own token before the point of consistency, and be in an
// image that this one is not in. It is kept to show what CALC's rule is worth,
// and that the oracle sees when it is broken.
//
// What was set aside and is available already is left alone by stable.Drop, which under
// CALC's rule never happens. That keeps this variant free of data races, not of wrong
// images. TestTokenAndLocks makes the dangerous interleaving happen step by step.
//
// For a worker that is put off the processor at that moment, as any may be,
// each worker yields a number of times of its own.
func NewLate(env *store.Env) (store.Algorithm, error) {
	c, err := build(env, newWordLog(env.First))
	return late{c, func(tx *store.Txn) {
		for range 8 * tx.Worker() {
			runtime.Gosched()
		}
	}}, err
}

// Commit releases the locks, and then is CALC's.
func (l late) Commit(tx *store.Txn) {
	tx.Release()
	l.between(tx)
	l.calc.Commit(tx)
}
