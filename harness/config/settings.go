package config

import (
	"maps"
	"slices"
	"strings"
)

// A setting is a value as it was given, and where.
type setting struct {
	at    place
	value value
}

// settings are all that were given. A key is in keys or in sweeps, not in both.
type settings struct {
	keys   map[string]setting
	sweeps []sweep // in the order given
}

// A sweep is a key that a matrix varies; its setting is a list.
type sweep struct {
	key string
	setting
}

// clone copies the settings, so that a point of the matrix can change its own.
func (s settings) clone() settings {
	return settings{keys: maps.Clone(s.keys), sweeps: slices.Clone(s.sweeps)}
}

// put gives a key its value and ends its sweep.
func (s *settings) put(key string, v setting) {
	s.sweeps = slices.DeleteFunc(s.sweeps, func(sw sweep) bool { return sw.key == key })
	s.keys[key] = v
}

// sweep gives a key the list of its values in place of a single one.
func (s *settings) sweep(key string, v setting) {
	delete(s.keys, key)
	for i := range s.sweeps {
		if s.sweeps[i].key == key {
			s.sweeps[i].setting = v
			return
		}
	}
	s.sweeps = append(s.sweeps, sweep{key, v})
}

// sweeping tells whether a key that starts with prefix is swept.
func (s settings) sweeping(prefix string) bool {
	return slices.ContainsFunc(s.sweeps, func(sw sweep) bool { return strings.HasPrefix(sw.key, prefix) })
}

// giving tells whether a key that starts with prefix is given or swept.
func (s settings) giving(prefix string) bool {
	for key := range s.keys {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return s.sweeping(prefix)
}

// where finds the place to name for the first of some keys that was given, or
// else of the first key given in its group, or else the file.
func (s settings) where(file string, keys ...string) place {
	for _, key := range keys {
		if given, ok := s.keys[key]; ok {
			return given.at
		}
		for _, sw := range s.sweeps {
			if sw.key == key {
				return sw.at
			}
		}
	}
	best := place{file: file}
	group, _, nested := strings.Cut(keys[0], ".")
	for name, given := range s.keys {
		if nested && strings.HasPrefix(name, group+".") && given.at.set == "" &&
			(best.line == 0 || given.at.line < best.line) {
			best = given.at
		}
	}
	return best
}
