package page

import (
	"fmt"
	"slices"
	"strings"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// notes are the lines below a table: what the figures are of, how much they
// vary, how images were checked, and what to beware of.
func (s summary) notes(t pointRows) []string {
	// First what the figures are, then how much they may be off, what they do not show, and
	// whether images were right. Notes without anything to say are "".
	out := []string{trialsNote(t.rows)}
	for _, n := range []string{noiseNote(t.rows), floorNote(t.rows), noisyNote(t.rows), repeatsNote(t.rows)} {
		if n != "" {
			out = append(out, n)
		}
	}
	for _, n := range []string{durableNote(t.rows), stallNote(t.rows)} {
		if n != "" {
			out = append(out, n)
		}
	}
	for _, n := range []string{verifyNote(t.rows), uncheckedNote(t.rows), interruptedNote(t.rows),
		overloadedNote(t.rows)} {
		if n != "" {
			out = append(out, n)
		}
	}
	if n := s.machinesNote(t); n != "" {
		out = append(out, n)
	}
	for _, w := range s.warnings(t) {
		out = append(out, "Warning: "+w)
	}
	return out
}

// trialsNote says how many trials the figures are medians of.
func trialsNote(rows []result.Row) string {
	// Over the rows with figures only.
	lo, hi, open := 0, 0, false
	for _, r := range rows {
		if r.Measured() {
			if lo == 0 || r.Trials < lo {
				lo = r.Trials
			}
			hi, open = max(hi, r.Trials), open || r.Open
		}
	}
	n := fmt.Sprintf("Medians over %d trials", hi)
	switch {
	case hi == 0:
		return "No trial has figures."
	case hi == 1:
		n = "One trial"
	case lo != hi:
		n = fmt.Sprintf("Medians over %d to %d trials", lo, hi)
	}
	latency := "latencies are service times"
	// An open loop counts the time before the service too, from when the transaction should have
	// started.
	if open {
		latency = "latencies are response times from the intended start"
	}
	return n + "; " + latency + "; pause is the longest of a trial, checkpoint the mean without the cold first one."
}

// stallNote says how long workers waited inside their writes because an algorithm
// had them wait: it is in no pause.
func stallNote(rows []result.Row) string {
	var parts []string
	for _, r := range rows {
		// Algorithms that never have workers wait are not listed.
		if r.Measured() && r.Stalled.N > 0 && r.Stalled.Median > 0 {
			parts = append(parts, fmt.Sprintf("%s %s s", units.OneLine(r.Algorithm), units.Digits(r.Stalled.Median)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "Waits of workers inside writes, added up, a checkpoint: " + strings.Join(parts, ", ") + "."
}

// noisyNote names the algorithms whose trials something else disturbed.
func noisyNote(rows []result.Row) string {
	var parts []string
	for _, r := range rows {
		if r.Noisy > 0 {
			// Worst says what disturbed most.
			parts = append(parts, fmt.Sprintf("%s %d of %d (%s)", units.OneLine(r.Algorithm), r.Noisy, r.Trials, r.Worst))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "Noisy trials, kept and counted: " + strings.Join(parts, ", ") + "."
}

// repeatsNote names the algorithms of which a disturbed trial was run again, and
// what had disturbed it.
func repeatsNote(rows []result.Row) string {
	var parts []string
	for _, r := range rows {
		if r.Repeats == 0 {
			continue
		}
		why := units.OneLine(strings.Join(r.Repeated, "; "))
		if why == "" { // results from before the reasons were stored
			why = "disturbed"
		}
		parts = append(parts, fmt.Sprintf("%s %d× (%s)", units.OneLine(r.Algorithm), r.Repeats, why))
	}
	if len(parts) == 0 {
		return ""
	}
	return "Run again because something disturbed the trial, which is kept in the folder noisy: " +
		strings.Join(parts, ", ") + "."
}

// floorNote says how far none was from itself: what two runs of the same differ
// by is the least that a difference has to be to mean anything.
func floorNote(rows []result.Row) string {
	for _, r := range rows {
		// Only the row of none against itself has one; without that algorithm there is no note.
		floor, ok := r.NoiseFloor()
		if ok && r.Parts != nil {
			return fmt.Sprintf("Noise floor (none against itself, in turns, over %d openings): ±%.1f %%; "+
				"a smaller difference between algorithms means nothing.", r.Parts.Openings, 100*floor)
		}
		if ok {
			return fmt.Sprintf("Noise floor (A/A: none against itself in the same rounds, over %d): ±%.1f %%; a smaller "+
				"difference between algorithms means nothing.", r.Trials, 100*floor)
		}
	}
	return ""
}

// noiseNote says how far the throughput of one algorithm varied: of none, which
// has nothing else to vary by, and of the least steady.
func noiseNote(rows []result.Row) string {
	var parts []string
	// Below any spread, which may be 0.
	worst, worstName := -1.0, ""
	what := ""
	for i := range rows {
		r := &rows[i]
		st := r.Throughput
		// One trial shows no variation.
		if st.N < 2 || st.Median <= 0 {
			continue
		}
		spread := 100 * (st.Hi - st.Lo) / 2 / st.Median
		what = st.Range()
		if r.Algorithm == "none" {
			parts = append(parts, fmt.Sprintf("none ±%.1f %%", spread))
		} else if spread > worst {
			worst, worstName = spread, units.OneLine(r.Algorithm)
		}
	}
	if worst >= 0 {
		parts = append(parts, fmt.Sprintf("at most ±%.1f %% (%s)", worst, worstName))
	}
	if len(parts) == 0 {
		return ""
	}
	return "Noise of the throughput, half of " + what + ": " + strings.Join(parts, ", ") + "."
}

// verifyNote says how images were checked.
func verifyNote(rows []result.Row) string {
	var modes []string
	for _, r := range rows {
		if r.Mode != "" && !slices.Contains(modes, r.Mode) {
			modes = append(modes, r.Mode)
		}
	}
	// So that the order of the rows does not change the note.
	slices.Sort(modes)
	switch m := strings.Join(modes, ", "); m {
	case "":
		return ""
	case result.ModeOff:
		return ""
	default:
		return "Verification: " + units.OneLine(m) + "." + howNote(rows) + plantedNote(rows)
	}
}

// howNote says how many images were checked in which way.
func howNote(rows []result.Row) string {
	var sum result.How
	for i := range rows {
		// Over all algorithms of the table: the note is about what the checks were, not whose.
		sum = sum.Plus(rows[i].How)
	}
	var parts []string
	for _, way := range []struct {
		n    int
		what string
	}{
		{sum.Oracle, "of recorded runs judged by the oracle"},
		{sum.Whole, "of measured runs compared with all that their transactions wrote"},
		{sum.Records, "of measured runs, of mixed versions, compared record by record"},
		{sum.Plausible, "of measured runs read for values that fit their records' ids"},
		{sum.Conditions, "of measured runs held against the benchmark's conditions"},
		{sum.Recovered, "recovered from and compared with memory"},
	} {
		if way.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", way.n, way.what))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " Images right: " + strings.Join(parts, ", ") + "."
}

// plantedNote says how many of the faults that were planted beside recorded runs these
// found.
func plantedNote(rows []result.Row) string {
	planted, missed := 0, 0
	for i := range rows {
		planted, missed = planted+rows[i].Planted, missed+len(rows[i].Missed)
	}
	if planted == 0 {
		return ""
	}
	note := fmt.Sprintf(" Planted faults found: %d of %d.", planted-missed, planted)
	if missed > 0 {
		note += " " + named("NOT found, so that the recorded run says little: ", rows, func(r *result.Row) string {
			if len(r.Missed) == 0 {
				return ""
			}
			return "(" + units.OneLine(strings.Join(r.Missed, ", ")) + ")"
		})
	}
	return note
}

// uncheckedNote names the algorithms whose images were not all checked.
func uncheckedNote(rows []result.Row) string {
	return named("Images NOT checked: ", rows, func(r *result.Row) string {
		if r.Judged != result.NotChecked || r.Failed > 0 { // a failed row says why
			return ""
		}
		return "(" + strings.Join(r.Unchecked, ", ") + ")"
	})
}

// interruptedNote names the algorithms of which trials were interrupted.
func interruptedNote(rows []result.Row) string {
	return named("Interrupted: ", rows, func(r *result.Row) string {
		switch {
		case r.Interrupted == 0:
			return ""
		case r.Partial:
			return fmt.Sprintf("(%s, which the figures are of)", units.Plural(r.Interrupted, "trial"))
		}
		return fmt.Sprintf("(%s, in no figure)", units.Plural(r.Interrupted, "trial"))
	})
}

// overloadedNote names the algorithms that did not reach the rate of an open loop.
func overloadedNote(rows []result.Row) string {
	return named("Overloaded, so that latencies grow with the trial: ", rows, func(r *result.Row) string {
		if r.Overloaded == 0 {
			return ""
		}
		return fmt.Sprintf("(%d of %s)", r.Overloaded, units.Plural(r.Trials, "trial"))
	})
}

// named lists the algorithms of which is says something behind what, or is empty.
func named(what string, rows []result.Row, is func(*result.Row) string) string {
	var parts []string
	for i := range rows {
		if text := is(&rows[i]); text != "" {
			parts = append(parts, units.OneLine(rows[i].Algorithm+" "+text))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return what + strings.Join(parts, ", ") + "."
}

// machinesNote names the machines of a table, where the result is of several.
func (s summary) machinesNote(t pointRows) string {
	if len(s.exp.MachineIDs()) < 2 {
		return ""
	}
	var names []string
	for _, m := range s.exp.MachineIDs() {
		// Counted by round, as one machine runs all of a round.
		rounds := map[int]bool{}
		for i := range s.exp.Trials {
			x := &s.exp.Trials[i]
			if at := s.exp.MachineOf(x); at.ID == m && slices.Equal(x.Params, t.point) {
				rounds[x.Round] = true
			}
		}
		if len(rounds) > 0 {
			text := s.exp.MachineOf(&result.Trial{Machine: m}).Text()
			unit := "rounds"
			if len(rounds) == 1 {
				unit = "round"
			}
			names = append(names, fmt.Sprintf("%s (%d %s)", units.OneLine(text), len(rounds), unit))
		}
	}
	return "Measured on " + strings.Join(names, " and ") + "."
}

// trialWarnings are those of the trials, each once, behind the algorithms that it
// is of.
func trialWarnings(rows []result.Row) []string {
	var texts []string
	of := map[string][]string{}
	for _, r := range rows {
		for _, w := range r.Warnings {
			if of[w] == nil {
				// In the order in which they first come up.
				texts = append(texts, w)
			}
			of[w] = append(of[w], r.Algorithm)
		}
	}
	for i, w := range texts {
		texts[i] = strings.Join(of[w], ", ") + ": " + w
	}
	return texts
}

// warnings are the machine's and the trials', each once.
func (s summary) warnings(t pointRows) []string {
	var out []string
	add := func(list []string) {
		for _, w := range list {
			// Machine and trials may say the same.
			if w = units.OneLine(w); !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	add(s.exp.Warnings())
	add(trialWarnings(t.rows))
	if slices.ContainsFunc(s.exp.Trials, func(x result.Trial) bool { return x.Profiled }) {
		// One trial is enough: it cannot be told from the row which.
		add([]string{"profiled: not to be compared with other runs"})
	}
	return out
}
