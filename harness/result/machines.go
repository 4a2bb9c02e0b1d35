package result

import (
	"fmt"
	"slices"
	"strings"
)

// LoadMachine reads where the result in dir was measured; the zero Machine where
// that is not known.
// It reads no trial.
func LoadMachine(dir string) (Machine, error) {
	e := Experiment{Dir: dir}
	_, err := e.loadMachines()
	return e.Machine, err
}

// AllMachines returns every machine of e, the first one first. A result that was
// not merged has one.
func (e *Experiment) AllMachines() []Machine {
	if len(e.Machines) > 0 {
		return e.Machines
	}
	return []Machine{e.Machine}
}

// MachineIDs returns the machines' ids, each once; "" is one that is not known. A
// result without a description of its machine ran on those that its trials name.
// The order is that of AllMachines, then of the trials.
func (e *Experiment) MachineIDs() []string {
	var ids []string
	for i := range e.Trials {
		ids = appendNew(ids, e.MachineOf(&e.Trials[i]).ID)
	}
	var all []string
	for _, m := range e.AllMachines() {
		// A machine without an id says nothing where trials name theirs.
		if m.ID != "" || len(ids) == 0 {
			all = appendNew(all, m.ID)
		}
	}
	for _, id := range ids {
		all = appendNew(all, id)
	}
	return all
}

// MachineOf returns the machine on which t was measured; only its ID where
// nothing else is known of it.
// A trial that names none was measured on the first.
func (e *Experiment) MachineOf(t *Trial) Machine {
	if t.Machine == "" {
		return e.Machine
	}
	for _, m := range e.AllMachines() {
		if m.ID == t.Machine {
			return m
		}
	}
	return Machine{ID: t.Machine}
}

// Text names a machine for a person: "3f2a, AMD EPYC, 2 cores".
func (m Machine) Text() string {
	parts := []string{m.ID}
	if m.ID == "" {
		parts[0] = "an unknown machine"
	}
	if m.CPU != "" {
		parts = append(parts, m.CPU)
	}
	if m.Cores > 0 {
		parts = append(parts, fmt.Sprintf("%d cores", m.Cores))
	}
	return strings.Join(parts, ", ")
}

// Warnings are what a reader of any of e's figures has to know: that they are of
// a part only, or of several machines, and what each machine said of itself.
// They are shown above every table and chart.
func (e *Experiment) Warnings() []string {
	var out []string
	if !e.Shard.Whole() {
		out = append(out, fmt.Sprintf("shard %s of the experiment: ckptbench merge puts it together with the others",
			e.Shard))
	}
	out = append(out, e.Notes...)
	ids := e.MachineIDs()
	if len(ids) > 1 {
		out = append(out,
			fmt.Sprintf("measured on %d machines: a round's figures are of one, so compare what is relative to none; all "+
				"else mixes machines", len(ids)))
	}
	// Each text once: machines that are alike warn alike.
	for _, m := range e.AllMachines() {
		for _, w := range m.Warnings {
			if len(ids) > 1 {
				w = m.ID + ": " + w
			}
			if !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	return out
}
