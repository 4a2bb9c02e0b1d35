package main

// The algorithms of Li et al., which switch two arrays by a pointer.

const (
	hourglassFile = "hourglass/hourglass.go"
	piggybackFile = "piggyback/piggyback.go"
)

func hourglassMutants() []mutant {
	return in("hourglass", hourglassFile, []mutant{
		{name: "hourglass-mr-ignored", seen: li + ": MR is neither set nor read, reads go to the current array",
			fault: "reads the array that is written, whichever has the latest version",
			edits: one("return as(mr(k), k)", "return as(upd(h.env.Clock.Now()), k)")},
		{name: "hourglass-drains-array-in-use", seen: li + ": drains the array in use",
			fault: "copies the array that transactions write",
			edits: one("h.prev.At(k).CopyFrom(as(d, k))", "h.prev.At(k).CopyFrom(as(1-d, k))")},
		{name: "hourglass-forgotten-flip", seen: "forgotten flip",
			fault: "does not turn upd at the point",
			edits: one("h.env.Clock.Set(period + 1) // upd turns", "")},
		{name: "hourglass-keeps-dirty", seen: cao + ": dirty bit not cleared after the drain",
			fault: "leaves the mark of what it copied, so an old version is copied again two periods later",
			edits: one("\t\tw.And(^ba(d))\n", "")},
		{name: "hourglass-never-dirty", seen: "dirty mark lost",
			fault: "does not mark what it writes",
			edits: one("uint64(u) | ba(u)", "uint64(u)")},
		{name: "hourglass-marks-other", seen: li + ": two bit arrays, one for each array",
			fault: "marks what it writes in the bit array of the other array",
			edits: one("uint64(u) | ba(u)", "uint64(u) | ba(1-u)")},
		{name: "hourglass-undoes-drain", seen: "two who share a word change it without an atomic operation",
			fault: "sets its mark over one that the dump has just taken out",
			edits: one("w.CompareAndSwap(old, now) {", "w.Swap(now)|1 != 0 {")},
		{name: "hourglass-torn-field", seen: li + ": field writes tear rows in alternate dumps",
			fault: "writes a field without bringing the rest of the record over",
			edits: one("latest != u && off != store.Whole {", "false {")},
		{name: "hourglass-image-of-changes", seen: li + ": an incremental dump is taken for a full one",
			fault: "writes only the records that the closed period changed",
			edits: one("\t\th.update(k, upd(period))\n\t\tout.Put",
				"\t\tif k.Head().Word.Load()&ba(upd(period)) == 0 {\n\t\t\treturn\n\t\t}\n\t\th.update(k, upd(period))\n"+
					"\t\tout.Put")},
		{name: "hourglass-no-first-image", seen: li + ": the second array is never initialised",
			fault: "does not take the loaded records into the first image",
			edits: one("h.env.Records(func(k store.Rec) { h.prev.At(k).CopyFrom(k.Live()) })", "")},
		{name: "hourglass-forgets-failed", seen: "a failed checkpoint leaves its period behind",
			fault: "does not copy the rest of the period of a checkpoint that failed",
			edits: one("h.behind = err != nil", "h.behind = false")},
		{name: "hourglass-flips-while-running", seen: cao + ": flip without a point of consistency",
			fault: "turns upd while transactions run",
			edits: one("err := h.env.Quiesce(ctx, func() error {",
				"quiesce := func(f func() error) error { return f() }\n\terr := quiesce(func() error {")},
	})
}

func piggybackMutants() []mutant {
	return in("piggyback", piggybackFile, []mutant{
		{name: "piggyback-flag-ignored", seen: li + ": the flag is never read, reads go to the current array",
			fault: "reads the array that is written, whichever has the latest version",
			edits: one("f != both {", "f > copying {")},
		{name: "piggyback-reads-the-copy", seen: "flag cleared before the copy",
			fault: "reads the copy while it is being made",
			edits: one("k.Head().Word.Load() &^ copying; f != both {", "k.Head().Word.Load(); f == 1 || f == 2 {")},
		{name: "piggyback-copies-over-writer", seen: li + ": a latch array is declared and unused",
			fault: "copies back over a transaction that took the record since it looked",
			edits: one("if !f.CompareAndSwap(dumped, dumped|copying) {\n\t\treturn\n\t}", "f.Store(dumped | copying)")},
		{name: "piggyback-copies-all", seen: li + ": the copy back does not ask for the flag",
			fault: "copies every record back, written since the point or not",
			edits: []edit{{"if f.Load() != dumped {\n\t\treturn\n\t}\n", ""},
				{"if !f.CompareAndSwap(dumped, dumped|copying) {\n\t\treturn\n\t}", "f.Store(dumped | copying)"}}},
		{name: "piggyback-writer-does-not-wait", seen: li + ": a latch array is declared and unused",
			fault: "writes the record while it is being copied back",
			edits: one("\t\tdefault: // for one copy\n\t\t\tb.Wait()\n",
				"\t\tdefault:\n\t\t\tb.Wait()\n\t\t\tf.Store(c)\n\t\t\treturn true\n")},
		{name: "piggyback-done-before-copied", seen: "flag cleared before the copy",
			fault: "says that both arrays have the latest version before they do",
			edits: one("f.CompareAndSwap(dumped, dumped|copying) {", "f.CompareAndSwap(dumped, both) {")},
		{name: "piggyback-no-copy-back", seen: "the pass after the dump left out",
			fault: "does not copy back, so the next image lacks what only the dumped array has",
			edits: one("\t\tp.copyBack(k, dumped)\n\t})\n\tp.behind = err != nil", "\t})\n\tp.behind = err != nil")},
		{name: "piggyback-dumps-array-in-use", seen: li + ": drains the array in use",
			fault: "dumps the array that transactions write",
			edits: one("out.Put(k, as(dumped, k))", "out.Put(k, as(other(dumped), k))")},
		{name: "piggyback-forgotten-flip", seen: "forgotten flip",
			fault: "does not switch arrays at the point",
			edits: one("p.env.Clock.Set(period + 1) // cur becomes the other", "")},
		{name: "piggyback-torn-field", seen: li + ": field writes tear rows in alternate dumps",
			fault: "writes a field without bringing the rest of the record over",
			edits: one("stale && off != store.Whole {", "stale && false {")},
		{name: "piggyback-second-array-empty", seen: li + ": the second array is never initialised",
			fault: "does not load the second array",
			edits: one("p.env.Records(func(k store.Rec) { as(2, k).CopyFrom(as(1, k)) })", "")},
		{name: "piggyback-forgets-failed", seen: "a failed checkpoint leaves its period behind",
			fault: "switches arrays though not all was copied back",
			edits: one("p.behind = err != nil", "p.behind = false")},
		{name: "piggyback-flips-while-running", seen: cao + ": flip without a point of consistency",
			fault: "switches arrays while transactions run",
			edits: one("err := p.env.Quiesce(ctx, func() error {",
				"quiesce := func(f func() error) error { return f() }\n\terr := quiesce(func() error {")},
	})
}
