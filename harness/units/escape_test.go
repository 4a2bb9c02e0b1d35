package units

import "testing"

func TestEscapes(t *testing.T) {
	check := func(f func(string) string, in, want string) {
		t.Helper()
		if got := f(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	check(OneLine, " two\n lines\tand\x1b[31m red\u2028\x85\x7f ", "two lines and?[31m red ??")
	check(OneLine, "µs ± 3 – 日本", "µs ± 3 – 日本")
	check(OneLine, "broken \xff", "broken ?")
	check(Markdown, "a|b *c* _d_ `e` <f> [g] #h \\", "a\\|b \\*c\\* \\_d\\_ \\`e\\` &lt;f&gt; \\[g] \\#h \\\\")
	check(LaTeX, `50 % of a_b {c} $d ~ \ "e"`, `50 \% of a\_b \{c\} \$d \textasciitilde{} \textbackslash{} ''e''`)
	check(LaTeX, "µs ± – …", `\ensuremath{\mu}s \ensuremath{\pm} -- \ldots{}`)
}
