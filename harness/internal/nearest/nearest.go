// Package nearest finds the name that somebody meant who wrote another one. All of it may be called concurrently.
package nearest

import (
	"cmp"
	"slices"
	"strings"
)

// Some returns the candidates that are most like name, however little that is: most of them
// at most, the nearest first, and of equals the first first.
func Some(name string, candidates []string, most int) []string {
	near := slices.Clone(candidates)
	slices.SortStableFunc(near, func(a, b string) int {
		return cmp.Compare(distance(normal(name), normal(a)), distance(normal(name), normal(b)))
	})
	return near[:min(most, len(near))]
}

// Of returns the candidate that name was most likely meant to be, or "".
// Beyond typing errors that is one of which it is the beginning, or which is
// its beginning.
func Of(name string, candidates []string) string {
	name = normal(name)
	best, bestDistance := "", 1+min(3, max(1, len(name)/3))
	for _, c := range candidates {
		n := normal(c)
		d := distance(name, n)
		if min(len(name), len(n)) >= 3 && (strings.HasPrefix(n, name) || strings.HasPrefix(name, n)) {
			d = min(d, 1)
		}
		if d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// DidYouMean is the end of a message about an unknown name: the nearest candidate, or all of them.
func DidYouMean(name string, candidates []string) string {
	if c := Of(name, candidates); c != "" {
		return ": did you mean \"" + c + "\"?"
	}
	if len(candidates) == 0 {
		return ""
	}
	return ": known are " + strings.Join(candidates, ", ")
}

// normal takes out what people vary: case, and which character joins words.
func normal(s string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
}

// distance is how many insertions, deletions, replacements and swaps of
// neighbours lie between two names (optimal string alignment). Long names are
// cut: what is that long is no typing error.
func distance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	before, previous, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, previous, row = previous, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(previous[j]+1, row[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
