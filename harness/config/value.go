package config

// A value is a piece of a configuration as it was written, with its line.
type value struct {
	kind    kind
	text    string  // of a scalar
	words   bool    // the text is one for people, or a name: written so that no reader takes it for a number
	items   []value // of a list
	entries []entry // of a mapping, in their order
	line    int     // 1-based; 0 where it is not from a file
}

// An entry is a key of a mapping and its value.
type entry struct {
	key   string
	line  int
	value value
}

// A kind is what a value of the file is.
type kind int

const (
	scalar kind = iota
	null
	list
	mapping
	refused // reported where it was read; nobody else sees it
)

func (k kind) String() string {
	return [...]string{"a single value", "nothing", "a list", "a mapping", "refused"}[k]
}

// add puts a value under a path, with the mappings on the way.
func (v *value) add(path []string, leaf value) {
	if len(path) == 1 {
		v.entries = append(v.entries, entry{key: path[0], value: leaf})
		return
	}
	for i := range v.entries {
		if v.entries[i].key == path[0] {
			v.entries[i].value.add(path[1:], leaf)
			return
		}
	}
	v.entries = append(v.entries, entry{key: path[0], value: value{kind: mapping}})
	v.entries[len(v.entries)-1].value.add(path[1:], leaf)
}

// listOf is a list of scalars.
func listOf(texts []string) value {
	l := value{kind: list}
	for _, t := range texts {
		l.items = append(l.items, value{text: t})
	}
	return l
}
