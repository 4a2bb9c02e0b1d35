package main

// Flink's table on the Go heap.

const (
	cowmapFile   = "flink/internal/cowmap/cowmap.go"
	rehashFile   = "flink/internal/cowmap/rehash.go"
	snapshotFile = "flink/internal/cowmap/snapshot.go"
	flinkFile    = "flink/flink.go"
	groupFile    = "flink/group.go"
	nestedFile   = "flink/nested.go"

	flip = "Flink, by reading"
)

func cowmapMutants() []mutant {
	const firstCopy = `		s = m.copyState(e)
		e = m.node(t, i, e, required)
		e.state, e.stateVersion = s, m.version
`
	return in("cowmap", cowmapFile, []mutant{
		{name: "cowmap-hands-out-shared", seen: "FLINK-9263, FLINK-2808: shallow copy",
			fault: "hands out a state that a snapshot shares",
			edits: one("required := m.required.Load(); e.stateVersion < required",
				"required := m.required.Load(); false && e.stateVersion < required")},
		{name: "cowmap-version-first", seen: flip + ": the state's version is set before the copy is made",
			fault: "takes a shared state for a private one after a copy that failed",
			edits: one(firstCopy, "\t\te = m.node(t, i, e, required)\n\t\te.stateVersion = m.version\n"+
				"\t\te.state = m.copyState(e)\n")},
		{name: "cowmap-inserts-first", seen: flip + ": transform inserts before it calls",
			fault: "leaves an entry without a state where the function failed",
			edits: one("m.insert(t, i, namespace, key, f(none, false))",
				"m.insert(t, i, namespace, key, none)\n\t\tt[i].state = f(none, false)")},
		{name: "cowmap-path-not-copied", seen: "the path to an entry is shared with it",
			fault: "copies the entry and not the nodes before it",
			edits: one("\t\tif was.entryVersion < required {\n", "\t\tif was == e {\n")},
		{name: "cowmap-removes-in-shared", seen: "a shared predecessor is relinked",
			fault: "takes an entry out of the chain that a snapshot follows",
			edits: one("m.node(t, i, before, m.required.Load()).next", "before.next")},
		{name: "cowmap-rehash-relinks", file: rehashFile, seen: "a rehash moves shared nodes",
			fault: "hangs a node that a snapshot shares on another chain",
			edits: one("if e.entryVersion < required {", "if false && e.entryVersion < required {")},
		{name: "cowmap-grows-under-insert", file: rehashFile, seen: "the target table is chosen after a doubling starts",
			fault: "inserts into the new table before its bucket moved",
			edits: one("\t\tm.rehash = make([]*entry[S], 2*len(m.primary))\n",
				"\t\tm.rehash = make([]*entry[S], 2*len(m.primary))\n"+
					"\t\tt, i = m.rehash, int(hash(namespace, key)&uint64(len(m.rehash)-1))\n")},
		{name: "cowmap-snapshot-half", file: snapshotFile, seen: "a snapshot while the map grows",
			fault: "copies only one of the two buckets that a moved one became",
			edits: one("copy(hs[n:], m.rehash[half:half+m.moved])", "_ = half")},
		{name: "cowmap-snapshot-unmoved", file: snapshotFile, seen: "a snapshot while the map grows",
			fault: "copies the old table only",
			edits: one("if m.moved > 0 {", "if false && m.moved > 0 {")},
		{name: "cowmap-release-ends-all", file: snapshotFile, seen: "several snapshots outstanding",
			fault: "requires nothing any more when one of several snapshots is released",
			edits: one("if n := len(m.live); n > 0 {", "if n := len(m.live); false && n > 0 {")},
		{name: "cowmap-release-leaks", file: snapshotFile, seen: "FLINK-13469: versions never released",
			fault: "never lets a version go",
			edits: one("return v == s.version", "return v == s.version+1")},
		{name: "cowmap-version-wraps", file: snapshotFile, seen: "the version overflows",
			fault: "begins its versions again",
			edits: one("if m.version == math.MaxUint64 {", "if false && m.version == math.MaxUint64 {")},
	})
}

func flinkMutants() []mutant {
	const (
		takes  = "err := f.env.Quiesce(ctx, func() error {"
		hurry  = "quiesce := func(f func() error) error { return f() }\n\terr := quiesce(func() error {"
		period = "\t\tf.period++\n"
		shared = "if ok && private && fits(old, len(v)) {"
		copies = "\tif e.stateVersion < required {\n\t\ts = m.copyState(e)\n"
	)
	onWrite := func(name string) []mutant {
		return []mutant{
			{name: name + "-changes-shared", file: cowmapFile, seen: "FLINK-9263, FLINK-2808: shallow copy",
				fault: "changes a part of a state that the snapshot shares",
				edits: one(copies, "\tif false && e.stateVersion < required {\n\t\ts = m.copyState(e)\n")},
			{name: name + "-replaces-shared", file: groupFile, seen: "new value saved instead of old",
				fault: "replaces a state in place that the snapshot shares",
				edits: one(shared, "if ok && (private || true) && fits(old, len(v)) {")},
			{name: name + "-holds-shared", file: groupFile, seen: "FLINK-9263, FLINK-2808: shallow copy",
				fault: "lets a transaction keep a state that the snapshot shares, and change it",
				edits: one("if !ok || !private {", "if !ok || false && !private {")},
			{name: name + "-holds-replaced", seen: "stale copy",
				fault: "goes on with the state that it has replaced",
				edits: one("\t\tf.held[tx.Worker()].forget(tx, r)\n", "\t\t_ = at\n")},
			{name: name + "-does-not-wait", seen: "quiesce without a drain",
				fault: "copies the chain heads while transactions run",
				edits: one(takes, hurry)},
			{name: name + "-forgotten-period", seen: "forgotten flip",
				fault: "does not begin a new period at the point",
				edits: one(period, "")},
		}
	}
	flink := append(onWrite("flink"), []mutant{
		{name: "flink-removes-deleted", file: groupFile, seen: "deleted record resurrected",
			fault: "forgets a deleted record instead of keeping that it is deleted",
			edits: one("case v == nil && stamp == 0:", "case v == nil:")},
		{name: "flink-captures-late", file: groupFile,
			seen:  "FLINK-9269, FLINK-8699: the asynchronous part reads what is live",
			fault: "writes a group as it is when it comes to it",
			edits: one("\terr := g.snap.Each(",
				"\tg.mu.Lock()\n\tlate, err := g.m.Snapshot()\n\tg.mu.Unlock()\n\tif err != nil {\n\t\treturn err\n\t}\n"+
					"\tdefer late.Release()\n\terr = late.Each(")},
		{name: "flink-keeps-after-failure", seen: "FLINK-13469: versions never released",
			fault: "leaves snapshots outstanding when a checkpoint fails",
			edits: one("\tdefer f.release()\n", "")},
		{name: "flink-no-progressive-release", file: groupFile, seen: "release per partition",
			fault: "keeps a group's snapshot until all groups are written",
			edits: one("\tg.release()\n\treturn err\n", "\treturn err\n")},
	}...)
	return append(append(in("flink", flinkFile, flink), in("flink-cow-write", flinkFile, onWrite("flink-cow-write"))...),
		in("flink-nested", nestedFile, []mutant{
			{name: "flink-nested-opens-early", seen: "FLINK-9269: the maps are written while they change",
				fault: "lets transactions in while it still writes",
				edits: one("\t\treturn n.env.Parts(",
					"\t\tn.env.Clock.Open()\n\t\tdefer n.env.Clock.Close()\n\t\treturn n.env.Parts(")},
			{name: "flink-nested-forgotten-period", seen: "forgotten flip",
				fault: "does not begin a new period at the point",
				edits: one("\t\tn.period++\n", "")},
			{name: "flink-nested-removes-deleted", seen: "deleted record resurrected",
				fault: "forgets a deleted record instead of keeping that it is deleted",
				edits: one("v == nil && tx.Stamp() == 0 {", "v == nil {")},
			{name: "flink-nested-holds-replaced", seen: "stale copy",
				fault: "goes on with the state that it has replaced",
				edits: one("\tn.held[tx.Worker()].forget(tx, r)\n", "")},
			{name: "flink-nested-loses-value", seen: "a write of a field replaces the record",
				fault: "loses the rest of a value that grows",
				edits: one("\t\ts.CopyFrom(old)\n", "\t\t_ = old\n")},
		})...)
}
