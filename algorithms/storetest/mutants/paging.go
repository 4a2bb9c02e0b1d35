package main

// Page memory: slotted pages and their free list, the tree over them, and the
// table made of both.

const (
	pageFile     = "pagestore/internal/pages/data.go"
	rowsFile     = "pagestore/internal/pages/rows.go"
	freeListFile = "pagestore/internal/pages/freelist.go"
	insertFile   = "pagestore/internal/pages/insert.go"
	nodeFile     = "pagestore/internal/btree/node.go"
	changeFile   = "pagestore/internal/btree/change.go"
	treeFile     = "pagestore/internal/btree/tree.go"
	treeAllFile  = "pagestore/internal/btree/batch.go"
	rowstoreFile = "pagestore/internal/rowstore/rowstore.go"
	putAllFile   = "pagestore/internal/rowstore/batch.go"

	ignite = "Ignite's page memory"
	iep32  = "IEP-32"
	lehman = "Lehman and Yao's B-link tree"
)

func pagesMutants() []mutant {
	return append(in("pages", pageFile, []mutant{
		{name: "pages-link-not-rewritten", seen: ignite + ": links across a compaction",
			fault: "does not have a row's item follow it where it moves",
			edits: one("\t\tif o <= off {\n", "\t\tif o < off {\n")},
		{name: "pages-squeezed-link-not-rewritten", seen: ignite + ": links across a compaction",
			fault: "leaves the items as they are when holes are squeezed out",
			edits: one("\t\t*p.item(int(rows[i] & 0xff)) = end\n", "\t\t_ = p.item(0)\n")},
		{name: "pages-squeezed-too-late", seen: ignite + ": compaction when the gap is too short",
			fault: "puts a row where items are when the gap is too short",
			edits: one("\tif p.gap() < int(n)+itemBytes {\n\t\tp.squeeze(size)\n\t}\n", "")},
		{name: "pages-grows-over-the-next", seen: ignite + ": a row that gets longer",
			fault: "takes more of a hole than there is",
			edits: one("if o > off && o < next {", "if o > off && o < next && next == uint16(size) {")},
		{name: "pages-rows-not-moved", seen: ignite + ": links across a compaction",
			fault: "moves the items and not the rows",
			edits: one("\tcopy(unsafe.Slice((*byte)(p.at(p.first)), int(off-first)), unsafe.Slice((*byte)(p.at(first)), "+
				"int(off-first)))\n", "\t_ = first\n")},
		{name: "pages-resize-into-items", seen: "a row that gets longer in a full page",
			fault: "lets a row grow over the items",
			edits: one("if more > int(p.free) {", "if more > int(p.free)+linkBytes {")},
		{name: "pages-full-by-items-offered", seen: ignite + ": a page whose ids are used up is offered again",
			fault: "says that a page has room when all of its ids are used",
			edits: one("\tif p.direct == maxItems {\n\t\treturn 0\n\t}\n", "")},
		{name: "pages-full-by-items-filled", seen: ignite + ": a page whose ids are used up is offered again",
			fault: "goes on filling a page whose ids are all used with rows of no length",
			edits: one("return p.direct == maxItems || p.free < reserve", "return p.free < reserve")},
		{name: "pages-item-not-freed", seen: "free space that no page has",
			fault: "does not count what an indirect item took as free",
			edits: one("\tp.indirect--\n\tp.free += itemBytes\n", "\tp.indirect--\n")},
		{name: "pages-id-of-the-moved", seen: ignite + ": a link that leads to another row after a removal",
			fault: "takes the item that was moved into a gap for the one that was there",
			edits: one("if id >= d || p.target(id) >= 0 {", "if id >= d {")},
		{name: "pages-indirect-unsorted", seen: ignite + ": indirect items sorted by id",
			fault: "puts a new indirect item behind the others",
			edits: one("\t\titems[slot] = off\n\t\titems[last] = indirection(last, slot)\n",
				"\t\titems[slot] = off\n\t\tcopy(items[last:], items[last+1:])\n"+
					"\t\titems[len(items)-1] = indirection(last, slot)\n")},
	}), append(in("pages", freeListFile, []mutant{
		{name: "pages-in-two-lists", seen: ignite + ": a page in two lists",
			fault: "puts a page into its new bucket without taking it out of the old",
			edits: one("if from != nowhere && !l.leave(from, i) {", "if false {")},
		{name: "pages-listed-while-taken", seen: "IGNITE-4712: pages and their lists",
			fault: "puts a page into a list that somebody is filling",
			edits: one("if from == taken || from == to ||", "if from == to ||")},
		{name: "pages-leaves-what-was-taken", seen: ignite + ": removed from the old list, which another did first",
			fault: "does not look again whether the page was taken meanwhile",
			edits: one("\tif l.nodes[i].where.Load() != b {\n\t\treturn false\n\t}\n", "")},
		{name: "pages-bucket-too-low", seen: ignite + ": (n >> shift) + 1",
			fault: "looks for room in the bucket where some pages have less",
			edits: one("for b := n>>l.shift + 1; b < buckets; b++ {", "for b := n >> l.shift; b < buckets; b++ {")},
		{name: "pages-slack-downwards", seen: "a page that has less room than its bucket says",
			fault: "leaves a page where it is that has a little less room",
			edits: one("from < to && to < reuse && to-from <= slack",
				"from < reuse && to < reuse && max(from, to)-min(from, to) <= slack")},
		{name: "pages-empty-not-reused", seen: "IGNITE-4712: leaks",
			fault: "puts empty pages among those with some rows",
			edits: one("case p.direct == 0:\n\t\treturn reuse", "case false:\n\t\treturn reuse")},
		{name: "pages-bucket-said-empty", seen: "a page that is never found again",
			fault: "says that a bucket is empty when its first page goes",
			edits: one("\tif k.head == 0 {\n\t\tl.some", "\tif k.head == n.next {\n\t\tl.some")},
	}), in("pages", insertFile, []mutant{
		{name: "pages-room-gone", seen: "a page between its leaving the list and its being latched",
			fault: "does not look again whether a page has room when it has the latch",
			edits: one("if err != nil || !f.p.full() && f.p.room() >= n {", "if true {")},
		{name: "pages-head-torn", seen: ignite + ": the row's header must lie in its head part",
			fault: "cuts a row within its head",
			edits: one("cut := max(len(first)-r.most, r.head)", "cut := len(first) - r.most")},
		{name: "pages-parts-leak", seen: "IGNITE-4712: leaks",
			fault: "leaves the parts of a row that could not be stored in full",
			edits: one("_, _ = f.r.removeFrom(parts) // nobody else knows them", "_ = parts")},
		{name: "pages-half-a-batch", seen: iep32 + ": what becomes of a batch that does not fit",
			fault: "leaves the rows of a batch that could not be stored in full",
			edits: one("\t\t\tr.undo(links[:i])\n", "")},
		{name: "pages-not-put-back", seen: "IGNITE-4712: leaks",
			fault: "keeps a page that was filled out of the lists",
			edits: one("\tf.r.list.put(f.i, f.p)\n", "")},
		{name: "pages-tail-leaks", file: rowsFile, seen: "IGNITE-4712: leaks",
			fault: "removes the first part of a row only",
			edits: one("\t\tr.list.moved(l.page(), p)\n\t\th.Latch.Unlock()\n\t\tl = next\n",
				"\t\tr.list.moved(l.page(), p)\n\t\th.Latch.Unlock()\n\t\tl = 0 * next\n")},
		{name: "pages-resize-not-counted", file: rowsFile, seen: "live bytes in pages are those of live rows",
			fault: "does not count by how much a row got longer",
			edits: one("\tr.bytes.Add(int64(more))\n", "")},
		{name: "pages-resize-not-listed", file: rowsFile, seen: "a page that has less room than its bucket says",
			fault: "leaves a page in its bucket when a row of it got longer",
			edits: one("\tr.list.moved(l.page(), p)\n\treturn true, nil\n", "\treturn true, nil\n")},
		{name: "pages-writer-beside-readers", file: "pagestore/internal/pages/latch.go",
			seen:  "latch held shared and exclusively",
			fault: "lets a waiting writer in while others read",
			edits: one("if w&^wanted == 0 {", "if w&writing == 0 {")},
		{name: "pages-tag-not-changed", file: "pagestore/internal/pages/space.go", tests: []string{"btree"},
			seen:  ignite + ": rotation of page ids",
			fault: "leaves a page's tag as it is when it is freed",
			edits: one("\th.tag++\n", "")},
		{name: "pages-write-not-dirty", file: "pagestore/internal/pages/space.go", seen: ignite + ": dirty pages",
			fault: "does not note that a page is written to",
			edits: one("\ts.dirty.Add(uint64(i))\n", "")},
		{name: "pages-crc-unchecked", file: "pagestore/internal/pages/copy.go", seen: ignite + ": page checksums",
			fault: "takes any checksum for right",
			edits: one("got := checksum(page); got != want", "got := checksum(page); got != want && want == 0")},
	})...)...)
}

func btreeMutants() []mutant {
	const decides = "\top, val := fn(t.value(p, i, found), found)\n"
	return append(in("btree", nodeFile, []mutant{
		{name: "btree-split-without-high-key", seen: lehman + ": the high key tells who has to move right",
			fault: "does not lower the left half's high key",
			edits: one("p.next, p.high = id, p.keys(limit)[mid-1]", "p.next = id")},
		{name: "btree-split-without-link", seen: lehman + ": the link makes the split visible before the parent does",
			fault: "does not link the left half to the right one",
			edits: one("p.next, p.high = id, p.keys(limit)[mid-1]", "p.high = p.keys(limit)[mid-1]")},
		{name: "btree-right-half-unbounded", seen: lehman,
			fault: "gives the right half no neighbour",
			edits: one("right.next, right.high = p.next, p.high", "right.next, right.high = 0, p.high")},
		{name: "btree-absorbs-without-bound", seen: ignite + ": only empty pages are merged",
			fault: "keeps the high key of a leaf that took over its neighbour",
			edits: one("p.n, p.next, p.high = right.n, right.next, right.high", "p.n, p.next = right.n, right.next")},
		{name: "btree-search-one-short", seen: "fence post",
			fault: "does not look at the last key",
			edits: one("at <= len(keys) && keys[at-1] < key", "at < len(keys) && keys[at-1] < key")},
	}), append(in("btree", changeFile, []mutant{
		{name: "btree-closure-twice", seen: ignite + ": the closure is called once under concurrent splits",
			fault: "calls the closure again when the leaf was split meanwhile",
			edits: one(decides, decides+
				"\tif high := p.high; true {\n\t\tp.Latch.Unlock()\n\t\tsched.Point(\"btree.again\")\n"+
				"\t\tp, id = t.descend(key, 0, true, 0, nil)\n\t\tif i, found = p.entry(key, t.limit); p.high != high {\n"+
				"\t\t\top, val = fn(t.value(p, i, found), found)\n\t\t}\n\t}\n")},
		{name: "btree-closure-before-latch", seen: ignite + ": find, then put",
			fault: "decides on what it saw before it has the leaf",
			edits: one(decides, decides+
				"\tp.Latch.Unlock()\n\tsched.Point(\"btree.again\")\n\tp, id = t.descend(key, 0, true, 0, nil)\n"+
				"\ti, found = p.entry(key, t.limit)\n")},
		{name: "btree-split-lets-go", seen: ignite + ": a split keeps the tail latched until the parent knows",
			fault: "lets go of both halves before the parent knows of the new one",
			edits: one("\tt.post(p.high, rid, 1)\n\tright.Latch.Unlock()\n\tp.Latch.Unlock()\n",
				"\thigh := p.high\n\tright.Latch.Unlock()\n\tp.Latch.Unlock()\n\tt.post(high, rid, 1)\n"),
			harmless: "who comes to the left half moves right, and the right half is not freed before its parent knows of " +
				"it, as what takes a page over asks the parent for both; to keep them latched only saves others the way"},
		{name: "btree-absorbs-a-cousin", seen: ignite + ": merges under one parent",
			fault: "takes over a neighbour that has another parent",
			edits: one("if i+1 >= len(words) || words[i] != uint64(id) || words[i+1] != uint64(rid) {",
				"if i+1 >= len(words) {")},
		{name: "btree-absorbed-page-leaks", seen: "IGNITE-4712: leaks",
			fault: "does not give a page back that was taken over",
			edits: one("\tt.space.Free(rid.Index())\n", "")},
		{name: "btree-refused-and-counted", seen: "what was refused is not there",
			fault: "counts a key that there was no page for",
			edits: one("\tright, rid, err := t.alloc(0)\n\tif err != nil {\n",
				"\tright, rid, err := t.alloc(0)\n\tif err != nil {\n\t\tt.count.Add(1)\n")},
		{name: "btree-inner-half", seen: lehman + ": splits of inner pages",
			fault: "has the left half adopt whatever the key is",
			edits: one("\tif key > p.high {\n\t\thalf = q\n\t}\n", "")},
		{name: "btree-root-twice", seen: ignite + ": the root changes under a split",
			fault: "puts another root above one that somebody else has put there",
			edits: one("\tif uint8(t.top.Load()) >= level {\n\t\treturn false\n\t}\n", "")},
	}), append(in("btree", treeFile, []mutant{
		{name: "btree-does-not-move-right", seen: lehman,
			fault: "looks for a key in a page that was split and has it no more",
			edits: one("\t\tcase p.beyond(key):\n", "\t\tcase false && p.beyond(key):\n")},
		{name: "btree-stale-page", seen: ignite + ": rotation of page ids",
			fault: "takes a page that was freed for the one it was",
			edits: one("\tif !p.Is(id) {\n", "\tif false && !p.Is(id) {\n")},
		{name: "btree-scan-skips", seen: "a scan at the border of two leaves",
			fault: "goes on behind the first key that the next leaf may have",
			edits: one("id, from = next, high+1", "id, from = next, high+2")},
	}), in("btree", treeAllFile, []mutant{
		{name: "btree-takes-unsorted", seen: "IGNITE-6804; " + iep32 + ": unsorted keys",
			fault: "takes a batch whose keys are not sorted",
			edits: one("\t\tif keys[i] < keys[i-1] {\n", "\t\tif false && keys[i] < keys[i-1] {\n")},
		{name: "btree-unsorted-at-the-end", seen: "IGNITE-6804; " + iep32 + ": unsorted keys",
			fault: "does not look at the last key of a batch",
			edits: one("for i := 1; i < len(keys); i++ {", "for i := 1; i < len(keys)-1; i++ {")},
		{name: "btree-batch-past-the-leaf", seen: iep32 + ": a batch shares a leaf",
			fault: "puts keys into a leaf that are beyond it",
			edits: one("\t\tif p.beyond(key) {\n", "\t\tif false && p.beyond(key) {\n")},
		{name: "btree-finds-past-the-leaf", seen: iep32 + ": a batch shares a leaf",
			fault: "looks for keys in a leaf that are beyond it",
			edits: one("i < len(keys) && !p.beyond(keys[i]); i++", "i < len(keys); i++")},
		{name: "btree-gallops-too-far", seen: "fence post",
			fault: "looks for the next key behind where it can be",
			edits: one("rest := keys[at:min(at+step+1, len(keys))]", "rest := keys[at:min(at+step/2+1, len(keys))]")},
		{name: "btree-batch-calls-again", seen: iep32 + ": the closure is called once for each key",
			fault: "begins with the key again that a leaf was split for",
			edits: one("\t\t\treturn i + 1, nil\n", "\t\t\treturn i, nil\n")},
	})...)...)...)
}

func rowstoreMutants() []mutant {
	return append(in("rowstore", rowstoreFile, []mutant{
		{name: "rowstore-removes-first", seen: "an update that finds no room",
			fault: "removes the old row before it has stored the new one",
			edits: []edit{
				{"\tlink, err := c.store(row)\n", "\tif found {\n\t\t_ = c.s.rows.Remove(old)\n\t}\n\tlink, err := c.store(row)\n"},
				{"\t\tc.err = c.s.rows.Remove(old)\n", "\t\tc.err = nil\n"},
			}},
		{name: "rowstore-old-row-leaks", seen: iep32 + ": live rows in pages are those of the index",
			fault: "leaves the row that was replaced",
			edits: one("\t\tc.err = c.s.rows.Remove(old)\n", "\t\tc.err = nil\n")},
		{name: "rowstore-refused-row-leaks", seen: iep32 + ": live rows in pages are those of the index",
			fault: "leaves the row of a key that the index had no room for",
			edits: one("if err != nil && c.new != 0 {", "if false && err != nil && c.new != 0 {")},
		{name: "rowstore-reads-unlatched", seen: "a row removed under its reader",
			fault: "reads a row after it has let go of the leaf",
			edits: one("\tfound = s.tree.View(key, func(link uint64) {\n"+
				"\t\trow, err = s.rows.Read(pages.Link(link), dst)\n\t})\n",
				"\tlink, found := s.tree.Find(key)\n\tif found {\n\t\trow, err = s.rows.Read(pages.Link(link), dst)\n\t}\n")},
		{name: "rowstore-reclaims-too-little", seen: "a crash between a row and the index: unreachable rows",
			fault: "takes any row of a key that is there for the one that the index names",
			edits: one("!ok || pages.Link(link) != l {", "!ok || link == 0 {")},
		{name: "rowstore-removes-and-keeps", seen: iep32 + ": live rows in pages are those of the index",
			fault: "leaves the row of a key that is removed",
			edits: one("if found = there; found {", "if found = there; false && found {")},
	}), in("rowstore", putAllFile, []mutant{
		{name: "rowstore-takes-unsorted", seen: "IGNITE-6804; " + iep32 + ": unsorted keys",
			fault: "takes a batch whose keys are not sorted",
			edits: one("if i > 0 && b.keys[i] < b.keys[i-1] {", "if false && i > 0 && b.keys[i] < b.keys[i-1] {")},
		{name: "rowstore-duplicates-in-place", seen: iep32 + ": duplicates in a batch",
			fault: "overwrites in place what a row before it is yet to replace",
			edits: one("found && failed == nil && !b.repeated(i)", "found && failed == nil")},
		{name: "rowstore-prestored-leaks", seen: iep32 + ": a preloaded row whose key is there is removed",
			fault: "leaves a preloaded row whose key somebody else has put",
			edits: one("\t\tfailed = errors.Join(failed, b.s.rows.Remove(b.links[i]))\n\t\tsettled++\n"+
				"\t\treturn btree.Keep, 0\n", "\t\tsettled++\n\t\treturn btree.Keep, 0\n")},
		{name: "rowstore-prestored-wins", seen: iep32 + ": a preloaded row whose key is there is removed",
			fault: "replaces a row by one that was only preloaded",
			edits: one("\t\tcase replace:\n", "\t\tcase true || replace:\n")},
		{name: "rowstore-removes-what-it-found", seen: iep32 + ": another update between findAll and putAll",
			fault: "removes the row that FindAll saw, not the one that PutAll replaces",
			edits: []edit{
				{"\tlinks  []pages.Link\n", "\tlinks  []pages.Link\n\tseen   map[uint64]uint64\n"},
				{"\tb.rows = b.rows[:0]\n\tvar failed error\n",
					"\tb.rows = b.rows[:0]\n\tb.seen = map[uint64]uint64{}\n\tvar failed error\n"},
				{"\t\tb.rows = append(b.rows, rows[i])\n", "\t\tb.rows = append(b.rows, rows[i])\n\t\tb.seen[b.keys[i]] = old\n"},
				{"\t\t\tfailed = errors.Join(failed, b.s.rows.Remove(pages.Link(old)))\n",
					"\t\t\tif was := b.seen[b.keys[i]]; was != 0 {\n\t\t\t\told = was\n\t\t\t\tdelete(b.seen, b.keys[i])\n" +
						"\t\t\t}\n\t\t\tfailed = errors.Join(failed, b.s.rows.Remove(pages.Link(old)))\n"},
			}},
		{name: "rowstore-rest-of-batch-leaks", seen: iep32 + ": what becomes of a batch that does not fit",
			fault: "leaves a stored row that the index had no room for",
			edits: one("for _, l := range b.links[settled:] {", "for _, l := range b.links[min(settled+1, len(b.links)):] {")},
		{name: "rowstore-error-lost", seen: "IGNITE-12181: a batch that hangs or ends without a word",
			fault: "goes on after a row that could not be stored",
			edits: one("\t\tif c.err != nil {\n\t\t\treturn btree.Keep, 0\n\t\t}\n", "\t\tc.err = nil\n")},
		{name: "rowstore-page-kept", seen: "IGNITE-4712: leaks",
			fault: "keeps the page out of the lists when the batch is done",
			edits: one("\tdefer b.filler.Done()\n", "")},
	})...)
}
