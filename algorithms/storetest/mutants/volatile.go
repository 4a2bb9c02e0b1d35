package main

// Volatile pages, and recovery from snapshot pages.

const (
	volatileFile = "foedus/volatile.go"
	dropFile     = "foedus/drop.go"
	pagedFile    = "foedus/paged.go"
)

func pagedMutants() []mutant {
	ms := in("foedus", dropFile, []mutant{
		{name: "paged-drops-dirty",
			seen:  "FOEDUS's rule: a volatile leaf may go only if every record's epoch is in the snapshot",
			fault: "drops pages that were changed after the snapshot",
			edits: []edit{
				{"p.state.Load() != resident || p.last.Load() > v.until.Load() || p.used", "p.state.Load() != resident || p.used"},
				{"if !v.lockAll(h, t, i) || p.last.Load() > v.until.Load() {", "if !v.lockAll(h, t, i) {"}}},
		{name: "paged-older-page", seen: upstream + ": stale volatile root after a snapshot (issue 127)",
			fault: "goes on to fetch the page of the snapshot that was the first to have it",
			edits: one(".snapshot.Store(uint64(p))\n\t})", ".snapshot.CompareAndSwap(0, uint64(p))\n\t})")},
		{name: "paged-changed-since", seen: "a snapshot pointer taken for the end of a page's being dirty",
			fault: "takes a page whose snapshot page is installed for clean, though it was changed since",
			edits: one(".snapshot.Store(uint64(p))\n\t})",
				".snapshot.Store(uint64(p))\n\t\tv.tables[table].pages[leaf].last.Store(0)\n\t})")},
		{name: "paged-write-lost", seen: upstream + ": drops while transactions may still be writing",
			fault: "drops a page although a transaction has the lock of a record in it",
			edits: one("if !v.lockAll(h, t, i) || p.last", "if v.lockAll(h, t, i); p.last")},
		{name: "paged-place-kept", seen: "a hint that outlives what it points to",
			fault: "lets records keep their places in a bin that is dropped",
			edits: one("l.r.Head().Word.Store(0)", "_ = l")},
		{name: "paged-before-durable", file: pagedFile,
			seen:  upstream + ": pointers installed before the snapshot is committed",
			fault: "takes pages for clean before the manifest is durable",
			edits: one("\tat, err := p.snapshot(ctx)\n",
				"\tp.v.until.Store(p.env.Log.Epoch())\n\tat, err := p.snapshot(ctx)\n")},
		{name: "paged-change-unnoted", file: pagedFile, seen: "a write path that forgets to mark the page",
			fault: "does not note that a page was changed",
			edits: one("t.pages[t.layout.Leaf(r.Key())].changed(tx.Seq)", "_ = t")},
		{name: "paged-install-forgotten", file: pagedFile, seen: "half of an update taken for the whole",
			fault: "goes on from a snapshot whose pages could not all be installed",
			edits: one("\tp.installed = nil\n", "\tp.installed = p.dir.Current()\n")},
		{name: "paged-half-fetched", file: volatileFile, seen: "a page that is published before it is read",
			fault: "lets others have a page before it is fetched",
			edits: one("\terr := v.read(h, t, i)\n", "\tp.state.Store(resident)\n\terr := v.read(h, t, i)\n")},
		{name: "paged-error-hidden", file: volatileFile, seen: "an error of a read taken for an empty page",
			fault: "takes a page that cannot be read for an empty one",
			edits: one("\t\tif p.snapshot.Load() == at {\n\t\t\treturn err\n\t\t}\n",
				"\t\tif p.snapshot.Load() == at {\n\t\t\th.leaf.Forget()\n\t\t\treturn nil\n\t\t}\n")},
		{name: "paged-ids-again", file: "store/own.go", seen: "ids that begin anew after a restart",
			fault: "gives transaction ids out again that are in the snapshot",
			edits: one("\t\ts.sum([]counter{{last: r.Last >> 16}})\n\t\treturn r, src.checkGaps(&r)\n", "\t\treturn r, nil\n")},
		{name: "paged-half-loaded", file: "foedus/fill.go", seen: "a snapshot for each table that is loaded",
			fault: "takes what was loaded so far for all, where the loading does not come to its end",
			edits: one("\t\tp.filling.cancel()\n", "\t\tclose(p.filling.work)\n")},
	})
	for i := range ms {
		ms[i].tests = []string{"foedus-pages", "foedus-budget"}
	}
	return ms
}
