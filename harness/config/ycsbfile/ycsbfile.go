// Package ycsbfile reads the workload files of YCSB (property files of its CoreWorkload)
// as settings of a configuration. It knows the names and defaults of YCSB and the
// keys that they come to; what a key means, and which values it may have, the configuration says.
// All of it may be called concurrently.
package ycsbfile

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"ckptbench/harness/internal/nearest"
	"ckptbench/harness/units"
	"ckptbench/workload"
)

// A Setting is a key of a configuration and what a property file says of it.
type Setting struct {
	Key, Text string
	Line      int // 1-based, of the property; 0 if it is a default of YCSB's
}

// A Problem is one thing that is wrong with a file, and what to do about it.
type Problem struct {
	Line int // 1-based; 0 if the file as a whole is meant
	Text string
}

// Limits are what the configuration allows.
type Limits struct {
	Bytes      int                   // of a file
	Records    int64                 // in the store; other whole numbers have the same limit
	RecordSize int64                 // in bytes
	OwnKey     func(key string) bool // tells whether a name is a key of a configuration
}

// A Workload is what a file comes to.
type Workload struct {
	Settings []Setting // a key stands once
	Notes    []string  // what of the file means nothing here: name:line: text
}

// A file is a property file on its way to being settings, each of which
// keeps its property's line.
type file struct {
	name     string
	limits   Limits
	given    map[string]property
	out      Workload
	problems []Problem
}

// Read reads a workload of YCSB's as the configuration that it comes to. Its notes
// carry the file's name. Where there are problems the settings are not complete.
func Read(name string, data []byte, limits Limits) (Workload, []Problem) {
	ps, problems := decode(data, limits.Bytes)
	y := file{name: name, limits: limits, given: map[string]property{}, problems: problems}
	for _, p := range ps {
		y.given[p.key] = p
		y.judge(p)
	}
	y.put("experiment.about", "A workload file of YCSB's", property{})
	y.size()
	y.mix()
	y.distribution()
	y.client()
	return y.out, y.problems
}

// problem notes what is wrong with a line.
func (y *file) problem(line int, format string, args ...any) {
	y.problems = append(y.problems, Problem{line, fmt.Sprintf(format, args...)})
}

// report notes a problem of a property.
func (y *file) report(p property, format string, args ...any) {
	y.problem(p.line, "%s: %s", p.key, fmt.Sprintf(format, args...))
}

// cut makes a text of the file's fit into a message.
func cut(s string) string { return units.Cut(s, 60) }

// note notes a property that YCSB would heed and this program does not.
func (y *file) note(p property, why string) {
	y.out.Notes = append(y.out.Notes,
		fmt.Sprintf("%s:%d: %s=%s means nothing here: %s", y.name, p.line, p.key, cut(p.value), why))
}

// judge sorts a property into those that are read, those that mean nothing here,
// and those that nobody knows.
func (y *file) judge(p property) {
	for _, f := range fixed {
		if p.key == f.key {
			if !strings.EqualFold(p.value, f.want) {
				y.report(p, "%q is not supported, only %s: %s", cut(p.value), f.want, f.why)
			}
			return
		}
	}
	if why, ok := idle[p.key]; ok {
		y.note(p, why)
		return
	}
	for _, g := range prefixes {
		if strings.HasPrefix(p.key, g.prefix) {
			y.note(p, g.why)
			return
		}
	}
	switch {
	// go-ycsb's name of it is core.
	case p.key == "workload" && p.value != "core" && !strings.HasSuffix(p.value, ".CoreWorkload"):
		y.report(p, "%q is not supported, only YCSB's CoreWorkload (site.ycsb.workloads.CoreWorkload)", cut(p.value))
	case p.key == "workload":
		y.note(p, "it is the only one here")
	case !slices.Contains(keys, p.key):
		y.unknown(p)
	}
}

// unknown refuses what may be a typing error. A dotted name that is like none of
// YCSB's own is a database binding's.
func (y *file) unknown(p property) {
	names := slices.Clone(keys)
	for _, f := range fixed {
		names = append(names, f.key)
	}
	for key := range idle {
		names = append(names, key)
	}
	slices.Sort(names)
	switch near := nearest.Of(p.key, names); {
	case near != "":
		y.problem(p.line, "unknown property %q: did you mean %q?", cut(p.key), near)
	case y.limits.OwnKey(p.key):
		y.problem(p.line, "unknown property %q: it is a key of this program's own configurations: give it with "+
			"--set %s=%s", cut(p.key), p.key, cut(p.value))
	case strings.Contains(p.key, "."):
		y.note(p, "a database binding's, as it seems")
	default:
		y.problem(p.line, "unknown property %q: YCSB's CoreWorkload has %s", cut(p.key),
			strings.Join(keys, ", "))
	}
}

// size is how many records there are, and how large.
func (y *file) size() {
	if p, ok := y.given["recordcount"]; ok {
		if n, _, ok := y.whole("recordcount", 1); ok {
			y.put("records", strconv.FormatInt(n, 10), p)
		}
	} else {
		y.out.Notes = append(y.out.Notes,
			fmt.Sprintf("%s: recordcount is not given: --set records=... says how many there are, otherwise it is the default",
				y.name))
	}
	if p, ok := y.given["insertcount"]; ok && p.value != y.given["recordcount"].value && p.value != "0" { // 0: all
		y.report(p, "%q is not supported, only what recordcount says: all records are loaded here", cut(p.value))
	}
	fields, p, good := y.whole("fieldcount", 1)
	length, q, fine := y.whole("fieldlength", 1)
	if !good || !fine {
		return
	}
	if most := y.limits.RecordSize; length > most || fields*length > most {
		y.report(q, "%d fields of %d bytes make a record of over %dMiB", fields, length, most>>20)
		return
	}
	y.put("workload.fields", strconv.FormatInt(fields, 10), p)
	y.put("record_size", strconv.FormatInt(fields*length, 10)+"B", q)
}

// mix is the shares. YCSB takes them in proportion, whatever they sum to.
func (y *file) mix() {
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
		y.out.Notes = append(y.out.Notes,
			fmt.Sprintf("%s: the proportions sum to %.6g: they are taken in proportion, as YCSB does (readproportion is "+
				"0.95 and updateproportion 0.05 where they are not given)", y.name, sum))
	default:
		sum = 1 // as they were written
	}
	for i, key := range keys {
		y.put(kinds[i], number(shares[i]/sum), y.property(key))
	}
}

// distribution is which records are chosen, and how many a scan takes.
func (y *file) distribution() {
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
func (y *file) hot(key, to string, of float64) {
	if x, p, ok := y.share(key, of); ok {
		y.put(to, number(x/of), p)
	}
}

// client has the properties of YCSB's client, mostly of its command line.
func (y *file) client() {
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
