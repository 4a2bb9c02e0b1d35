package chart

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"ckptbench/harness/result"
)

// manyOrder is every algorithm with a look, variants behind what they vary.
var manyOrder = []string{
	"none", "naive", "naive-copy", "pnaive", "fuzzy", "pfuzzy", "cou", "cou-block", "zigzag", "pzigzag",
	"pingpong", "pingpong-drain", "ppingpong", "hourglass", "piggyback", "calc", "calc-mutex", "pcalc",
	"cpr", "cpr-verify", "lineairdb", "hyper", "push", "flink", "flink-nested", "foedus",
}

// shapesMany gives those that have no shape one near that of their kin.
func shapesMany() []shape {
	kin := map[string]string{
		"pnaive": "naive", "pfuzzy": "fuzzy", "cou-block": "cou", "pzigzag": "zigzag", "pingpong-drain": "pingpong",
		"ppingpong": "pingpong", "piggyback": "hourglass", "calc-mutex": "calc", "pcalc": "calc", "cpr-verify": "cpr",
		"lineairdb": "cpr", "hyper": "cou", "push": "cpr", "flink": "cou", "flink-nested": "naive", "foedus": "fuzzy",
	}
	var out []shape
	for i, name := range manyOrder {
		model := name
		if k := kin[name]; k != "" {
			model = k
		}
		s := shapes10[slices.IndexFunc(shapes10, func(s shape) bool { return s.name == model })]
		if model != name {
			off := 1 + 0.03*float64(i%5-2)
			s.name, s.rest, s.dip, s.memPeak, s.pause = name, math.Min(1, s.rest*off), s.dip*off, s.memPeak*off, s.pause*off
			if strings.HasPrefix(name, "p") && name != "push" {
				s.total, s.pause = s.total/4, s.pause/4
			}
		}
		out = append(out, s)
	}
	return out
}

// demoMany is an experiment of every algorithm.
func demoMany() *result.Experiment {
	e := demo(1)
	e.Name, e.Trials = "many", nil
	for i, s := range shapesMany() {
		e.Trials = append(e.Trials, made(s, nil, 1, 1.92e6, rand.New(rand.NewPCG(uint64(i), 7))))
	}
	return e
}

// demoSizes is a sweep of the number of records with shapes: pauses in
// proportion, or flat below a millisecond, and checkpoints in proportion.
func demoSizes(shapes []shape) *result.Experiment {
	e := demo(1)
	e.Name, e.Trials = "sizes", nil
	for k, n := range []int{1e5, 316e3, 1e6, 3.16e6, 1e7} {
		p := []result.Param{{Key: "records", Value: []string{"100k", "316k", "1M", "3160k", "10M"}[k]}}
		for i, s := range shapes {
			r := rand.New(rand.NewPCG(uint64(i), uint64(k)))
			s.total *= float64(n) / 1e7
			if s.pause >= 0.01 {
				s.pause *= float64(n) / 1e7
			} else {
				s.pause *= 0.005
			}
			t := made(s, p, 1, 1.92e6, r)
			t.Records = n
			for j := range t.Checkpoints {
				c := &t.Checkpoints[j]
				c.Pause, c.Total = c.Pause*(1+0.4*r.Float64()), c.Total*(1+0.2*r.Float64())
			}
			e.Trials = append(e.Trials, t)
		}
	}
	return e
}
