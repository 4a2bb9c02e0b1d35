package main

// The compaction of the log, and package pairs, which does it.

const (
	hekatonFile = "hekaton/hekaton.go"
	pairsDir    = "internal/pairs/"
	hekatonBook = "Hekaton, data and delta files"
)

func hekatonMutants() []mutant {
	return in("hekaton", hekatonFile, []mutant{
		{name: "hekaton-not-durable", seen: "cut beyond what is in the log",
			fault: "feeds from a log that is not durable up to the cut",
			edits: one("h.env.Log.WaitDurable(ctx, cut)", "ctx.Err()")},
		{name: "hekaton-claims-next-epoch", seen: ldb + ": acknowledged for a later cut",
			fault: "claims the epoch after the cut",
			edits: one(`Seq: cut, LogFrom`, `Seq: cut + 1, LogFrom`)},
		{name: "hekaton-log-from-later", seen: "first epoch of the log's tail left out",
			fault: "has recovery leave out the epoch after the cut",
			edits: one("LogFrom: cut,", "LogFrom: cut + 1,")},
		{name: "hekaton-window-gap", seen: "window begins one too late",
			fault: "leaves out the first epoch after the one that the pairs were opened at",
			edits: one("h.env.LogDir, h.set.Epoch())", "h.env.LogDir, h.set.Epoch()+1)")},
		{name: "hekaton-window-ends-early", seen: "window ends one too early",
			fault: "publishes the cut, and is fed up to the epoch before it",
			edits: one("h.log.Next(ctx, cut, 1,", "h.log.Next(ctx, max(h.log.At(), cut-1), 1,")},
		{name: "hekaton-load-left-out", seen: "what is not in the log is in no checkpoint",
			fault: "does not write what the store starts with",
			edits: one("err == nil && v.Written()", "err == nil && v.Present() && v.Stamp() != 0")},
		{name: "hekaton-load-without-deleted", seen: hekatonBook,
			fault: "forgets who deleted the records that are absent at the start",
			edits: one("err == nil && v.Written()", "err == nil && v.Present()")},
		{name: "hekaton-starts-late", seen: "epoch of the load not over",
			fault: "takes the epoch in which the first transactions commit for one that is in the load",
			edits: one("context.Background(), h.env.Log.Epoch()-1\n", "context.Background(), h.env.Log.Epoch()\n")},
		{name: "hekaton-goes-on-after-failure", seen: "state in memory ahead of the manifest",
			fault: "goes on with the pairs in memory when they could not be published",
			edits: one("h.drop() // what", "// what")},
	})
}

func pairsMutants() []mutant {
	ms := []mutant{
		{name: "pairs-no-delta", file: pairsDir + "set.go", seen: hekatonBook,
			fault: "does not note that a version was replaced",
			edits: one("\ts.kill(s.index.set(r.Table, r.Key, place{s.open.p.data, row}))", "\ts.index.set(r.Table, r.Key, place{s.open.p.data, row})")},
		{name: "pairs-merge-revives", file: pairsDir + "merge.go", seen: hekatonBook + ": a merge without the delta file",
			fault: "a merge takes dead rows along",
			edits: one("if p.isDead(row) {\n\t\t\treturn nil\n\t\t}\n\t\tto, err", "to, err")},
		{name: "pairs-merge-drops-deleted", file: pairsDir + "merge.go", seen: "tombstone dropped while something older may still show",
			fault: "a merge forgets who deleted a record",
			edits: one("if p.isDead(row) {\n\t\t\treturn nil\n\t\t}\n\t\tto, err", "if p.isDead(row) || r.Absent {\n\t\t\treturn nil\n\t\t}\n\t\tto, err")},
		{name: "pairs-merge-loses-place", file: pairsDir + "merge.go", seen: hekatonBook + ": a row id that a merge changed",
			fault: "a merge leaves the index where the rows were",
			edits: one("s.index.set(r.Table, r.Key, place{w.p.data, to})", "_ = to")},
		{name: "pairs-merges-too-much", file: pairsDir + "merge.go", seen: "merge policy",
			fault: "joins pairs though their live rows do not fit into one file",
			edits: one("sum+live[j] <= target", "sum <= target")},
		{name: "pairs-data-not-synced", file: pairsDir + "set.go", seen: "manifest before what it names",
			fault: "publishes data files that are not synced",
			edits: one("if err := p.sync(); err != nil {\n\t\t\treturn err\n\t\t}\n", "")},
		{name: "pairs-delta-not-synced", file: pairsDir + "write.go", seen: "manifest before what it names",
			fault: "publishes delta files that are not synced",
			edits: one("p.delta.Sync()", "error(nil)")},
		{name: "pairs-names-not-synced", file: pairsDir + "set.go", seen: "new file's name not durable",
			fault: "publishes files whose names are not durable",
			edits: one("\tif err := s.o.FS.SyncDir(s.o.Dir); err != nil {\n\t\treturn fmt.Errorf(\"sync folder of pairs %s: %w\", s.o.Dir, err)\n\t}\n\tif err := m.write", "\tif err := m.write")},
		{name: "pairs-removes-first", file: pairsDir + "set.go", seen: "what was merged is removed before the manifest says so",
			fault: "removes what was merged before the new manifest is durable",
			edits: one("\tif err := m.write(s.o.FS, s.o.Dir); err != nil {", "\tif err := s.clean(); err != nil {\n\t\treturn err\n\t}\n\tif err := m.write(s.o.FS, s.o.Dir); err != nil {")},
		{name: "pairs-opens-unsynced", file: pairsDir + "set.go", seen: "clean-up on the word of a manifest that is not durable",
			fault: "removes what the manifest before names, while the one in place may be lost",
			edits: one("if err := o.FS.SyncDir(o.Dir); err != nil {", "if err := error(nil); err != nil {")},
		{name: "pairs-delta-begun-short", file: pairsDir + "write.go", seen: hekatonBook,
			fault: "begins a delta file anew with those only that died since",
			edits: one("fileHeader, nil\n\tfor row := range p.rows {\n\t\tif p.isDead(row) {", "fileHeader, p.fresh\n\tfor row := range p.rows {\n\t\tif false && p.isDead(row) {")},
		{name: "pairs-part-of-nothing", file: pairsDir + "window.go", seen: "partial redo taken for a whole version",
			fault: "lays what changed in a part of a record over nothing",
			edits: one("case k.at.pair == 0: // the record is new", "case true: // the record is new")},
		{name: "pairs-delete-then-part", file: pairsDir + "window.go", seen: "delete lost when something follows it in the window",
			fault: "keeps the value of a record that is deleted and written again in one window",
			edits: one("true, true, k.value[:0], nil", "k.whole, true, k.value, k.patch")},
		{name: "pairs-misses-open-block", file: pairsDir + "window.go", seen: "block in memory not looked at",
			fault: "looks for a row in the file that is still in the block in the making",
			edits: one("if err := s.open.flush(); err != nil {\n\t\t\treturn err\n\t\t}\n\t}\n\tall", "\n\t}\n\tall")},
		{name: "pairs-block-without-sum", file: pairsDir + "block.go", seen: "checksum not looked at",
			fault: "does not check the blocks",
			edits: one("if got := crc32.Update(seed, castagnoli, b[4:]); got != le.Uint32(b) {", "if got := uint32(0); false {")},
	}
	return in("pairs", "", ms)
}
