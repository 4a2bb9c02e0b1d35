package result

import "testing"

func TestCheckpointsThatCount(t *testing.T) {
	cold, warm, broken := Checkpoint{N: 1, Cold: true}, Checkpoint{N: 2}, Checkpoint{N: 3, Error: "not finished"}
	check := func(cs []Checkpoint, complete, warm int) {
		t.Helper()
		trial := Trial{Checkpoints: cs}
		if got := trial.Complete(); len(got) != complete {
			t.Errorf("%d complete, want %d", len(got), complete)
		}
		if got := trial.Warm(); len(got) != warm || warm > 0 && got[0].Cold && complete > warm {
			t.Errorf("warm are %v, want %d", got, warm)
		}
	}
	check(nil, 0, 0)
	check([]Checkpoint{broken}, 0, 0)
	check([]Checkpoint{cold, broken}, 1, 1)
	check([]Checkpoint{cold, warm, broken}, 2, 1)
	check([]Checkpoint{cold, warm, warm}, 3, 2)
}
