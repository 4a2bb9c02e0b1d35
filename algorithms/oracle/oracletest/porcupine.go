// Package oracletest asks a second judge about small histories. It keeps the
// checker it uses out of the product binary: only tests import it.
package oracletest

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/anishathalye/porcupine"

	"ckptbench/algorithms/oracle"
)

// ErrUndecided is returned when the time ran out before a verdict.
var ErrUndecided = errors.New("undecided in the time given: use a shorter history")

// A place names a record.
type place struct {
	table int
	key   uint64
}

// StrictlySerializable reports an error when no order of the transactions that
// respects real time explains what they read. Unlike oracle.History.Check it
// gets nothing of the order of versions and tries all of them, so keep it
// to about a hundred transactions. Nil stands for an empty initial database.
func StrictlySerializable(h *oracle.History, initial oracle.Initial, limit time.Duration) error {
	var ops []porcupine.Operation
	for t := range h.All() {
		ops = append(ops, porcupine.Operation{
			ClientId: t.Worker,
			Input:    t,
			Call:     int64(t.Begin),
			Return:   int64(t.End),
		})
	}
	if initial == nil {
		initial = oracle.Ranges(nil)
	}
	switch porcupine.CheckOperationsTimeout(model(initial), ops, limit) {
	case porcupine.Illegal:
		return fmt.Errorf("no serial order explains the %d transactions", len(ops))
	case porcupine.Unknown:
		return fmt.Errorf("%d transactions: %w", len(ops), ErrUndecided)
	}
	return nil
}

// model is the database as one object: a map from record to stamp, in which a
// transaction is one step.
func model(initial oracle.Initial) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return map[place]uint64{} },
		Step: func(state, input, _ any) (bool, any) {
			return step(initial, state.(map[place]uint64), input.(oracle.Txn))
		},
		Equal: func(a, b any) bool {
			return maps.Equal(a.(map[place]uint64), b.(map[place]uint64))
		},
	}
}

// step runs t on a state: every read must see the state's stamp, or the
// transaction's own.
func step(initial oracle.Initial, state map[place]uint64, t oracle.Txn) (bool, any) {
	next := maps.Clone(state)
	for _, op := range t.Ops {
		p := place{op.Table, op.Key}
		if op.Write {
			next[p] = t.ID
			continue
		}
		stamp, ok := state[p]
		if !ok {
			stamp, _ = initial.At(op.Table, op.Key)
		}
		if op.Stamp != stamp && op.Stamp != t.ID {
			return false, state
		}
	}
	return true, next
}
