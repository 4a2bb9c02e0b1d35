package main

// The store in page memory, whose checkpoints copy pages before they are written.

const (
	pagestoreFile     = "pagestore/pagestore.go"
	pagestoreTable    = "pagestore/table.go"
	pagestoreLoad     = "pagestore/load.go"
	pagestoreCapture  = "pagestore/internal/pages/capture.go"
	pagestoreRows     = "pagestore/internal/pages/rows.go"
	pagestoreInsert   = "pagestore/internal/pages/insert.go"
	pagestoreRowstore = "pagestore/internal/rowstore/rowstore.go"

	igniteCopies = "copy before write: the checkpoint buffer of Ignite"
)

func pagestoreMutants() []mutant {
	const (
		swap  = "\tc.changed, s.dirty = s.dirty, c.changed\n"
		begin = "\t\tfor _, t := range p.tables {\n\t\t\tt.capture.Begin(!w.Partial())\n\t\t}\n"
	)
	return in("pagestore", pagestoreFile, []mutant{
		{name: "pagestore-not-copied", file: pagestoreCapture, seen: igniteCopies,
			fault: "changes a page that the checkpoint has yet to read, and keeps no copy",
			edits: one("if c == nil || !c.waiting.Has(uint64(i)) {", "if c == nil || c.waiting.Has(uint64(i)) || true {")},
		{name: "pagestore-copies-after", file: pagestoreRows, seen: li + ": copy-on-update saves the new value",
			fault: "copies a page after it was changed",
			edits: []edit{
				{"\th := r.space.Lock(l.page())\n\tdefer h.Latch.Unlock()\n",
					"\th := r.space.At(l.page())\n\th.Latch.Lock()\n\tdefer h.Latch.Unlock()\n" +
						"\tdefer r.space.dirty.Add(uint64(l.page()))\n\tdefer r.space.capture.before(l.page())\n"},
			}},
		{name: "pagestore-copies-always", file: pagestoreCapture, seen: "the second writer copies over the first one's copy",
			fault: "copies a page again at its next change",
			edits: one("\tc.kept.Add(uint64(i))\n\tc.waiting.Remove(uint64(i))\n", "\tc.kept.Add(uint64(i))\n")},
		{name: "pagestore-copy-ignored", file: pagestoreCapture, seen: cao + ": the shadow is not what is written",
			fault: "reads the page though there is a copy of it",
			edits: one("if c.kept.Has(uint64(i)) {", "if c.kept.Has(uint64(i)) && false {")},
		{name: "pagestore-copies-stay", file: pagestoreCapture, seen: "a copy of an earlier checkpoint",
			fault: "takes the copies of the checkpoint before for this one's",
			edits: one("\tc.kept.Clear()\n", "")},
		{name: "pagestore-set-not-swapped", file: pagestoreCapture, seen: "forgotten flip",
			fault: "takes the set of dirty pages, and does not begin a new one",
			edits: one(swap, "\ts.dirty.Each(0, uint64(s.pages), func(i uint64) bool { c.changed.Add(i); return true })\n")},
		{name: "pagestore-swaps-late", seen: "quiesce shorter than the swap",
			fault: "swaps the set when transactions run again",
			edits: []edit{
				{begin, ""},
				{"\terr = p.capture(ctx, w)\n",
					"\tsched.Point(\"pagestore.late\")\n\tfor _, t := range p.tables {\n\t\tt.capture.Begin(!w.Partial())\n\t}\n" +
						"\terr = p.capture(ctx, w)\n"},
			}},
		{name: "pagestore-forgotten-period", seen: "forgotten flip",
			fault: "does not begin a new period at the point",
			edits: one("\t\tp.period++\n", "")},
		{name: "pagestore-tombstone-forgotten", file: pagestoreTable, seen: "deleted record resurrected",
			fault: "removes the row of a deleted record, of which no later image speaks then",
			edits: one("\tdone, err := t.rows.Update(row)\n",
				"\tif !present(row) {\n\t\t_, err := t.rows.Remove(rowstore.Key(row))\n\t\treturn err\n\t}\n"+
					"\tdone, err := t.rows.Update(row)\n")},
		{name: "pagestore-free-page-reused", file: pagestoreInsert,
			seen:  "a freed page is reused while a checkpoint has to write it",
			fault: "puts rows into pages with room, or none in them, that the checkpoint has yet to read",
			edits: one("return data(r.space.Lock(i)), i, nil",
				"h := r.space.At(i)\n\t\th.Latch.Lock()\n\t\tr.space.dirty.Add(uint64(i))\n\t\treturn data(h), i, nil")},
		{name: "pagestore-stale-link", file: pagestoreRowstore, seen: "a link outlives the row's move",
			fault: "leaves the old link in the index when a row moved to another page",
			edits: one("\treturn btree.Put, uint64(link)\n}\n\nfunc (c *change) store",
				"\tif found {\n\t\treturn btree.Keep, 0\n\t}\n\treturn btree.Put, uint64(link)\n}\n\nfunc (c *change) store")},
		{name: "pagestore-continuation-lost", file: pagestoreCapture, seen: "a row of several pages, of which one is dirty",
			fault: "keeps only pages that were changed before the point",
			edits: one("c.changed.Word(w)|s.parts.Word(w)", "c.changed.Word(w)"),
			tests: []string{"pages"}},
		{name: "pagestore-failure-forgotten", file: pagestoreCapture, seen: "the marks of a failed image are dropped",
			fault: "drops the dirty pages of a checkpoint that failed",
			edits: one("\tif !published {\n", "\tif false && !published {\n")},
		{name: "pagestore-batch-not-flushed", file: pagestoreLoad, seen: "the last batch of a restore is lost",
			fault: "loads whole batches only",
			edits: one("\t\tif err := l.tables[i].flush(l.p.way); err != nil {",
				"\t\tif err := error(nil); err != nil || i < 0 {")},
		{name: "pagestore-redo-older", file: pagestoreLoad, seen: "log replayed over a newer image",
			fault: "applies changes of the log that are older than the row",
			edits: one("if last, _ := parse(l.row); stamp < last {", "if last, _ := parse(l.row); stamp < last && false {")},
		{name: "pagestore-scan-skips-deleted", file: "pagestore/scan.go", seen: "a scan trusts what is not committed",
			fault: "leaves out of a scan what somebody just deletes, though it may abort",
			edits: one("\t\tdst = append(dst, rowstore.Key(head))\n"+
				"\t\tif len(head) < headed || present(head) { // one that goes on elsewhere is present\n",
				"\t\tif len(head) < headed || present(head) {\n\t\t\tdst = append(dst, rowstore.Key(head))\n")},
	})
}
