package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A mutant is one fault, put in on purpose.
type mutant struct {
	room  string // the algorithm, or the package under them, that it breaks
	name  string
	file  string // below algorithms
	edits []edit
	fault string // in words
	seen  string // where: in a paper's pitfalls, in public code
	// tests are the rooms whose tests have to notice; nil means the
	// room's own.
	tests []string
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

// all returns the whole table.
func all() []mutant {
	return slices.Concat(
		naiveMutants(), lockingMutants(), fuzzyMutants(), couMutants(), zigzagMutants(), pingpongMutants(), hourglassMutants(), piggybackMutants(),
		calcMutants(), cprMutants(), lineairdbMutants(), pushMutants(), hyperMutants(), forkMutants(),
		flinkMutants(), cowmapMutants(), pagestoreMutants(),
		hekatonMutants(), pairsMutants(),
		stableMutants(), phaseMutants(), lockMutants(), transactionMutants(), recoverMutants(),
		imageMutants(), walMutants(), partialMutants(), foedusMutants(), pagedMutants(), gleanMutants(),
		pagesMutants(), btreeMutants(), rowstoreMutants(), durabilityMutants(),
	)
}

// A suite is the tests of a room: a package below algorithms and the top-level
// tests in it.
type suite struct{ pkg, run string }

// suites says which tests belong to a room.
func suites(room string) []suite {
	algorithm := func(pkg, test string) []suite { return []suite{{pkg, "^" + test + "$"}} }
	switch room {
	case "fuzzy", "locking", "push", "piggyback", "hyper", "hekaton", "foedus":
		return []suite{{room, "."}}
	case "naive", "cou", "zigzag", "pingpong", "hourglass", "calc", "cpr", "lineairdb", "none":
		return algorithm(room, "Test")
	case "foedus-pages": // volatile pages, looked at from within
		return []suite{{"foedus", "^Test(FourTimes|DropDuring|ChangedSince|NotDurable|InstallFails|FetchDamaged|FetchFails|HalfFetched|HalfLoaded|RecoverWithoutPages)$"}}
	case "foedus-budget":
		return algorithm("foedus", "TestBudget")
	case "pagestore": // small pages run the suite again, and take long
		return []suite{{room, "^Test(Restore|Redo|Scan)?$"}}
	case "naive-copy":
		return algorithm("naive", "TestCopy")
	case "cou-block":
		return []suite{{"cou", "Block|Copier"}}
	case "pingpong-drain":
		return algorithm("pingpong", "TestDrain")
	case "flink":
		return []suite{{"flink", "."}}
	case "flink-cow-write":
		return algorithm("flink", "TestCowWrite")
	case "flink-nested":
		return algorithm("flink", "TestNested")
	case "calc-mutex":
		return algorithm("calc", "TestMutex")
	case "cpr-verify":
		return algorithm("cpr", "TestVerify")
	case "pcalc":
		return []suite{{"calc", "^Test(Partial|GivenUp)$"}}
	case "pnaive", "pzigzag", "ppingpong", "pcpr":
		return algorithm(room[1:], "TestPartial")
	case "pnaive-copy":
		return algorithm("naive", "TestPartialCopy")
	case "pcalc-hash":
		return algorithm("calc", "TestPartialHash")
	case "pfuzzy":
		return algorithm("fuzzy", "TestPartial")
	case "wal/stall": // elsewhere the worker hangs until the test's end
		return []suite{{"internal/wal", "^TestStalledWorkerIsWoken$"}}
	case "image/merge":
		return []suite{{"internal/image", "Merge|^TestVerifyChain$"}}
	case "store", "storetest/crash", "storetest/powercut":
		return []suite{{room, "."}}
	case "checkpoint-acks": // power cuts of stores without a log
		return []suite{{"storetest/powercut", "^TestDurabilityByCheckpoint$"}}
	case "image/crash": // what a crash finds, not the list of calls that is pinned
		return []suite{{"internal/image", "^Test(Crash|Faults|FaultAndOn)$"}}
	}
	return []suite{{"internal/" + room, "."}} // stable, phase, image, wal …
}

// suites returns the tests that have to notice m, in the order in which to ask
// them.
func (m mutant) suites() (ss []suite) {
	for _, room := range m.tests {
		ss = append(ss, suites(room)...)
	}
	if ss == nil {
		ss = suites(m.room)
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
			return nil, fmt.Errorf("mutant %s: this text is %d times in algorithms/%s, and has to be there once: %q; the code has changed, bring the table up to date",
				m.name, n, m.file, e.old)
		}
		text = strings.Replace(text, e.old, e.new, 1)
	}
	return []byte(text), nil
}
