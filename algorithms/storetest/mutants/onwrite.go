package main

// The algorithms in which the first to overwrite a record copies it: to a
// shadow, or straight to the image.

const (
	couFile       = "cou/cou.go"
	blockFile     = "cou/block.go"
	pushFile      = "push/push.go"
	pushQueueFile = "push/queue.go"
	pushScanFile  = "push/capture.go"

	dragonfly = "Dragonfly, docs/rdbsave.md"
	valkey    = "Valkey, forkless save"
)

func couMutants() []mutant {
	const preserve = "\t\tc.shadow.Preserve(tx.Worker(), r.Head())\n"
	return append(in("cou", couFile, []mutant{
		{name: "cou-saves-new-value", seen: li + ": copy-on-update saves the new value",
			fault: "copies the new value to the shadow instead of the old",
			edits: one("\tif tx.Start == capture {\n", "\tr.Live().Apply(tx.Stamp(), off, v)\n\tif tx.Start == capture {\n")},
		{name: "cou-never-copies", seen: li + ": the bits are set at every checkpoint, so nothing is copied",
			fault: "takes every record for copied",
			edits: one(preserve, "")},
		{name: "cou-insert-leaks", seen: ldb + ": an empty buffer doubles as not saved",
			fault: "does not copy that a record was absent",
			edits: one("if tx.Start == capture {", "if tx.Start == capture && r.Live().Present() {")},
		{name: "cou-captures-live", seen: cao + ": the shadow is not what is written",
			fault: "writes the live version though there is one in the shadow",
			edits: one("func(v *store.Version) { out.Put(r, v) }", "func(*store.Version) { out.Put(r, r.Live()) }")},
		{name: "cou-marks-not-reset", seen: "forgotten flip; " + li + ": marks of the last period",
			fault: "does not reset the marks",
			edits: one("return c.shadow.Next()", "return nil")},
		{name: "cou-begins-late", seen: "quiesce shorter than the reset",
			fault: "lets transactions in again before they know that they have to copy",
			edits: []edit{
				{"\t\tc.enter(capture) // of a new round, in which nothing is marked\n", ""},
				{"\tif err != nil {\n\t\treturn at, err\n\t}\n",
					"\tif err != nil {\n\t\treturn at, err\n\t}\n\tsched.Point(\"cou.begun\")\n\tc.enter(capture)\n"},
			}},
		{name: "cou-forgotten-period", seen: "forgotten flip",
			fault: "does not begin a new period at the point",
			edits: one("\t\tc.period++\n", "")},
		{name: "cou-settles-early", seen: ldb + ": stable copies made after the scan are never cleared",
			fault: "resets the marks while transactions still copy",
			edits: []edit{
				{"if err := c.env.Clock.AwaitPast(ctx, capture); err != nil {", "if err := ctx.Err(); err != nil {"},
				{"if err := c.env.Clock.AwaitPast(ctx, complete); err != nil {", "if err := ctx.Err(); err != nil {"},
			}},
	}), in("cou-block", blockFile, []mutant{
		{name: "cou-block-copies-one", seen: cao + ": block granularity, the mark covers more than the copy",
			fault: "marks the block, but copies the record that is updated only",
			edits: []edit{
				{"c.update(tx, r.Ordinal()/blockRecords)", "c.update(tx, r.Ordinal()/blockRecords, r)"},
				{"update(tx *store.Txn, b uint64) {", "update(tx *store.Txn, b uint64, r store.Rec) {"},
				{"c.shadow.Preserve(tx.Worker(), c.env.Rec(i).Head())",
					"if c.env.Rec(i) == r {\n\t\t\t\tc.shadow.Preserve(tx.Worker(), r.Head())\n\t\t\t}"},
			}},
		{name: "cou-block-marks-first", seen: cao + ": mark set before the copy is made",
			fault: "marks the block before it is copied, so others update what is being copied",
			edits: one("\t\tlast := min(", "\t\tlatch.Give(word, round)\n\t\tlast := min(")},
		{name: "cou-block-no-latch", seen: cao + ": the copier holds one lock, and copies many records",
			fault: "copies a block without its latch",
			edits: one("if w := latch.Take(word); w != round && tx.Start == capture {",
				"if w := latch.Says(word); w != round && tx.Start == capture {")},
		{name: "cou-block-marks-for-ever", seen: "forgotten flip",
			fault: "takes a mark of an earlier round for this one's",
			edits: []edit{
				{"if word.Load() == round {", "if latch.Says(word) != 0 {"},
			}},
		{name: "cou-block-saves-new-value", seen: li + ": copy-on-update saves the new value",
			fault: "copies the block with the new value in it",
			edits: one("\tif tx.Start != rest {\n", "\tr.Live().Apply(tx.Stamp(), off, v)\n\tif tx.Start != rest {\n")},
		{name: "cou-block-last-record", seen: "fence post",
			fault: "does not copy a block's last record",
			edits: one("i < last; i++", "i < last-1; i++")},
		{name: "cou-block-late-copier", seen: "a copier from before overtaken by an updater from after",
			fault: "lets transactions update without looking at the mark while earlier ones copy",
			edits: one("if tx.Start != rest {", "if tx.Start == capture {")},
	})...)
}

func pushMutants() []mutant {
	return append(append(in("push", pushFile, []mutant{
		{name: "push-hands-over-new-value", seen: dragonfly + ": the relaxed variant; " + li + ": the new value is saved",
			fault: "hands over the new value instead of the old",
			edits: one("\tif cut := p.cut.Load(); tx.Start > cut {\n",
				"\tcut := p.cut.Load()\n\tr.Live().Apply(tx.Stamp(), off, v)\n\tif tx.Start > cut {\n")},
		{name: "push-overwrites-undelivered", seen: valkey + ": a key must be delivered before it may be modified",
			fault: "overwrites a record without handing it over, if the queue is full",
			edits: one("if !q.fits(n) && !stall(tx, q, n) {", "if !q.fits(n) {")},
		{name: "push-version-not-moved", seen: "a record is in the image twice",
			fault: "hands a record over, but leaves its version as it was",
			edits: one("\t\tversion = cut + 1\n\t}\n\tlatch.Give(word, version)\n}\n\n// stall",
				"\t}\n\tlatch.Give(word, version)\n}\n\n// stall")},
		{name: "push-without-second-look", seen: "check and copy in two steps; " + valkey,
			fault: "does not look again whether the scan delivered the record, when it has the latch",
			edits: one("\tif version <= cut {\n\t\tif n > 0 {\n\t\t\tq.put", "\tif true {\n\t\tif n > 0 {\n\t\t\tq.put")},
		{name: "push-queued-too-late", seen: "the image is sealed before the last before-image",
			fault: "puts the before-image in the queue when the scan may have passed the record",
			edits: []edit{
				{"\t\tif n > 0 {\n\t\t\tq.put(r.Ordinal(), live)\n\t\t}\n\t\tversion = cut + 1\n\t}\n\tlatch.Give(word, version)\n",
					"\t\tlatch.Give(word, cut+1)\n\t\tsched.Point(\"push.late\")\n\t\tif n > 0 {\n\t\t\ttime.Sleep(2 * " +
						"time.Millisecond)\n\t\t\tq.put(r.Ordinal(), live)\n\t\t}\n\t\treturn\n\t}\n\tlatch.Give(word, version)\n"},
			}},
		{name: "push-excludes-cut", seen: ldb + ": <= where the cut is the end of the epoch",
			fault: "hands over what transactions of the cut's own version overwrite, and claims them",
			edits: one("tx.Start > cut {", "tx.Start >= cut {")},
		{name: "push-cut-after-clock", seen: "cut announced after transactions are later than it",
			fault: "lets transactions begin after the cut that do not know of it",
			edits: []edit{
				{"\tp.cut.Store(cut)\n\tsched", "\tsched"},
				{"\tp.env.Clock.Set(cut + 1)\n",
					"\tp.env.Clock.Set(cut + 1)\n\ttime.Sleep(time.Millisecond)\n\tp.cut.Store(cut)\n"},
			}},
		{name: "push-claims-later", seen: ldb + ": acknowledged for a later cut",
			fault: "claims the version after the cut",
			edits: one("Seq: c.cut}", "Seq: c.cut + 1}")},
		{name: "push-keeps-writers", seen: valkey + ": clients stay blocked when the save is given up",
			fault: "does not let writers go when the image is given up",
			edits: one("\t\tq.close()\n", "\t\t_ = q\n")},
		{name: "push-settles-early", seen: "a failed save leaves deliveries behind",
			fault: "begins the next image while transactions still deliver for the one given up",
			edits: one("return p.env.Clock.Await(ctx, func(version uint64) bool { return version >= next })",
				"return ctx.Err()")},
		{name: "push-insert-leaks", seen: ldb + ": an empty buffer doubles as not saved",
			fault: "leaves the version of a record that was absent as it was, so the scan takes the new one",
			edits: one("\tsched.Point(\"push.room\")\n", "\tif n == 0 {\n\t\treturn\n\t}\n")},
	}), in("push", pushScanFile, []mutant{
		{name: "push-ignores-stragglers", seen: dragonfly + ": a shard's cut is between two transactions",
			fault: "scans while transactions up to the cut run",
			edits: one("return version > c.cut }) != nil", "return version > 0*c.cut }) != nil")},
		{name: "push-scan-delivers-again", seen: "a record is in the image twice",
			fault: "delivers in the scan what writers have delivered",
			edits: one("\tif version <= c.cut {\n", "\t{\n")},
		{name: "push-scan-without-latch", seen: "check and copy in two steps; " + valkey,
			fault: "looks at a record's version and takes the record without the latch",
			edits: one("version := latch.Take(word)", "version := latch.Says(word)")},
		{name: "push-drains-late", seen: "the queue is drained when the scan begins",
			fault: "leaves the queues alone until the scan begins",
			edits: one("if err := c.drainUntil(ctx, out, c.ended); err != nil {\n\t\treturn err\n\t}",
				"select {\n\tcase <-ctx.Done():\n\t\treturn ctx.Err()\n\tcase <-c.ended:\n\t}")},
		{name: "push-stops-draining", seen: "a stream that has scanned its part leaves its writers waiting",
			fault: "stops draining when its own part is scanned",
			edits: one("return c.drainUntil(ctx, out, c.scanned)", "return c.drain(ctx, out)")},
		{name: "push-loses-the-last", seen: "the image is sealed before the last before-image",
			fault: "does not look at the queues again when all is scanned",
			edits: one("\t\t\treturn c.drain(ctx, out)\n\t\tcase <-ctx", "\t\t\treturn nil\n\t\tcase <-ctx")},
	})...), in("push", pushQueueFile, []mutant{
		{name: "push-queue-overruns", seen: "a bounded queue without its bound",
			fault: "does not count what is left free before the ring's end",
			edits: one(">= q.cost(tail, n)", ">= n")},
		{name: "push-queue-no-second-look", seen: "lost wake-up",
			fault: "frees room without a word to the writer who waits for it",
			edits: one("\tif q.waiting.Load() {\n\t\ttell(q.room)\n\t}\n", "")},
		{name: "push-queue-keeps-leftovers", seen: "a failed save leaves deliveries behind",
			fault: "brings what was queued for an image that was given up into the next one",
			edits: one("\tq.head.Store(q.tail.Load())\n", "")},
	})...)
}
