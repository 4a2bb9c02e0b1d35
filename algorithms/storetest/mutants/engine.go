package main

// What every algorithm stands on: the clock, the locks, the transactions, the
// scan, recovery.

const (
	clockFile    = "store/internal/phase/clock.go"
	workerFile   = "store/worker.go"
	lockFile     = "store/lock.go"
	undoFile     = "store/undo.go"
	captureFile  = "store/capture.go"
	recoverFile  = "store/recover.go"
	slotsFile    = "store/slots.go"
	coverageFile = "store/coverage.go"
	storeFile    = "store/store.go"
)

func phaseMutants() []mutant {
	ms := in("phase", clockFile, []mutant{
		{name: "phase-no-second-look", seen: "epoch read and published in two steps",
			fault: "a worker that was overtaken publishes an old phase",
			edits: []edit{
				{"import (\n", "import (\n\t\"runtime\"\n"},
				{"\t\tif c.word.Load() == p {\n\t\t\treturn p, true\n\t\t}\n\t\tme.Store(idle)\n", "\t\treturn p, true\n"},
				{"\t\tme.Store(p)\n", "\t\truntime.Gosched()\n\t\tme.Store(p)\n"},
			}},
		{name: "phase-set-opens", seen: "phase change and gate in one word",
			fault: "setting a phase lets transactions in that were to be kept out",
			edits: one("p|w&closed", "p|w&0")},
		{name: "phase-waits-for-one", seen: "epoch table read in part",
			fault: "waits for the first worker only",
			edits: one("for i := range c.workers {\n\t\terr := backoff", "for i := range c.workers[:1] {\n\t\terr := backoff")},
		{name: "phase-await-none-ignores", seen: "quiesce without a drain",
			fault: "does not wait until nobody runs",
			edits: one("return c.Await(ctx, func(uint64) bool { return false })", "return ctx.Err()")},
		{name: "phase-enters-closed", seen: "begin not refused during the quiesce",
			fault: "lets transactions in though the clock is closed",
			edits: one("if p&closed != 0 {", "if p == idle {")},
		{name: "phase-idle-holds-up", seen: faster + ": a session that stops refreshing stalls every checkpoint",
			fault: "waits for workers that are in no transaction",
			edits: one("return p == idle || ok(p)", "return ok(p)")},
		{name: "phase-await-past-any", seen: "await skipped",
			fault: "takes a transaction of the old phase for one of the new",
			edits: one("return q != p })", "return q == p || q != p })")},
	})
	for i := range ms {
		ms[i].tests = []string{"phase", "zigzag", "calc", "pingpong-drain"}
	}
	return ms
}

func lockMutants() []mutant {
	ms := append(in("locks", lockFile, []mutant{
		{name: "locks-weaker-first", seen: "a key declared twice",
			fault: "locks a key that is declared twice in the weaker mode",
			edits: one("return int(b.Mode) - int(a.Mode)", "return int(a.Mode) - int(b.Mode)")},
		{name: "locks-clock-not-met", seen: "ids that do not ascend on a record",
			fault: "does not raise a transaction's id above what it meets",
			edits: one("w.seq = max(w.seq, seq)", "_ = seq")},
		{name: "locks-released-before-commit", file: workerFile, seen: "CALC with early lock release",
			fault: "releases the locks before the commit token is appended",
			edits: one("\tsched.Point(\"commit\")\n", "\tw.unlockAll()\n\tw.locks = w.locks[:0]\n\tsched.Point(\"commit\")\n")},
		{name: "locks-left-first", file: workerFile, seen: "transaction not counted while it commits",
			fault: "leaves the clock before it commits",
			edits: one("\terr := w.run(q)\n\ts.clock.Leave(w.id)\n", "\ts.clock.Leave(w.id)\n\terr := w.run(q)\n")},
		{name: "locks-left-before-body", file: workerFile, seen: "transaction not counted while it runs",
			fault: "leaves the clock before its body runs",
			edits: one("\tif err := q.Body(tx); err != nil {\n",
				"\tw.store.clock.Leave(w.id)\n\tif err := q.Body(tx); err != nil {\n")},
	}), in("locks", "internal/record/lock.go", []mutant{
		{name: "locks-ignore-readers", seen: "upgrade without a check",
			fault: "a writer takes the lock though others read",
			edits: one("if w&held != 0 ||", "if w&(exclusive|copying) != 0 ||")},
		{name: "locks-ignore-writer", seen: "a reader passes a writer",
			fault: "a reader takes the lock though another writes",
			edits: one("\t\tif w&(exclusive|claimed) != 0 {\n\t\t\treturn 0, false\n\t\t}\n", "")},
	})...)
	for i := range ms {
		ms[i].tests = []string{"store", "none", "calc"}
	}
	return ms
}

func transactionMutants() []mutant {
	return append(in("transactions", undoFile, []mutant{
		{name: "undo-new-stamp", seen: "abort leaves a trace", tests: []string{"zigzag"},
			fault: "an aborted transaction leaves its own id on what it put back",
			edits: one("\t\ttx.stamp = o.stamp\n", "")},
		{name: "undo-last-value", seen: "CALC, figure 1, in the undo", tests: []string{"calc"},
			fault: "keeps the value before the last write of a record, not the first",
			edits: one("\t\tif u.olds[i].r == r {\n\t\t\treturn\n\t\t}", "\t\tif u.olds[i].r == r {\n\t\t\tbreak\n\t\t}")},
		{name: "undo-keeps-eight", seen: "undo buffer of a fixed length", tests: []string{"naive", "calc"},
			fault: "puts only the first eight records of a transaction back",
			edits: one("\t\tif u.olds[i].r == r {\n\t\t\treturn\n\t\t}\n\t}",
				"\t\tif u.olds[i].r == r || i == 7 {\n\t\t\treturn\n\t\t}\n\t}")},
		{name: "undo-keeps-insert", seen: "aborted insert stays", tests: []string{"pingpong"},
			fault: "does not take an aborted insert back",
			edits: one("\t\tcase !o.present:\n\t\t\tv = nil\n", "")},
		{name: "undo-loses-empty", seen: "empty taken for absent", tests: []string{"store", "none"},
			fault: "puts a value of no bytes back as a deletion",
			edits: one("\t\t\tv = []byte{}\n", "\t\t\tv = nil\n")},
	}), in("transactions", captureFile, []mutant{
		{name: "capture-no-tombstones", seen: "deleted record resurrected", tests: []string{"zigzag"},
			fault: "leaves deletions out of the image",
			edits: one("\t\to.s.Absent(table, key, stamp)\n", "")},
		{name: "capture-loses-the-rest", seen: "streams do not divide the table evenly", tests: []string{"naive"},
			fault: "leaves out the last records where streams do not divide them evenly",
			edits: one("high*(i+1)/n); err", "high*i/n+high/n); err")},
		{name: "capture-quiesces-nobody", file: "store/checkpoint.go", seen: "quiesce without a drain",
			tests: []string{"zigzag", "naive-copy"},
			fault: "reaches a point of consistency while transactions run",
			edits: one("if err := e.Clock.AwaitNone(ctx); err != nil {", "if err := ctx.Err(); err != nil {")},
		{name: "capture-forgets-to-settle", file: "store/checkpoint.go", seen: "a cancelled checkpoint is not finished",
			tests: []string{"calc", "pingpong"},
			fault: "does not settle a checkpoint that failed",
			edits: one("s.unsettled, s.env.published = true, false", "s.unsettled, s.env.published = false, false")},
		{name: "capture-settles-once", file: "store/checkpoint.go", seen: "a cancelled checkpoint is not finished",
			tests: []string{"calc", "cpr"},
			fault: "does not try again what Settle could not do",
			edits: one("if err := s.alg.Settle(ctx); err != nil {\n",
				"if err := s.alg.Settle(ctx); err != nil {\n\t\ts.unsettled = false\n")},
		{name: "capture-not-the-last-word", file: "internal/bits/bits.go", seen: "word-parallel flip misses records",
			tests: []string{"zigzag"},
			fault: "leaves the last word of the bits as it is",
			edits: one("(to+63)/64", "to/64")},
	})...)
}

func recoverMutants() []mutant {
	return in("recovery", recoverFile, []mutant{
		{name: "recover-applies-older", file: slotsFile, seen: "log applied whatever the image has", tests: []string{"calc"},
			fault: "applies a change that is older than the record",
			edits: one("if stamp < rec.Live().Stamp() {", "if stamp > rec.Live().Stamp() {")},
		{name: "recover-applies-first-only", file: slotsFile, seen: "apply iff the log's id is greater",
			tests: []string{"calc", "fuzzy"},
			fault: "applies only the first of several changes by one transaction",
			edits: one("if stamp < rec.Live().Stamp() {", "if stamp <= rec.Live().Stamp() {")},
		{name: "recover-resurrects", file: "store/backing.go", seen: "deleted record resurrected", tests: []string{"calc"},
			fault: "brings a deleted record back as an empty one",
			edits: one("rec.Absent {\n\t\tv = nil\n", "rec.Absent {\n\t\tv = []byte{}\n")},
		{name: "recover-reuses-ids", seen: "ids begin again after a restart", tests: []string{"calc"},
			fault: "lets workers use ids again that are in the recovered state",
			edits: one("\t\t\tw.seq = max(w.seq, c.last)\n", "\t\t\t_ = w.seq\n")},
		{name: "recover-ignores-log-from", seen: "recovery log starts at the end of the scan", tests: []string{"fuzzy"},
			fault: "replays from where the image ends, not from where it began",
			edits: one("r.Point.LogFrom, to,", "max(r.Point.LogFrom, r.Point.LogTo), to,")},
		{name: "recover-replays-too-far", seen: "log of later epochs applied", tests: []string{"fuzzy"},
			fault: "replays to the log's end though less was asked for",
			edits: one("r.Point.LogFrom, to,", "r.Point.LogFrom, 0*to,")},
		{name: "recover-reads-live-log", seen: "a log read while it is written", tests: []string{"storetest/crash"},
			fault: "reads the store's own log to its end, while its loggers write there",
			edits: one("\tif src.LogTo != 0 || s.log == nil", "\tif true || src.LogTo != 0 || s.log == nil")},
		{name: "recover-logs-aborted", file: workerFile, seen: "aborted changes in the log", tests: []string{"calc"},
			fault: "logs what an aborted transaction did",
			edits: one("\t\tw.redo.Abort()\n", "\t\tw.redo.Commit(tx.id)\n")},
		{name: "log-truncated-too-far", file: coverageFile, seen: "log truncated beyond the image",
			tests: []string{"fuzzy", "calc"},
			fault: "drops all of the log that is durable",
			edits: one("s.log.Truncate(s.logKept())", "s.log.Truncate(s.log.Durable())")},
		{name: "log-truncated-for-newest", file: coverageFile, seen: "log truncated beyond the image that is kept",
			tests: []string{"fuzzy", "calc"},
			fault: "drops the log that the image before needs",
			edits: one("min(s.coverage.kept[0], s.coverage.kept[1])", "s.coverage.kept[0]")},
		{name: "log-from-after-capture", file: coverageFile, seen: "recovery log starts at the end of the scan",
			tests: []string{"calc", "cpr"},
			fault: "replays from where the capture ended",
			edits: one("p.LogFrom = s.coverage.from", "p.LogFrom = s.log.Epoch() - 1")},
		{name: "log-behind-image", file: coverageFile, seen: "image published before the log it stands on",
			tests: []string{"calc"},
			fault: "publishes an image that is ahead of the log",
			edits: one("return p, s.log.Harden(ctx, s.log.Epoch())", "return p, nil")},
		{name: "log-only-written", file: coverageFile,
			seen:  "PostgreSQL flushes the log at a checkpoint whatever the mode of commits",
			tests: []string{"storetest/powercut"},
			fault: "publishes an image when the log it needs is written, and not on the disk",
			edits: one("return p, s.log.Harden(ctx, s.log.Epoch())", "return p, s.log.WaitDurable(ctx, s.log.Epoch())")},
		{name: "log-torn-image-used", file: recoverFile, seen: "found here: a log that was emptied under fuzzy images",
			tests: []string{"storetest/powercut"},
			fault: "recovers an image that mixes versions without the log that repairs it",
			edits: one("if mixed(r.Point) && to > g.After && to <= g.Until {", "if false && mixed(r.Point) && to > g.After {")},
		{name: "log-loss-untold", file: recoverFile, seen: "found here: a log that was emptied",
			tests: []string{"storetest/powercut"},
			fault: "does not say that the log behind an image was lost",
			edits: one("if g.Known != 0 && from == g.Known {", "if false && from == g.Known {")},
		{name: "image-passed-over-untold", file: recoverFile, seen: errorsAsOk, tests: []string{"storetest/powercut"},
			fault: "does not say that it passed over an image that is damaged",
			edits: one("\t\tr.Problems = append(r.Problems, err.Error())\n", "")},
		{name: "log-uses-epochs-again", file: storeFile, seen: "logs truncated at restart", tests: []string{"calc"},
			fault: "begins a log anew below the epoch of the image",
			edits: one("After: b.after, Above: b.above, ", "")},
	})
}
