package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"ckptbench/harness/compare/claims"
	"ckptbench/harness/render/page"
	"ckptbench/harness/render/table"
	"ckptbench/harness/result"
)

// A claimsCommand checks what papers claim against results.
type claimsCommand struct {
	Results []string `arg:"" optional:"" name:"results" help:"Result folders; with none, what to run."`
	Format  string   `default:"table" enum:"table,markdown,html,json" help:"table, markdown, html or json."`
	Strict  bool     `help:"Exit with 1 if a claim does not hold; without it, that is a finding and no error."`
}

// errNotHeld is the one error of the command that is not about its input.
var errNotHeld = errors.New("does not hold")

// Run holds the published claims against results. As with compare, a result
// that cannot be read is the command line's fault, and never looks like a claim
// that does not hold.
func (c *claimsCommand) Run(t terminal) error {
	var exps []*result.Experiment
	for _, dir := range current(t, c.Results) {
		e, err := result.Load(dir)
		if err != nil {
			return fmt.Errorf("%w (%w)", err, errUsage)
		}
		exps = append(exps, e)
	}
	verdicts := claims.Judge(exps, claims.All())
	write := func() error { return claims.Write(t.out, verdicts, c.Format) }
	if c.Format == "html" {
		write = func() error { return scorecardPage(claims.Scorecard(verdicts)).WriteHTML(t.out) }
	}
	if err := write(); err != nil {
		return err
	}
	if c.Strict {
		return notHeld(verdicts)
	}
	return nil
}

// scorecardPage is the scorecard as a page.
func scorecardPage(c claims.Card) page.TextPage {
	p := page.TextPage{Title: "Scorecard", Verdict: c.Summary,
		About: "What was published of checkpoint algorithms, against what was measured."}
	p.Sections = append(p.Sections, page.Section{Title: "By source", Table: c.Sources})
	if len(c.Reasons) > 0 {
		s := page.Section{Title: "What does not hold, and why"}
		for _, r := range c.Reasons {
			s.Items = append(s.Items, page.Item{Title: r.ID, Says: r.Says, Theirs: r.Theirs, Ours: r.Ours, Why: r.Why})
		}
		p.Sections = append(p.Sections, s)
	}
	p.Sections = append(p.Sections, page.Section{Title: "All claims", Table: c.Claims,
		Notes: slices.Concat(c.Ran, c.Warnings)})
	return p
}

// notHeld returns an error that names the claims that do not hold; nil where all do.
func notHeld(verdicts []claims.Verdict) error {
	var names []string
	for _, v := range verdicts {
		if v.Outcome == claims.NotHeld {
			names = append(names, v.Claim.ID)
		}
	}
	if len(names) > 0 {
		return fmt.Errorf("%s: %w", strings.Join(names, ", "), errNotHeld)
	}
	return nil
}

func listClaims() table.Grid {
	l := table.Grid{Columns: table.Words("claim", "experiment", "cores", "basis", "source", "theirs", "rule", "says")}
	for _, c := range claims.All() {
		cores := ""
		if c.Cores > 0 {
			cores = fmt.Sprint(c.Cores)
		}
		l.Add(c.ID, "configs/"+c.Configs[0]+".yaml", cores, string(c.Basis), c.Source, c.Theirs, c.Decide.String(), c.Says)
	}
	return l
}
