package claims

import "ckptbench/harness/result"

const ren = "Ren et al. 2016, "

// calcOverTime are the claims of CALC's figure 2.
func calcOverTime() []Claim {
	fig2 := []string{"paper/calc-fig2"}
	at := shortOnly
	return []Claim{
		{ID: "calc-rest", Says: "Between checkpoints CALC costs next to nothing.",
			Source: ren + "figure 2 (a)", Theirs: "1.97 M of 1.98 M txn/s, 0.99", Basis: Drawn, Configs: fig2,
			Decide: Threshold{Algorithm: "calc", Figure: rest, At: at, Bounds: atLeast(0.99), Slack: 0.04}, WhyNot: whyCalcRest},
		{ID: "pingpong-rest", Says: "Writing every value twice costs Ping-Pong a quarter of the throughput, " +
			"checkpoint or not.",
			Source: ren + "figure 2 (a) and its text", Theirs: "25 % less", Basis: Text, Configs: fig2,
			Decide: Threshold{Algorithm: "pingpong", Figure: rest, At: at, Bounds: about(0.75), Slack: 0.1},
			WhyNot: whyPingPongRest},
		{ID: "zigzag-rest", Says: "Looking up which copy is current costs Zig-Zag little.",
			Source: ren + "figure 2 (a) and its text", Theirs: "4 % less", Basis: Text, Configs: fig2,
			Decide: Threshold{Algorithm: "zigzag", Figure: rest, At: at, Bounds: about(0.96), Slack: 0.05},
			WhyNot: whyZigZagRest},
		{ID: "fuzzy-rest", Says: "Keeping the dirty table costs fuzzy little between checkpoints.",
			Source: ren + "figure 2 (a)", Theirs: "1.88 M of 1.98 M txn/s, 0.95", Basis: Drawn, Configs: fig2,
			Decide: Threshold{Algorithm: "fuzzy", Figure: rest, At: at, Bounds: about(0.95), Slack: 0.06}, WhyNot: whyFuzzyRest},
		{ID: "rest-order", Says: "Between checkpoints Ping-Pong is the slowest, then Zig-Zag, then CALC.",
			Source: ren + "figure 2 (a)", Theirs: "1.42 M, 1.91 M, 1.97 M txn/s", Basis: Drawn, Configs: fig2,
			Decide: Order{Algorithms: []string{"pingpong", "zigzag", "calc"}, Figure: rest, At: at, Tolerance: 0.03}},
		{ID: "calc-during", Says: "While it takes a checkpoint CALC gives up a tenth of the throughput.",
			Source: ren + "figure 2 (a) and its text", Theirs: "10 % less", Basis: Text, Configs: fig2,
			Decide: Threshold{Algorithm: "calc", Figure: during, At: at, Bounds: about(0.9), Slack: 0.08}, WhyNot: whyTwoCores},
		{ID: "zigzag-during", Says: "While it takes a checkpoint Zig-Zag runs at seven eighths of none's throughput.",
			Source: ren + "figure 2 (a)", Theirs: "1.73 M of 1.98 M txn/s, 0.87", Basis: Drawn, Configs: fig2,
			Decide: Threshold{Algorithm: "zigzag", Figure: during, At: at, Bounds: about(0.87), Slack: 0.08},
			WhyNot: whyTwoCores},
		{ID: "pingpong-during", Says: "While it takes a checkpoint Ping-Pong runs at two thirds of none's throughput.",
			Source: ren + "figure 2 (a)", Theirs: "1.28 M of 1.98 M txn/s, 0.65", Basis: Drawn, Configs: fig2,
			Decide: Threshold{Algorithm: "pingpong", Figure: during, At: at, Bounds: about(0.65), Slack: 0.1},
			WhyNot: whyPingPongRest},
		{ID: "zigzag-pingpong-drop",
			Says:   "Zig-Zag and Ping-Pong drop by a tenth during a checkpoint, of what they reach between two.",
			Source: ren + "figure 2 (a); slides on checkpoint algorithms, 2022",
			Theirs: "1.73 M of 1.91 M and 1.28 M of 1.42 M txn/s, 0.91 and 0.90", Basis: Drawn, Configs: fig2,
			Decide: Ratio{Of: []string{"zigzag", "pingpong"}, Figure: during, OverFigure: rest, At: at, Bounds: about(0.9),
				Tolerance: 0.08}},
		{ID: "naive-stops", Says: "Naive does nothing else until its image is written.",
			Source: ren + "4.1.1 and figure 2 (a)", Theirs: "0 txn/s for about 16 s, all of the checkpoint", Basis: Drawn,
			Configs: fig2,
			Decide:  Threshold{Algorithm: "naive", Figure: pauseShare, At: at, Bounds: about(1), Slack: 0.1}},
		{ID: "fuzzy-stops-less",
			Says:   "Fuzzy stops while its dirty table is written to the same disk, far shorter than naive.",
			Source: ren + "4.1.2 and figure 2 (a)", Theirs: "about 16 s and about 2 s, 8 times", Basis: Drawn, Configs: fig2,
			Decide: Ratio{Of: []string{"naive"}, Figure: pause, At: at, Over: "fuzzy", Bounds: atLeast(8), Tolerance: 0.25}},
		{ID: "calc-no-pause", Says: "CALC never keeps a transaction from starting, long ones or none.",
			Source: ren + "2.2 and figure 2", Theirs: "no drop to 0", Basis: Text, Configs: append(fig2, "default", "all"),
			Decide: Threshold{Algorithm: "calc", Figure: pause, Bounds: atMost(0), Slack: result.Resolution}},
		{ID: "zigzag-quiesces", Says: "With long transactions Zig-Zag stops for as long as they last.",
			Source: ren + "figure 2 (b)", Theirs: "0 txn/s for about 2 s, which CALC does not show", Basis: Drawn, Configs: fig2,
			Decide: Ratio{Of: []string{"zigzag"}, Figure: pause, At: withLong, OverAt: shortOnly, Bounds: atLeast(10)}},
		{ID: "pingpong-quiesces", Says: "With long transactions Ping-Pong stops for as long as they last.",
			Source: ren + "figure 2 (b)", Theirs: "0 txn/s for about 2 s, which CALC does not show", Basis: Drawn, Configs: fig2,
			Decide: Ratio{Of: []string{"pingpong"}, Figure: pause, At: withLong, OverAt: shortOnly, Bounds: atLeast(10)}},
		{ID: "calc-long-same", Says: "Long transactions cost CALC nothing more during a checkpoint.",
			Source: ren + "figure 2 (c); slides on checkpoint algorithms, 2022", Theirs: "15 M with, 17 M without", Basis: Drawn,
			Configs: fig2,
			Decide: Ratio{Of: []string{"calc"}, Figure: lost, At: withLong, OverAt: shortOnly, Bounds: atMost(1),
				Tolerance: 0.15}},
		{ID: "long-costs-quiesce", Says: "Long transactions cost Zig-Zag more, as it waits for their end.",
			Source: ren + "figure 2 (c); slides on checkpoint algorithms, 2022", Theirs: "36 M with, 28 M without, 1.3 times",
			Basis: Drawn, Configs: fig2,
			Decide: Ratio{Of: []string{"zigzag"}, Figure: lost, At: withLong, OverAt: shortOnly, Bounds: atLeast(1.29),
				Tolerance: 0.15}},
		{ID: "lost-order", Says: "CALC loses the fewest transactions, then Zig-Zag, fuzzy, naive, and Ping-Pong the most.",
			Source: ren + "figure 2 (c)", Theirs: "17 M, 28 M, 33 M, 65 M, 121 M", Basis: Drawn, Configs: fig2,
			Decide: Order{Algorithms: []string{"calc", "zigzag", "fuzzy", "naive", "pingpong"}, Figure: lost, At: at,
				Tolerance: 0.05}, WhyNot: whyLost},
		{ID: "lost-order-long", Says: "With long transactions the order of the transactions lost is the same.",
			Source: ren + "figure 2 (c)", Theirs: "15 M, 36 M, 40 M, 67 M, 120 M", Basis: Drawn, Configs: fig2,
			Decide: Order{Algorithms: []string{"calc", "zigzag", "fuzzy", "naive", "pingpong"}, Figure: lost, At: withLong,
				Tolerance: 0.05}, WhyNot: whyLost},
		{ID: "calc-headline", Says: "CALC's overhead is a half to a tenth of every alternative's.",
			Source: ren + "conclusion", Theirs: "2 to 10 times (its figure 2 (c): 1.6 for Zig-Zag to 7.1 for Ping-Pong)",
			Basis: Text, Configs: fig2,
			Decide: Ratio{Of: alternatives, Figure: lost, At: at, Over: "calc", Bounds: atLeast(2), Tolerance: 0.2},
			WhyNot: whyLost},
	}
}

// calcLatency are the claims of CALC's figure 5.
func calcLatency() []Claim {
	fig5 := []string{"paper/calc-fig5"}
	busy := append(Where{{"rate", "90%"}}, shortOnly...)
	busyLong := append(Where{{"rate", "90%"}}, withLong...)
	return []Claim{
		{ID: "calc-latency", Says: "Even at 90 % load transactions under CALC take hardly longer than without checkpoints.",
			Source: ren + "figure 5", Theirs: "about as without checkpoints", Basis: Drawn, Configs: fig5,
			Decide: Ratio{Of: []string{"calc"}, Figure: responseP99, At: busy, Over: "none", Bounds: atMost(2)}},
		{ID: "naive-latency", Says: "At 90 % load most transactions under naive wait for seconds, as the backlog is " +
			"slow to go.",
			Source: ren + "figure 5", Theirs: "about 70 % of them take 10 to 16 s", Basis: Drawn, Configs: fig5,
			Decide: Ratio{Of: []string{"naive"}, Figure: responseP50, At: busy, Over: "none", Bounds: atLeast(100)}},
		{ID: "fuzzy-latency", Says: "At 90 % load nearly half of the transactions under fuzzy are held up.",
			Source: ren + "figure 5", Theirs: "about 48 % take 0.1 to 3 s", Basis: Drawn, Configs: fig5,
			Decide: Ratio{Of: []string{"fuzzy"}, Figure: responseP90, At: busy, Over: "none", Bounds: atLeast(10)}},
		{ID: "quiesce-latency", Says: "With long transactions a good third of the others wait under Zig-Zag and " +
			"Ping-Pong, and not under CALC.",
			Source: ren + "figure 5", Theirs: "about 38 % are affected, by up to 2 s", Basis: Drawn, Configs: fig5,
			Decide: Ratio{Of: []string{"zigzag", "pingpong"}, Figure: responseP90, At: busyLong, Over: "calc",
				Bounds: atLeast(10)}},
	}
}

// calcMemory are the claims of CALC's figure 6, of memory beside the data.
func calcMemory() []Claim {
	fig6 := []string{"paper/calc-fig6"}
	return []Claim{
		{ID: "calc-memory-rest", Says: "Between checkpoints CALC needs no memory beside the data.",
			Source: ren + "figure 6", Theirs: "about 1 x the data in all", Basis: Drawn, Configs: fig6,
			Decide: Threshold{Algorithm: "calc", Figure: memoryRest, Bounds: about(0), Slack: 0.1}},
		{ID: "calc-memory-peak", Says: "During a checkpoint CALC needs a fifth more.",
			Source: ren + "5.1.6 and figure 6", Theirs: "1.2 x the data in all", Basis: Text, Configs: fig6,
			Decide: Threshold{Algorithm: "calc", Figure: memoryPeak, Bounds: atMost(0.2), Slack: 0.1}, WhyNot: whyCalcPeak},
		{ID: "zigzag-memory", Says: "Zig-Zag holds the data twice.",
			Source: ren + "figure 6", Theirs: "2 x the data in all", Basis: Drawn, Configs: fig6,
			Decide: Threshold{Algorithm: "zigzag", Figure: memoryPeak, Bounds: about(1), Slack: 0.25}},
		{ID: "pingpong-memory", Says: "Ping-Pong with its last image holds the data four times.",
			Source: ren + "5.1.6 and figure 6", Theirs: "4 x the data in all", Basis: Text, Configs: fig6,
			Decide: Threshold{Algorithm: "pingpong", Figure: memoryPeak, Bounds: about(3), Slack: 0.8}},
		{ID: "naive-memory", Says: "Naive needs no memory beside the data.",
			Source: ren + "figure 6", Theirs: "about 1 x the data in all", Basis: Drawn, Configs: fig6,
			Decide: Threshold{Algorithm: "naive", Figure: memoryPeak, Bounds: about(0), Slack: 0.1}},
		{ID: "fuzzy-memory", Says: "Fuzzy needs no memory beside the data (in its partial form, the paper's default; " +
			"ours is the full form with a copy).",
			Source: ren + "4.1.2 and figure 6", Theirs: "about 1 x the data in all", Basis: Drawn, Configs: fig6,
			Decide: Threshold{Algorithm: "fuzzy", Figure: memoryPeak, Bounds: about(0), Slack: 0.1}, WhyNot: whyFuzzyMemory},
		{ID: "memory-order", Says: "CALC needs the least memory of those without a long pause, then Zig-Zag, then Ping-Pong.",
			Source: ren + "figure 6", Theirs: "1.2, 2 and 4 x the data in all", Basis: Drawn,
			Configs: append(fig6, "default", "all"),
			Decide:  Order{Algorithms: []string{"calc", "zigzag", "pingpong"}, Figure: memoryPeak, Tolerance: 0.02}},
	}
}

// calcSize are the claims of CALC's figure 8, and of the pauses that its
// description of the algorithms leads one to expect.
func calcSize() []Claim {
	fig8, sizes := []string{"paper/calc-fig8"}, []string{"pause-size", "paper/calc-fig8"}
	return []Claim{
		{ID: "calc-duration-grows", Says: "How long a checkpoint of CALC takes grows in proportion to the database.",
			Source: ren + "figure 8", Theirs: "10 M to 150 M records; the values were not noted", Basis: Unverified,
			Configs: fig8,
			Decide:  Growth{Algorithm: "calc", Duration: true, Words: []string{result.Linear}}},
		{ID: "naive-lost-grows", Says: "What naive loses grows with the database.",
			Source: ren + "figure 8", Theirs: "10 M to 150 M records; the values were not noted", Basis: Unverified,
			Configs: fig8,
			Decide:  Monotone{Algorithm: "naive", Figure: lost, Along: "records", Tolerance: 0.05}},
		{ID: "calc-lost-grows", Says: "What CALC loses grows with the database too, as its checkpoints last longer.",
			Source: ren + "figure 8", Theirs: "10 M to 150 M records; the values were not noted", Basis: Unverified,
			Configs: fig8,
			Decide:  Monotone{Algorithm: "calc", Figure: lost, Along: "records", Tolerance: 0.05}},
		{ID: "calc-lost-least", Says: "At the largest size CALC still loses the fewest.",
			Source: ren + "figure 8 and conclusion", Theirs: "2 to 10 times less overhead than the alternatives", Basis: Text,
			Configs: fig8,
			Decide:  Ratio{Of: alternatives, Figure: lost, At: Where{{"records", Most}}, Over: "calc", Bounds: atLeast(1)},
			WhyNot:  whyLost},
		{ID: "naive-pause-grows", Says: "Naive's pause grows in proportion to the database.",
			Source: ren + "4.1.1", Theirs: "until the image is written", Basis: Text, Configs: sizes,
			Decide: Growth{Algorithm: "naive", Words: []string{result.Linear}}},
		{ID: "zigzag-pause-grows", Says: "Zig-Zag's pause grows in proportion to the database: all n bits are turned in it.",
			Source: ren + "4.1.4", Theirs: "n bits", Basis: Retold, Configs: sizes,
			Decide: Growth{Algorithm: "zigzag", Words: []string{result.Linear}}},
		{ID: "pingpong-pause-flat",
			Says:   "Ping-Pong's pause does not depend on the size of the database: two pointers are swapped in it.",
			Source: ren + "4.1.3", Theirs: "two pointers", Basis: Retold, Configs: sizes,
			Decide: Growth{Algorithm: "pingpong", Words: []string{result.Never, result.Flat}}},
		{ID: "calc-pause-flat", Says: "At no size does CALC keep transactions out.",
			Source: ren + "2.2", Theirs: "a token in the commit log", Basis: Text, Configs: sizes,
			Decide: Growth{Algorithm: "calc", Words: []string{result.Never, result.Flat}}},
	}
}

// calcTPCC are the claims of CALC's figure 7.
func calcTPCC() []Claim {
	fig7 := []string{"paper/calc-fig7"}
	return []Claim{
		{ID: "tpcc-calc-during", Says: "In TPC-C a checkpoint of CALC takes a tenth of the throughput.",
			Source: ren + "figure 7 (a)", Theirs: "1.26 M of 1.42 M txn/s, 0.89", Basis: Drawn, Configs: fig7,
			Decide: Threshold{Algorithm: "calc", Figure: during, Bounds: about(0.89), Slack: 0.08}, WhyNot: whyTwoCores},
		{ID: "tpcc-zigzag-pingpong-drop",
			Says:   "In TPC-C, too, Zig-Zag and Ping-Pong drop by a tenth during a checkpoint, of what they reach between two.",
			Source: ren + "figure 7 (a)", Theirs: "1.17 M of 1.28 M and 1.05 M of 1.14 M txn/s, 0.91 and 0.92", Basis: Drawn,
			Configs: fig7,
			Decide: Ratio{Of: []string{"zigzag", "pingpong"}, Figure: during, OverFigure: rest, Bounds: about(0.915),
				Tolerance: 0.08}},
		{ID: "tpcc-pingpong-rest", Says: "In TPC-C Ping-Pong gives up a fifth between checkpoints.",
			Source: ren + "figure 7 (a)", Theirs: "1.14 M of 1.42 M txn/s, 0.80", Basis: Drawn, Configs: fig7,
			Decide: Threshold{Algorithm: "pingpong", Figure: rest, Bounds: about(0.8), Slack: 0.1}},
		{ID: "tpcc-lost-order", Says: "In TPC-C CALC loses the fewest transactions, then Zig-Zag, then fuzzy, then naive.",
			Source: ren + "figure 7 (b)", Theirs: "10 M, 27 M, 41 M, 50 M", Basis: Drawn, Configs: fig7,
			Decide: Order{Algorithms: []string{"calc", "zigzag", "fuzzy", "naive"}, Figure: lost, Tolerance: 0.05},
			WhyNot: whyLost},
	}
}

// calcProof are the claims on why CALC is right.
func calcProof() []Claim {
	q1 := []string{"paper/question1-calc-abort"}
	return []Claim{
		{ID: "calc-needs-no-abort",
			Says:   "CALC needs no abort at its point of consistency, as its token is appended before the locks are released.",
			Source: ren + "2.2; doubted by later slides, which think that CPR's abort is needed", Theirs: "no abort",
			Basis: Disputed, Configs: q1,
			Decide: Proof{Algorithm: "calc"}},
		{ID: "calc-late-is-wrong",
			Says:   "The order of token and release is what it rests on: with the token after the release its images are wrong.",
			Source: ren + "2.2, the rule broken", Theirs: "the token before any release", Basis: Text, Configs: q1,
			Decide: Proof{Algorithm: "calc-late", Wrong: true}},
		{ID: "pingpong-drain-is-right", Says: "Ping-Pong needs no physical point of consistency (CALC's paper gives it one).",
			Source: "slides on checkpoint algorithms, 2022, against " + ren + "4.1.3", Theirs: "none needed", Basis: Disputed,
			Configs: []string{"paper/question2-pingpong-quiesce"},
			Decide:  Proof{Algorithm: "pingpong-drain"}},
		{ID: "pingpong-drain-no-pause",
			Says:   "Without its quiesce Ping-Pong blocks no new transactions, with long ones or without.",
			Source: "slides on checkpoint algorithms, 2022", Theirs: "no pause", Basis: Disputed,
			Configs: []string{"paper/question2-pingpong-quiesce"},
			Decide:  Threshold{Algorithm: "pingpong-drain", Figure: pause, Bounds: atMost(0), Slack: result.Resolution}},
	}
}
