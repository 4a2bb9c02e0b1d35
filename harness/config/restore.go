package config

import (
	"slices"
	"strings"
)

// Restore says how rows come into pages.
type Restore string

// The ways to restore.
const (
	RestoreRows      Restore = "rows"
	RestoreBatch     Restore = "batch"
	RestoreInvokeAll Restore = "invokeall"
)

const restoreKey = "restore"

// checkRestore finds a way of restoring that is asked of algorithms without one.
func (e *Experiment) checkRestore(c *checker) {
	if _, given := e.settings.keys[restoreKey]; !given && !e.settings.sweeping(restoreKey) {
		return
	}
	others := e.unpaged()
	c.add(len(others) > 0, restoreKey, algorithmsKey,
		"means nothing to %s, with records in slots: remove it, or run only algorithms with pages (%s)",
		strings.Join(others, ", "), strings.Join(e.known.names(Algorithm.restoring), ", "))
}

// unpaged returns the algorithms that have no pages.
func (e *Experiment) unpaged() []string {
	return slices.DeleteFunc(slices.Clone(e.Algorithms), func(name string) bool {
		return e.known.is(name, Algorithm.restoring)
	})
}

// pageless tells whether a key means nothing to some of the algorithms, for want
// of pages.
func (e *Experiment) pageless(key string) bool { return key == restoreKey && len(e.unpaged()) > 0 }
