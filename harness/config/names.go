package config

import (
	"fmt"
	"slices"
	"strings"

	"ckptbench/harness/internal/nearest"
	"ckptbench/harness/units"
)

// rowOf returns the row of a dotted key, or nil.
func rowOf(key string) *row {
	for i := range rows {
		if rows[i].name == key {
			return &rows[i]
		}
	}
	return nil
}

// isGroup tells whether key has keys of its own.
func isGroup(key string) bool { return len(childrenOf(key+".")) > 0 }

// childrenOf lists the keys directly under prefix, which ends in a dot or is
// empty.
func childrenOf(prefix string) []string {
	var names []string
	for _, r := range rows {
		if rest, ok := strings.CutPrefix(r.name, prefix); ok {
			child, _, _ := strings.Cut(rest, ".")
			if !slices.Contains(names, child) {
				names = append(names, child)
			}
		}
	}
	return names
}

// unknownKey says what may have been meant by a key that is not there.
func unknownKey(prefix, name string) string {
	message := fmt.Sprintf("unknown key %q", shorten(name))
	if prefix != "" {
		message += " in " + strings.TrimSuffix(prefix, ".")
	}
	switch {
	case rowOf(prefix+name) != nil:
		return message + ": in a file it is nested: " + nested(prefix+name)
	case prefix != "" && rowOf(name) != nil:
		return message + ": it belongs at the top of the file: " + nested(name)
	}
	siblings := childrenOf(prefix)
	if prefix == "" && strings.Contains(name, ".") {
		siblings = nil
		for _, r := range rows {
			siblings = append(siblings, r.name)
		}
	}
	if nearest.Of(name, siblings) == "" {
		for _, r := range rows {
			if group, child, dotted := cutLast(r.name); dotted && child == name {
				return fmt.Sprintf("%s: it belongs under %s", message, group)
			}
		}
	}
	return message + nearest.DidYouMean(name, siblings)
}

// nested writes a dotted key as a file has it: a: {b: {c: ...}}.
func nested(key string) string {
	return strings.ReplaceAll(key, ".", ": {") + ": ..." + strings.Repeat("}", strings.Count(key, "."))
}

// cutLast cuts a dotted key before its last name.
func cutLast(key string) (group, name string, dotted bool) {
	i := strings.LastIndexByte(key, '.')
	if i < 0 {
		return "", key, false
	}
	return key[:i], key[i+1:], true
}

// shorten keeps what a message repeats of a file to a line.
func shorten(s string) string { return units.Cut(s, 60) }
