package main

// The algorithms that set versions aside, and package stable, which does it.

const (
	calcFile      = "calc/calc.go"
	cprFile       = "cpr/cpr.go"
	lineairdbFile = "lineairdb/lineairdb.go"
	stableFile    = "internal/stable/stable.go"
	wordFile      = "internal/stable/word.go"

	calcPaper = "CALC, pitfalls"
	cprPaper  = "CPR, reads of the next version"
	ldb       = "LineairDB, June 2026"
	faster    = "FASTER"
)

func calcMutants() []mutant {
	ms := []mutant{
		{name: "calc-saves-new-value", seen: li + ": copy-on-update saves the new value; LineairDB's 2PL the after-image",
			fault: "sets the new value aside instead of the old",
			edits: one("switch tx.Start & phaseMask {\n\tcase prepare:\n\t\tc.stable.Save",
				"r.Live().Apply(tx.Stamp(), off, v)\n\tswitch tx.Start & phaseMask {\n\tcase prepare:\n\t\tc.stable.Save")},
		{name: "calc-prepare-saves-nothing", seen: calcPaper,
			fault: "sets nothing aside in PREPARE",
			edits: one("c.stable.Save(tx.Worker(), r.Head())", "")},
		{name: "calc-capture-saves-nothing", seen: calcPaper,
			fault: "sets nothing aside once the capture has begun",
			edits: one("case resolve, capture:", "case resolve:")},
		{name: "calc-drops-always", seen: calcPaper + ": the phase of the commit decides",
			fault: "erases the before-image of a transaction that commits after the point",
			edits: one("case phase == prepare:", "case true || phase == prepare:")},
		{name: "calc-never-drops", seen: "seed slides: PREPARE updates the stable version",
			fault: "keeps the before-image of a transaction that commits before the point",
			edits: one("case phase == prepare:", "case false && phase == prepare:")},
		{name: "calc-clock-before-log", seen: "phase set in the clock before the log",
			fault: "lets transactions begin in a phase in which none can commit yet",
			edits: []edit{
				{"\tseq = c.log.turn(phase)\n", "\tc.env.Clock.Set(c.period<<phaseBits | phase)\n"},
				{"\tc.env.Clock.Set(c.period<<phaseBits | phase)\n\tc.env.Mark", "\tseq = c.log.turn(phase)\n\tc.env.Mark"},
			}},
		{name: "calc-no-await-prepare", seen: calcPaper + ": await skipped",
			fault: "reaches the point while transactions run that set nothing aside",
			edits: one("c.await(ctx, prepare)", "ctx.Err()")},
		{name: "calc-no-await-resolve", seen: calcPaper + ": await skipped",
			fault: "captures while transactions of PREPARE have not been told whether they are in",
			edits: one("c.await(ctx, resolve)", "ctx.Err()")},
		{name: "calc-no-await-complete", seen: calcPaper + ": stale stable copy",
			fault: "goes back to REST while transactions still set versions aside",
			edits: one("c.await(ctx, complete)", "ctx.Err()")},
		{name: "calc-point-at-capture", seen: ldb + ": acknowledged for a later cut",
			fault: "claims all that committed before the capture",
			edits: []edit{{"at.Seq = c.turn(resolve) //", "c.turn(resolve) //"},
				{"\tc.turn(capture)\n", "\tat.Seq = c.turn(capture)\n"}}},
		{name: "calc-figure-1", file: stableFile, seen: "CALC, figure 1 against its text",
			fault: "a second write of the same record overwrites the before-image with the first's value",
			edits: one("saved := w&available == 0 && w.handle() == 0\n\tif saved {\n\t\tw |= word(s.keep(worker, h.Live()))",
				"saved := w&available == 0\n\tif saved {\n\t\tw = makeWord(round, 0, s.keep(worker, h.Live()))")},
		{name: "calc-settles-unwritten", file: stableFile, seen: "a record declared and not written",
			fault: "marks a record available that has nothing set aside",
			edits: one("\tif w.handle() != 0 {\n\t\tw |= available\n\t}", "\tw |= available")},
		{name: "calc-insert-leaks", file: stableFile, seen: ldb + ": an empty buffer doubles as not saved",
			fault: "does not set aside that a record was absent, so the new one gets into the image",
			edits: one("saved := w&available == 0 && w.handle() == 0\n",
				"saved := w&available == 0 && w.handle() == 0 && h.Live().Present()\n")},
	}
	ms = in("calc", calcFile, ms)
	return append(ms, in("calc-mutex", "calc/commitlog.go", []mutant{
		{name: "calc-mutex-counts-ahead", seen: "point taken one token off",
			fault: "claims the token that comes after the phase change",
			edits: one("l.phase = phase\n\treturn l.seq", "l.phase = phase\n\treturn l.seq + 1")},
		{name: "calc-mutex-late-phase", seen: "phase read outside the log's critical section",
			fault: "tells a transaction the phase before the one its token landed in",
			edits: one("return l.seq, l.phase", "return l.seq, l.tokens[(l.seq-1)%kept].phase")},
		{name: "calc-mutex-forgets-phase", seen: "forgotten flip",
			fault: "does not note the phase change in the log",
			edits: one("l.phase = phase\n\treturn l.seq", "return l.seq")},
	})...)
}

func cprMutants() []mutant {
	return append(in("cpr", cprFile, []mutant{
		{name: "cpr-reads-not-stamped", seen: cprPaper,
			fault: "a record read in IN-PROGRESS does not become one of the next version",
			edits: one("c.stable.Stamp(tx.Rec(i).Head())",
				"if tx.Access(i).Mode == store.Exclusive {\n\t\t\t\tc.stable.Stamp(tx.Rec(i).Head())\n\t\t\t}")},
		{name: "cpr-no-abort", seen: "seed slides: CPR without the abort",
			fault: "a transaction of PREPARE uses a record of the next version",
			edits: one("return store.ErrShift", "continue")},
		{name: "cpr-saves-late", seen: faster + ": later operations leak into the image",
			fault: "sets nothing aside before the capture begins",
			edits: one("phase >= inProgress", "phase >= waitFlush")},
		{name: "cpr-no-await-prepare", seen: "await skipped",
			fault: "begins IN-PROGRESS while workers have not seen PREPARE",
			edits: one("if err := c.prepare(ctx); err != nil {\n\t\treturn at, err\n\t}", "c.enter(prepare)")},
		{name: "cpr-no-await-in-progress", seen: "await skipped",
			fault: "captures while transactions of the old version run",
			edits: one("if err := c.turn(ctx, inProgress); err != nil { // the last worker's point\n\t\treturn at, err\n\t}",
				"c.enter(inProgress)")},
		{name: "cpr-no-await-rest", seen: ldb + ": stable copies made after the scan are never cleared",
			fault: "ends the round while transactions still set versions aside",
			edits: one("\t}\n\tif err := c.await(ctx); err != nil {\n\t\treturn err\n\t}\n\treturn c.stable.Next()",
				"\t}\n\treturn c.stable.Next()")},
		{name: "cpr-same-version", seen: "forgotten flip",
			fault: "does not go on to the next version",
			edits: one("\t\tc.version++\n", "")},
		{name: "cpr-13-bit-version", seen: faster + ": images wrong after 8,191 checkpoints",
			fault: "keeps 13 bits of the version",
			edits: one("return c.version*phases + phase", "return c.version&0x1fff*phases + phase")},
		{name: "cpr-claims-in-progress", seen: "per-worker point off by a transaction",
			fault: "counts transactions of IN-PROGRESS to the old version",
			edits: one("\tcase inProgress:\n\t\ttx.Seq++\n", "\tcase inProgress:\n")},
	}), verifiedMutants()...)
}

func verifiedMutants() []mutant {
	return in("cpr-verify", "cpr/verify.go", []mutant{
		{name: "cpr-verify-does-not-verify", seen: "seed slides: CPR without the abort",
			fault: "keeps the version that a transaction began in, though it may have changed before the locks were held",
			edits: one("if versionOf(now) != versionOf(tx.Start) {", "if false && versionOf(now) != versionOf(tx.Start) {")},
		{name: "cpr-verify-moves-half", seen: "counter of the version moved, the transaction not",
			fault: "counts a transaction to the next version, and runs it in the old one",
			edits: one("tx.Start, _ = c.env", "_, _ = c.env")},
		{name: "cpr-verify-uncounted", seen: "transaction not counted while it moves",
			fault: "takes a transaction that moves out of the old version's count, and counts it nowhere",
			edits: one("tx.Start, _ = c.env.Clock.TryEnter(tx.Worker())", "c.env.Clock.Leave(tx.Worker())\n\t\ttx.Start = now")},
		{name: "cpr-verify-in-progress-is-old", seen: "per-worker point off by a transaction",
			fault: "takes IN-PROGRESS for a phase of the old version",
			edits: one("if word%phases >= inProgress {", "if word%phases > inProgress {")},
		{name: "cpr-verify-each-write", file: cprFile, seen: "cut decided at each write",
			fault: "looks up the phase at each write, so one transaction may be of two versions",
			edits: one("phase := tx.Start % phases", "phase := c.env.Clock.Now() % phases")},
		{name: "cpr-verify-no-await", file: cprFile, seen: "await skipped",
			fault: "captures while transactions of the old version run",
			edits: one("if err := c.turn(ctx, inProgress); err != nil { // the last worker's point\n\t\treturn at, err\n\t}",
				"c.enter(inProgress)")},
	})
}

func lineairdbMutants() []mutant {
	return in("lineairdb", lineairdbFile, []mutant{
		{name: "lineairdb-decides-each-write", seen: ldb + ": the decision and the epoch are taken at two moments",
			fault: "goes by the epoch of the moment, not by the transaction's",
			edits: one("if tx.Start > l.cut.Load() {", "if l.env.Clock.Now() > l.cut.Load() {")},
		{name: "lineairdb-before-locks", file: "store/worker.go", seen: ldb + ": decided before the locks",
			fault: "takes the epoch before the locks, while the transaction commits in the one after",
			edits: []edit{
				{"if err := w.lockAll(); err != nil {", "early := s.clock.Now()\n\tif err := w.lockAll(); err != nil {"},
				{"\tif !s.early {\n\t\tw.enter()\n\t}", "\tif !s.early {\n\t\tw.enter()\n\t\ttx.Start = early\n\t}"},
			}},
		{name: "lineairdb-excludes-cut", seen: ldb + ": <= where the cut is the end of the epoch",
			fault: "excludes the transactions of the cut's own epoch, and claims them",
			edits: one("tx.Start > l.cut.Load()", "tx.Start >= l.cut.Load()")},
		{name: "lineairdb-cut-in-the-past", seen: "cut chosen among epochs that are over",
			fault: "cuts at an epoch that is over already",
			edits: one("cut := l.env.Clock.Now() + 1\n", "cut := l.env.Clock.Now() - 1\n")},
		{name: "lineairdb-announces-late", seen: "cut announced without holding the epoch",
			fault: "the epoch goes on between the choice of the cut and its announcement",
			edits: one("l.cut.Store(cut) // before",
				"l.mu.Unlock()\n\tfor l.env.Clock.Now() < cut+1 {\n\t\ttime.Sleep(time.Millisecond)\n\t}\n"+
					"\ttime.Sleep(time.Millisecond)\n\tl.mu.Lock()\n\tl.cut.Store(cut) // before")},
		{name: "lineairdb-ignores-stragglers", seen: "capture does not wait for stragglers",
			fault: "captures when the epoch is over, though transactions of it run",
			edits: one("return l.env.Clock.Await(ctx, func(p uint64) bool { return p > e })", "return nil")},
		{name: "lineairdb-epoch-runs-ahead", seen: "epoch thread not waiting for stragglers",
			fault: "moves the epoch on though transactions are more than one behind",
			edits: one("if l.env.Clock.Await(ctx, func(p uint64) bool { return p >= e }) != nil {\n\t\t\treturn\n\t\t}\n",
				""),
			harmless: "the capture waits by itself for every transaction of the cut's epoch or an older one; that no epoch " +
				"runs far ahead bounds its wait, not what is in the image"},
		{name: "lineairdb-claims-later",
			seen:  ldb + ": the image is cut at the start of an epoch but acknowledged as covering it",
			fault: "claims the epoch after the cut",
			edits: one(`Kind: "epoch", Seq: cut}`, `Kind: "epoch", Seq: cut + 1}`)},
		{name: "lineairdb-keeps-cut", seen: ldb + ": stable copies made after an item was scanned",
			fault: "goes on setting versions aside after the checkpoint",
			edits: one("\tl.cut.Store(never)\n\tsched", "\tsched")},
		{name: "lineairdb-settles-early", seen: ldb + ": stable copies made after an item was scanned",
			fault: "ends the round while transactions still set versions aside",
			edits: one("l.await(ctx, l.env.Clock.Now())", "ctx.Err()")},
		{name: "lineairdb-saves-new-value", seen: ldb + ": 2PL copies the after-image",
			fault: "sets the new value aside instead of the old",
			edits: one("if tx.Start > l.cut.Load() {", "r.Live().Apply(tx.Stamp(), off, v)\n\tif tx.Start > l.cut.Load() {")},
	})
}

// stableMutants are asked for by the tests of the package and of the algorithms
// on it.
func stableMutants() []mutant {
	ms := in("stable", stableFile, []mutant{
		{name: "stable-reuses-earlier-round", file: wordFile,
			seen:  ldb + ": stable copies never cleared, the next image emits them",
			fault: "takes a stable version left by an earlier round for this one's",
			edits: one("return makeWord(round, 0, 0)", "return makeWord(round, 0, w.handle())")},
		{name: "stable-13-bit-round", file: wordFile, seen: faster + ": record versions have 13 bits",
			fault: "keeps 13 bits of the round",
			edits: one("uint32(w >> roundBits) }", "uint32(w>>roundBits) & 0x1fff }")},
		{name: "stable-ascending-rounds", file: wordFile, seen: "versions compared with < across a wrap",
			fault: "takes any later round for the current one, though rounds wrap",
			edits: one("if w.round() != round {", "if w.round() < round {")},
		{name: "stable-same-round", seen: "forgotten flip",
			fault: "does not begin a new round",
			edits: one("s.round.Store(max(s.round.Load()+1, 1))", "")},
		{name: "stable-available-for-ever", seen: ldb + ": cleared by scan, not by generation",
			fault: "takes the status of an earlier round for this one's",
			edits: one("w.round() == s.Round() && w&available != 0 {", "w&available != 0 {")},
		{name: "stable-takes-live", seen: "the capture reads the live version",
			fault: "hands over the live version though there is a stable one",
			edits: one("v = s.pool.at(w.handle())", "_ = s.pool.at(w.handle())")},
		{name: "stable-take-without-latch", seen: "CALC's latch-free capture",
			fault: "captures a record while a writer changes it",
			edits: one("w := take(&h.Word).in(round)\n\tv := h.Live()", "w := word(h.Word.Load()).in(round)\n\tv := h.Live()")},
		{name: "stable-take-not-available", seen: "CALC: set available first, then look",
			fault: "does not note that a record was captured, so writers go on setting versions aside",
			edits: one("\ts.erase(s.owners[s.shared+i], w)\n\tgive(&h.Word, makeWord(round, available, 0))",
				"\ts.erase(s.owners[s.shared+i], w)\n\tgive(&h.Word, makeWord(round, 0, 0))")},
		{name: "stable-drop-keeps", seen: calcPaper,
			fault: "gives a dropped version's memory back, but still points to it",
			edits: one("give(&h.Word, makeWord(round, w&available, 0))", "give(&h.Word, w)")},
		{name: "stable-memory-kept", seen: "memory not given back",
			fault: "does not give the stable versions' memory back",
			edits: one("return s.pool.reset(s.owners)", "return nil")},
		{name: "stable-pieces-shared", file: "internal/stable/pool.go", seen: "allocator hands a piece out twice",
			fault: "hands the same piece to two records",
			edits: one("\to.at += size\n", "\to.at += size / 2\n")},
		{name: "stable-class-too-small", file: "internal/stable/pool.go", seen: "before-image cut short",
			fault: "takes too small a piece for a large value",
			edits: one("return 4*shift + (u-1)>>shift", "return 4*shift + (u-1)>>shift - 1")},
	})
	for i := range ms {
		ms[i].tests = []string{"stable", "calc", "cpr", "lineairdb"}
	}
	return ms
}
