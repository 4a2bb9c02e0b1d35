package result

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxShards bounds what is taken for a number of machines.
const maxShards = 10_000

// A Shard is one of several runs, each on a machine of its own, that make an
// experiment together. What is split are units: a matrix point in one round, with
// every algorithm, so that what is compared with none of the same round was
// measured beside it. The zero Shard is the whole experiment.
type Shard struct {
	Index int `json:"index"` // 1-based
	Of    int `json:"of"`    // how many parts there are; 1 for the whole
}

// Whole reports whether s is not a part of anything.
func (s Shard) Whole() bool { return s.Of == 0 }

// String writes i/n, as ParseShard reads it.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Of) }

// Dir is what the name of a shard's result folder ends in, so that shards on a
// shared file system do not meet: empty for the whole.
func (s Shard) Dir() string {
	if s.Whole() {
		return ""
	}
	return fmt.Sprintf(".shard-%d-of-%d", s.Index, s.Of)
}

// ParseShard reads i/n; "" is the whole.
func ParseShard(text string) (Shard, error) {
	if text == "" {
		return Shard{}, nil
	}
	i, n, _ := strings.Cut(text, "/")
	index, errIndex := strconv.Atoi(i)
	of, errOf := strconv.Atoi(n)
	if errIndex != nil || errOf != nil {
		return Shard{}, fmt.Errorf("shard %q: want i/n, as in 2/4 for the second of four", text)
	}
	s := Shard{index, of}
	if err := s.check(); err != nil {
		return Shard{}, fmt.Errorf("shard %q: %w", text, err)
	}
	return s, nil
}

// check refuses a shard that cannot be.
func (s Shard) check() error {
	switch {
	case s.Of < 1 || s.Of > maxShards:
		return fmt.Errorf("there are %d shards, want 1 to %d", s.Of, maxShards)
	case s.Index == 0:
		return errors.New("shards are counted from 1")
	case s.Index < 1 || s.Index > s.Of:
		return fmt.Errorf("shard %d is not one of %d", s.Index, s.Of)
	}
	return nil
}

// Has reports whether the unit of the matrix point with that index (0-based, in
// the config's order) and round (1-based) is s's, in an experiment of so many
// points and rounds. Units are dealt in runs of the same length (or one more),
// all rounds of a point before the next point, so that a point's medians are of
// as few machines as can be: of one each where the number of points is a multiple
// of that of the shards.
func (s Shard) Has(point, round, points, rounds int) bool {
	if s.Whole() {
		return true
	}
	unit, units := point*rounds+round-1, points*rounds
	return unit*s.Of/units == s.Index-1
}

// Rounds is how many of a point's rounds are s's, and the first of them; 0 where
// none is.
func (s Shard) Rounds(point, points, rounds int) (n, first int) {
	for round := rounds; round >= 1; round-- {
		if s.Has(point, round, points, rounds) {
			n, first = n+1, round
		}
	}
	return n, first
}
