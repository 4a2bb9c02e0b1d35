package claims

import "ckptbench/harness/result"

// The sources of the claims, as their texts begin.
const caoEtAl = "Cao et al. 2011, "

// cao are the claims of the paper on frequently consistent applications, of
// which the abstract was at hand.
func cao() []Claim {
	updates := []string{"paper/cao-updates"}
	fewest := Where{{"workload.updates_per_tick", Least}}
	return []Claim{
		{ID: "pingpong-overhead",
			Says:   "With few updates a tick Ping-Pong's overhead is less than a tenth of copy-on-update's.",
			Source: caoEtAl + "abstract", Theirs: "more than 10 times at low and medium update rates", Basis: Abstract,
			Configs: updates,
			Decide:  Ratio{Of: []string{"cou"}, Figure: overhead, At: fewest, Over: "pingpong", Bounds: atLeast(10)}},
		{ID: "pingpong-constant", Says: "Under Ping-Pong every tick takes about as long as any other.",
			Source: caoEtAl + "abstract", Theirs: "nearly constant latency", Basis: Abstract, Configs: updates,
			Decide: Ratio{Of: []string{"pingpong"}, Figure: serviceP99, OverFigure: serviceP50, Bounds: atMost(2)}},
		{ID: "zigzag-oltp", Says: "In a heavily loaded OLTP system the new algorithms still halve the overhead.",
			Source: caoEtAl + "abstract", Theirs: "more than 2 times", Basis: Abstract, Configs: []string{"paper/cao-tpcc"},
			Decide: Ratio{Of: []string{"cou"}, Figure: overhead, Over: "zigzag", Bounds: atLeast(2)}},
		{ID: "naive-copy-pause-grows", Says: "The pause of copying memory grows in proportion to the database.",
			Source: caoEtAl + "as Li et al.'s published code has it", Theirs: "a copy of all records", Basis: Code,
			Configs: []string{"pause-size", "paper/li-size"},
			Decide:  Growth{Algorithm: "naive-copy", Words: []string{result.Linear}}},
		{ID: "copy-beats-dump", Says: "Stopping for a copy in memory is far shorter than stopping for the disk.",
			Source: caoEtAl + "against " + ren + "4.1.1",
			Theirs: "two forms of the naive snapshot, apart by the speed of memory over the disk's", Basis: Retold,
			Configs: []string{"pause-size"},
			Decide: Ratio{Of: []string{"naive"}, Figure: pause, At: Where{{"records", Most}}, Over: "naive-copy",
				Bounds: atLeast(2)}},
	}
}

const prasaadEtAl = "Prasaad et al. 2019 (CPR), "

// prasaad are the claims on CPR, of which the abstract and the documentation of
// its successors were at hand.
func prasaad() []Claim {
	scalability := []string{"paper/cpr-scalability"}
	most := Where{{"workload.theta", Least}, {"workers", "64"}}
	return []Claim{
		{ID: "cpr-scales", Says: "With a point of its own for every worker, CPR's throughput rises with the " +
			"workers up to 64.",
			Source: prasaadEtAl + "scalability", Theirs: "no figure that could be checked", Basis: Unverified,
			Configs: scalability, Cores: 64,
			Decide: Monotone{Algorithm: "cpr", Figure: throughput, Along: "workers", At: Where{{"workload.theta", Least}},
				Tolerance: 0.05}},
		{ID: "cpr-hundreds-of-millions", Says: "Systems with CPR reach hundreds of millions of operations a second.",
			Source: prasaadEtAl + "abstract", Theirs: "hundreds of millions of ops/s", Basis: Abstract, Configs: scalability,
			Cores:  64,
			Decide: Threshold{Algorithm: "cpr", Figure: throughput, At: most, Bounds: atLeast(100e6)}},
		{ID: "cpr-beats-commit-log",
			Says:   "CALC's central commit log holds it back where there are many workers, and CPR has none.",
			Source: prasaadEtAl + "scalability, against CALC", Theirs: "no figure that could be checked", Basis: Unverified,
			Configs: scalability, Cores: 64,
			Decide: Ratio{Of: []string{"cpr"}, Figure: throughput, At: most, Over: "calc", Bounds: atLeast(1)}},
		{ID: "counter-costs", Says: "A counter to which every transaction adds costs nearly half of the throughput at " +
			"32 workers.",
			Source: "Tu et al. 2013 (Silo), 5.1 to 5.3", Theirs: "1.8 times", Basis: Text, Configs: scalability, Cores: 32,
			Decide: Ratio{Of: []string{"none"}, Figure: throughput, At: Where{{"workload.theta", Least}, {"workers", "32"}},
				Over: "calc", Bounds: about(1.8), Tolerance: 0.3}},
		{ID: "cpr-no-pause", Says: "CPR never blocks new transactions, at any size.",
			Source: "FASTER's documentation of CPR", Theirs: "a point for each worker", Basis: Code,
			Configs: []string{"pause-size", "paper/cpr-skew", "default"},
			Decide:  Threshold{Algorithm: "cpr", Figure: pause, Bounds: atMost(0), Slack: result.Resolution}},
		{ID: "cpr-few-aborts", Says: "A checkpoint of CPR aborts at most one transaction of each worker.",
			Source: prasaadEtAl + "PREPARE", Theirs: "at most 1", Basis: Unverified,
			Configs: []string{"paper/question3-prepare", "paper/cpr-skew", "default"},
			Decide:  Threshold{Algorithm: "cpr", Figure: shifts, Bounds: atMost(1)}},
		{ID: "cpr-verify-no-aborts",
			Says:   "A transaction that moves itself to the next version, with all its locks held, needs no abort.",
			Source: "Tsavorite's source (Garnet), StateMachineDriver", Theirs: "0", Basis: Code,
			Configs: []string{"paper/question3-prepare", "paper/cpr-skew"},
			Decide:  Threshold{Algorithm: "cpr-verify", Figure: shifts, Bounds: atMost(0)}},
		{ID: "cpr-verify-is-right", Says: "Images cut that way are consistent.",
			Source: "Tsavorite's source (Garnet), StateMachineDriver", Theirs: "consistent, without aborts", Basis: Code,
			Configs: []string{"paper/question1-calc-abort", "paper/question3-prepare"},
			Decide:  Proof{Algorithm: "cpr-verify"}},
	}
}

const liEtAl = "Li et al. 2018, "

// li are the claims on the snapshots of Li et al., of which the published code
// was at hand.
func li() []Claim {
	sizes := []string{"paper/li-size", "pause-size"}
	return []Claim{
		{ID: "hourglass-pause-flat", Says: "Hourglass's pause does not depend on the size: one index is flipped in it.",
			Source: liEtAl + "published code, HG.c", Theirs: "one index", Basis: Code, Configs: sizes,
			Decide: Growth{Algorithm: "hourglass", Words: []string{result.Never, result.Flat}}},
		{ID: "piggyback-pause-flat", Says: "Piggyback's pause does not depend on the size: one index is flipped in it.",
			Source: liEtAl + "published code, PB.c", Theirs: "one index", Basis: Code, Configs: sizes,
			Decide: Growth{Algorithm: "piggyback", Words: []string{result.Never, result.Flat}}},
		{ID: "piggyback-memory", Says: "Piggyback makes full snapshots of two copies.",
			Source: liEtAl + "published code, PB.c", Theirs: "2 x the data in all", Basis: Code,
			Configs: []string{"paper/li-updates", "all"},
			Decide:  Threshold{Algorithm: "piggyback", Figure: memoryPeak, Bounds: about(1), Slack: 0.3}},
		{ID: "update-cost-order", Says: "Ping-Pong's updates cost the most, then Zig-Zag's, then Hourglass's.",
			Source: liEtAl + "published code, as it ran on two cores", Theirs: "15.7, 12.8 and 10.0 ns an update", Basis: Code,
			Configs: []string{"paper/li-updates"},
			Decide:  Order{Algorithms: []string{"pingpong", "zigzag", "hourglass"}, Figure: throughput, Tolerance: 0.03}},
		{ID: "memory-of-copies", Says: "Piggyback holds a copy less than Hourglass, and Hourglass one less than Ping-Pong.",
			Source: liEtAl + "published code, as it ran on two cores", Theirs: "2.0, 3.05 and 4.05 x the data in all",
			Basis: Code, Configs: []string{"paper/li-updates", "all"},
			Decide: Order{Algorithms: []string{"piggyback", "hourglass", "pingpong"}, Figure: memoryPeak}},
	}
}

const slides = "slides on checkpoint algorithms, 2022"

// systems are claims of systems that were not published as papers on
// checkpoints, and of slides.
func systems() []Claim {
	sizes, q1, q3 := []string{"pause-size"}, []string{"paper/question1-calc-abort"}, []string{"paper/question3-prepare"}
	return []Claim{
		{ID: "zigzag-one-length", Says: "Zig-Zag needs no records of one length, but slots that hold the longest.",
			Source: "Ren et al. 2016, 4.1.4, against " + slides,
			Theirs: "slides: needs a fixed length; Ren et al.: on a hash table of records", Basis: Disputed,
			Configs: []string{"variable"},
			Decide:  Proof{Algorithm: "zigzag"}},
		{ID: "pingpong-one-length", Says: "Nor does Ping-Pong.",
			Source: "Ren et al. 2016, 4.1.3, against " + slides,
			Theirs: "slides: needs a fixed length; Ren et al.: on a hash table of records", Basis: Disputed,
			Configs: []string{"variable"},
			Decide:  Proof{Algorithm: "pingpong"}},
		{ID: "calc-any-length", Says: "CALC takes records of any length.",
			Source: slides, Theirs: "variable length", Basis: Text, Configs: []string{"variable"},
			Decide: Proof{Algorithm: "calc"}},
		{ID: "calc-copies-lengths", Says: "Of values of varying length CALC's copies take less memory than Zig-Zag's slots.",
			Source: slides, Theirs: "variable length", Basis: Text, Configs: []string{"variable"},
			Decide: Order{Algorithms: []string{"calc", "zigzag"}, Figure: memoryPeak, At: Where{{"large.share", "0"}}}},
		{ID: "scan-too-heavy", Says: "A read-only transaction with locks on everything is too heavy: nobody writes until " +
			"it has written its image.",
			Source: slides, Theirs: "too heavy", Basis: Text, Configs: []string{"all"},
			Decide: Threshold{Algorithm: "locking", Figure: during, Bounds: atMost(0.2)}},
		{ID: "scan-as-naive", Says: "To writers it is no better than stopping everything for the dump.",
			Source: slides, Theirs: "too heavy", Basis: Text, Configs: []string{"all"},
			Decide: Ratio{Of: []string{"locking"}, Figure: lost, Over: "naive", Bounds: atLeast(1), Tolerance: 0.1}},
		{ID: "compaction-locks",
			Says: "Compacting the log keeps transactions from running beside it, as its files are touched under " +
				"locks (a guess).",
			Source: slides, Theirs: "asked, why so few systems do it", Basis: Disputed,
			Configs: []string{"log-compaction-locks"},
			Decide:  Ratio{Of: []string{"hekaton", "foedus"}, Figure: beside, OverFigure: rest, Bounds: atMost(0.9)},
			WhyNot:  whyCompaction},
		{ID: "fork-pause-grows", Says: "The pause of a fork grows in proportion to the database: its page table is copied.",
			Source: "Redis's documentation of latency", Theirs: "9 to 13 ms for a GB", Basis: Code,
			Configs: append(sizes, "paper/li-size"),
			Decide:  Growth{Algorithm: "hyper", Words: []string{result.Linear}}},
		{ID: "fork-per-gb", Says: "It is about ten milliseconds for each GB, twice that in a KVM machine.",
			Source: "Redis's documentation of latency", Theirs: "9 to 13 ms for a GB, 23 ms under KVM", Basis: Code,
			Configs: append(sizes, "paper/li-size"),
			Decide: Threshold{Algorithm: "hyper", Figure: pausePerGB, At: Where{{"records", Most}}, Bounds: Bounds{9e-3, 23e-3},
				Slack: 4e-3}, WhyNot: whyForkPerGB},
		{ID: "lineairdb-early-is-wrong",
			Says:   "Deciding before the locks which epoch a transaction belongs to makes wrong images.",
			Source: "LineairDB's source of June 2026, by reading", Theirs: "a defect that was read, not run", Basis: Code,
			Configs: q1,
			Decide:  Proof{Algorithm: "lineairdb-early", Wrong: true}},
		{ID: "lineairdb-is-right", Says: "With the epoch taken under the locks, its end is a consistent cut without PREPARE.",
			Source: "LineairDB's source; Tu et al. 2013 (Silo), 4.4", Theirs: "a consistent cut", Basis: Code,
			Configs: append(q1, q3...),
			Decide:  Proof{Algorithm: "lineairdb"}},
		{ID: "lineairdb-waits", Says: "What merging PREPARE away costs is a wait for the epoch: at most two of 40 ms " +
			"without long transactions.",
			Source: "LineairDB's source, checkpoint_manager", Theirs: "up to 80 ms", Basis: Code, Configs: q3,
			Decide: Threshold{Algorithm: "lineairdb", Figure: wait, At: shortOnly, Bounds: atMost(0.08), Slack: 0.02}},
		{ID: "push-keeps-no-copies",
			Says:   "A snapshot that pushes old values out before they are overwritten keeps no copies, but a queue.",
			Source: "Dragonfly's documentation, rdbsave", Theirs: "no stable copies", Basis: Code, Configs: []string{"all"},
			Decide: Threshold{Algorithm: "push", Figure: memoryPeak, Bounds: about(0), Slack: 0.2}},
	}
}
