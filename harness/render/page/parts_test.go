package page

import (
	"strings"
	"testing"

	"ckptbench/harness/result"
)

// pairOf returns a pair whose openings have these ratios at rest.
func pairOf(algorithm string, ratios ...float64) result.Pair {
	p := result.Pair{Schema: result.Schema, Algorithm: algorithm, Status: result.OK, Settled: true}
	for _, r := range ratios {
		p.Openings = append(p.Openings, result.Opening{Rest: result.Turns{Quads: 10, Dropped: 1, Base: 1e6, Side: 1e6 * r}})
	}
	return p
}

// TestParts: the table has the pairs' figures, says which are not settled, and
// takes a ratio over 1 for what it is.
func TestParts(t *testing.T) {
	tput := 1e6
	trial := func(name string) result.Trial {
		return result.Trial{Schema: result.Schema, Algorithm: name, Trial: 1, Status: result.OK, Elapsed: 2,
			Throughput: &tput,
			Verdict:    result.Verdict{Mode: "trial", OK: true}}
	}
	e := &result.Experiment{Name: "x",
		Trials: []result.Trial{trial("none"), trial("calc"), trial("cpr"), trial("none-again")},
		Pairs:  []result.Pair{pairOf("calc", 0.8, 0.8), pairOf("cpr", 1.2, 1.2), pairOf("none-again", 1, 1)},
	}
	e.Pairs[0].Settled, e.Pairs[0].Unsettled = false, "the host hit 3 of 4 quads"
	var b strings.Builder
	if err := Write(&b, e, "table", Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"80.0 ±0.0?", "120.0 ±0.0", "where none's throughput went", "20.0 ±0.0",
		"over 2 openings; the host hit 6 of 66 quads",
		"Not settled: calc (the host hit 3 of 4 quads).",
		"Above none by more than the interval, which is an error of measurement: cpr (120.0 %).",
		"none against itself, in turns, over 2 openings): ±0.0 %",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
}

// Which algorithm is for which need stands under the table of its own matrix point, and under no
// other: between these tables are those of the pairs.
func TestAnswersOfEachPoint(t *testing.T) {
	e := &result.Experiment{Name: "x"}
	for i, records := range []string{"1k", "2k"} {
		point := []result.Param{{Key: "records", Value: records}}
		for n, name := range []string{"none", "calc", "cpr"} {
			relative := []float64{1, 0.9, 0.8}[n]
			if i == 1 && n > 0 {
				relative = 1.7 - relative // the other way round
			}
			tput := 1e6 * relative
			e.Trials = append(e.Trials, result.Trial{Schema: result.Schema, Algorithm: name, Params: point, Trial: 1,
				Status: result.OK, Elapsed: 2, Throughput: &tput, Relative: &relative,
				Verdict: result.Verdict{Mode: "trial", OK: true, Images: 1}})
			if n > 0 {
				e.Trials[len(e.Trials)-1].Checkpoints = []result.Checkpoint{{N: 1, Total: 1}}
				pair := pairOf(name, relative, relative)
				pair.Params = point
				e.Pairs = append(e.Pairs, pair)
			}
		}
	}
	tables := newPage(Page{Exp: e}).Tables
	if len(tables) != 4 {
		t.Fatalf("%d tables", len(tables))
	}
	for i, best := range []string{"calc", "", "cpr", ""} {
		a := tables[i].Answers
		if best == "" && len(a) > 0 || best != "" && (len(a) == 0 || !strings.HasPrefix(a[0].Best, best)) {
			t.Errorf("%s: %+v, want %q first", tables[i].Title, a, best)
		}
	}
}

// TestBesideLog: what is logged where none is not has a column of its own, of none
// under a log, and its parts say what they are of.
func TestBesideLog(t *testing.T) {
	tput, whole, half := 1e6, 1.0, 0.5
	trial := func(name, log string) result.Trial {
		x := result.Trial{Schema: result.Schema, Algorithm: name, Trial: 1, Status: result.OK, Elapsed: 2,
			Throughput: &tput, Log: log,
			Relative: &whole, Verdict: result.Verdict{Mode: "trial", OK: true}}
		if log != "" && name != result.LogBase {
			x.RelativeLog = &half
		}
		return x
	}
	e := &result.Experiment{Name: "x",
		Trials: []result.Trial{trial("none", ""), trial("none-log", "async"), trial("hekaton", "async"),
			trial("foedus", "async")},
		Pairs: []result.Pair{pairOf("none-log", 0.6, 0.6), pairOf("hekaton", 0.9, 0.9)},
	}
	e.Pairs[1].Base = result.LogBase
	table := func() string {
		var b strings.Builder
		if err := Write(&b, e, "table", Options{}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for _, want := range []string{"of none with a log", "54.0 ±0.0", "90.0 ±0.0", "50.0", "hekaton *",
		"* Logged, unlike none; measured beside none under the same log, in parts of its throughput: hekaton."} {
		if text := table(); !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
	e.Trials, e.Pairs = e.Trials[:2], e.Pairs[:1]
	if text := table(); strings.Contains(text, "of none with a log") {
		t.Errorf("a column that nobody has anything in:\n%s", text)
	}
}
