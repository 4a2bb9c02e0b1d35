package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A mutant is one fault, put in on purpose.
type mutant struct {
	room  string // the algorithm, or the package under them, that it breaks
	name  string
	file  string // below the module
	edits []edit
	fault string // in words
	seen  string // where: in a paper's pitfalls, in public code
	// tests are the rooms whose tests have to notice; nil means the
	// room's own.
	tests []string
	// own, where there are some, are tests of its own in place of a room's.
	own []suite
	// harmless says why no test can notice; such a mutant should survive.
	harmless string
}

// An edit replaces a text that occurs exactly once in its file.
type edit struct{ old, new string }

// one is the edits of a mutant that has one.
func one(before, after string) []edit { return []edit{{before, after}} }

// in sets the room of mutants, and the file of those that name none.
func in(room, file string, ms []mutant) []mutant {
	for i := range ms {
		ms[i].room = room
		if ms[i].file == "" {
			ms[i].file = file
		}
	}
	return ms
}

// all returns the whole table. The error is that a file of hunks cannot be read.
func all() ([]mutant, error) {
	ms, err := hunkMutants()
	return append(algorithmMutants(), ms...), err
}

// algorithmMutants returns those of what is below algorithms.
func algorithmMutants() []mutant {
	ms := slices.Concat(
		naiveMutants(), lockingMutants(), fuzzyMutants(), couMutants(), zigzagMutants(), pingpongMutants(),
		hourglassMutants(), piggybackMutants(),
		calcMutants(), cprMutants(), lineairdbMutants(), pushMutants(), hyperMutants(), forkMutants(),
		flinkMutants(), cowmapMutants(), pagestoreMutants(),
		hekatonMutants(), pairsMutants(),
		stableMutants(), phaseMutants(), lockMutants(), transactionMutants(), recoverMutants(),
		imageMutants(), walMutants(), partialMutants(), foedusMutants(), pagedMutants(), gleanMutants(),
		pagesMutants(), btreeMutants(), rowstoreMutants(), durabilityMutants(),
	)
	for i := range ms {
		ms[i].file = path.Join(algorithmsDir, ms[i].file)
	}
	return ms
}

// algorithmsDir is the folder of the algorithms in the module.
const algorithmsDir = "algorithms"

// A suite is some tests: a package below the module and the top-level tests in it.
type suite struct {
	pkg, run string
	plain    bool // it meets no point of package sched, and no luck: to run it once is enough
}

// suites says which tests belong to a room; packages are below algorithms.
func suites(room string) []suite {
	algorithm := func(pkg, test string) []suite { return []suite{{pkg: pkg, run: "^" + test + "$"}} }
	switch room {
	case "fuzzy", "locking", "push", "piggyback", "hyper", "hekaton", "foedus":
		return []suite{{pkg: room, run: "."}}
	case "naive", "cou", "zigzag", "pingpong", "hourglass", "calc", "cpr", "lineairdb", "none":
		return algorithm(room, "Test")
	case "foedus-pages": // volatile pages, looked at from within
		return []suite{{pkg: "foedus",
			run: "^Test(FourTimes|DropDuring|ChangedSince|NotDurable|InstallFails|FetchDamaged|FetchFails|HalfFetched|" +
				"HalfLoaded|RecoverWithoutPages)$"}}
	case "foedus-budget":
		return algorithm("foedus", "TestBudget")
	case "pagestore": // small pages run the suite again, and take long
		return []suite{{pkg: room, run: "^Test(Restore|Redo|Scan)?$"}}
	case "naive-copy":
		return algorithm("naive", "TestCopy")
	case "cou-block":
		return []suite{{pkg: "cou", run: "Block|Copier"}}
	case "pingpong-drain":
		return algorithm("pingpong", "TestDrain")
	case "flink":
		return []suite{{pkg: "flink", run: "."}}
	case "flink-cow-write":
		return algorithm("flink", "TestCowWrite")
	case "flink-nested":
		return algorithm("flink", "TestNested")
	case "calc-mutex":
		return algorithm("calc", "TestMutex")
	case "cpr-verify":
		return algorithm("cpr", "TestVerify")
	case "pcalc":
		return []suite{{pkg: "calc", run: "^Test(Partial|GivenUp)$"}}
	case "pnaive", "pzigzag", "ppingpong", "pcpr":
		return algorithm(room[1:], "TestPartial")
	case "pnaive-copy":
		return algorithm("naive", "TestPartialCopy")
	case "pcalc-hash":
		return algorithm("calc", "TestPartialHash")
	case "pfuzzy":
		return algorithm("fuzzy", "TestPartial")
	case "wal/stall": // elsewhere the worker hangs until the test's end
		return []suite{{pkg: "internal/wal", run: "^TestStalledWorkerIsWoken$"}}
	case "image/merge":
		return []suite{{pkg: "internal/image", run: "Merge|^TestVerifyChain$"}}
	case "store", "storetest/crash", "storetest/powercut":
		return []suite{{pkg: room, run: "."}}
	case "checkpoint-acks": // power cuts of stores without a log
		return []suite{{pkg: "storetest/powercut", run: "^TestDurabilityByCheckpoint$"}}
	case "image/crash": // what a crash finds, not the list of calls that is pinned
		return []suite{{pkg: "internal/image", run: "^Test(Crash|Faults|FaultAndOn)$"}}
	}
	pkg := "internal/" + room // stable, phase, image, wal …
	if owner, ok := owners()[room]; ok {
		pkg = owner + "/" + pkg
	}
	return []suite{{pkg: pkg, run: "."}}
}

// owners returns the algorithm under which a room's package stands, where it is one
// algorithm's alone.
func owners() map[string]string {
	return map[string]string{
		"cowmap": "flink", "fork": "hyper", "glean": "foedus", "pairs": "hekaton", "phase": "store",
		"pages": "pagestore", "btree": "pagestore", "rowstore": "pagestore",
	}
}

// suites returns the tests that have to notice m, in the order in which to ask
// them.
func (m mutant) suites() (ss []suite) {
	if m.own != nil {
		return m.own
	}
	for _, room := range m.tests {
		ss = append(ss, suites(room)...)
	}
	if ss == nil {
		ss = suites(m.room)
	}
	for i := range ss {
		ss[i].pkg = path.Join(algorithmsDir, ss[i].pkg)
	}
	return ss
}

// apply returns the file of m with the fault in it.
func (m mutant) apply(root string) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(m.file)))
	if err != nil {
		return nil, fmt.Errorf("mutant %s: %w", m.name, err)
	}
	text := string(b)
	for _, e := range m.edits {
		if n := strings.Count(text, e.old); n != 1 {
			return nil, fmt.Errorf("mutant %s: this text is %d times in %s, and has to be there once: %q; the code has "+
				"changed, bring the table up to date", m.name, n, m.file, e.old)
		}
		text = strings.Replace(text, e.old, e.new, 1)
	}
	return []byte(text), nil
}
