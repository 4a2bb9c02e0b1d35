package result

import "strings"

// A Command is how an experiment was run: `ckptbench run NAME.yaml FLAGS...`, where
// NAME.yaml is the configuration as it was given.
type Command struct {
	// Flags are those that change what is measured. With them the configuration
	// as given is the resolved one.
	Flags []string `json:"flags"`
}

// Line writes the command for a shell, with name as the experiment's.
func (c *Command) Line(name string) string {
	words := []string{"ckptbench", "run", quote(name + ".yaml")}
	for _, f := range c.Flags {
		words = append(words, quote(f))
	}
	return strings.Join(words, " ")
}

// quote writes a word for a POSIX shell.
func quote(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=./,:+%@", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
