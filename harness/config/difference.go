package config

import (
	"fmt"
	"strings"
)

// Differences names the keys in which two resolved configurations differ, with both values:
// "record_size is 100B and 200B". Keys that change nothing in what a trial measures are left
// out. It is nil where either is no configuration.
func Differences(a, b []byte) []string {
	x, y := flat(a), flat(b)
	if x == nil || y == nil {
		return nil
	}
	var out []string
	for _, r := range rows {
		for _, key := range []string{r.name, matrixKey + "." + r.name} {
			if !r.descriptive && x[key] != y[key] {
				out = append(out, fmt.Sprintf("%s is %s and %s", key, orNothing(x[key]), orNothing(y[key])))
			}
		}
	}
	return out
}

// orNothing is a value that may not be there, in words.
func orNothing(text string) string {
	if text == "" {
		return "not there"
	}
	return text
}

// flat are the single values and lists of a resolved configuration, by their dotted keys; nil
// where it is none.
func flat(data []byte) map[string]string {
	root, problems := decodeYAML("", data)
	if len(problems) > 0 || root.kind != mapping {
		return nil
	}
	out := map[string]string{}
	flatten(out, "", root)
	return out
}

// flatten puts what is in v into out, below prefix.
func flatten(out map[string]string, prefix string, v value) {
	for _, e := range v.entries {
		switch e.value.kind {
		case mapping:
			flatten(out, prefix+e.key+".", e.value)
		case list:
			var items []string
			for _, item := range e.value.items {
				items = append(items, item.text)
			}
			out[prefix+e.key] = "[" + strings.Join(items, ", ") + "]"
		default:
			out[prefix+e.key] = e.value.text
		}
	}
}
