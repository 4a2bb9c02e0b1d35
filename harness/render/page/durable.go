package page

import (
	"fmt"
	"strings"

	"ckptbench/harness/result"
	"ckptbench/harness/units"
)

// durableMeanings say when a transaction counts as durable, by what makes it so.
var durableMeanings = []struct{ log, meaning string }{
	{"async", "the log has it, written (wal: async)"},
	{"sync", "the log has it, on the disk (wal: sync)"},
	{"checkpoint", "an image that holds it is published (durability: checkpoint, one after the other)"},
}

// durableNote says what durable means where a log or images make transactions so, how
// long clients waited for it, and what never was.
func durableNote(rows []result.Row) string {
	var waits, never, meanings []string
	// By what makes durable: whether a row has latencies of that kind.
	logs := map[string]bool{}
	for _, r := range rows {
		if !r.Measured() {
			continue
		}
		logs[r.Log] = r.DurableP50.N > 0 || logs[r.Log]
		name := units.OneLine(r.Algorithm)
		// Rows that nobody waited in are not listed.
		if r.DurableP50.N > 0 && r.DurableWait.Median > 0 {
			waits = append(waits, fmt.Sprintf("%s %s s", name, units.Digits(r.DurableWait.Median)))
		}
		if r.NeverDurable.N > 0 {
			never = append(never, fmt.Sprintf("%s %s (the oldest for %s s)", name, units.Grouped(r.NeverDurable.Median),
				units.Digits(r.NeverOldest.Median)))
		}
	}
	for _, m := range durableMeanings {
		if logs[m.log] || m.log == "async" && logs["mixed"] {
			meanings = append(meanings, m.meaning)
		}
	}
	var out []string
	if len(meanings) > 0 {
		n := "Durable latency is from a transaction's start to when " + strings.Join(meanings, ", or ")
		if len(waits) > 0 {
			n += "; waits of clients with too many transactions outstanding, added up: " + strings.Join(waits, ", ")
		}
		out = append(out, n+".")
	}
	if logs["checkpoint"] && (logs["async"] || logs["sync"]) {
		out = append(out, "Only none has the log that wal says.")
	}
	if len(never) > 0 {
		out = append(out, "Not durable when the measured part ended, and in no latency: "+strings.Join(never, ", ")+".")
	}
	return strings.Join(out, " ")
}
