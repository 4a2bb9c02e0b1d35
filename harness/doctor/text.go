package doctor

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"ckptbench/harness/units"
)

// unknown stands for a figure that this system does not tell.
// A figure that is not known is never shown as 0.
const unknown = "not available"

// Write prints the findings as a table and, in the last line, the verdict.
func (f Findings) Write(w io.Writer) error {
	// Collected first and written at once.
	var b strings.Builder
	name := f.CPU
	if name == "" {
		name = "a processor of unknown kind"
	}
	fmt.Fprintf(&b, "Looked for %.0f s at %s with %d cores.\n\n", f.Span.Seconds(), name, f.Cores)
	t := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	for _, r := range f.rows() {
		fmt.Fprintf(t, "%s\t%s\n", r[0], r[1])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	// The verdict is that there are none.
	reasons := f.Reasons()
	if len(reasons) == 0 {
		b.WriteString("\nVerdict: quiet. Figures measured now can be trusted.\n")
	} else {
		fmt.Fprintf(&b, "\nWhat disturbs:\n- %s\n", strings.Join(reasons, "\n- "))
		b.WriteString("\nVerdict: figures measured now will be disturbed.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// rows are the lines of the table: a name and the finding in words.
func (f Findings) rows() [][2]string {
	var rows [][2]string
	add := func(name, format string, args ...any) {
		rows = append(rows, [2]string{name, fmt.Sprintf(format, args...)})
	}
	if len(f.Gaps) == 0 {
		add("taken by the host", unknown)
	}
	for _, g := range f.Gaps {
		add(fmt.Sprintf("core %d, taken by the host", g.Core), "%s %%, longest %s ms",
			percent(share(g.Host, g.Watched)), digits(1000*g.LongestHost.Seconds()))
		add(fmt.Sprintf("core %d, taken by processes", g.Core), "%s %%, longest %s ms",
			percent(share(g.Others, g.Watched)), digits(1000*g.LongestOthers.Seconds()))
	}
	s := f.Sight
	if s.Known {
		// Processor time of others, over the time of all cores.
		all := share(s.Others, s.Span) / float64(f.Cores)
		add("other processes", "%s %% of the machine, %s s of processor time in the worst second", percent(all),
			digits(s.Worst.Seconds()))
		add("steal, as reported", "%s %%", percent(share(s.Steal, s.Span)/float64(f.Cores)))
	} else {
		add("other processes", unknown)
		add("steal, as reported", unknown)
	}
	// Kernels may be built or booted without pressure figures.
	if p := s.Stall; p.Known {
		add("waiting (pressure)", "processor %s %%, memory %s %%, disk %s %% of the time", percent(share(p.CPU.Some, s.Span)),
			percent(share(p.Memory.Some, s.Span)), percent(share(p.IO.Some, s.Span)))
	} else {
		add("waiting (pressure)", unknown)
	}
	rows = append(rows, f.canaryRows()...)
	rows = append(rows, f.containerRows()...)
	// In the order of package host.
	for _, fact := range f.Facts {
		add(fact.Name, "%s", or(fact.Value, unknown))
	}
	if f.Least > 0 {
		add("smallest difference", "%s %%: half of the 95 %% interval between two equal loops, in turns, after %.0f s",
			percent(f.Least), pairedFor.Seconds())
	} else {
		add("smallest difference", unknown)
	}
	return rows
}

// canaryRows are the lines on the processor's speed.
// The last look is shown, and how far the looks lay apart.
func (f Findings) canaryRows() [][2]string {
	if len(f.Speeds) == 0 {
		return [][2]string{{"canary", unknown}}
	}
	last := f.Speeds[len(f.Speeds)-1]
	arithmetic, chase := f.spreads()
	return [][2]string{
		{"canary, arithmetic", fmt.Sprintf("%s ns a step, varied by %s %%", digits(last.Arithmetic), percent(arithmetic))},
		{"canary, memory", fmt.Sprintf("%s ns a step, varied by %s %%", digits(last.Chase), percent(chase))},
	}
}

// containerRows are the lines on the limits of the control group.
func (f Findings) containerRows() [][2]string {
	cores, memory := "no limit", "no limit"
	if f.Limits.Cores > 0 {
		cores = fmt.Sprintf("at most %s processors", digits(f.Limits.Cores))
		if f.Sight.Throttled > 0 {
			cores += fmt.Sprintf(", held back for %s s of processor time", digits(f.Sight.Throttled.Seconds()))
		}
	}
	if f.Limits.Memory > 0 {
		memory = fmt.Sprintf("at most %s, %s of it left", units.Size(f.Limits.Memory), units.Size(f.Limits.Available))
	}
	return [][2]string{{"container, processors", cores}, {"container, memory", memory}}
}

// percent writes a share without its sign, which the text has.
func percent(part float64) string { return digits(100 * part) }

// digits writes three significant digits at most, and two decimals.
func digits(v float64) string { return units.DigitsTo(v, 2) }

// or is s, or other where s is empty.
func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
