package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
)

// A schemaCommand prints the JSON schema of experiment files, for editors.
type schemaCommand struct{}

func (schemaCommand) Run(t terminal) error {
	text, err := config.Schema(known())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "%s\n", text)
	return err
}

// A completionCommand prints a shell's completion script, made from the command's own
// model, so that it cannot lag behind the flags.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run writes the shell's completion script: static, from the commands as they
// are declared, so that a key press starts no process.
func (c *completionCommand) Run(k *kong.Kong, t terminal) error {
	words := wordsOf(k)
	switch c.Shell {
	case "fish":
		return fish(t.out, words)
	case "zsh":
		fmt.Fprint(t.out, "autoload -U +X bashcompinit && bashcompinit\n")
	}
	return bash(t.out, words)
}

// A word is a command with what may follow it.
type word struct {
	name, help string
	flags      []flag
	values     []string // of its first argument; none: it takes files
}

// A flag is a flag of a command, as completion needs it.
type flag struct {
	name, help string
	values     []string // it takes one of these; none and takes: any
	takes      bool
}

// wordsOf returns the commands with their flags and arguments.
func wordsOf(k *kong.Kong) []word {
	var ws []word
	for _, n := range k.Model.Children {
		w := word{name: n.Name, help: n.Help}
		for _, f := range n.Flags {
			g := flag{name: f.Name, help: f.Help, takes: !f.IsBool(), values: enum(f.Value)}
			if f.Name == "only" {
				g.values = order()
			}
			w.flags = append(w.flags, g)
		}
		if len(n.Positional) > 0 {
			w.values = enum(n.Positional[0])
		}
		ws = append(ws, w)
	}
	return ws
}

// enum returns the values that a flag or argument is restricted to; none means any.
func enum(v *kong.Value) (values []string) {
	for e := range strings.SplitSeq(v.Enum, ",") {
		if e != "" {
			values = append(values, e)
		}
	}
	return values
}

// bash writes the script for bash, which zsh reads as well.
func bash(w io.Writer, words []word) error {
	var b strings.Builder
	b.WriteString("# bash completion for ckptbench: source it, or put it in bash_completion.d\n_ckptbench() {\n" +
		"  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n" +
		"  COMPREPLY=()\n  case \"${COMP_WORDS[1]}:$prev:$cur\" in\n")
	var names []string
	for _, c := range words {
		names = append(names, c.name)
		var flags []string
		for _, f := range c.flags {
			flags = append(flags, "--"+f.name)
			if len(f.values) > 0 {
				fmt.Fprintf(&b, "  %s:--%s:*) words=%q ;;\n", c.name, f.name, strings.Join(f.values, " "))
			}
		}
		fmt.Fprintf(&b, "  %s:*:-*) words=%q ;;\n", c.name, strings.Join(flags, " "))
		if len(c.values) > 0 {
			fmt.Fprintf(&b, "  %s:*) words=%q ;;\n", c.name, strings.Join(c.values, " "))
		}
	}
	fmt.Fprintf(&b, "  esac\n  [ \"$COMP_CWORD\" -eq 1 ] && words=%q\n"+
		"  [ -n \"$words\" ] && COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"+
		"}\ncomplete -o default -F _ckptbench ckptbench\n", strings.Join(names, " "))
	_, err := io.WriteString(w, b.String())
	return err
}

// fish writes the script for fish.
func fish(w io.Writer, words []word) error {
	var b strings.Builder
	b.WriteString("# fish completion for ckptbench: put it in ~/.config/fish/completions\n")
	for _, c := range words {
		fmt.Fprintf(&b, "complete -c ckptbench -n __fish_use_subcommand -f -a %s -d %s\n", c.name, quoted(c.help))
		under := fmt.Sprintf("complete -c ckptbench -n '__fish_seen_subcommand_from %s'", c.name)
		for _, f := range c.flags {
			fmt.Fprintf(&b, "%s -l %s -d %s", under, f.name, quoted(f.help))
			switch {
			case len(f.values) > 0:
				fmt.Fprintf(&b, " -x -a %s", quoted(strings.Join(f.values, " ")))
			case f.takes:
				b.WriteString(" -r")
			}
			b.WriteString("\n")
		}
		if len(c.values) > 0 {
			fmt.Fprintf(&b, "%s -f -a %s\n", under, quoted(strings.Join(c.values, " ")))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// quoted quotes for fish.
func quoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// order is the algorithms' order in every legend and table.
func order() []string {
	var names []string
	for _, e := range algorithms.All() {
		names = append(names, e.Name)
	}
	return names
}
