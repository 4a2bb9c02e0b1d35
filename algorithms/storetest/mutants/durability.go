package main

// Durability by checkpoint: a transaction that is acknowledged too early, or whose
// time is under-reported.

const prefixFile = "store/prefix.go"

func durabilityMutants() []mutant {
	const commit = "\tinfo, err := w.Commit(ctx, point)\n\tif err != nil {\n"
	const note = "s.prefix.publish(image.Info{Path: \"early\", Point: point}, time.Now())\n"
	ms := in("durability", prefixFile, []mutant{
		{name: "durability-before-published", file: "store/checkpoint.go",
			seen:  faster + ": a commit point before the snapshot is complete",
			fault: "acknowledges when an image is captured, before it is published",
			edits: one(commit, "\t"+note+commit)},
		{name: "durability-though-failed", file: "store/checkpoint.go", seen: errorsAsOk,
			fault: "acknowledges by an image that could not be published",
			edits: one(commit, commit+"\t\t"+note)},
		{name: "durability-one-too-far", seen: "off by one at the point of consistency",
			fault: "acknowledges the transactions behind an image's point as well",
			edits: one("place := image.Point.Seq + 1", "place := image.Point.Seq + 2")},
		{name: "durability-place-before", seen: "off by one at the point of consistency",
			fault: "takes the place before a transaction's for its own",
			edits: one("return w.tx.Seq + 1", "return w.tx.Seq")},
		{name: "durability-place-of-entry", seen: "CALC's start phase taken for its commit phase",
			fault: "takes the clock's word at a transaction's start for its place",
			edits: one("return w.tx.Seq + 1", "return w.tx.Start + 1")},
		{name: "durability-never-turns", seen: "acknowledgements counted, not compared",
			fault: "acknowledges everything from the first image on",
			edits: one("p.durable.Store(place)", "p.durable.Store(1 << 62)")},
		{name: "durability-of-mixed", seen: "fuzzy images without their log", tests: []string{"store"},
			fault: "acknowledges by an image that only the log can repair",
			edits: one(" || image.Point.LogTo != 0", "")},
		{name: "durability-of-discarded", seen: "sink discard", tests: []string{"store"},
			fault: "acknowledges by an image that was thrown away",
			edits: one("image.Path == \"\" || ", "")},
		{name: "durability-told-early", seen: "latency until the request for durability", tests: []string{"store"},
			fault: "tells the time of the first image that is kept",
			edits: one("return p.points[i].at, p.points[i].place", "return p.points[0].at, p.points[i].place")},
	})
	for i := range ms {
		if ms[i].tests == nil {
			ms[i].tests = []string{"checkpoint-acks"}
		}
	}
	return ms
}
