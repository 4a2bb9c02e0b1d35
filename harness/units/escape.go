package units

import "strings"

// OneLine replaces what could break a line or command a terminal.
func OneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7F && r < 0xA0 || r == '\u2028' || r == '\u2029' || r == '\uFFFD' {
			return '?'
		}
		return r
	}, strings.Join(strings.Fields(s), " "))
}

// markdown and latex replace what those languages would take for markup.
var markdown = strings.NewReplacer(`\`, `\\`, `|`, `\|`, `<`, `&lt;`, `>`, `&gt;`, `*`, `\*`, `_`, `\_`, "`", "\\`",
	`[`, `\[`, `#`, `\#`)

// Markdown keeps what GitHub's Markdown gives a meaning from having it.
func Markdown(s string) string { return markdown.Replace(s) }

var latex = strings.NewReplacer(`\`, `\textbackslash{}`, `%`, `\%`, `_`, `\_`, `#`, `\#`, `&`, `\&`, `$`, `\$`, `{`,
	`\{`, `}`, `\}`,
	`~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`, `<`, `\textless{}`, `>`, `\textgreater{}`, `|`, `\textbar{}`,
	`"`, `''`,
	`µ`, `\ensuremath{\mu}`, `μ`, `\ensuremath{\mu}`, `×`, `\ensuremath{\times}`, `±`, `\ensuremath{\pm}`, `–`, `--`, `…`,
	`\ldots{}`)

// LaTeX keeps what LaTeX gives a meaning from having it, and spells the signs
// that its fonts may lack.
func LaTeX(s string) string { return latex.Replace(s) }
