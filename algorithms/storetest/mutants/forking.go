package main

// The clone of the process, and what takes memory as it lies.

const (
	hyperFile  = "hyper/hyper.go"
	extentFile = "store/extent.go"
	forkFile   = "hyper/internal/fork/fork.go"
	cloneFile  = "hyper/internal/fork/clone.go"

	redis = "Redis BGSAVE"
)

func hyperMutants() []mutant {
	return in("hyper", hyperFile, []mutant{
		{name: "hyper-does-not-wait", seen: "fork while transactions run, without the undo that HyPer's paper then needs",
			fault: "clones the process without waiting for the transactions that run",
			edits: one("err = h.env.Quiesce(ctx, func() error {", `quiesce := func(f func() error) error {
		h.env.Mark(store.MarkClosed)
		h.env.Clock.Close()
		defer h.env.Mark(store.MarkOpened)
		defer h.env.Clock.Open()
		h.env.Mark(store.MarkPoint)
		return f()
	}
	err = quiesce(func() error {`)},
		{name: "hyper-clones-late", seen: "quiesce shorter than the fork",
			fault: "clones the process when transactions run again",
			edits: []edit{
				{"\t\tif err := s.Take(ctx, memory(tables)); err != nil {\n\t\t\treturn err\n\t\t}\n", ""},
				{"\tsched.Point(\"hyper.cloned\")\n",
					"\tsched.Point(\"hyper.cloned\")\n\tif err := s.Take(ctx, memory(tables)); err != nil {\n" +
						"\t\treturn at, err\n\t}\n"},
			}},
		{name: "hyper-forgotten-period", seen: "forgotten flip",
			fault: "does not begin a new period at the point",
			edits: one("\t\th.period++\n", "")},
		{name: "hyper-clone-not-ended", seen: redis + ": the child's exit status decides whether the dump counts",
			fault: "publishes the image whatever becomes of the clone after the last byte",
			edits: one("\treturn at, s.End()\n", "\treturn at, nil\n")},
		{name: "hyper-reads-live", file: extentFile, seen: li + ": writes the live state and not the snapshot",
			fault: "reads the clone's bytes, but makes the image of the live records",
			edits: one("v := x.version(slots, i)", "_ = slots\n\t\tv := x.t.rec(x.from + i).Live()")},
		{name: "hyper-extents-later", file: extentFile, seen: "records that come after the cut",
			fault: "leaves out the slots of the last extent of a table, as if they had come after the fork",
			edits: one("from < high; from += step", "from+step < high; from += step")},
		{name: "hyper-key-of-the-slot", file: extentFile, seen: "index and records of two moments",
			fault: "takes the slot for the key where there is an index",
			edits: one("key = *(*uint64)(unsafe.Pointer(&b[8*i]))", "_ = b")},
	})
}

func forkMutants() []mutant {
	return in("fork", forkFile, []mutant{
		{name: "fork-short-write", file: cloneFile, seen: "write(2) may write less",
			fault: "takes a write for whole whatever it returns",
			edits: one("\t\t\tp = p[n:]\n", "\t\t\t_ = n\n\t\t\tp = nil\n")},
		{name: "fork-write-error-lost", file: cloneFile, seen: faster + ": I/O errors reported as Ok",
			fault: "ends with status 0 when a write failed",
			edits: one("exit(uintptr(errno))", "exit(0)")},
		{name: "fork-status-ignored", seen: redis + ": the child's exit status decides whether the dump counts",
			fault: "does not look at the clone's exit status",
			edits: one("case st.ExitStatus() != 0:", "case false:")},
		{name: "fork-death-ignored", seen: redis + ": a child killed for want of memory",
			fault: "does not look whether the clone was killed",
			edits: one("case st.Signaled():", "case false:")},
		{name: "fork-zombie", seen: "a child that nobody waits for",
			fault: "does not reap the clone",
			edits: one("err = retry(func() error { _, err := unix.Wait4(s.pid, &s.status, unix.WALL, nil); return err })",
				"_ = err")},
		{name: "fork-cancel-in-vain", seen: "a wait that does not honour its context",
			fault: "does not kill the clone when the context ends",
			edits: one("_ = unix.Kill(pid, unix.SIGKILL) // it", "_ = pid // it")},
		{name: "fork-keeps-files", file: cloneFile, seen: "a child that keeps its parent's pipes and locks open",
			fault: "leaves the files of the process open in the clone",
			edits: one("\tsyscall.RawSyscall(unix.SYS_CLOSE_RANGE, hi+1, 1<<32-1, 0)\n", "")},
	})
}
