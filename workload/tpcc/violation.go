package tpcc

import (
	"errors"
	"fmt"
)

// The conditions beside the twelve of clause 3.3.2.
const (
	// Numbers that the clause does not use.
	CondRows  = 0  // every row is where its key columns say, and none is missing that always exists
	CondStock = 13 // what stock gave is what was ordered
	CondIndex = 14 // the index has each customer's newest order
	conds     = 15
)

// A Violation is a consistency condition that a state does not meet.
type Violation struct {
	Condition int    // 1 to 12 as clause 3.3.2 numbers them; or Cond...
	Warehouse int    // 0 where the condition is over all of them
	District  int    // 0 likewise
	What      string // both figures; money in cents
	// A state that is wrong is mostly wrong in many places; one of them is explained.
	More int // further places that do not meet the condition
}

// Error implements error: the condition, the place, both figures.
func (v *Violation) Error() string {
	where := "all warehouses"
	switch {
	case v.District != 0:
		where = fmt.Sprintf("warehouse %d, district %d", v.Warehouse, v.District)
	case v.Warehouse != 0:
		where = fmt.Sprintf("warehouse %d", v.Warehouse)
	}
	more := ""
	if v.More > 0 {
		more = fmt.Sprintf(", and so in %d further places", v.More)
	}
	return fmt.Sprintf("tpcc: condition %d: %s: %s%s", v.Condition, where, v.What, more)
}

// violations keeps the first violation of each condition and counts the others. It
// belongs to one goroutine.
type violations [conds]*Violation

// add records that condition cond does not hold in district d of warehouse w; 0 means
// all of them.
func (vs *violations) add(cond, w, d int, format string, args ...any) {
	if v := vs[cond]; v != nil {
		v.More++
		return
	}
	vs[cond] = &Violation{Condition: cond, Warehouse: w, District: d, What: fmt.Sprintf(format, args...)}
}

// err joins what was recorded, in the order of the conditions; nil for none.
func (vs *violations) err() error {
	var errs []error
	for _, v := range vs {
		if v != nil {
			errs = append(errs, v)
		}
	}
	return errors.Join(errs...)
}
