package durable

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Name returns the name of a numbered file: the prefix, and the number in at least that
// many digits.
// With leading zeros a listing in ascending order is one of the numbers, as long as they have no
// more digits.
func Name(prefix string, digits int, n uint64) string {
	return fmt.Sprintf("%s%0*d", prefix, digits, n)
}

// Number is the inverse of Name. It is not ok for any other name, nor for a number that
// is 0 or does not fit in 63 bits.
// So a name that was padded in another way is not taken for one of ours.
func Number(prefix string, digits int, name string) (n uint64, ok bool) {
	s, ok := strings.CutPrefix(name, prefix)
	n, err := strconv.ParseUint(s, 10, 63)
	if !ok || err != nil || n == 0 || name != Name(prefix, digits, n) {
		return 0, false
	}
	return n, true
}

// Generations returns the numbers of those names that Name gives, newest first.
// Other names are passed over.
func Generations(prefix string, digits int, names []string) []uint64 {
	var numbers []uint64
	for _, name := range names {
		if n, ok := Number(prefix, digits, name); ok {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	slices.Reverse(numbers)
	return numbers
}

// Whole reads generations in the order of their numbers until it has most that are whole.
// It passes over those of which read returns a *Damage; any other error ends it.
func Whole[M any](numbers []uint64, most int, read func(n uint64) (M, error)) (whole []M, damaged []error, err error) {
	for _, n := range numbers {
		// Older ones are not looked at, and may be damaged.
		if len(whole) == most {
			break
		}
		// An error of the disk is none of the file: it could hide a generation that is whole.
		m, err := read(n)
		switch {
		case errors.As(err, new(*Damage)):
			damaged = append(damaged, err)
		case err != nil:
			return nil, damaged, err
		default:
			whole = append(whole, m)
		}
	}
	return whole, damaged, nil
}
