package bench

import (
	"errors"
	"strings"
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/store"
	"ckptbench/harness/result"
)

// variedRun is a run in which every value is checked to the byte: by the oracle in a
// recorded trial, in the images of a measured one against all that was committed, and
// recovered.
func variedRun(names, rest string) string {
	text := strings.Replace(small, "record_size: 100\n", "", 1)
	text = strings.Replace(text, "workload: {name: calc}\n", "", 1)
	text = strings.Replace(text, "records: 5k", "records: 1k", 1)
	text = strings.Replace(text, "duration: 250ms", "duration: 150ms", 1)
	return text + rest + "algorithms: [" + names + "]\n"
}

// Values of varying length, in place and out of line, come back from every algorithm's
// images as long as they were: of every kind from every algorithm, and in fields or large
// from one of each family.
func TestVariedValues(t *testing.T) {
	const few = "none, calc, pagestore, foedus"
	names := few
	if !testing.Short() {
		var all []string
		for _, e := range algorithms.All() {
			if !e.Unsound {
				all = append(all, e.Name)
			}
		}
		names = strings.Join(all, ", ")
	}
	for name, rest := range map[string]string{
		"every kind": `
record_size: 20-400
workload: {read: 20%, update: 20%, write: 20%, rmw: 20%, insert: 10%, delete: 10%, keys: 4, abort: 5%}
`,
		"fields and large values": `
record_size: 20-400
large: {share: 1%, size: 10KB-80KB}
index: hash
workload: {name: ycsb-a, keys: 3, abort: 5%}
`,
		"inserted large values": `
record_size: 20B-100B
large: {share: 5%, size: 40KB}
workload: {name: ycsb-e, insert: 50%, scan: 50%, max_scan: 5}
`,
	} {
		t.Run(name, func(t *testing.T) {
			if racing && name != "every kind" {
				t.Skip("the detector's shadow of the room for inserts of large values does not fit a machine, and the kinds " +
					"that all runs have are enough")
			}
			who := names
			switch {
			case name == "inserted large values":
				who = few
			case name == "fields and large values" && !testing.Short():
				who = "none, " + strings.Join(families, ", ")
			}
			e := run1(t, variedRun(who, rest))
			for i := range e.Trials {
				x := &e.Trials[i]
				entry, _ := algorithms.Find(x.Algorithm)
				if x.Status != result.OK || x.Committed == 0 || !entry.Baseline && x.Verdict.Images < 2 {
					t.Errorf("%s: %s %q, %d committed, %+v", x.Algorithm, x.Status, x.Error, x.Committed, x.Verdict)
				}
			}
		})
	}
}

// Data is what the values have, not what their slots could hold; memory is the slots
// that are used.
func TestVariedMemory(t *testing.T) {
	text := variedRun("none", "record_size: 20-400\nlarge: {share: 1%, size: 20KB-40KB}\nworkload: {name: calc}\n")
	c := cell{Experiment: parse(t, text).Cells()[0].Experiment}
	e, _ := algorithms.Find("none")
	s, err := c.openLoaded(e, t.TempDir(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	l, want := c.valueLayout(), int64(0)
	for key := range uint64(c.Records) {
		if _, ok := l.large.rank(key); ok {
			want += headerSize + int64(l.large.length(key, 0))
		} else {
			want += int64(l.length(key, 0))
		}
	}
	if got := c.dataBytes(s); got != want {
		t.Errorf("%d bytes of values, want %d", got, want)
	}
	// 1024 slots of 448 bytes, and 30 of 16 KiB, as far as the store goes over them.
	if m := s.Memory(); m.Store < 1000*448+30*16<<10 || m.Store > 2048*448+1024*16<<10 {
		t.Errorf("the store takes %d bytes", m.Store)
	}
}

// An image in which one value is a byte too short, or a chunk of a large value is
// missing, old or cut, is wrong.
func TestFaultsOfVariedImages(t *testing.T) {
	naive, _ := algorithms.Find("naive-copy")
	in := func(table int, change func(v *store.Version)) func(store.Rec, *store.Version) {
		return func(r store.Rec, v *store.Version) {
			if r.Table() == table && r.Key() == 1 && v.Present() {
				change(v)
			}
		}
	}
	short := func(v *store.Version) { v.Apply(v.Stamp(), store.Whole, v.Bytes()[:v.Len()-1]) }
	long := func(v *store.Version) { v.Apply(v.Stamp(), v.Len(), []byte{0}) }
	missing := func(v *store.Version) { *v = store.Version{} }
	const values, large = "record_size: 20-400\n", "record_size: 20-400\nlarge: {share: 1%, size: 40KB-80KB}\n"
	for name, x := range map[string]struct {
		text   string
		change func(store.Rec, *store.Version)
	}{
		"short":         {values + "workload: {name: calc}\n", in(0, short)},
		"long":          {values + "workload: {name: calc}\n", in(0, long)},
		"short, fields": {values + "workload: {name: ycsb-a}\n", in(0, short)},
		"long, fields":  {values + "workload: {name: ycsb-a}\n", in(0, long)},
		"short chunk":   {large + "workload: {name: calc}\n", in(1, short)},
		"missing chunk": {large + "workload: {name: calc}\n", in(1, missing)},
		"chunk torn":    {large + "workload: {name: ycsb-a}\n", in(1, func(v *store.Version) { v.Bytes()[v.Len()-1]++ })},
	} {
		t.Run(name, func(t *testing.T) {
			e := naive
			e.New = newSpoiled(fault{from: 1, change: x.change})
			out, err := measured(t, variedRun("naive-copy", x.text), e, checkpoints(1))
			var wrong *wrongImage
			if !errors.As(err, &wrong) {
				t.Errorf("%v, after %+v", err, out.Verdict)
			}
		})
	}
}
