package gate

import "fmt"

// CompareDays puts the baseline's ratios to none beside today's. They are judged
// only where machine, cores and canary are those of that day: then a ratio whose
// interval lies below that day's by more than the threshold is noted.
func (r *Report) CompareDays(b *Baseline, machine string, cores int, c *Canary) {
	alike := b.Agrees(machine, cores, c)
	for i := range r.Lines {
		l := &r.Lines[i]
		f := b.Of(l.Algorithm)
		if l.OfNone == nil || f == nil || f.OfNone == nil {
			continue
		}
		// Shown in any case; only what is alike is judged.
		l.OtherDay = &f.OfNone.Mid
		// Both intervals count: they must lie apart by the threshold. Only a note, as another
		// day decides nothing.
		if alike && l.OfNone.Hi < f.OfNone.Lo-r.Threshold {
			r.Notes = append(r.Notes, fmt.Sprintf("%s is %s of none; on %s, on the same machine at the same speed, it was %s.",
				l.Algorithm, interval(*l.OfNone), b.Date, interval(*f.OfNone)))
		}
	}
	if !alike {
		r.Notes = append(r.Notes, "\"then\" was measured on another machine or at another speed of it, and is not judged.")
	}
}
