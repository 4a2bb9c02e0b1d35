package main

// The algorithms that bring the store to a standstill, or its writers, and the
// fuzzy one.

const (
	naiveFile    = "naive/naive.go"
	lockingFile  = "locking/locking.go"
	fuzzyFile    = "fuzzy/fuzzy.go"
	zigzagFile   = "zigzag/zigzag.go"
	pingpongFile = "pingpong/pingpong.go"

	li  = "FrequentSnapshot (Li et al.)"
	cao = "Cao et al., pitfalls"
)

func naiveMutants() []mutant {
	const copying = "n.env.EachDirty(w, func(r store.Rec) { n.shadow.At(r).CopyFrom(r.Live()) })"
	return append(in("naive", naiveFile, []mutant{
		{name: "naive-does-not-wait", seen: "quiesce without a drain",
			fault: "keeps transactions from starting, but does not wait for those that run",
			edits: one("err := n.env.Quiesce(ctx, func() error {", `quiesce := func(f func() error) error {
		n.env.Clock.Close()
		defer n.env.Clock.Open()
		return f()
	}
	err := quiesce(func() error {`)},
		{name: "naive-opens-early", seen: "quiesce shorter than the dump",
			fault: "lets transactions in while it still dumps",
			edits: one("return n.dump(ctx, w)",
				"n.env.Clock.Open()\n\t\t\tdefer n.env.Clock.Close()\n\t\t\treturn n.dump(ctx, w)")},
		{name: "naive-forgotten-period", seen: "forgotten flip",
			fault: "does not begin a new period at the point",
			edits: one("\t\tn.period++\n", "")},
		{name: "naive-claims-too-much", seen: "LineairDB: cut at the start of an epoch, acknowledged as its end",
			fault: "claims the period after the point as well",
			edits: one("at.Seq = n.period\n", "at.Seq = n.period + 1\n")},
	}), in("naive-copy", naiveFile, []mutant{
		{name: "naive-copy-writes-live", seen: "the copy is not what is written",
			fault: "writes the live state and not the copy",
			edits: one("out.Put(r, n.shadow.At(r))", "out.Put(r, r.Live())")},
		{name: "naive-copy-copies-late", seen: "quiesce shorter than the copy",
			fault: "copies when transactions run again",
			edits: one("return at, n.env.ScanDirty(ctx, w, func", copying+"\n\treturn at, n.env.ScanDirty(ctx, w, func")},
		{name: "naive-copy-stale", seen: "stale stable copy (LineairDB)",
			fault: "copies for the first image only",
			edits: one(copying, "if n.period == 1 {\n\t\t\t"+copying+"\n\t\t}")},
		{name: "naive-copy-resurrects", seen: "deleted record resurrected",
			fault: "does not copy that a record was deleted",
			edits: one(copying, `n.env.Records(func(r store.Rec) {
			if r.Live().Present() {
				n.shadow.At(r).CopyFrom(r.Live())
			}
		})`)},
	})...)
}

func lockingMutants() []mutant {
	const release = "\tl.env.Mark(store.MarkPoint)\n"
	return in("locking", lockingFile, []mutant{
		{name: "locking-not-two-phase", seen: "a scan that releases locks before it has read everything",
			fault: "releases its locks at the point, and reads afterwards",
			edits: one(release, release+"\tl.release()\n")},
		{name: "locking-reads-uncommitted", seen: "a scan at a lower isolation level: locks that are not waited for",
			fault: "passes over a record that a writer holds, and reads it all the same",
			edits: []edit{{"if err := lock(ctx, &l.env.Rec(ordinal).Head().Lock); err != nil {\n\t\t\treturn err\n\t\t}\n" +
				"\t\tl.locked++",
				"if _, ok := l.env.Rec(ordinal).Head().Lock.TryRLock(); ok {\n\t\t\tl.order[l.locked] = ordinal\n" +
					"\t\t\tl.locked++\n\t\t}"},
				{"\n// patience is", "\nvar _ = lock\n\n// patience is"}}},
		{name: "locking-no-gap-lock", seen: "phantoms: locks on records do not keep records from being inserted",
			fault: "lets transactions after the point insert what the scan then reads",
			edits: one("g != nil && tx", "false && tx")},
		{name: "locking-gap-lock-too-soon",
			seen:  "an insert that began before the scan is kept out of the image it belongs to",
			fault: "does not wait for those that insert and began before the point",
			edits: one("return p > period })", "return p >= 0 })")},
		{name: "locking-forgotten-period", seen: "forgotten flip",
			fault: "does not begin a new period at the point",
			edits: one("\tl.env.Clock.Set(period + 1)\n", "")},
		{name: "locking-period-first", seen: "cut decided before the locks (LineairDB)",
			fault: "begins the period before it has its locks",
			edits: one("\tg := l.list(period + 1)\n", "\tg := l.list(period + 1)\n\tl.env.Clock.Set(period + 1)\n")},
		{name: "locking-claims-too-much", seen: "LineairDB: cut at the start of an epoch, acknowledged as its end",
			fault: "claims the period after the point as well",
			edits: one("Seq: period}", "Seq: period + 1}")},
	})
}

func zigzagMutants() []mutant {
	return in("zigzag", zigzagFile, []mutant{
		{name: "zigzag-forgotten-flip", seen: "forgotten flip",
			fault: "leaves MW as it is at the point",
			edits: one("\t\tz.env.Used(func(from, to uint64) { z.notMW.CopyFrom(z.mr, from, to) }) // MW = ¬MR\n", "")},
		{name: "zigzag-writers-not-turned", seen: "forgotten flip",
			fault: "writes in place what the period before turned",
			edits: one("if turned != tx.Seq {", "if turned+1 < tx.Seq {")},
		{name: "zigzag-vector-not-turned", seen: "bits kept twice, one of them forgotten",
			fault: "turns MR in the record's word, and not in the vector that MW is made of",
			edits: one("\tz.mr.Put(k.Ordinal(), mw == 1)\n", "")},
		{name: "zigzag-mr-not-updated", seen: li + ": routing bits ignored, 62,602 stale reads",
			fault: "writes AS[MW], but goes on reading the other copy",
			edits: one("period<<1 | uint64(mw)", "period<<1 | uint64(1-mw)")},
		{name: "zigzag-torn-field", seen: li + ": field writes tear rows in alternate dumps",
			fault: "writes a field without bringing the rest of the record over",
			edits: one("if off != store.Whole {", "if false {")},
		{name: "zigzag-dumps-written", seen: li + ": drains the array in use",
			fault: "dumps the copy that transactions write",
			edits: one("as(z.notMW.Get(k.Ordinal()), k)", "as(1-z.notMW.Get(k.Ordinal()), k)")},
		{name: "zigzag-dumps-read", seen: li + ": drains the array in use",
			fault: "dumps the copy that transactions read",
			edits: one("as(z.notMW.Get(k.Ordinal()), k)", "z.Read(nil, k)")},
		{name: "zigzag-flips-while-running", seen: cao + ": flip without a point of consistency",
			fault: "flips while transactions run",
			edits: one("err := z.env.Quiesce(ctx, func() error {",
				"quiesce := func(f func() error) error { return f() }\n\terr := quiesce(func() error {")},
		{name: "zigzag-no-first-mw", seen: li + ": the second array is never initialised",
			fault: "begins with MW = 0",
			edits: one("period: 1}", "period: 0}"),
			harmless: "before the first point no image is read from either copy, so writing in place does no harm; the " +
				"point sets MW, and a record's second copy is written before MR points to it"},
	})
}

func pingpongMutants() []mutant {
	return append(in("pingpong", pingpongFile, []mutant{
		{name: "pingpong-drains-array-in-use", seen: li + ": 0 of 5 snapshots consistent",
			fault: "merges the shadow that transactions write",
			edits: one("p.last.At(k).CopyFrom(shadow(k, period))", "p.last.At(k).CopyFrom(shadow(k, period+1))")},
		{name: "pingpong-forgotten-flip", seen: "forgotten flip",
			fault: "does not switch shadows at the point",
			edits: one("p.env.Clock.Set(period + 1)\n\t\t\tp.unmerged", "p.unmerged")},
		{name: "pingpong-keeps-dirty", seen: cao + ": dirty bit not cleared after the drain",
			fault: "leaves the dirty flag of what it merged",
			edits: one("\t\tdirty.remove(k)\n", "")},
		{name: "pingpong-never-dirty", seen: "dirty mark lost",
			fault: "does not note that a shadow holds the record",
			edits: one("\tdirty.add(k)\n", "")},
		{name: "pingpong-torn-field", seen: cao + ": sub-record writes",
			fault: "writes a field into a shadow that holds an old record",
			edits: one("if off != store.Whole && !dirty.has(k) {", "if false {")},
		{name: "pingpong-shadow-not-initialised", seen: li + ": the second array is never initialised",
			fault: "does not take the loaded records into the first image",
			edits: one("p.env.Records(func(k store.Rec) { p.last.At(k).CopyFrom(k.Live()) })", "")},
		{name: "pingpong-forgets-failed", seen: "a failed checkpoint leaves its period behind",
			fault: "does not merge the period of a checkpoint that failed",
			edits: one("p.env.Records(func(k store.Rec) { p.merge(k, period) })", "")},
	}), in("pingpong-drain", pingpongFile, []mutant{
		{name: "pingpong-drain-does-not-wait", seen: cao + ": switch without a point of consistency",
			fault: "merges while transactions of the closed period run",
			edits: one("if err := p.env.Clock.AwaitPast(ctx, period); err != nil {\n\t\treturn err\n\t}\n\tp.env.Mark",
				"p.env.Mark")},
		{name: "pingpong-drain-looks-again", seen: "cut decided at each write",
			fault: "looks up the period at each write, so one transaction may be of two",
			edits: one("current, dirty := shadow(k, tx.Start), dirtyIn(tx.Start)",
				"now := p.env.Clock.Now()\n\tcurrent, dirty := shadow(k, now), dirtyIn(now)")},
		{name: "pingpong-drain-claims-too-much", seen: "LineairDB: cut at the start of an epoch, acknowledged as its end",
			fault: "claims the period that has just begun",
			edits: one(`Kind: "period", Seq: period}`, `Kind: "period", Seq: period + 1}`)},
		{name: "pingpong-drain-settles-early", seen: "a failed checkpoint leaves its period behind",
			fault: "merges a failed checkpoint's period while transactions of it run",
			edits: one("if err := p.env.Clock.AwaitPast(ctx, period); err != nil {\n\t\treturn err\n\t}\n\tp.env.Records",
				"p.env.Records")},
	})...)
}

func fuzzyMutants() []mutant {
	return in("fuzzy", fuzzyFile, []mutant{
		{name: "fuzzy-log-from-too-late", seen: "recovery log starts at the end of the scan",
			fault: "says that the log is needed only from where the copying ended",
			edits: []edit{{"\tat.LogFrom = from\n", "\t_ = from\n"},
				{"\tat.Seq = at.LogTo\n", "\tat.Seq = at.LogTo\n\tat.LogFrom = at.LogTo - 1\n"}}},
		{name: "fuzzy-mark-lost", seen: "dirty mark lost at the exchange of the tables",
			fault: "does not look again whether the dirty tables were exchanged",
			edits: one("\t\tif f.cur.Load() == cur {\n\t\t\treturn\n\t\t}\n", "\t\treturn\n")},
		{name: "fuzzy-never-marks", seen: "dirty mark lost",
			fault: "does not put what is written in the dirty table",
			edits: one("\tf.mark(r.Ordinal())\n", "")},
		{name: "fuzzy-copies-uncommitted", seen: "fuzzy scan without looking at the lock",
			fault: "copies records that a running transaction has written",
			edits: one("if !take(ctx, lock, claim) {", "if !take(ctx, lock, claim) && false {")},
		{name: "fuzzy-skips-locked", seen: "fuzzy scan that passes over locked records",
			fault: "gives up on records that are locked",
			edits: one("\t\treturn false\n\t}\n\ttable.Remove",
				"\t\ttable.Remove(ordinal)\n\t\treturn true\n\t}\n\ttable.Remove")},
		{name: "fuzzy-keeps-next-writer-out", seen: "a record kept from writers until the copier's next pass",
			fault: "marks a record that it finds held, and does not come back before its pass is over",
			edits: one("return lock.TryCopy()", "return lock.WantCopy()")},
		{name: "fuzzy-claims-too-little-log", seen: "log not replayed to the end of the scan",
			fault: "says that the image is whole with the log up to the start of the copying",
			edits: one("at.LogTo = f.env.Log.Epoch()", "at.LogTo = from + 1")},
		{name: "fuzzy-image-before-log", seen: "image published before the log it needs",
			fault: "publishes the image without waiting for the log that repairs it",
			edits: one("if err := f.env.Log.WaitDurable(ctx, at.LogTo); err != nil {\n\t\treturn at, err\n\t}\n", "")},
		{name: "fuzzy-copy-not-initialised", seen: li + ": the second array is never initialised",
			fault: "does not take the loaded records into the copy",
			edits: one("f.env.Records(func(r store.Rec) { f.copy.At(r).CopyFrom(r.Live()) })", "")},
		{name: "fuzzy-epoch-before-gate", seen: "the log's epoch taken for another transaction's",
			fault: "places a transaction in the epoch of the checkpoint, not in its own",
			edits: one("tx.Seq = tx.Epoch()", "tx.Seq = f.env.Log.Epoch()")},
	})
}
