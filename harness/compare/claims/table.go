package claims

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"ckptbench/harness/render/table"
	"ckptbench/harness/units"
)

// Write writes verdicts to w in one of table.Formats.
func Write(w io.Writer, vs []Verdict, format string) error {
	return table.Write(w, "claims", format,
		func() (string, error) { return plain(vs) },
		func() (string, error) { return Scorecard(vs).markdown(), nil },
		func() (string, error) { return encoded(vs) })
}

// column widths of the table, in letters.
const (
	// Three such columns and the outcome.
	statementWidth = 46
	figureWidth    = 34
)

// plain writes a table for a terminal, its cells cut into lines.
func plain(vs []Verdict) (string, error) {
	g := table.Grid{Columns: table.Words("", "claim", "theirs", "ours, or why not")}
	for i, v := range vs {
		// A blank line between claims, as cells have several lines; none behind the last.
		space := "\n"
		if i == len(vs)-1 {
			space = ""
		}
		g.Add(string(v.Outcome), wrap(v.Claim.ID+": "+v.Claim.Says, statementWidth)+space,
			wrap(v.theirs(), figureWidth), wrap(v.ours(), statementWidth))
	}
	text, err := g.Text(false)
	if err != nil {
		return "", err
	}
	// Summary and warnings last, where a terminal shows them.
	return text + "\n" + Summary(vs) + "\n" + joined(warnings(vs)), nil
}

// joined puts each text on a line.
func joined(texts []string) string {
	var b strings.Builder
	for _, t := range texts {
		b.WriteString(t + "\n")
	}
	return b.String()
}

// warnings are lines, each once, on the results that something was decided from.
func warnings(vs []Verdict) (lines []string) {
	for _, v := range vs {
		for _, w := range v.Warnings {
			line := fmt.Sprintf("Warning: %s: %s", units.OneLine(v.Result), units.OneLine(w))
			// Every claim of an experiment carries the same warnings.
			if !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// Summary counts the outcomes.
func Summary(vs []Verdict) string {
	n := map[Outcome]int{}
	for _, v := range vs {
		n[v.Outcome]++
	}
	return fmt.Sprintf("%d claims: %d held, %d not held, %d not measurable here", len(vs), n[Held], n[NotHeld],
		n[NotMeasurable])
}

// theirs is the published figure with its place, and how well it is known.
func (v Verdict) theirs() string {
	return fmt.Sprintf("%s (%s; %s)", v.Claim.Theirs, v.Claim.Source, v.Claim.Basis)
}

// ours is our figure with its place, or why there is none.
func (v Verdict) ours() string {
	if v.Outcome == NotMeasurable {
		return units.OneLine(v.Why)
	}
	from := v.Result
	if v.Scale != "" {
		from += " at scale " + v.Scale
	}
	return units.OneLine(fmt.Sprintf("%s (%s, %s)", v.Ours, from, units.Plural(v.Trials, "trial")))
}

// wrap cuts a text into lines of whole words.
func wrap(text string, width int) string {
	var b strings.Builder
	n := 0
	for _, w := range strings.Fields(text) {
		// Letters, not bytes: some names have accents.
		length := len([]rune(w))
		switch {
		case n == 0:
		case n+1+length > width:
			b.WriteByte('\n')
			// A word that is longer than the width has a line of its own, uncut.
			n = 0
		default:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(w)
		n += length
	}
	return b.String()
}

// A record is a verdict in JSON.
// Its keys are read by programs, so that they stay; empty ones are left out where they say
// nothing.
type record struct {
	ID      string   `json:"id"`
	Says    string   `json:"says"`
	Source  string   `json:"source"`
	Theirs  string   `json:"theirs"`
	Basis   Basis    `json:"basis"`
	Configs []string `json:"configs"`
	Cores   int      `json:"cores,omitempty"`
	// The decision in words: what was compared, for whoever wants to check it.
	Rule     string   `json:"rule"`
	Outcome  Outcome  `json:"outcome"`
	Ours     string   `json:"ours,omitempty"`
	Why      string   `json:"why,omitempty"`
	Reason   string   `json:"reason,omitempty"` // why it does not hold
	Result   string   `json:"result,omitempty"`
	Scale    string   `json:"scale,omitempty"`
	Trials   int      `json:"trials,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

// encoded is the verdicts as JSON.
func encoded(vs []Verdict) (string, error) {
	records := make([]record, len(vs))
	for i, v := range vs {
		c := v.Claim
		reason := ""
		// As in the card: WhyNot is about a claim that does not hold, and would mislead where it
		// does.
		if v.Outcome == NotHeld {
			reason = cmp.Or(c.WhyNot, unexplained)
		}
		records[i] = record{ID: c.ID, Says: c.Says, Source: c.Source, Theirs: c.Theirs, Basis: c.Basis,
			Configs: c.Configs, Cores: c.Cores, Rule: c.Decide.String(),
			Outcome: v.Outcome, Ours: v.Ours, Why: v.Why, Reason: reason, Result: v.Result, Scale: v.Scale, Trials: v.Trials,
			Warnings: v.Warnings}
	}
	text, err := json.MarshalIndent(records, "", "  ")
	return string(text) + "\n", err
}
