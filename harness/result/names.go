package result

import (
	"fmt"
	"hash/fnv"
	"path/filepath"
	"strconv"
	"strings"
)

// The files of a result directory.
const (
	configFile   = "config.yaml"
	resolvedFile = "resolved.yaml"
	machineFile  = "machine.json"
	machinesFile = "machines.json" // of a merged result, in place of machine.json
	shardFile    = "shard.json"    // of a part of an experiment
	trialsDir    = "trials"
	pairsDir     = "pairs" // a file an algorithm, in a folder for each matrix point
	trialFile    = "trial.json"
	timelineFile = "timeline.csv"
	eventsFile   = "events.csv"
	latencyFile  = "latency.hgrm"
	durableFile  = "durable.hgrm" // where there was a log
	intervalFile = "latency.hlog"
	sumsFile     = "SHA256SUMS" // of a trial's files, or of those that describe the experiment
	nextSumsFile = "SHA256SUMS.next"
	commandFile  = "run.json" // with what flags the experiment was run
)

// trialFiles are the files that a trial's checksums cover; setupFileNames those
// that the experiment's cover.
var (
	trialFiles     = []string{trialFile, timelineFile, eventsFile, latencyFile, durableFile, intervalFile}
	setupFileNames = []string{configFile, resolvedFile, machineFile, machinesFile, shardFile, commandFile}
)

// maxName keeps a folder's name under the 255 bytes most file systems allow.
const maxName = 200

// TrialDir returns where t lies below the trials folder, with slashes:
// "zipf=0.99/calc-1", or "calc-1" outside a matrix. Two trials of one
// experiment never share a folder.
func TrialDir(t Trial) string {
	leaf := shorten(escape(t.Algorithm)) + "-" + strconv.Itoa(t.Trial)
	if len(t.Params) == 0 {
		return leaf
	}
	return PointName(t.Params) + "/" + leaf
}

// PointName returns a matrix point as one file name, "zipf=0.99,records=1000",
// and "" for the only point of an experiment without a matrix.
func PointName(params []Param) string {
	parts := make([]string, len(params))
	for i, p := range params {
		parts[i] = escape(p.Key) + "=" + escape(p.Value)
	}
	return shorten(strings.Join(parts, ","))
}

// trialPath is where t lies in the result directory dir.
func trialPath(dir string, t Trial) string {
	return filepath.Join(dir, trialsDir, filepath.FromSlash(TrialDir(t)))
}

// escape keeps letters, digits and a few signs and writes every other byte as
// %XX, so that different names stay different. A leading dot would hide the
// folder.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
			c == '-' || c == '_' || c == '+' || c == '.' && i > 0
		if plain {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// shorten cuts a long name and marks it with a hash of the whole.
func shorten(s string) string {
	if len(s) <= maxName {
		return s
	}
	h := fnv.New64a()
	h.Write([]byte(s))
	return fmt.Sprintf("%s~%016x", s[:maxName-17], h.Sum64())
}
