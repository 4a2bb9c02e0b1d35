package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"ckptbench/workload"
)

// A ycsbFile is a property file on its way to being settings, each of which
// keeps its property's line.
type ycsbFile struct {
	file     string
	given    map[string]property
	settings settings
	problems Problems
	notes    []string
}

// readYCSB reads a workload of YCSB's as the configuration that it comes to.
// notes say what of it means nothing here.
func readYCSB(file string, data []byte) (s settings, notes []string, problems Problems) {
	ps, problems := decodeProperties(file, data)
	y := ycsbFile{file: file, given: map[string]property{}, settings: settings{keys: map[string]setting{}},
		problems: problems}
	for _, p := range ps {
		y.given[p.key] = p
		y.judge(p)
	}
	y.put("experiment.about", "A workload file of YCSB's", property{})
	y.size()
	y.mix()
	y.distribution()
	y.client()
	return y.settings, y.notes, y.problems
}

// at is a line of the file, for a problem.
func (y *ycsbFile) at(line int) place { return place{file: y.file, line: line} }

// report notes a problem of a property.
func (y *ycsbFile) report(p property, format string, args ...any) {
	y.problems = append(y.problems, y.at(p.line).problem("%s: %s", p.key, fmt.Sprintf(format, args...)))
}

// note notes a property that YCSB would heed and this program does not.
func (y *ycsbFile) note(p property, why string) {
	y.notes = append(y.notes,
		fmt.Sprintf("%s:%d: %s=%s means nothing here: %s", y.file, p.line, p.key, shorten(p.value), why))
}

// judge sorts a property into those that are read, those that mean nothing here,
// and those that nobody knows.
func (y *ycsbFile) judge(p property) {
	for _, f := range ycsbFixed {
		if p.key == f.key {
			if p.value != f.want {
				y.report(p, "%q is not supported, only %s: %s", shorten(p.value), f.want, f.why)
			}
			return
		}
	}
	if why, ok := ycsbIdle[p.key]; ok {
		y.note(p, why)
		return
	}
	for _, g := range ycsbPrefixes {
		if strings.HasPrefix(p.key, g.prefix) {
			y.note(p, g.why)
			return
		}
	}
	switch {
	case p.key == "workload" && !strings.HasSuffix(p.value, ".CoreWorkload"):
		y.report(p, "%q is not supported, only YCSB's CoreWorkload (site.ycsb.workloads.CoreWorkload)", shorten(p.value))
	case p.key == "workload":
		y.note(p, "it is the only one here")
	case !slices.Contains(ycsbKeys, p.key):
		y.unknown(p)
	}
}

// unknown refuses what may be a typing error. A dotted name that is like none of
// YCSB's own is a database binding's.
func (y *ycsbFile) unknown(p property) {
	names := slices.Clone(ycsbKeys)
	for _, f := range ycsbFixed {
		names = append(names, f.key)
	}
	for key := range ycsbIdle {
		names = append(names, key)
	}
	slices.Sort(names)
	switch near := nearest(p.key, names); {
	case near != "":
		y.problems = append(y.problems, y.at(p.line).problem("unknown property %q: did you mean %q?", shorten(p.key), near))
	case rowOf(p.key) != nil || isGroup(p.key):
		y.problems = append(y.problems,
			y.at(p.line).problem("unknown property %q: it is a key of this program's own configurations: give it with "+
				"--set %s=%s", shorten(p.key), p.key, shorten(p.value)))
	case strings.Contains(p.key, "."):
		y.note(p, "a database binding's, as it seems")
	default:
		y.problems = append(y.problems,
			y.at(p.line).problem("unknown property %q: YCSB's CoreWorkload has %s", shorten(p.key),
				strings.Join(ycsbKeys, ", ")))
	}
}

// size is how many records there are, and how large.
func (y *ycsbFile) size() {
	if p, ok := y.given["recordcount"]; ok {
		if n, _, ok := y.whole("recordcount", 1); ok {
			y.put("records", strconv.FormatInt(n, 10), p)
		}
	} else {
		y.notes = append(y.notes,
			fmt.Sprintf("%s: recordcount is not given: --set records=... says how many there are, otherwise it is the default",
				y.file))
	}
	if p, ok := y.given["insertcount"]; ok && p.value != y.given["recordcount"].value {
		y.report(p, "%q is not supported, only what recordcount says: all records are loaded here", shorten(p.value))
	}
	fields, p, good := y.whole("fieldcount", 1)
	length, q, fine := y.whole("fieldlength", 1)
	if !good || !fine {
		return
	}
	if length > maxRecordSize || fields*length > maxRecordSize {
		y.report(q, "%d fields of %d bytes make a record of over %s", fields, length, Size(maxRecordSize))
		return
	}
	y.put("workload.fields", strconv.FormatInt(fields, 10), p)
	y.put("record_size", strconv.FormatInt(fields*length, 10)+"B", q)
}

// mix is the shares. YCSB takes them in proportion, whatever they sum to.
func (y *ycsbFile) mix() {
	all, p := y.truth("writeallfields")
	keys := []string{"readproportion", "updateproportion", "insertproportion", "scanproportion",
		"readmodifywriteproportion"}
	kinds := []string{"workload.read", "workload.update", "workload.insert", "workload.scan", "workload.rmw"}
	if all {
		kinds[1] = "workload.write"
	}
	var shares [5]float64
	sum, good := 0.0, true
	for i, key := range keys {
		x, _, ok := y.share(key, math.MaxFloat32)
		shares[i], sum, good = x, sum+x, good && ok
	}
	switch {
	case !good:
		return
	case sum == 0:
		y.report(y.property(keys[0]), "all proportions are 0: there is nothing to do")
		return
	case all && shares[4] > 0:
		y.report(p, "true is not supported with readmodifywriteproportion: a read-modify-write changes one field here")
		return
	case math.Abs(sum-1) > 1e-9:
		y.notes = append(y.notes,
			fmt.Sprintf("%s: the proportions sum to %.6g: they are taken in proportion, as YCSB does (readproportion is "+
				"0.95 and updateproportion 0.05 where they are not given)", y.file, sum))
	default:
		sum = 1 // as they were written
	}
	for i, key := range keys {
		y.put(kinds[i], number(shares[i]/sum), y.property(key))
	}
}

// distribution is which records are chosen, and how many a scan takes.
func (y *ycsbFile) distribution() {
	order, p, _ := y.word("insertorder", []string{"hashed", "ordered"}, []string{workload.Scattered, workload.Ordered})
	name, q, ok := y.word("requestdistribution", []string{"uniform", "zipfian", "latest", "hotspot", "exponential"},
		[]string{workload.Uniform, workload.YCSBScrambled, workload.Latest, workload.Hotspot, workload.Exponential})
	if ok {
		y.put("workload.distribution", name, q)
	}
	switch name {
	case workload.Hotspot:
		y.hot("hotspotdatafraction", "workload.hot_fraction", 1)
		y.hot("hotspotopnfraction", "workload.hot_share", 1)
		if order != "" {
			y.put("workload.key_order", order, p)
		}
	case workload.Exponential:
		y.hot("exponential.frac", "workload.hot_fraction", 1)
		y.hot("exponential.percentile", "workload.hot_share", 100)
	}
	if n, p, ok := y.whole("maxscanlength", 1); ok {
		y.put("workload.max_scan", strconv.FormatInt(n, 10), p)
	}
	if s, p, ok := y.word("scanlengthdistribution", []string{"uniform", "zipfian"},
		[]string{workload.Uniform, workload.Zipf}); ok {
		y.put("workload.scan_distribution", s, p)
	}
}

// hot puts a share that a distribution takes; of is what it is a part of.
func (y *ycsbFile) hot(key, to string, of float64) {
	if x, p, ok := y.share(key, of); ok {
		y.put(to, number(x/of), p)
	}
}

// client has the properties of YCSB's client, mostly of its command line.
func (y *ycsbFile) client() {
	if _, given := y.given["threadcount"]; given {
		if n, p, ok := y.whole("threadcount", 1); ok {
			y.put("workers", strconv.FormatInt(n, 10), p)
		}
	}
	if p, given := y.given["target"]; given {
		if n, _, ok := y.whole("target", 0); ok && n > 0 {
			y.put("rate", strconv.FormatInt(n, 10)+"/s", p)
		}
	}
	if p, given := y.given["maxexecutiontime"]; given {
		if n, _, ok := y.whole("maxexecutiontime", 0); ok && n > 0 {
			y.put("duration", strconv.FormatInt(n, 10)+"s", p)
		}
	}
}
