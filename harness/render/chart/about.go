package chart

import (
	"fmt"
	"slices"
	"strings"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// An about says what a chart is of: in short in its footer, and all of it in its caption.
type about struct {
	facts    []string // what was measured, where, how often and how it was checked
	warnings []string // what to beware of
}

// footer is what stands below a chart: the facts, and the first warnings.
func (a about) footer() []string {
	lines := slices.Clone(a.facts)
	if w := a.warnings; len(w) > 0 {
		text := "Warning: " + strings.Join(w[:min(len(w), 2)], "; ")
		if more := len(w) - 2; more > 0 {
			text += fmt.Sprintf("; %d more in the report", more)
		}
		lines = append(lines, text)
	}
	return lines
}

// caption is what is to be said of a chart of that kind elsewhere than in it, a line for
// each thing: what it shows, the facts, what failed, and every warning.
func (a about) caption(kind string, notes []string) []string {
	var lines []string
	if k := KindOf(kind); k.Shows != "" {
		lines = append(lines, k.Shows)
	}
	for _, f := range a.facts {
		lines = append(lines, strings.TrimSuffix(f, ".")+".")
	}
	lines = append(lines, notes...)
	for _, w := range a.warnings {
		lines = append(lines, "Warning: "+w)
	}
	for i, l := range lines {
		lines[i] = units.OneLine(l)
	}
	return lines
}

// about says what v's charts are of. shown is what a chart shows of several trials.
func (v view) about(shown string) about {
	parts := []string{v.exp.Name + v.pointText()}
	parts = append(parts, machinesText(v.exp.AllMachines())...)
	parts = append(parts, v.trialsText(shown), v.verifyText())
	facts := strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "; ")
	return about{facts: []string{facts}, warnings: v.warnings()}
}

// pointText names a point in a sentence; empty without a matrix.
func (v view) pointText() string {
	if len(v.point) == 0 {
		return ""
	}
	return " at " + v.style.pointTitle(v.point)
}

// pointTitle is a matrix point for people: "zipf 0.99, records 1M".
func (s Style) pointTitle(point []result.Param) string {
	parts := make([]string, len(point))
	for i, p := range point {
		parts[i] = clean(s.keyLabel(p.Key) + " " + s.Label(p.Value))
	}
	return strings.Join(parts, ", ")
}
