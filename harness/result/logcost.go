package result

// LogCost is the cost of following the log, for an algorithm whose checkpoints read
// it: means over a trial's checkpoints, without the cold first one where there is
// another. A Stat is empty where a trial logged or read nothing.
type LogCost struct {
	// Lag is by how many bytes the log grew from a checkpoint's trigger to its end.
	Lag Stat
	// Bytes read (of the log and of the algorithm's files) and written (images and
	// the algorithm's files) for each byte that was logged between two triggers.
	ReadPer, WrittenPer Stat
}

func (r *Row) fillLogCost(ts []*Trial) {
	sum := func(get func(Checkpoint) int64) func(*Trial) float64 {
		return func(t *Trial) (n float64) {
			for _, c := range t.Warm() {
				n += float64(get(c))
			}
			return n
		}
	}
	logged := sum(func(c Checkpoint) int64 { return c.LogSince })
	lag := sum(func(c Checkpoint) int64 { return c.LogLag })
	read := sum(func(c Checkpoint) int64 { return c.LogRead + c.OwnRead })
	written := sum(func(c Checkpoint) int64 { return c.Bytes + c.OwnWritten })
	r.Lag = over(ts, func(t *Trial) (float64, bool) {
		return lag(t) / float64(max(1, len(t.Warm()))), logged(t) > 0
	})
	r.ReadPer = over(ts, func(t *Trial) (float64, bool) { return read(t) / logged(t), read(t) > 0 && logged(t) > 0 })
	r.WrittenPer = over(ts, func(t *Trial) (float64, bool) {
		return written(t) / logged(t), written(t) > 0 && logged(t) > 0
	})
}
