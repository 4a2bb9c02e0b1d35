package config

// Known is what the caller has to run: its algorithms, in the order in which a word that stands
// for several names them. It is only read.
type Known struct {
	Algorithms []Algorithm
}

// An Algorithm is a name that a configuration may have, with all that it asks of its algorithm.
type Algorithm struct {
	Name    string
	All     bool // algorithms: all runs it
	Default bool // algorithms: default runs it, and so does a configuration that names none
	Budget  bool // it may have a memory_budget
	Own     bool // it recovers from files of its own, without images
	Restore bool // restore means something to it
	Prefix  bool // durability: checkpoint is for it, or it is a baseline
}

// Named returns algorithms with no more than their names.
func Named(names ...string) Known {
	k := Known{Algorithms: make([]Algorithm, len(names))}
	for i, n := range names {
		k.Algorithms[i].Name = n
	}
	return k
}

func (a Algorithm) any() bool       { return true }
func (a Algorithm) byAll() bool     { return a.All }
func (a Algorithm) byDefault() bool { return a.Default }
func (a Algorithm) budgeted() bool  { return a.Budget }
func (a Algorithm) owning() bool    { return a.Own }
func (a Algorithm) restoring() bool { return a.Restore }
func (a Algorithm) prefixed() bool  { return a.Prefix }

// Names returns every name that may be configured.
func (k Known) Names() []string { return k.names(Algorithm.any) }

// names are those of the algorithms that are so.
func (k Known) names(so func(Algorithm) bool) []string {
	var names []string
	for _, a := range k.Algorithms {
		if so(a) {
			names = append(names, a.Name)
		}
	}
	return names
}

// is reports whether there is an algorithm of that name, and it is so.
func (k Known) is(name string, so func(Algorithm) bool) bool {
	for _, a := range k.Algorithms {
		if a.Name == name {
			return so(a)
		}
	}
	return false
}
