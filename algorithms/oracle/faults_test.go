package oracle_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckptbench/algorithms/oracle"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// loaded is the initial database of the hand-made histories: records 0 to 3.
var loaded = oracle.Ranges{{Table: 0, First: 0, Count: 4}}

// A tx is a transaction of a hand-made history, run alone from begin to end.
// Its ops are "r0=7" (a read that saw stamp 7), "w0" and "d0".
type tx struct {
	worker  int
	id, seq uint64
	ops     string
}

func record(log *oracle.Log, x tx) {
	log.Begin()
	recordOps(log, x.ops)
	log.Commit(x.id, x.seq)
}

func recordOps(log *oracle.Log, ops string) {
	for _, op := range strings.Fields(ops) {
		var key, stamp uint64
		switch op[0] {
		case 'r':
			fmt.Sscanf(op, "r%d=%d", &key, &stamp)
			log.Read(0, key, stamp)
		case 'w':
			fmt.Sscanf(op, "w%d", &key)
			log.Write(0, key)
		case 'd':
			fmt.Sscanf(op, "d%d", &key)
			log.Delete(0, key)
		}
	}
}

func handmade(t testing.TB, txns ...tx) *oracle.History {
	t.Helper()
	r := oracle.NewRecorder(4, 0)
	for _, x := range txns {
		record(r.Worker(x.worker), x)
	}
	h, err := r.History(loaded)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// entries is an image of the initial records with some changed: "0=7" carries
// stamp 7, "0=7-" a tombstone with it, "0" is left out, "0=0 0=0" is a repeat.
func entries(changes string) *oracle.State {
	s := oracle.NewState(1, nil)
	changed := map[uint64]bool{}
	for _, c := range strings.Fields(changes) {
		var key, stamp uint64
		n, _ := fmt.Sscanf(c, "%d=%d", &key, &stamp)
		changed[key] = true
		if n == 2 {
			s.Shard(0).Put(0, key, stamp, !strings.HasSuffix(c, "-"), nil)
		}
	}
	for key := range uint64(4) {
		if !changed[key] {
			s.Shard(0).Put(0, key, 0, true, nil)
		}
	}
	return s
}

func kindsOf(r *oracle.Report) []oracle.Kind {
	var ks []oracle.Kind
	for k := oracle.Stamp; k <= oracle.SeqOrder; k++ {
		if r.Count(k) > 0 {
			ks = append(ks, k)
		}
	}
	return ks
}

type fault struct {
	name  string
	txns  []tx
	image string
	cut   uint64
	level oracle.Level
	want  []oracle.Kind // exactly
}

// Seqs that disagree with dependencies keep the claim true where a case is
// about closure alone.
var faults = []fault{
	{"consistent", []tx{{0, 1, 1, "w0 w1"}, {1, 2, 2, "r0=1 w2"}}, "0=1 1=1", 1, oracle.Prefix, nil},
	{"consistent, everything in", []tx{{0, 1, 1, "w0 w9"}, {1, 2, 2, "r0=1 d0 w0 d9"}}, "0=2 9=2-", 2, oracle.Prefix, nil},
	{"consistent, nothing in, insert not there", []tx{{0, 1, 1, "w9"}}, "", 0, oracle.Prefix, nil},
	{"consistent, record never there", []tx{{0, 1, 1, "r9=0 w0"}}, "0=1 8=0-", 1, oracle.Prefix, nil},
	{"torn transaction", []tx{{0, 1, 1, "w0 w1"}}, "0=1", 1, oracle.Prefix, []oracle.Kind{oracle.Torn}},
	{"torn by an insert", []tx{{0, 1, 2, "w0 w9"}}, "9=1", 1, oracle.Prefix, []oracle.Kind{oracle.Torn}},
	{"not closed under write-read", []tx{{0, 1, 9, "w0"}, {1, 2, 2, "r0=1 w1"}}, "1=2", 2, oracle.Prefix,
		[]oracle.Kind{oracle.WriteRead}},
	{"not closed under write-write", []tx{{0, 1, 9, "w0 w1"}, {1, 2, 2, "w0"}}, "0=2", 2, oracle.Prefix,
		[]oracle.Kind{oracle.WriteWrite}},
	{"not closed under read-write", []tx{{0, 1, 9, "r0=0 w1"}, {1, 2, 2, "w0"}}, "0=2", 2, oracle.Prefix,
		[]oracle.Kind{oracle.ReadWrite}},
	{"read-write through a read-only transaction", []tx{{0, 1, 9, "w0"}, {1, 2, 2, "r0=1 r1=0"}, {2, 3, 2, "w1"}}, "1=3",
		2, oracle.Session, []oracle.Kind{oracle.ReadWrite}},
	{"write-write through an overwritten transaction", []tx{{0, 1, 9, "w0"}, {1, 2, 2, "r0=1 w1"}, {2, 3, 2, "w1"}}, "1=3",
		2, oracle.Session, []oracle.Kind{oracle.WriteWrite}},
	{"through a session and a read-only transaction", []tx{{0, 1, 9, "w0"}, {1, 2, 2, "r0=1"}, {1, 3, 2, "w1"}}, "1=3", 2,
		oracle.Session, []oracle.Kind{oracle.SessionGap}},
	{"session gap", []tx{{0, 1, 9, "w0"}, {0, 2, 2, "w1"}}, "1=2", 2, oracle.Session, []oracle.Kind{oracle.SessionGap}},
	{"real-time inversion", []tx{{0, 1, 9, "w0"}, {1, 2, 2, "w1"}}, "1=2", 2, oracle.Prefix,
		[]oracle.Kind{oracle.RealTime}},
	{"real-time inversion, epoch", []tx{{0, 1, 9, "w0"}, {1, 2, 2, "w1"}}, "1=2", 2, oracle.Epoch,
		[]oracle.Kind{oracle.RealTime}},
	{"real-time inversion, allowed", []tx{{0, 1, 9, "w0"}, {1, 2, 2, "w1"}}, "1=2", 2, oracle.Session, nil},
	{"stale version", []tx{{0, 1, 1, "w0"}, {0, 2, 2, "w0"}}, "0=1", 2, oracle.Prefix, []oracle.Kind{oracle.Claim}},
	{"future version", []tx{{0, 1, 1, "w0"}, {0, 2, 2, "w0"}}, "0=2", 1, oracle.Prefix, []oracle.Kind{oracle.Claim}},
	{"uncommitted version", []tx{{0, 1, 1, "w0"}}, "0=77", 0, oracle.Prefix, []oracle.Kind{oracle.Stamp}},
	{"stamp of another record", []tx{{0, 1, 1, "w0"}, {1, 2, 2, "w1"}}, "0=1 1=2 2=1", 2, oracle.Prefix,
		[]oracle.Kind{oracle.Stamp}},
	{"stamp of another, touched record", []tx{{0, 1, 1, "w0 w1"}, {1, 2, 2, "w1"}}, "0=2 1=2", 2, oracle.Prefix,
		[]oracle.Kind{oracle.Stamp}},
	{"lost insert", []tx{{0, 1, 1, "w9"}}, "", 1, oracle.Prefix, []oracle.Kind{oracle.Missing, oracle.Claim}},
	{"lost record", []tx{{0, 1, 1, "w0"}}, "0", 0, oracle.Prefix, []oracle.Kind{oracle.Missing}},
	{"lost record, of a later image", []tx{{0, 1, 1, "w0"}}, "0", 1, oracle.Prefix, []oracle.Kind{oracle.Missing}},
	{"lost untouched record", []tx{{0, 1, 1, "w0"}}, "3", 0, oracle.Prefix, []oracle.Kind{oracle.Missing}},
	{"leaked insert", []tx{{0, 1, 2, "w9"}}, "9=1", 1, oracle.Prefix, []oracle.Kind{oracle.Claim}},
	{"leaked insert, unstamped", []tx{{0, 1, 2, "w9"}}, "9=0", 1, oracle.Prefix, []oracle.Kind{oracle.Presence}},
	{"record from nowhere", []tx{{0, 1, 1, "w0"}}, "0=1 8=0", 1, oracle.Prefix, []oracle.Kind{oracle.Presence}},
	{"resurrected delete", []tx{{0, 1, 1, "d0"}}, "0=1", 1, oracle.Prefix, []oracle.Kind{oracle.Presence}},
	{"resurrected delete, old version", []tx{{0, 1, 1, "d0"}}, "", 1, oracle.Prefix, []oracle.Kind{oracle.Claim}},
	{"dropped write", []tx{{0, 1, 1, "w0"}}, "0=1-", 1, oracle.Prefix, []oracle.Kind{oracle.Presence}},
	{"dropped load", []tx{{0, 1, 1, "w0"}}, "0=1 2=0-", 1, oracle.Prefix, []oracle.Kind{oracle.Presence}},
	{"repeated record", []tx{{0, 1, 1, "w0"}}, "0=1 2=0 2=0", 1, oracle.Prefix, []oracle.Kind{oracle.Repeated}},
	{"claims too little", []tx{{0, 1, 4, "w0"}}, "0=1", 3, oracle.Prefix, []oracle.Kind{oracle.Claim}},
	{"claims too much", []tx{{0, 1, 4, "w0"}, {1, 2, 5, "w1"}}, "0=1", 5, oracle.Prefix, []oracle.Kind{oracle.Claim}},
	{"claims too little, read-only", []tx{{0, 1, 4, "r0=0"}, {1, 2, 2, "w0"}}, "0=2", 3, oracle.Session,
		[]oracle.Kind{oracle.Claim}},
	{"unplaced read-only transaction", []tx{{0, 1, oracle.Unplaced, "r0=0"}, {1, 2, 2, "w0"}}, "0=2", 3,
		oracle.Prefix, nil},
}

// Every fault is found, under its kind and no other; the explanations are in
// the golden file for a person to read.
func TestFaults(t *testing.T) {
	var got strings.Builder
	for _, f := range faults {
		h := handmade(t, f.txns...)
		img := &oracle.Image{Name: "image", Cut: f.cut, State: entries(f.image)}
		r := h.CheckImage(img, oracle.Rules{Level: f.level})
		t.Run(f.name, func(t *testing.T) {
			if ks := kindsOf(r); !slices.Equal(ks, f.want) {
				t.Errorf("kinds %v, want %v\n%v", ks, f.want, r.Err())
			}
		})
		if !r.OK() {
			fmt.Fprintf(&got, "%s:\n", f.name)
		}
		for _, v := range r.Violations {
			fmt.Fprintf(&got, "  %v\n", v)
		}
	}
	golden(t, "faults.golden", got.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (rewrite with -update); got:\n%s", file, got)
	}
}

// A read-only transaction carries real time from one side to the other: T1
// ended before R began, R missed what T2 wrote, though T2 began before T1
// ended.
func TestRealTimeThroughReadOnly(t *testing.T) {
	r := oracle.NewRecorder(3, 0)
	r.Worker(2).Begin()
	record(r.Worker(0), tx{0, 1, 9, "w0"})
	record(r.Worker(1), tx{1, 2, 2, "r1=0"})
	recordOps(r.Worker(2), "w1")
	r.Worker(2).Commit(3, 2)
	h, err := r.History(loaded)
	if err != nil {
		t.Fatal(err)
	}
	img := &oracle.Image{Name: "image", Cut: 2, State: entries("1=3")}
	rep := h.CheckImage(img, oracle.Rules{Level: oracle.Prefix})
	if ks := kindsOf(rep); !slices.Equal(ks, []oracle.Kind{oracle.RealTime}) {
		t.Errorf("kinds %v, want real time", ks)
	}
	if err := h.CheckImage(img, oracle.Rules{Level: oracle.Session}).Err(); err != nil {
		t.Errorf("session: %v", err)
	}
}

// The history's own faults.
func TestHistoryFaults(t *testing.T) {
	check := func(name string, level oracle.Level, want []oracle.Kind, txns ...tx) {
		t.Helper()
		r := handmade(t, txns...).Check(oracle.Rules{Level: level})
		if ks := kindsOf(r); !slices.Equal(ks, want) {
			t.Errorf("%s: kinds %v, want %v\n%v", name, ks, want, r.Err())
		}
	}
	ks := func(k ...oracle.Kind) []oracle.Kind { return k }
	check("sound", oracle.Prefix, nil, tx{0, 1, 1, "w0"}, tx{1, 2, 1, "r0=1 w0 r0=2"})
	check("dirty read", oracle.Prefix, ks(oracle.DirtyRead), tx{0, 1, 1, "r0=5"})
	check("own stamp, other record", oracle.Prefix, ks(oracle.DirtyRead), tx{0, 1, 1, "w1 r0=1"})
	check("id 0", oracle.Prefix, ks(oracle.BadID), tx{0, 0, 1, "r0=0"})
	check("id twice", oracle.Prefix, ks(oracle.BadID), tx{0, 1, 1, "w0"}, tx{1, 1, 2, "w1"})
	check("lost update", oracle.Prefix, ks(oracle.Cycle), tx{0, 1, 1, "r0=0 w0"}, tx{1, 2, 1, "r0=0 w0"})
	check("write skew", oracle.Session, ks(oracle.Cycle), tx{0, 1, 1, "r0=0 w1"}, tx{1, 2, 1, "r1=0 w0"})
	check("stale read", oracle.Session, ks(oracle.Cycle), tx{0, 1, 1, "w0"}, tx{1, 2, 1, "r0=0"})
	check("seq against data", oracle.Session, ks(oracle.SeqOrder), tx{0, 1, 2, "w0"}, tx{1, 2, 1, "r0=1"})
	check("seq against session", oracle.Session, ks(oracle.SeqOrder), tx{0, 1, 2, "w0"}, tx{0, 2, 1, "w1"})
	check("seq against real time", oracle.Epoch, ks(oracle.SeqOrder), tx{0, 1, 2, "w0"}, tx{1, 2, 1, "w1"})
	check("seq against the highest that ended", oracle.Epoch, ks(oracle.SeqOrder), tx{0, 1, 1, "w0"}, tx{1, 2, 3, "w1"},
		tx{2, 3, 2, "w2"})
	check("seq against real time, allowed", oracle.Session, nil, tx{0, 1, 2, "w0"}, tx{1, 2, 1, "w1"})
	check("unplaced", oracle.Prefix, nil, tx{0, 1, oracle.Unplaced, "r0=0"}, tx{0, 2, 1, "w0"})
}

// Progress is demanded, so that an idle run cannot pass.
func TestProgress(t *testing.T) {
	h := handmade(t, tx{0, 1, 1, "w0"}, tx{0, 2, 2, "w1"}, tx{1, 3, 3, "r0=1"})
	image := func(cut uint64, changes string) *oracle.Image {
		return &oracle.Image{Name: "image", Cut: cut, State: entries(changes)}
	}
	none, one, both := image(0, ""), image(1, "0=1"), image(2, "0=1 1=2")
	check := func(name string, rules oracle.Rules, violations int, images ...*oracle.Image) {
		t.Helper()
		r := h.CheckImages(images, rules)
		if n := r.Count(oracle.Progress); n != violations || len(kindsOf(r)) > 1 {
			t.Errorf("%s: %d progress violations, want %d: %v", name, n, violations, r.Err())
		}
	}
	check("enough", oracle.Rules{MinIn: 1, MinOut: 1, MinBetween: 1}, 0, one)
	check("step", oracle.Rules{MinBetween: 1}, 0, none, one, both)
	check("nothing in", oracle.Rules{MinIn: 1}, 1, none, one)
	check("nothing out", oracle.Rules{MinOut: 1}, 1, one, both)
	check("idle between", oracle.Rules{MinBetween: 1}, 1, one, one)
	check("short step", oracle.Rules{MinBetween: 2}, 2, none, one, both)
	check("backwards", oracle.Rules{}, 2, both, one, one) // fewer in, and an earlier cut
	check("no image", oracle.Rules{}, 1)
}

func TestFinal(t *testing.T) {
	h := handmade(t, tx{0, 1, 1, "w0 w9"}, tx{0, 2, 2, "w0 d9 d1"})
	check := func(changes string, want ...oracle.Kind) {
		t.Helper()
		if ks := kindsOf(h.Final(entries(changes), oracle.Rules{})); !slices.Equal(ks, want) {
			t.Errorf("%q: kinds %v, want %v", changes, ks, want)
		}
	}
	check("0=2 9=2- 1=2-")
	check("0=1 9=1 1=0", oracle.Lost)
	check("0=2 9=2- 1=2", oracle.Presence)
	check("0=2 9=1 1=2-", oracle.Lost)
	check("0=2 1=2-", oracle.Lost) // the tombstone of 9 is gone
	check("0=2 9=2- 1=2- 3", oracle.Missing)
}

func TestContents(t *testing.T) {
	bad := errors.New("does not name the record")
	h := handmade(t, tx{0, 1, 1, "w0"})
	s := oracle.NewState(2, func(table int, key, stamp uint64, value []byte) error {
		if len(value) != 1 || uint64(value[0]) != key {
			return bad
		}
		return nil
	})
	for key := range uint64(4) {
		s.Shard(int(key&1)).Put(0, key, uint64(btoi(key == 0)), true, []byte{byte(key)})
	}
	for range 9 {
		s.Shard(1).Put(0, 3, 0, true, []byte{7}) // refused nine times, kept five times
	}
	s.Shard(0).Put(0, 9, 0, false, nil) // a tombstone has no contents
	r := h.CheckImage(&oracle.Image{Name: "image", Cut: 1, State: s}, oracle.Rules{Limit: 1})
	if r.Count(oracle.Contents) != 9 || r.Count(oracle.Repeated) != 9 || len(kindsOf(r)) != 2 || len(r.Violations) != 2 {
		t.Errorf("%v, want 9 of kind contents, 9 repeated, 1 of each listed", r.Err())
	}
	if !strings.Contains(fmt.Sprint(r.Err()), bad.Error()) {
		t.Errorf("%v does not say why", r.Err())
	}
}

// Violations are all counted, the first few of each kind listed.
func TestLimits(t *testing.T) {
	r := oracle.NewRecorder(1, 0)
	img := map[loc]ver{}
	for i := range uint64(100) {
		record(r.Worker(0), tx{0, i + 1, i + 1, fmt.Sprintf("w%d w%d", 2*i, 2*i+1)})
		img[loc{0, 2 * i}] = ver{i + 1, true}
	}
	h, _ := r.History(nil)
	images := []*oracle.Image{{Cut: 100, State: state(img)}, {Cut: 100, State: state(maps.Clone(img))}}
	rep := h.CheckImages(images, oracle.Rules{Limit: 3})
	if rep.Count(oracle.Torn) != 200 || rep.Count(oracle.Missing) != 200 || len(rep.Violations) != 6 {
		t.Errorf("%d torn, %d missing, %d listed; want 200, 200, 6", rep.Count(oracle.Torn), rep.Count(oracle.Missing),
			len(rep.Violations))
	}
}
