package store

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/internal/wal"
)

// Contents says what a folder holds.
type Contents struct {
	States bool // images, or files that an algorithm is recovered from in place of them
	Log    bool
}

// ContentsOf looks at the names in a folder, which may be files of those kinds.
func ContentsOf(dir string, own ...OwnKind) (c Contents, err error) {
	names, err := fs.OS().List(dir)
	image := named("MANIFEST-")
	for _, n := range names {
		c.States = c.States || image(n) || slices.ContainsFunc(own, func(k OwnKind) bool { return k.Owns(n) })
		c.Log = c.Log || wal.Owns(n)
	}
	return c, err
}

// VerifyReach checks that the log in a folder holds what the two newest states in
// another folder need: images, or the states in files of those kinds. The report
// says of each that it does not reach which epochs are missing, at which file, and what
// to do. An empty log is one that is not known. The error is ErrDamaged where the newest
// state lacks something, or mixes versions and has no log, and ErrNothing where no state
// was taken with a log. What is damaged within the files is for Verify to find.
func VerifyReach(dir, log string, own ...OwnKind) (report string, err error) {
	states := statesIn(dir, own)
	if len(states) == 0 {
		return "", fmt.Errorf("%s: %w", dir, ErrNothing)
	}
	if log == "" {
		return unknownLog(dir, states[0])
	}
	missing := make([][]wal.Shortage, len(states))
	ends := uint64(0)
	for i, st := range states {
		if missing[i], ends, err = st.shortages(log); err != nil {
			return "", fmt.Errorf("%s: %w: %w", log, ErrDamaged, err)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s with the log in %s:\n", filepath.Clean(dir), filepath.Clean(log))
	for i, st := range states {
		if len(missing[i]) == 0 {
			fmt.Fprintf(&b, "%s: ok, %s\n", st, st.follows(ends))
			continue
		}
		if i == 0 {
			err = fmt.Errorf("%s: %w: the log in %s does not reach", dir, ErrDamaged, log)
		}
		fmt.Fprintf(&b, "%s: THE LOG DOES NOT REACH\n", st)
		for _, m := range missing[i] {
			fmt.Fprintf(&b, "\t%s\n", m)
		}
		fmt.Fprintf(&b, "\t%s\n", advice(states, missing, i))
	}
	return b.String(), err
}

// unknownLog is VerifyReach without a log.
func unknownLog(dir string, newest needing) (report string, err error) {
	report = fmt.Sprintf("%s: its log was not found: name the log's folder as well\n", newest)
	if newest.mixed() {
		return report, fmt.Errorf("%s: %w: %s mixes versions, and its log was not found", dir, ErrDamaged, newest.name)
	}
	return report, nil
}

// advice says what to do about a state whose log does not reach.
func advice(states []needing, missing [][]wal.Shortage, i int) string {
	if i > 0 && len(missing[0]) == 0 {
		return "it cannot stand in for " + states[0].name + " should that be damaged; the next checkpoints take its place"
	}
	text := "restore the log's files from a copy; without them "
	for _, j := range []int{0, 1} {
		if j < len(states) && j != i && len(missing[j]) == 0 {
			return text + "recovery takes " + states[j].name
		}
	}
	for _, st := range states[i:] {
		if !st.mixed() {
			return text + "recover " + st.name + " by name, without a log: what was committed after it is lost"
		}
	}
	return text + "nothing can repair it: it mixes versions"
}

// A needing is a state that needs the log from one epoch to another, and all that
// follows.
type needing struct {
	name, at string
	from, to uint64 // equal, unless it mixes versions
}

func (n needing) String() string { return n.name + " at " + n.at }

// mixed reports whether the state is useless without the log that it needs.
func (n needing) mixed() bool { return n.to > n.from }

// follows says what of a log that ends at an epoch comes after the state.
func (n needing) follows(end uint64) string {
	switch {
	case end <= n.from:
		return fmt.Sprintf("the log ends with it, at epoch %d", end)
	case end == n.from+1:
		return fmt.Sprintf("the log holds epoch %d", end)
	}
	return fmt.Sprintf("the log holds epochs %d to %d", n.from+1, end)
}

// shortages returns what the log lacks, and the epoch of its end. It was on the disk up
// to the state when that was published.
func (n needing) shortages(log string) ([]wal.Shortage, uint64, error) {
	missing, ends, err := wal.Shortages(fs.OS(), log, n.from, n.to)
	if err == nil && len(missing) == 0 && ends < n.from {
		missing, ends, err = wal.Shortages(fs.OS(), log, ends, n.from)
	}
	return missing, ends, err
}

// statesIn returns the states in a folder that were taken with a log, newest first, two
// at most.
func statesIn(dir string, own []OwnKind) (states []needing) {
	fsys := fs.OS()
	for len(states) < 2 {
		set, _, err := image.Latest(fsys, dir)
		if err != nil {
			break
		}
		ref := set.Newest()
		if p := ref.Point; p.LogFrom != 0 {
			states = append(states, needing{filepath.Base(ref.Path), p.String(), p.LogFrom, max(p.LogFrom, p.LogTo)})
		}
		fsys = without(fsys, ref.Path)
	}
	for _, k := range own {
		below := uint64(0)
		for len(states) < 2 {
			st, err := k.Open(fs.OS(), dir, below)
			if err != nil {
				break
			}
			st.Close()
			states = append(states, needing{st.Name, fmt.Sprintf("log %d", st.Epoch), st.Epoch, st.Epoch})
			if below = st.Number; below == 0 {
				break
			}
		}
	}
	return states
}
