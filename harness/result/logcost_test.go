package result

import "testing"

// TestLogCost: sums over a trial's warm checkpoints, and nothing of a trial that
// logged nothing.
func TestLogCost(t *testing.T) {
	trial := func(cs ...Checkpoint) Trial { return Trial{Algorithm: "a", Status: OK, Checkpoints: cs} }
	e := &Experiment{Trials: []Trial{trial(
		Checkpoint{N: 1, Cold: true, LogSince: 1e6, LogLag: 1e6, Bytes: 1e9},
		Checkpoint{N: 2, LogSince: 100, LogLag: 30, LogRead: 120, OwnRead: 80, Bytes: 10, OwnWritten: 40},
		Checkpoint{N: 3, LogSince: 300, LogLag: 10, LogRead: 300, OwnRead: 100, Bytes: 10, OwnWritten: 40},
	)}}
	check := func(what string, got Stat, n int, want float64) {
		t.Helper()
		if got.N != n || n > 0 && got.Median != want {
			t.Errorf("%s: %d of %g, want %d of %g", what, got.N, got.Median, n, want)
		}
	}
	r := e.Aggregate(nil)[0]
	check("lag", r.Lag, 1, 20)
	check("read", r.ReadPer, 1, 1.5)
	check("written", r.WrittenPer, 1, 0.25)

	e.Trials = []Trial{trial(Checkpoint{N: 1, Bytes: 10})}
	r = e.Aggregate(nil)[0]
	check("lag without a log", r.Lag, 0, 0)
	check("read without a log", r.ReadPer, 0, 0)
	check("written without a log", r.WrittenPer, 0, 0)

	e.Trials = []Trial{trial(Checkpoint{N: 1, LogSince: 10, Bytes: 5})}
	r = e.Aggregate(nil)[0]
	check("lag of one that ended at once", r.Lag, 1, 0)
	check("read by one that reads nothing", r.ReadPer, 0, 0)
	check("written", r.WrittenPer, 1, 0.5)
}
