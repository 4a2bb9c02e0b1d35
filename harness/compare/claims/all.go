package claims

import "slices"

// All returns every claim, by source.
func All() []Claim {
	return slices.Concat(calcOverTime(), calcPartial(), calcLatency(), calcMemory(), calcSize(), calcTPCC(), calcProof(),
		cao(), prasaad(), li(), systems())
}

// The algorithms of CALC's figures beside CALC.
var alternatives = []string{"naive", "fuzzy", "zigzag", "pingpong"}

// Places in the matrices.
var (
	shortOnly = Where{{"workload.long.share", "0"}}
	withLong  = Where{{"workload.long.share", MoreThanZero}}
)
