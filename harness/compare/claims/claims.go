// Package claims holds what the papers say of their algorithms against what was
// measured.
//
// A Claim is data: what is said and where, which experiment shows it, and a
// Decision, of which there are few kinds, that tells from the results whether it
// holds here. Figures of other machines are shapes and orders to compare with,
// never numbers to reach: decisions are about ratios, orders and growth.
package claims

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"ckptbench/harness/result"
)

// A Claim is something that was published of an algorithm and can be measured.
type Claim struct {
	// Results and READMEs refer to it.
	ID     string // short, of letters, digits and hyphens; never changes
	Says   string // the statement, in our words
	Source string // the paper, and its section or figure
	// Shown beside ours and never compared: the rule is Decide.
	Theirs string // the figure there, if it gives one
	Basis  Basis
	// Where the first was not run, or does not allow a decision, the next is tried.
	Configs []string // experiments that it can be decided from, as paths under configs without .yaml, the best first
	// Compared with the GOMAXPROCS of the result, not with what the machine has.
	Cores int // cores that it takes; 0: any number
	// Never nil.
	Decide Decision
	// Empty: nobody has looked into it.
	WhyNot string // why it does not hold here, from the code or an experiment; shown only where it does not
}

// A Basis says how reliable the source of a claim is.
type Basis string

// The bases.
const (
	Text       Basis = "text"                         // of the paper
	Drawn      Basis = "read off a figure"            // by eye, 5 % either way
	Abstract   Basis = "abstract"                     // the paper's text was not at hand
	Code       Basis = "source code or documentation" // of the authors' system
	Retold     Basis = "retold by a later paper"
	Disputed   Basis = "disputed in the literature"
	Unverified Basis = "unverified" // from memory; the paper's text was not at hand
)

// An Outcome is the result of checking a claim.
type Outcome string

// The outcomes.
const (
	Held          Outcome = "held"
	NotHeld       Outcome = "not held"
	NotMeasurable Outcome = "not measurable"
)

// A Verdict is a claim with what the results say of it.
type Verdict struct {
	Claim   Claim
	Outcome Outcome
	Ours    string // our figure; empty where it is not measurable
	Why     string // why it is not measurable, and what to run
	Result  string // the experiment it was decided from
	Scale   string // at which it was run, such as 0.05; empty: as written
	// The least of the figures' numbers, so that it does not flatter.
	Trials int    // behind each figure, at least
	On     string // the machine and the program that it was measured with

	Warnings []string // of the machine, each of which may be why
}

// Judge decides each claim from the first of its experiments that allows it.
func Judge(exps []*result.Experiment, all []Claim) []Verdict {
	var out []Verdict
	// In the order of all, one for each: a claim without a result is a verdict too.
	for _, c := range all {
		out = append(out, c.judge(exps))
	}
	return out
}

// judge decides the claim from the first of its experiments that can; without one, the
// verdict says what to run.
func (c Claim) judge(exps []*result.Experiment) Verdict {
	// Replaced by the first reason that a result gives, which is more to the point than what to
	// run.
	best := Verdict{Claim: c, Outcome: NotMeasurable, Why: c.wanted()}
	reasons := 0
	for _, config := range c.Configs {
		for _, e := range exps {
			// Results carry the experiment's name, configurations are found by path.
			if e.Name != path.Base(config) {
				continue
			}
			v := c.from(e)
			if v.Outcome != NotMeasurable {
				return v
			}
			if reasons++; reasons == 1 {
				best = v
			}
		}
	}
	return best
}

// wanted says what to run.
func (c Claim) wanted() string {
	text := "run configs/" + c.Configs[0] + ".yaml"
	if c.Cores > 0 {
		text += fmt.Sprintf(", on %d cores", c.Cores)
	}
	return text
}

// from decides the claim from one experiment.
func (c Claim) from(e *result.Experiment) Verdict {
	setup := setupOf(e)
	v := Verdict{Claim: c, Outcome: NotMeasurable, Result: e.Name, Scale: strings.TrimSuffix(setup.Scale, " applied"),
		On: place(&e.Machine)}
	// Claims about many cores are not decided on few, in either direction.
	if have := e.Machine.GOMAXPROCS; have < c.Cores {
		v.Why = fmt.Sprintf("needs %d cores, %s has %d", c.Cores, e.Name, have)
		return v
	}
	// Rates that all refer to none's maximum overload the slower algorithms, of which the paper
	// says nothing.
	if c.Decide.needs().open && setup.RateOf != ownRate {
		v.Why = fmt.Sprintf("%s has one rate for all, of none's maximum, and the paper's has one for each algorithm: "+
			"run it again", e.Name)
		return v
	}
	// the largest there is need not be the largest
	if have, want := len(e.Points()), setup.points(); 0 < have && have < want {
		v.Why = fmt.Sprintf("%s has %d of its %d points: run it again with --resume", e.Name, have, want)
		return v
	}
	// A view of its own for each decision: what it keeps is not shared.
	r, err := c.Decide.decide(&view{exp: e})
	if err != nil {
		v.Why = e.Name + ": " + err.Error()
		return v
	}
	// Warnings go with a claim that held as well.
	v.Outcome, v.Ours, v.Trials, v.Warnings = NotHeld, r.ours, r.trials, e.Machine.Warnings
	if r.held {
		v.Outcome = Held
	}
	return v
}

// place names the machine and the program of a result.
func place(m *result.Machine) string {
	text := fmt.Sprintf("%s, %d cores", m.CPU, m.Cores)
	switch {
	case m.Commit == "":
	case m.Dirty:
		text += fmt.Sprintf(", commit %.10s and changes", m.Commit)
	default:
		text += fmt.Sprintf(", commit %.10s", m.Commit)
	}
	return text
}

// ownRate is the configuration's rate_of where each algorithm's rate refers to its own
// maximum.
const ownRate = "own"

// A setup is the part of an experiment's configuration that claims read.
type setup struct {
	// The text of the configuration's report, such as "0.05 applied".
	Scale  string `yaml:"scale"`
	RateOf string `yaml:"rate_of"`
	// Values as they are written, whatever they mean.
	Matrix map[string][]string `yaml:"matrix"`
}

// setupOf reads it from the configuration as it was run; what is not there, or
// not so, is left out.
func setupOf(e *result.Experiment) (s setup) {
	if yaml.Unmarshal(e.Resolved, &s) != nil { // loading it found it readable
		return setup{}
	}
	return s
}

// points is how many the matrix has.
func (s setup) points() int {
	n := 1
	// Every combination is a point; without a matrix there is one.
	for _, values := range s.Matrix {
		n *= len(values)
	}
	return n
}

// A Decision tells from results whether a claim holds. Its String is the rule in
// words.
type Decision interface {
	fmt.Stringer
	// decide returns an error where the results do not allow it.
	// The error completes a sentence that begins with the experiment's name, and is shown as the
	// reason.
	decide(v *view) (ruling, error)
	// Known without results, so that tests can check a claim against its configurations.
	needs() needs
}

// A ruling is a claim decided.
type ruling struct {
	held bool
	// As it is shown, units and all.
	ours   string
	trials int
}

// needs are what a decision asks of an experiment.
type needs struct {
	algorithms []string
	keys       []string // of the matrix
	wheres     []Where
	open       bool // it has to be an open loop
}

// add adds what a figure of some algorithms needs.
func (n *needs) add(algorithms []string, f Figure, ws ...Where) {
	for _, a := range append(slices.Clone(algorithms), f.Base) {
		// A figure without a base has the empty name there.
		if a != "" && !slices.Contains(n.algorithms, a) {
			n.algorithms = append(n.algorithms, a)
		}
	}
	n.open = n.open || f.Open
	for _, w := range ws {
		n.wheres = append(n.wheres, w)
		for _, c := range w {
			n.swept(c.Key)
		}
	}
}

// swept adds a key that the matrix has to vary.
func (n *needs) swept(key string) {
	if !slices.Contains(n.keys, key) {
		n.keys = append(n.keys, key)
	}
}

// errNoPoint means that a result lacks a point that the claim is about.
var errNoPoint = errors.New("it has no such point")

// Algorithms are those whose trials the claim is decided from.
func (c Claim) Algorithms() []string { return c.Decide.needs().algorithms }
