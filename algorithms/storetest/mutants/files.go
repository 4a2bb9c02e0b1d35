package main

// Images and logs on the disk.

const (
	writerFile   = "internal/image/writer.go"
	retainFile   = "internal/image/retain.go"
	loggerFile   = "internal/wal/logger.go"
	epochFile    = "internal/wal/epoch.go"
	openFile     = "internal/wal/open.go"
	noFsync      = faster + ", LineairDB, FrequentSnapshot: no fsync"
	metaFirst    = faster + ": metadata written before the data"
	errorsAsOk   = faster + ": I/O errors reported as Ok"
	truncatesLog = ldb + ": log files are reopened with truncation"
)

func imageMutants() []mutant {
	return in("image", writerFile, []mutant{
		{name: "image-published-before-sync", tests: []string{"image/crash", "image"}, seen: noFsync,
			fault: "gives the image its name without making its bytes durable",
			edits: one("if err := w.file.Sync(); err != nil {", "if err := error(nil); err != nil {")},
		{name: "image-name-not-synced", tests: []string{"image/crash", "image"}, seen: noFsync,
			fault: "names the image in the manifest before its own name is durable",
			edits: one("if err := fsys.SyncDir(dir); err != nil {", "if err := error(nil); err != nil {")},
		{name: "image-manifest-first", tests: []string{"image/crash", "image"}, seen: metaFirst,
			fault: "publishes the manifest before the image it names",
			edits: []edit{
				{"if err := w.file.Sync(); err != nil {", "if err := w.dir.record(e); err != nil {\n\t\treturn err\n\t}\n\tif err := w.file.Sync(); err != nil {"},
				{"\t\treturn fmt.Errorf(\"sync directory %s: %w\", dir, err)\n\t}\n\treturn w.dir.record(e)", "\t\treturn fmt.Errorf(\"sync directory %s: %w\", dir, err)\n\t}\n\treturn nil"},
			}},
		{name: "image-removes-uncertain", seen: "cleanup after a failed fsync",
			fault: "removes an image whose manifest may be durable",
			edits: one("w.file == nil || w.dir.mayCount(w.id())", "w.file == nil")},
		{name: "image-write-errors-lost", file: "internal/image/stream.go", seen: errorsAsOk,
			fault: "ignores that a block could not be written",
			edits: one("\t\ts.w.fail(err)\n", "\t\t_ = err\n")},
		{name: "image-manifest-not-synced", tests: []string{"image/crash", "image"}, file: "internal/fs/writefile.go", seen: noFsync,
			fault: "publishes a manifest whose bytes are not durable",
			edits: one("if err := f.Sync(); err != nil {", "if err := error(nil); err != nil {")},
		{name: "image-commit-not-synced", tests: []string{"image/crash", "image"}, file: retainFile, seen: noFsync,
			fault: "says that an image is published before the manifest's name is durable",
			edits: one("if err := d.o.FS.SyncDir(d.o.Dir); err != nil {", "if err := error(nil); err != nil {")},
		{name: "image-only-one-kept", file: "internal/image/manifest.go", seen: "the image before is gone when the new one is damaged",
			fault: "removes the image before",
			edits: one("images[:min(2, len(images))]", "images[:min(1, len(images))]")},
		{name: "image-numbers-again", file: retainFile, seen: truncatesLog,
			fault: "gives out numbers again that are on the disk, and overwrites what bears them",
			edits: one("d.lastImage, d.lastManifest = in.lastImage, in.lastManifest", "d.lastImage, d.lastManifest = 0, 0")},
		{name: "image-block-unchecked", file: "internal/image/scan.go", seen: faster + ": no checksum",
			fault: "does not check a block's checksum",
			edits: one("stored, crc := le.Uint32(b[end:]), checksum(b[:end])", "stored, crc := ref.crc, ref.crc")},
	})
}

func walMutants() []mutant {
	return in("wal", loggerFile, []mutant{
		{name: "wal-announced-before-sync", seen: "log in the page cache only (LineairDB)",
			fault: "announces a group as durable without syncing it",
			edits: one("if sync || full {", "if full {")},
		{name: "wal-acknowledged-before-sync", file: "internal/wal/moments.go", seen: "log in the page cache only (LineairDB)",
			fault: "tells that an epoch is durable when it is closed",
			edits: one("if epoch > l.durable.Load() {", "if epoch > l.closed.Load() {")},
		{name: "wal-wants-nothing", file: "internal/wal/moments.go", seen: "who only reads is never answered",
			fault: "leaves an epoch without changes unmarked though somebody waits",
			edits: one("{ raise(&l.want, epoch) }", "{ _ = epoch }")},
		{name: "wal-moves-nothing", file: "internal/wal/buffer.go", seen: "a buffer grown without its contents",
			fault: "forgets what a transaction had logged when the ring's end is met",
			edits: one("append(b.scratch[:0], b.rec...), false", "append(b.scratch[:0], b.rec[:frameHeader]...), false")},
		{name: "wal-checksum-to-the-end", file: "internal/wal/buffer.go", seen: "a record around the end of a ring",
			fault: "makes the checksum of a frame up to the ring's end",
			edits: one("if n-8 > len(b) {", "if false {")},
		{name: "wal-mark-before-records", seen: "epoch closed after the drain",
			fault: "marks an epoch as whole whose records came after it looked",
			edits: []edit{
				{"\tc := g.log.closed.Load()\n", ""},
				{"\tl := g.log\n\tif c <= g.marked", "\tl := g.log\n\tc := l.closed.Load()\n\tif c <= g.marked"},
			}},
		{name: "wal-durable-of-fastest", file: "internal/wal/wal.go", seen: "durable epoch is the least of all loggers (Silo)",
			fault: "takes the farthest logger's epoch for the log's",
			edits: []edit{{"least := ^uint64(0)", "least := uint64(0)"}, {"least = min(least, g.durable.Load())", "least = max(least, g.durable.Load())"}}},
		{name: "wal-epoch-not-awaited", file: epochFile, seen: "epoch closed while a commit is under way",
			fault: "closes an epoch while a worker is committing in it",
			edits: one("if s := b.state.Load(); s&busy != 0 && !await", "if s := b.state.Load(); false && s&busy != 0 && !await")},
		{name: "wal-overwrites-files", file: openFile, seen: truncatesLog,
			fault: "begins file numbers again, over the files of the session before",
			edits: one("number: sv.number,", "number: 0,")},
		{name: "wal-epochs-again", file: openFile, seen: "epochs given out twice",
			fault: "gives epochs out again that records cut from the log had",
			edits: one("base := max(e.highest, o.After, o.Above)", "base := max(e.epoch, o.After, o.Above)")},
		{name: "wal-ignores-after", file: openFile, seen: ldb + ": a log record loses against an older image",
			fault: "begins below the epoch of the image recovered from",
			edits: one("base := max(e.highest, o.After, o.Above)", "base := max(e.highest, o.Above)")},
		{name: "wal-cut-not-synced", file: openFile, seen: noFsync,
			fault: "builds on the end of the last session without making it durable",
			edits: one("if err := sv.rewrite(o.FS, e.tails); err != nil {", "if err := error(nil); err != nil {")},
		{name: "wal-believes-the-cache", file: "internal/wal/rewrite.go", seen: "fsync fails once, and succeeds the next time (PostgreSQL, 2018)",
			fault: "syncs what an earlier process wrote, which Linux takes for clean where its sync failed",
			edits: one("if err := copySegment(fsys, t.path, t.size); err != nil {", "if f, err := fsys.Open(t.path, false); errors.Join(err, f.Sync(), f.Close()) != nil {")},
		{name: "wal-hole-replayed", file: "internal/wal/survey.go", seen: "found here: a log that was emptied, and an image before the newest",
			fault: "replays over epochs that a session does not know",
			edits: one("if s.known > from && to > s.prev {", "if false {")},
		{name: "wal-sync-again", seen: "fsync fails once, and succeeds the next time (PostgreSQL, 2018)",
			fault: "tries a sync that failed again",
			edits: one("g.unsynced = fmt.Errorf(\"sync log %s: %w\", g.path, err)\n\t}\n\treturn g.unsynced", "return fmt.Errorf(\"sync log %s: %w\", g.path, err)\n\t}\n\treturn nil")},
		{name: "wal-name-not-synced", file: "internal/wal/rotate.go", seen: noFsync,
			fault: "writes to a file whose name is not durable",
			edits: one("return g.log.syncDir()", "return nil")},
		{name: "wal-truncates-too-far", file: "internal/wal/truncate.go", seen: "log truncated beyond the image",
			fault: "deletes files whatever epochs they hold",
			edits: one("if f.last <= upTo {", "if f.last > 0 || f.last <= upTo {")},
		{name: "wal-truncates-by-mark", file: "internal/wal/rotate.go", seen: "records of later epochs before a mark",
			fault: "goes by a file's last mark, though records of later epochs may stand before it",
			edits: one("sealed{g.path, g.highest}", "sealed{g.path, g.marked}")},
		{name: "wal-follows-behind-mark", file: "internal/wal/follow.go", seen: "records of later epochs before a mark",
			fault: "goes on behind the last mark, though records of later epochs stand before it",
			edits: one("case c.beyond != \"\":", "case false:")},
		{name: "wal-cut-at-farthest", file: "internal/wal/survey.go", seen: "epochs replayed beyond the durable one",
			fault: "cuts the log where the farthest logger ends, not where the last of all does",
			edits: []edit{{"e := end{epoch: ^uint64(0), highest: s.base}", "e := end{highest: s.base}"}, {"e.epoch, e.highest = min(e.epoch, t.mark),", "e.epoch, e.highest = max(e.epoch, t.mark),"}}},
		{name: "wal-window-takes-all", file: "internal/wal/replay.go", seen: "records of one key not in id order (Silo)",
			fault: "hands over what one logger has read ahead of the others",
			edits: one("; it.Epoch > w {", "; false && it.Epoch > w {")},
		{name: "wal-replays-unordered", file: "internal/wal/replay.go", seen: "records of one key not in id order (Silo)",
			fault: "does not bring a record's changes from several files in order",
			edits: one("radix.Item{Key: items[i].Stamp, At: uint64(i)}", "radix.Item{At: uint64(i)}")},
		{name: "wal-frame-unchecked", file: "internal/wal/frame.go", seen: faster + ": no checksum",
			fault: "does not check a frame's checksum",
			edits: one("if checksum(b, seed) != binary.LittleEndian.Uint32(b) {", "if false {")},
		{name: "wal-write-errors-lost", seen: errorsAsOk,
			fault: "ignores that a group could not be synced",
			edits: one("g.unsynced = fmt.Errorf(\"sync log %s: %w\", g.path, err)", "g.unsynced = nil")},
	})
}
