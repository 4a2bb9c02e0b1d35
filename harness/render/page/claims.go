package page

// A claim is what an algorithm's authors say of how its pause grows with the
// number of records n, and where.
// Both are shown as they stand beside what was measured; nothing is decided by them.
type claim struct{ growth, source string }

// The sources of the claims.
const (
	cao   = "Cao et al. 2011, after Ren et al. 2016, "
	ren   = "Ren et al. 2016, "
	li    = "Li et al. 2018, published code, "
	flink = "Flink's source, "
)

// claims are by the algorithm's name. Where the paper itself says nothing, or
// could not be had, the authors' code or documentation counts.
var claims = map[string]claim{
	"naive":           {"linear: until the image is written", ren + "4.1.1"},
	"naive-copy":      {"linear: until memory is copied", li + "naive.c"},
	"pnaive":          {"linear in the records changed", ren + "4.1.1"},
	"fuzzy":           {"linear in the records changed: the dirty table", ren + "4.1.2"},
	"fuzzy-log":       {"linear in the records changed: the dirty table", ren + "4.1.2"},
	"pfuzzy-log":      {"linear in the records changed: the dirty table", ren + "4.1.2"},
	"pfuzzy":          {"linear in the records changed: the dirty table", ren + "4.1.2"},
	"cou":             {"linear, small: bits", li + "cou.c"},
	"zigzag":          {"linear, small: n bits", cao + "4.1.4"},
	"pzigzag":         {"linear, small: n bits", ren + "4.1.4"},
	"pingpong":        {"flat: two pointers", cao + "4.1.3"},
	"ppingpong":       {"flat: two pointers", ren + "4.1.3"},
	"hourglass":       {"flat: one index", li + "HG.c"},
	"piggyback":       {"flat: one index", li + "PB.c"},
	"calc":            {"none: a point in the commit log", ren + "2.2"},
	"calc-mutex":      {"none: a point in the commit log", ren + "2.2"},
	"pcalc":           {"none: a point in the commit log", ren + "2.3"},
	"cpr":             {"none: a point for each worker", "FASTER's documentation of CPR"},
	"cpr-verify":      {"none: a point for each worker", "Tsavorite's source, StateMachineDriver"},
	"lineairdb":       {"none: the end of an epoch", "LineairDB's source, checkpoint_manager"},
	"lineairdb-early": {"none: the end of an epoch", "LineairDB's source, checkpoint_manager"},
	"hyper":           {"linear, small: the page table", "Redis's documentation of latency, 9 to 13 ms/GB"},
	"locking":         {"none, but no writer starts until the image is written", "slides, 2022"},
	"push":            {"flat: one version number", "Dragonfly's documentation, rdbsave"},
	"flink":           {"linear, small: a pointer per bucket", flink + "CopyOnWriteStateMap"},
	"flink-cow-write": {"linear, small: a pointer per bucket", flink + "CopyOnWriteStateMap"},
	"flink-nested":    {"linear: until the image is written", flink + "NestedMapsStateTable"},
	"pagestore":       {"flat: the set of dirty pages is swapped", "Ignite's source, Checkpointer"},
	"foedus":          {"none: made from the log", "Kimura 2015"},
	"hekaton":         {"none: made from the log", "Diaconu et al. 2013, 7"},
}

// claimOf returns what was published of an algorithm.
func claimOf(algorithm string) claim {
	if c, ok := claims[algorithm]; ok {
		return c
	}
	return claim{"no claim found", none}
}
