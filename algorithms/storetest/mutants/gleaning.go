package main

// Snapshots made from the log.

const (
	foedusFile  = "foedus/foedus.go"
	gleanFile   = "foedus/internal/glean/glean.go"
	composeFile = "foedus/internal/glean/compose.go"
	entryFile   = "foedus/internal/glean/entry.go"
	gleanDir    = "foedus/internal/glean/dir.go"
	windowFile  = "internal/wal/window.go"
	upstream    = "FOEDUS's code"
)

func foedusMutants() []mutant {
	return in("foedus", foedusFile, []mutant{
		{name: "foedus-cut-too-old", seen: "a snapshot of what is durable already, asked for later",
			fault: "cuts at an epoch that is durable when the checkpoint is asked for",
			edits: one("\tuntil := f.env.Log.Epoch()\n", "\tuntil := f.env.Log.Durable()\n")},
		{name: "foedus-claims-too-much", seen: "LineairDB: cut at the start of an epoch, acknowledged as its end",
			fault: "claims the epoch after the cut as well",
			edits: one("Seq: until, LogFrom", "Seq: until + 1, LogFrom")},
		{name: "foedus-window-one-off", seen: upstream + ": < and <= of epochs mixed up",
			fault: "begins a window one epoch too late",
			edits: one("\tfrom := f.dir.Current().Until()\n", "\tfrom := f.dir.Current().Until() + 1\n")},
		{name: "foedus-load-one-off", seen: upstream + ": < and <= of epochs mixed up",
			fault:    "takes the epoch in which the first transactions run for part of what was loaded",
			edits:    one("until := f.env.Log.Epoch() - 1", "until := f.env.Log.Epoch()"),
			harmless: "the log is waited for: when it has all of that epoch, no transaction can begin in it any more"},
		{name: "foedus-load-before-the-log", seen: "found here: a store killed when it had just been loaded",
			fault: "makes the first snapshot stand where the log does not reach yet",
			edits: one("\tif err := f.env.Log.Harden(ctx, until); err != nil {\n\t\treturn err\n\t}\n\t_, err := f.dir.Load",
				"\t_, err := f.dir.Load")},
		{name: "foedus-ahead-of-log", seen: "PostgreSQL flushes the log at a checkpoint whatever the mode of commits",
			tests: []string{"storetest/powercut"},
			fault: "publishes a snapshot whose log is not on the disk",
			edits: one("\tif err := f.env.Log.Harden(ctx, until); err != nil {\n\t\treturn err\n\t}\n\tlog, err", "\tlog, err")},
		{name: "foedus-newest-or-nothing", file: "foedus/resume.go", seen: "two checkpoints kept, and one tried",
			tests: []string{"storetest/powercut"},
			fault: "gives up where the newest snapshot is damaged, though the one before is kept",
			edits: one("if r.Snapshot == 0 || !errors.Is(err, glean.ErrDamaged) {", "if true || !errors.Is(err, glean.ErrDamaged) {")},
		{name: "foedus-always-direct", seen: "found here: checkpoint.direct: false with foedus",
			fault: "has its page files bypass the page cache whatever was asked for",
			edits: one("o.Dir, o.FS, o.Buffered = filepath.Join(env.Dir, Folder), env.FS, env.Buffered",
				"o.Dir, o.FS = filepath.Join(env.Dir, Folder), env.FS")},
		{name: "foedus-image-from-memory", seen: "snapshot from volatile pages",
			fault: "writes the image from the live records",
			edits: one("return f.image(ctx, w)",
				"return f.env.Scan(ctx, w, func(out *store.Out, r store.Rec) { out.Put(r, r.Live()) })")},
		{name: "foedus-log-one-off", seen: upstream + ": < and <= of epochs mixed up",
			fault: "has recovery begin one epoch too late in the log",
			edits: one("LogFrom: until, LogTo", "LogFrom: until + 1, LogTo")},
	})
}

func gleanMutants() []mutant {
	return append(in("glean", gleanFile, []mutant{
		{name: "glean-success-anyway", seen: upstream + ": execute() reports success when a mapper failed",
			fault: "publishes although a mapper failed",
			edits: []edit{
				{"\t\t\tif err := j.mapper(ctx, i); err != nil {\n\t\t\t\tcancel(err)",
					"\t\t\tif err := j.mapper(ctx, i); err != nil {\n\t\t\t\t_ = err"},
				{"if st.Mapped != received || received", "if received"}}},
		{name: "glean-mapper-waits-for-the-dead", seen: upstream + ": a mapper that waits ignores that all is over",
			fault: "does not end all parts when a reducer fails",
			edits: one("\t\t\tif err := r.run(ctx); err != nil {\n\t\t\t\tcancel(err)",
				"\t\t\tif err := r.run(ctx); err != nil {\n\t\t\t\t_ = err")},
		{name: "glean-old-roots", file: "foedus/internal/glean/roots.go", seen: upstream + ": stale root after a snapshot",
			fault: "builds a root without the children of the one before",
			edits: one("\t\tchildren, err := c.root(s)\n", "\t\tchildren, err := make([]Pointer, s.fanout), error(nil)\n")},
		{name: "glean-order-of-arrival", file: entryFile, seen: upstream + ": an unstable sort relied upon",
			fault: "orders the changes of a record within an epoch by their arrival",
			edits: one("\tif e.stamp != o.stamp {\n\t\treturn cmp.Compare(e.stamp, o.stamp)\n\t}\n", "")},
		{name: "glean-folds-too-much", file: entryFile, seen: upstream + ": compaction without a bound check",
			fault: "drops an overwrite that only begins within a later one",
			edits: one(" && int64(o.off)+int64(o.n) <= int64(e.off)+int64(e.n)", "")},
		{name: "glean-folds-neighbours", file: entryFile, seen: upstream + ": compaction compares with another key's record",
			fault: "takes neighbours for one record when it folds",
			edits: one("return e.table == o.table && e.key == o.key", "return e.table == o.table && e.leaf == o.leaf")},
		{name: "glean-bin-forgets", file: composeFile, seen: upstream + ": hash composer, second snapshot",
			fault: "does not take a bin's old records into the new one",
			edits: one("return c.bin(s, index, old, payload)", "return c.bin(s, index, old, nil)")},
		{name: "glean-leaf-forgets", file: composeFile, seen: upstream + ": second snapshot",
			fault: "does not take a leaf's old slots into the new one",
			edits: one("\tcopy(slots, payload)\n", "")},
		{name: "glean-pages-not-synced", file: "foedus/internal/glean/file.go", seen: noFsync,
			fault: "publishes pages that are not durable",
			edits: one("if err := w.f.Sync(); err != nil {", "if err := error(nil); err != nil {")},
		{name: "glean-names-not-synced", seen: noFsync,
			fault: "publishes before the names of the page files are durable",
			edits: one("if err := durable.SyncDir(j.d.o.FS, j.d.o.Dir); err != nil {", "_ = durable.SyncDir\n\tif err := error(nil); err != nil {")},
		{name: "glean-removes-shared", file: "foedus/internal/glean/sweep.go", seen: upstream + ": a retry truncates files that are pointed to",
			fault: "removes the files of earlier snapshots though pages in them are shared",
			edits: one("return ok && (d.cur == nil || d.cur.m.file(id) == nil) && (d.prev == nil || d.prev.file(id) == nil)",
				"return ok && (d.cur == nil || uint16(id>>8) != d.cur.m.id)")},
		{name: "glean-removes-while-held", file: "foedus/internal/glean/sweep.go",
			seen: "the spare checkpoint removed before the new one was read", tests: []string{"storetest/powercut"},
			fault: "removes a snapshot that a recovery may have to fall back to",
			edits: one("\tpages = pages && !d.hold\n", "")},
		{name: "glean-never-crowded", seen: "found here: a manifest of 65538 files, which nothing reads",
			fault: "lets files and ids run out where there is little garbage",
			edits: one(" || d.crowded(cur.m, taken)", "; _ = taken")},
		{name: "glean-writes-unreadable", file: gleanDir, seen: "found here: a manifest of 65538 files, which nothing reads",
			fault: "writes manifests that it would refuse to read",
			edits: []edit{{"if len(m.files) > d.most || len(b) > maxManifest {", "if false {"}, {"if _, err := decodeManifest(path, b); err != nil {", "if _, err := []byte(nil), error(nil); err != nil {"}}},
		{name: "glean-id-in-use", file: gleanDir, seen: upstream + ": ids wrap onto files that are in use",
			fault: "gives out a snapshot id of which files are in use",
			edits: one("d.id = after(d.id); !taken[d.id] {", "d.id = after(d.id); true {")},
		{name: "glean-removes-uncertain", seen: "cleanup after a failed rename",
			fault: "removes the pages of a snapshot whose manifest may be durable",
			edits: one("\t\tif !maybe {\n", "\t\tif maybe || true {\n")},
	}), in("wal", windowFile, []mutant{
		{name: "window-too-long", seen: upstream + ": < and <= of epochs mixed up",
			fault: "hands over epochs after the window",
			edits: one("fr.epoch > r.cut || ", "")},
		{name: "window-one-more", seen: upstream + ": < and <= of epochs mixed up",
			fault: "hands over the epoch before the window",
			edits: one("fr.epoch <= r.w.from", "fr.epoch < r.w.from")},
		{name: "window-goes-on-behind-mark", seen: "records of later epochs before a mark",
			fault: "goes on behind the last mark, though records of later epochs stand before it",
			edits: one("case fr.epoch > r.cut:", "case false:")},
		{name: "window-ends-with-the-buffer",
			seen:  upstream + ": a mapper stops when a full buffer ends exactly at a record's end",
			fault: "takes the end of what was read for the end of the file",
			edits: one("\t\tif err == io.EOF {\n",
				"\t\tif err == nil && len(s.buf) == 0 && s.off < s.size {\n\t\t\treturn nil\n\t\t}\n\t\tif err == io.EOF {\n")},
	})...)
}
