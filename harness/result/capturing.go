package result

import "math"

// Capturing returns the throughput (transactions a second) while an image was
// captured, from its point of consistency to its last record: in the buckets of
// the timeline that lie wholly within. ok is false where none does.
func (t *Trial) Capturing() (tput float64, ok bool) {
	capturing, _ := t.Moments()
	return t.rate(capturing)
}

// Between returns the throughput while no checkpoint was under way, from its
// trigger until it was durable: in the buckets that lie wholly outside. ok is
// false where none does.
func (t *Trial) Between() (tput float64, ok bool) {
	_, between := t.Moments()
	return t.rate(between)
}

// rate returns the throughput in the buckets that in picks.
func (t *Trial) rate(in func(Bucket) bool) (tput float64, ok bool) {
	var commits, seconds float64
	for _, b := range t.Buckets {
		if in(b) {
			commits += float64(b.Commits)
			seconds += b.Elapsed
		}
	}
	return commits / max(seconds, 1e-9), seconds > 0
}

// A span is seconds of the trial.
type span struct{ from, to float64 }

// spans returns, of each checkpoint that has the event first, the time from there
// to the event last, or to its failure, or to the end of all.
func (t *Trial) spans(first, last string) []span {
	var out []span
	for i, e := range t.Events {
		if e.Name != first {
			continue
		}
		s := span{e.At, math.Inf(1)}
		for _, l := range t.Events[i:] {
			if l.Checkpoint == e.Checkpoint && (l.Name == last || l.Name == "failed") {
				s.to = l.At
				break
			}
		}
		out = append(out, s)
	}
	return out
}
