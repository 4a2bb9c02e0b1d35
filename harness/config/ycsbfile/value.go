package ycsbfile

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ckptbench/harness/internal/nearest"
	"ckptbench/harness/units"
)

// property returns one as given, or YCSB's default with no line.
func (y *file) property(key string) property {
	if p, ok := y.given[key]; ok {
		return p
	}
	return property{key: key, value: defaults[key]}
}

// put sets a key of a configuration to what a property says.
func (y *file) put(key, text string, from property) {
	y.out.Settings = append(y.out.Settings, Setting{key, text, from.line})
}

// whole reads a whole number of at least low.
func (y *file) whole(key string, low int64) (int64, property, bool) {
	p := y.property(key)
	n, err := strconv.ParseInt(p.value, 10, 64)
	if errors.Is(err, strconv.ErrRange) && n > 0 || err == nil && n > y.limits.Records {
		y.report(p, "%q is more than %s, the most there can be", cut(p.value), units.Count(float64(y.limits.Records)))
		return 0, p, false
	}
	if err != nil || n < low {
		y.report(p, "%q is not a whole number of at least %d", cut(p.value), low)
		return 0, p, false
	}
	return n, p, true
}

// share reads a number from 0 to most.
func (y *file) share(key string, most float64) (float64, property, bool) {
	p := y.property(key)
	x, err := strconv.ParseFloat(p.value, 64)
	if err != nil || !(x >= 0 && x <= most) {
		y.report(p, "%q is not a number from 0 to %g", cut(p.value), most)
		return 0, p, false
	}
	return x, p, true
}

// truth reads true or false, in any case, as Java does.
func (y *file) truth(key string) (bool, property) {
	p := y.property(key)
	switch strings.ToLower(p.value) {
	case "true":
		return true, p
	case "false":
	default:
		y.report(p, "%q is neither true nor false", cut(p.value))
	}
	return false, p
}

// word translates one of some words, in any case, as go-ycsb does.
func (y *file) word(key string, names, means []string) (string, property, bool) {
	p := y.property(key)
	if i := slices.Index(names, strings.ToLower(p.value)); i >= 0 {
		return means[i], p, true
	}
	hint := ""
	if n := nearest.Of(p.value, names); n != "" {
		hint = fmt.Sprintf(": did you mean %q?", n)
	}
	y.report(p, "%q is not one of %s%s", cut(p.value), strings.Join(names, ", "), hint)
	return "", p, false
}

// number writes a number without an exponent, as a configuration has it.
func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
