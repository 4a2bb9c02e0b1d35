package main

// Partial images: what is marked dirty, the chains, and their collapsing.

const (
	dirtyFile    = "store/dirty.go"
	collapseFile = "store/collapse.go"
	mergeFile    = "internal/image/merge.go"

	lostMarks = "one dirty vector, cleared after the scan: writes made meanwhile are lost"
	pcalcText = "pCALC, §2.3"
)

// partialMutants are in a table of their own: the algorithms share the tracking.
func partialMutants() []mutant {
	ms := in("pnaive", "naive/naive.go", []mutant{
		{name: "pnaive-marks-nothing", seen: "a write path without the dirty bit",
			fault: "marks no write",
			edits: one("\tn.env.Dirty.Mark(tx.Seq, r)\n", "")},
		{name: "pnaive-closes-next", seen: "forgotten flip",
			fault: "closes the period that only begins",
			edits: one("n.env.Dirty.Close(n.period)", "n.env.Dirty.Close(n.period + 1)")},
		{name: "pnaive-spares-deletes", seen: "deletes leave no mark",
			fault: "marks no delete, so that the record comes back",
			edits: one("\tn.env.Dirty.Mark(tx.Seq, r)\n", "\tif v != nil {\n\t\tn.env.Dirty.Mark(tx.Seq, r)\n\t}\n")},
	})
	ms = append(ms, in("pnaive-copy", "naive/naive.go", []mutant{
		{name: "pnaive-copy-of-the-other", seen: "forgotten flip",
			fault: "closes a period that nobody is in",
			edits: one("n.env.Dirty.Close(n.period)", "n.env.Dirty.Close(n.period + 1)")},
		{name: "pnaive-copy-writes-live", seen: "the copy is not what is written",
			fault: "writes the live state and not the copy",
			edits: one("out.Put(r, n.shadow.At(r))", "out.Put(r, r.Live())")},
		{name: "pnaive-copy-late", seen: "quiesce shorter than the copy",
			fault: "counts the period on after transactions run again",
			edits: []edit{{"\t\tn.period++\n", ""},
				{"\tif err != nil || n.shadow == nil {", "\tn.period++\n\tif err != nil || n.shadow == nil {"}}},
	})...)
	ms = append(ms, in("pfuzzy", "fuzzy/partial.go", []mutant{
		{name: "pfuzzy-forgets-held", seen: "records that are locked are passed over",
			fault: "leaves out what a transaction held",
			edits: one("len(left) > 0; wait", "false; wait")},
		{name: "pfuzzy-loses-failed", seen: lostMarks,
			fault: "drops the marks of an image that was not published",
			edits: one("!p.env.Published()", "false")},
		{name: "pfuzzy-writes-uncommitted", seen: "SiloR: lock every record it copies",
			fault: "writes a record that a transaction holds",
			edits: one("\t\tif !take(ctx, lock, claim) {\n",
				"\t\tif !take(ctx, lock, claim) {\n\t\t\tout.Put(r, r.Live())\n\t\t\treturn\n\t\t}\n\t\tif false {\n")},
		{name: "pfuzzy-keeps-marks", seen: "dirty vector never cleared",
			fault: "does not empty the closed table",
			edits: one("\tp.table[1-cur].Clear()\n", "")},
	})...)
	ms = append(ms, in("pzigzag", "zigzag/zigzag.go", []mutant{
		{name: "pzigzag-marks-first-write-only", seen: "marked only where the copy changes",
			fault: "marks a record only when its bit turns",
			edits: []edit{{"\tz.env.Dirty.Mark(tx.Seq, k)\n", ""},
				{"\t\tsched.Point(\"zigzag.write\")\n", "\t\tsched.Point(\"zigzag.write\")\n\t\tz.env.Dirty.Mark(tx.Seq, k)\n"}},
			// From one cut to the next the first write of a record always turns
			// its bit: MW = not MR at the cut.
			harmless: "the first write of a record in a period always turns its bit, as MW is the opposite of MR at the cut"},
		{name: "pzigzag-marks-nothing", seen: "a write path without the dirty bit",
			fault: "marks no write",
			edits: one("\tz.env.Dirty.Mark(tx.Seq, k)\n", "")},
		{name: "pzigzag-closes-next", seen: "forgotten flip",
			fault: "closes the period that only begins",
			edits: one("z.env.Dirty.Close(z.period)", "z.env.Dirty.Close(z.period + 1)")},
		{name: "pzigzag-reads-written-copy", seen: "the copy that is being written is read",
			fault: "takes the copy that transactions write",
			edits: one("out.Put(k, as(z.notMW", "out.Put(k, as(1-z.notMW")},
	})...)
	ms = append(ms, in("ppingpong", "pingpong/partial.go", []mutant{
		{name: "ppingpong-loses-failed", seen: lostMarks,
			fault: "drops the shadow of an image that was not published",
			edits: one("!p.env.Published()", "false")},
		{name: "ppingpong-brings-back-older", seen: "pIPP: a failed image's values laid over newer ones",
			fault: "lays what a failed image held over what was written since",
			edits: one("!dirtyIn(period).has(k) {", "true {")},
		{name: "ppingpong-keeps-flags", seen: "dirty bits not cleared with the shadow",
			fault: "leaves the flags of a shadow that is to be used again",
			edits: one("\tp.env.Records(func(k store.Rec) { dirtyIn(period).remove(k) })\n", "")},
		{name: "ppingpong-starts-clean", seen: "pIPP: the first shadow must be all dirty",
			fault: "does not begin with everything dirty",
			edits: one("\t\tdirtyIn(period).add(k)\n\t})\n\treturn nil", "\t})\n\treturn nil")},
	})...)
	ms = append(ms, in("pcalc", calcFile, []mutant{
		{name: "pcalc-marks-by-start", seen: pcalcText + ": the phase of the commit decides",
			fault: "marks what committed after the point in the vector of the image",
			edits: one("\t\tperiod++\n", "")},
		{name: "pcalc-marks-always-next", seen: pcalcText,
			fault: "marks what a transaction of PREPARE wrote in the next image's vector, wherever it committed",
			edits: one("prepare && phase == resolve {\n\t\tperiod++", "prepare {\n\t\tperiod++")},
		{name: "pcalc-given-up-in-prepare", seen: "found here: a checkpoint given up in PREPARE",
			fault: "takes what commits after a checkpoint was given up for the next image's but one",
			edits: one("prepare && phase == resolve {\n\t\tperiod++", "prepare && phase != prepare {\n\t\tperiod++")},
		{name: "pcalc-no-flip", seen: "forgotten flip",
			fault: "does not go on to the other vector at the point",
			edits: one("\tc.period++\n", "")},
		{name: "pcalc-flips-late", seen: pcalcText + ": the flip is at the start of RESOLVE",
			fault: "goes on to the other vector when the capture begins",
			edits: []edit{{"\tc.period++\n", ""}, {"\tc.turn(capture)\n", "\tc.period++\n\tc.turn(capture)\n"}}},
	})...)
	ms = append(ms, in("pcalc-hash", "internal/bits/hash.go", []mutant{
		// Neighbours do not meet in a table that is half empty, so it takes the
		// tests of the set.
		{name: "pcalc-hash-overwrites", seen: "a hash set without probing", tests: []string{"bits"},
			fault: "puts nothing in a cell that another record has",
			edits: one("case c == i+1, c == 0 && h", "case c != 0, c == 0 && h")},
		{name: "pcalc-hash-not-cleared", seen: "dirty set never cleared",
			fault: "keeps the members of an earlier period's set",
			edits: one("\t\th.cells[i].Store(0)\n", "\t\t_ = i\n")},
		{name: "pcalc-hash-not-sorted", seen: "members found by search in no order",
			fault: "hands members out in the table's order",
			edits: []edit{{"\tslices.Sort(h.sorted)\n", ""}}},
	})...)
	ms = append(ms, in("pcpr", cprFile, []mutant{
		{name: "pcpr-closes-late", seen: "a vector closed after the next one is in use",
			fault: "marks by the version, but closes only when the image is complete",
			edits: []edit{{"\tc.env.Dirty.Close(c.version)\n", ""},
				{"\tc.enter(waitFlush)\n", "\tc.enter(waitFlush)\n\tc.env.Dirty.Close(c.version)\n"}}},
		{name: "pcpr-marks-nothing", seen: "a write path without the dirty bit",
			fault: "marks no write",
			edits: one("\tc.env.Dirty.Mark(tx.Seq, r)\n", "")},
		{name: "pcpr-closes-next", seen: "forgotten flip",
			fault: "closes the version that only begins",
			edits: one("c.env.Dirty.Close(c.version)", "c.env.Dirty.Close(c.version + 1)")},
		{name: "pcpr-marks-old-version", seen: "what is written after the point counts for the image",
			fault: "marks everything in the old version's vector while a checkpoint runs",
			edits: one("c.env.Dirty.Mark(tx.Seq, r)", "c.env.Dirty.Mark(tx.Start/phases, r)")},
	})...)
	return append(ms, sharedPartialMutants()...)
}

// sharedPartialMutants break what all partial images stand on.
func sharedPartialMutants() []mutant {
	tracking := in("dirty", dirtyFile, []mutant{
		{name: "dirty-one-vector", seen: lostMarks,
			fault: "has one vector for both periods",
			edits: one("d.marks[period&1].Add", "d.marks[period&0].Add")},
		{name: "dirty-loses-failed", seen: "FASTER: a failed checkpoint's dirty bits are gone",
			fault: "drops the marks of an image that was not published",
			edits: one("if !published {", "if false {")},
		{name: "dirty-never-cleared", seen: "dirty vector never cleared",
			fault: "keeps the marks of a published image",
			edits: one("\told.Clear()\n", "")},
		{name: "dirty-clears-both", seen: lostMarks,
			fault: "drops what was written since the cut as well",
			edits: one("\told.Clear()\n", "\told.Clear()\n\tnext.Clear()\n")},
		{name: "dirty-settles-before", file: "store/checkpoint.go", seen: "marks taken over while transactions still mark",
			fault: "takes marks over before the algorithm has settled",
			edits: []edit{
				{"\tif err := s.alg.Settle(ctx); err != nil {",
					"\ts.env.Dirty.settle(s.env.published)\n\tif err := s.alg.Settle(ctx); err != nil {"},
				{"\ts.env.Dirty.settle(s.env.published)\n\ts.unsettled", "\ts.unsettled"},
			}},
	})
	for i := range tracking {
		tracking[i].tests = []string{"pnaive", "pcalc", "pzigzag", "pcpr"}
	}
	chains := in("chain", recoverFile, []mutant{
		{name: "chain-newest-only", seen: "recovery reads the newest file and no other",
			fault: "reads the newest image without those it is based on",
			edits: one("for i, ref := range set.Images {", "for i, ref := range set.Images[len(set.Images)-1:] {")},
		{name: "chain-backwards", seen: "older versions laid over newer",
			fault: "lays the full image over the partial ones",
			edits: one("\t\tif err := s.lay(ctx, src, ref.Path, counts); err != nil {",
				"\t\tref = set.Images[len(set.Images)-1-i]\n\t\tif err := s.lay(ctx, src, ref.Path, counts); err != nil {")},
		{name: "chain-resurrects", file: slotsFile, seen: "deleted record resurrected",
			fault: "passes tombstones over",
			edits: one("\t\tt, v, err := b.s.incoming(&rec, c)\n",
				"\t\tif rec.Absent {\n\t\t\treturn nil\n\t\t}\n\t\tt, v, err := b.s.incoming(&rec, c)\n")},
		{name: "chain-mixes", seen: "what a damaged image gave is kept",
			fault: "does not forget what it had loaded before it met damage",
			edits: one("\t\tif err := s.backing.forget(); err != nil {\n\t\t\treturn path, err\n\t\t}\n", "")},
		{name: "chain-base-unchecked", file: "internal/image/latest.go", seen: "a partial image without its base",
			fault: "uses an image whose base cannot be used",
			edits: one("if err == nil && e.base != 0 && find(good, e.base) == nil {", "if false {")},
	})
	for i := range chains {
		chains[i].tests = []string{"pnaive", "pcalc"}
	}
	collapser := in("collapse", mergeFile, []mutant{
		{name: "collapse-oldest-wins", seen: "newest value wins",
			fault: "takes the oldest version of a record",
			edits: one("range slices.Backward(inputs) {", "range inputs {")},
		{name: "collapse-drops-tombstones", seen: "deleted record resurrected",
			fault: "leaves tombstones out of the merged image",
			edits: one("\t\t\ts.Absent(r.Table, r.Key, r.Stamp)\n", "\t\t\t_ = s\n")},
		{name: "collapse-deletes-first", seen: "inputs deleted before the merge is durable",
			fault: "removes the inputs before the manifest names the merged image",
			edits: one("\tif m.out.Info, err = w.Commit(", "\tfor _, e := range inputs {\n\t\t_ = durable.Remove(d.o.FS, "+
				"d.path(e.id().name()))\n\t}\n\tif m.out.Info, err = w.Commit(")},
		{name: "collapse-forgets-base", seen: "merged image taken for a full one",
			fault: "does not say what a merged partial image is based on",
			edits: one("id{newest.seq, number}, inputs[0].base, d", "id{newest.seq, number}, 0, d")},
		{name: "collapse-loses-later", file: retainFile, seen: "images taken beside a merge are dropped",
			fault: "makes the merged image the newest one, whatever was taken meanwhile",
			edits: one("\t*at = e\n\treturn all, nil", "\treturn append([]entry{e}, all...), nil")},
		{name: "collapse-takes-older-point", seen: "merged image claims less than it holds",
			fault: "puts the merged image at the point of the oldest",
			edits: one("w.Commit(ctx, newest.point)", "w.Commit(ctx, inputs[0].point)")},
		{name: "collapse-removes-uncertain", file: writerFile, seen: "cleanup after a failed fsync",
			fault: "removes a merged image whose manifest may be durable",
			edits: one("w.file == nil || w.dir.mayCount(w.id())", "w.file == nil || w.merge == 0 && w.dir.mayCount(w.id())")},
	})
	for i := range collapser {
		collapser[i].tests = []string{"image/merge"}
	}
	return append(append(tracking, chains...), append(collapser, in("collapse", collapseFile, []mutant{
		{name: "collapse-never", seen: "a chain that grows for ever", tests: []string{"pnaive"},
			fault: "never merges anything",
			edits: one("\tm, err := c.images.Merge(ctx, base, c.rate)\n",
				"\tm, err := image.Merged{}, image.ErrNothingToMerge\n")},
		{name: "collapse-outlives-store", seen: "goroutine left behind", tests: []string{"store"},
			fault: "does not wait for a merge under way when the store is closed",
			edits: one("\t\tc.stop()\n\t\t<-c.done\n", "")},
	})...)...)
}
