package claims

import "ckptbench/harness/result"

// mergeTime is how long one collapse of partial images takes, on average.
var mergeTime = Figure{Name: "time that a merge takes", Unit: "s", of: func(t, _ *result.Trial) (float64, bool) {
	if t.Collapse == nil || t.Collapse.N == 0 {
		return 0, false
	}
	return t.Collapse.Time / float64(t.Collapse.N), true
}}

// calcPartial are the claims of CALC's figures 3 and 4, on partial checkpoints.
func calcPartial() []Claim {
	fig3, fig4 := []string{"paper/calc-fig3"}, []string{"paper/calc-fig4"}
	fourth := Where{{"checkpoint.collapse", "4"}}
	fewest := append(Where{{"workload.hot_fraction", Least}}, fourth...)
	return []Claim{
		{ID: "pcalc-no-pause", Says: "pCALC never keeps a transaction from starting, with long transactions running.",
			Source: ren + "figure 3", Theirs: "no drop to 0", Basis: Drawn, Configs: fig3,
			Decide: Threshold{Algorithm: "pcalc", Figure: pause, Bounds: atMost(0), Slack: result.Resolution}},
		{ID: "merge-grows", Says: "A merge takes longer the more partial checkpoints there are to merge.",
			Source: ren + "figure 4", Theirs: "21.4, 41 and 80.8 s for 4, 8 and 16 where 50 % are modified", Basis: Text,
			Configs: fig4,
			Decide:  Monotone{Algorithm: "pcalc", Figure: mergeTime, Along: "checkpoint.collapse", Tolerance: 0.02}},
		{ID: "merge-in-proportion", Says: "Twice as many take twice as long.",
			Source: ren + "figure 4", Theirs: "1.92 times from 4 to 8 where 50 % are modified", Basis: Text, Configs: fig4,
			Decide: Ratio{Of: []string{"pcalc"}, Figure: mergeTime,
				At: Where{{"workload.hot_fraction", Most}, {"checkpoint.collapse", "8"}}, OverAt: fourth, Bounds: about(1.92),
				Tolerance: 0.25}},
		{ID: "merge-of-less", Says: "A merge is quicker the fewer records were modified.",
			Source: ren + "figure 4", Theirs: "6.9, 12.6 and 21.4 s where 10, 20 and 50 % are modified", Basis: Text,
			Configs: fig4,
			Decide: Monotone{Algorithm: "pcalc", Figure: mergeTime, Along: "workload.hot_fraction", At: fourth,
				Tolerance: 0.02}},
		{ID: "pcalc-lost-grows", Says: "pCALC loses more transactions the more records are modified between checkpoints.",
			Source: ren + "figure 4", Theirs: "34 M, 64 M and 146 M where 10, 20 and 50 % are", Basis: Drawn, Configs: fig4,
			Decide: Monotone{Algorithm: "pcalc", Figure: lost, Along: "workload.hot_fraction", At: fourth, Tolerance: 0.05}},
		{ID: "pcalc-saves", Says: "Where a tenth of the records is modified pCALC loses less than a quarter of " +
			"what CALC does.",
			Source: ren + "figure 4", Theirs: "150 M and 34 M, 4.4 times", Basis: Drawn, Configs: fig4,
			Decide: Ratio{Of: []string{"calc"}, Figure: lost, At: fewest, Over: "pcalc", Bounds: atLeast(4.4), Tolerance: 0.3}},
	}
}
