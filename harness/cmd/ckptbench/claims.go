package main

import (
	"errors"
	"fmt"
	"strings"

	"ckptbench/harness/claims"
	"ckptbench/harness/result"
)

type claimsCommand struct {
	Results []string `arg:"" optional:"" name:"results" help:"Result folders; with none, what to run."`
	Format  string   `default:"table" enum:"table,markdown,json" help:"table, markdown or json."`
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
	if err := claims.Write(t.out, verdicts, c.Format); err != nil {
		return err
	}
	if c.Strict {
		return notHeld(verdicts)
	}
	return nil
}

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

func listClaims() listing {
	l := listing{columns: []string{"claim", "experiment", "cores", "basis", "source", "theirs", "rule", "says"}}
	for _, c := range claims.All() {
		cores := ""
		if c.Cores > 0 {
			cores = fmt.Sprint(c.Cores)
		}
		l.rows = append(l.rows, []string{c.ID, "configs/" + c.Configs[0] + ".yaml", cores, string(c.Basis), c.Source, c.Theirs, c.Decide.String(), c.Says})
	}
	return l
}
