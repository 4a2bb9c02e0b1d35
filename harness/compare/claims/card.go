package claims

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ckptbench/harness/render/table"
	"ckptbench/harness/units"
)

// A Card is the scorecard of claims, as every document shows it. Its texts are on one line
// each, and not escaped for any format.
type Card struct {
	Summary  string     // how many claims there are by outcome
	Sources  table.Grid // the same by source
	Claims   table.Grid // a row for each claim
	Reasons  []Reason
	Ran      []string // what was measured where
	Warnings []string
}

// A Reason says why a claim does not hold here.
type Reason struct{ ID, Says, Theirs, Ours, Why string }

// unexplained stands where nobody has found out why a claim does not hold.
// In place of a guess.
const unexplained = "Why is not known: nobody has looked into it yet."

// Scorecard returns the card of some verdicts.
func Scorecard(vs []Verdict) Card {
	c := Card{Summary: Summary(vs), Sources: bySource(vs), Ran: ran(vs), Warnings: warnings(vs)}
	// The first column is the outcome, which needs no title.
	c.Claims.Columns = table.Words("", "claim", "theirs", "ours, or why not")
	for _, v := range vs {
		says := v.Claim.ID + ": " + v.Claim.Says
		c.Claims.Add(string(v.Outcome), says, v.theirs(), v.ours())
		// A claim that cannot be measured here has its reason in the table; only what
		// contradicts a paper is explained at length.
		if v.Outcome == NotHeld {
			why := cmp.Or(v.Claim.WhyNot, unexplained)
			c.Reasons = append(c.Reasons, Reason{v.Claim.ID, v.Claim.Says, v.theirs(), v.ours(), why})
		}
	}
	return c
}

// bySource counts the outcomes by paper or system.
func bySource(vs []Verdict) table.Grid {
	g := table.Grid{Columns: table.Words("source", "claims", "held", "not held", "not measurable here")}
	// The order in which sources first come up, as a map has none.
	var names []string
	count := map[string]map[Outcome]int{}
	for _, v := range vs {
		name := v.Claim.paper()
		if count[name] == nil {
			names, count[name] = append(names, name), map[Outcome]int{}
		}
		count[name][v.Outcome]++
	}
	for _, name := range names {
		n := count[name]
		// The total, then its parts.
		row := []string{name, fmt.Sprint(n[Held] + n[NotHeld] + n[NotMeasurable])}
		for _, o := range []Outcome{Held, NotHeld, NotMeasurable} {
			row = append(row, fmt.Sprint(n[o]))
		}
		g.Add(row...)
	}
	return g
}

// paper is the source without the place in it.
func (c Claim) paper() string {
	// "Ren et al., section 5; figure 3" is of "Ren et al.": commas, semicolons and "of" begin
	// the place.
	name, _, _ := strings.Cut(c.Source, ",")
	name, _, _ = strings.Cut(name, ";")
	name, _, _ = strings.Cut(name, " of ")
	return name
}

// ran names the experiments that decided something, by machine and program.
func ran(vs []Verdict) (lines []string) {
	// In the order of the verdicts; names has the experiments of each, once.
	var places []string
	names := map[string][]string{}
	for _, v := range vs {
		// What could not be measured was decided by nothing that ran.
		if v.Outcome == NotMeasurable || slices.Contains(names[v.On], v.Result) {
			continue
		}
		if names[v.On] == nil {
			places = append(places, v.On)
		}
		names[v.On] = append(names[v.On], v.Result)
	}
	for _, p := range places {
		lines = append(lines, units.OneLine(fmt.Sprintf("On %s: %s", p, strings.Join(names[p], ", "))))
	}
	return lines
}

// markdown writes the card as GitHub reads it.
func (c Card) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", units.Markdown(c.Summary))
	b.WriteString(c.Sources.NarrowMarkdown())
	if len(c.Reasons) > 0 {
		b.WriteString("\n## What does not hold, and why\n")
	}
	for _, r := range c.Reasons {
		fmt.Fprintf(&b, "\n**`%s`** %s Theirs: %s. Ours: %s.\n\n%s\n", r.ID, units.Markdown(r.Says),
			units.Markdown(r.Theirs), units.Markdown(r.Ours), units.Markdown(r.Why))
	}
	b.WriteString("\n## All claims\n\n")
	b.WriteString(c.Claims.NarrowMarkdown())
	for i, l := range slices.Concat(c.Ran, c.Warnings) {
		if i == 0 {
			b.WriteString("\n")
		}
		b.WriteString("- " + units.Markdown(l) + "\n")
	}
	return b.String()
}
