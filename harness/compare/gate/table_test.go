package gate

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"ckptbench/harness/result/paired"
)

func report() *Report {
	then := 0.91
	return &Report{Threshold: 0.03, Base: "commit 0123", Head: "commit 4567 with changes",
		Control:     in(0.994, 1.001, 1.008),
		ControlSeen: Seen{5, 100, 3},
		Lines: []Line{
			{Algorithm: "calc", Phase: Rest, First: in(0.93, 0.95, 0.97),
				Second: &paired.Interval{Mid: 0.951, Lo: 0.94, Hi: 0.96},
				Seen:   Seen{10, 200, 9}, Sees: 0.03, OfNone: &paired.Interval{Mid: 0.9, Lo: 0.89, Hi: 0.91}, OtherDay: &then,
				Verdict: Regressed, Why: "confirmed"},
			{Algorithm: "calc", Phase: Capture, First: in(math.Inf(-1), 1, math.Inf(1)), Sees: math.Inf(1), Verdict: Unsettled,
				Why: "too wide an interval"},
			{Algorithm: "cpr", Phase: Rest, First: in(0.99, 1, 1.01), Sees: 0.03,
				OfNone: &paired.Interval{Mid: 1.1, Lo: 1.05, Hi: 1.15}, Impossible: true, Verdict: Same},
		},
		Exact: []ExactLine{{Algorithm: "calc", Name: "bytes of image 1", Base: 5, Head: 4, Verdict: Faster}, {Verdict: Same}},
	}
}

func TestWrite(t *testing.T) {
	check := func(format string, wants ...string) {
		t.Helper()
		var b strings.Builder
		if err := report().Write(&b, format); err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s has no %q:\n%s", format, want, b.String())
			}
		}
		if format == "json" && !json.Valid([]byte(b.String())) {
			t.Error("not JSON")
		}
	}
	sentence := "Regressed: calc at rest 0.950 [0.930, 0.970], again 0.951 [0.940, 0.960]. Not settled"
	check("table", sentence, "none-again  at rest", "the noise", "REGRESSED: confirmed", "0.90  0.91",
		"Less than in base: calc: bytes of image 1 5 -> 4.", "Exact figures: 1 of 2 the same.",
		"cpr is 1.100 [1.050, 1.150] of none: above 1 by more than the noise, which is an error of the measurement.",
		"Noise: base's none against itself 1.001 [0.994, 1.008].")
	check("markdown", "**Regressed: ", "| calc ")
	check("json", `"verdict": "regressed"`, `"sentence": "Regressed`, `"of_none_then": 0.91`)
	if err := report().Write(&strings.Builder{}, "yaml"); err == nil {
		t.Error("an unknown format")
	}
}
