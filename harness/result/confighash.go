package result

import (
	"fmt"
	"path/filepath"
	"slices"

	"ckptbench/harness/config"
)

// checkSetup compares what the trials share with its checksums, and what the trials
// say was measured with the configuration that is stored beside them.
// Results of versions without checksums are taken, with a note.
func (e *Experiment) checkSetup() error {
	there, err := checkSums(e.Dir, setupFileNames)
	if err != nil {
		return err
	}
	old := 0
	for i := range e.Trials {
		switch t := &e.Trials[i]; {
		case t.Schema < sumsSchema:
			old++
		case !there:
			return fmt.Errorf("%s: is missing: the result is damaged", filepath.Join(e.Dir, sumsFile))
		}
	}
	if old > 0 {
		e.Notes = append(e.Notes, fmt.Sprintf("%d of %d trials are of a version without checksums: "+
			"a change to their files may go unseen", old, len(e.Trials)))
	}
	return e.checkHashes()
}

// checkHashes compares each trial's ConfigHash with that of its point in the
// resolved configuration. What this version cannot read is noted: its checksum
// says that it is what was measured.
func (e *Experiment) checkHashes() error {
	// Earlier trials have no hash.
	hashed := func(t Trial) bool { return t.Schema >= sumsSchema && t.ConfigHash != "" }
	if len(e.Resolved) == 0 || !slices.ContainsFunc(e.Trials, hashed) {
		return nil
	}
	name := filepath.Join(e.Dir, resolvedFile)
	points, err := config.PointHashes(name, e.Resolved)
	if err != nil {
		e.Notes = append(e.Notes, fmt.Sprintf("the configuration is not one of this version, "+
			"so the trials were not compared with it: %v", err))
		return nil
	}
	// By the point's name, which is also the name of its folders.
	hashes := map[string]string{}
	for _, p := range points {
		hashes[PointName(paramsOf(p.Params))] = p.Hash
	}
	for i := range e.Trials {
		t := &e.Trials[i]
		if !hashed(*t) {
			continue
		}
		want, ok := hashes[PointName(t.Params)]
		switch {
		case !ok:
			return fmt.Errorf("%s: its matrix has no point %s, which trial %s belongs to", name, PointName(t.Params),
				TrialDir(*t))
		case want != t.ConfigHash:
			return otherConfig(name, "trial "+TrialDir(*t), t.ConfigHash, want)
		}
	}
	for i := range e.Pairs {
		p := &e.Pairs[i]
		if want := hashes[PointName(p.Params)]; p.ConfigHash != want {
			return otherConfig(name, "the pair of "+p.Algorithm, p.ConfigHash, want)
		}
	}
	return nil
}

// otherConfig is the error for a trial or pair of another configuration.
func otherConfig(name, what, got, want string) error {
	return fmt.Errorf("%s: %s measured another configuration: its config_hash is %.12s, that of the "+
		"configuration is %.12s", name, what, got, want)
}

// paramsOf copies the parameters of a point.
func paramsOf(ps []config.Param) []Param {
	var out []Param
	for _, p := range ps {
		out = append(out, Param{Key: p.Key, Value: p.Value})
	}
	return out
}
