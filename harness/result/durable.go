package result

// Durability is when transactions were durable, of a Row.
type Durability struct {
	// Log is async, sync or checkpoint, or mixed; empty where nothing makes
	// transactions durable. The quantiles are from a transaction's actual start to
	// when it was durable, ns.
	Log                                             string
	DurableCount                                    Stat
	DurableP50, DurableP99, DurableP999, DurableMax Stat
	// waits of clients with too many transactions outstanding, added up, s
	DurableWait               Stat
	NeverDurable, NeverOldest Stat // transactions that no image held at the end, and the oldest's age, s
}

// fillDurability fills in what r's trials say of their log and of the time until a
// transaction was durable.
func (r *Row) fillDurability(ts []*Trial) {
	for _, t := range ts {
		switch {
		case t.Log == "" || t.Log == r.Log:
		case r.Log == "":
			r.Log = t.Log
		default:
			r.Log = "mixed"
		}
	}
	quantile := func(get func(*Quantiles) uint64) Stat {
		return over(ts, func(t *Trial) (float64, bool) {
			if t.Durable == nil || t.Durable.Count == 0 {
				return 0, false
			}
			return float64(get(t.Durable)), true
		})
	}
	r.DurableCount = quantile(func(q *Quantiles) uint64 { return q.Count })
	r.DurableP50 = quantile(func(q *Quantiles) uint64 { return q.P50 })
	r.DurableP99 = quantile(func(q *Quantiles) uint64 { return q.P99 })
	r.DurableP999 = quantile(func(q *Quantiles) uint64 { return q.P999 })
	r.DurableMax = quantile(func(q *Quantiles) uint64 { return q.Max })
	checkpoint := func(t *Trial) bool { return t.Log == "checkpoint" }
	r.NeverDurable = over(ts, func(t *Trial) (float64, bool) { return float64(t.NeverDurable), checkpoint(t) })
	r.NeverOldest = over(ts, func(t *Trial) (float64, bool) { return t.NeverOldest, checkpoint(t) })
	r.DurableWait = over(ts, func(t *Trial) (float64, bool) { return t.DurableWait, t.Durable != nil })
}
