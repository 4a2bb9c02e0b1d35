package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckptbench/workload"
)

// TestCoreWorkloads reads YCSB's six files and holds them against the presets,
// which were made of the same documents by other hands.
func TestCoreWorkloads(t *testing.T) {
	for _, letter := range []string{"a", "b", "c", "d", "e", "f"} {
		path := filepath.Join("testdata", "ycsb", "workload"+letter)
		e, err := Load(path, nil, known)
		if err != nil {
			t.Fatal(err)
		}
		preset, err := workload.Spec{Name: "ycsb-" + letter}.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		preset.Name = workload.Custom
		if d := cmp.Diff(preset, e.Workload); d != "" {
			t.Errorf("%s is not ycsb-%s: %s", path, letter, d)
		}
		if e.Records != 1000 || e.RecordSize != (Sizes{1000, 1000}) || e.Info.Name != "workload"+letter {
			t.Errorf("%s: %s records of %s, named %s", path, e.Records, e.RecordSize, e.Info.Name)
		}
		notes := strings.Join(e.Notes(), "\n")
		for _, want := range []string{path + ":5: operationcount=1000 means nothing here: a run here is timed",
			path + ":6: workload=site.ycsb"} {
			if !strings.Contains(notes, want) {
				t.Errorf("%s: notes %q, want %q", path, notes, want)
			}
		}
		checkRoundTrip(t, e)
	}
}

const ycsbRest = "\nrecordcount=10\nreadproportion=1\nupdateproportion=0\n"

// TestYCSBProperties says what single properties come to.
func TestYCSBProperties(t *testing.T) {
	check := func(text, key, want string, sets ...string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "w")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		e, err := Load(path, sets, known)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			return
		}
		if got := e.view().text(rowOf(key)); got != want {
			t.Errorf("%q: %s is %q, want %q", text, key, got, want)
		}
	}
	check("recordcount=10000000", "records", "10M")
	check("recordcount=10", "records", "20", "records=20")
	check("recordcount=10", "workload.read", "0.95") // CoreWorkload's own default
	check("recordcount=10", "workload.update", "0.05")
	check("readproportion=1"+"\nrecordcount=10\nupdateproportion=3", "workload.read", "0.25") // in proportion
	check("fieldcount=5\nfieldlength=30"+ycsbRest, "record_size", "150B")
	check("fieldcount=5\nfieldlength=30"+ycsbRest, "workload.fields", "5")
	check("recordcount=10\nwriteallfields=true", "workload.write", "0.05")
	check("recordcount=10\nwriteallfields=true", "workload.update", "0")
	check("requestdistribution=zipfian"+ycsbRest, "workload.distribution", "ycsb-scrambled")
	check("requestdistribution=latest"+ycsbRest, "workload.distribution", "latest")
	check(ycsbRest, "workload.distribution", "uniform")
	check("requestdistribution=hotspot\nhotspotdatafraction=0.1\nhotspotopnfraction=0.7"+ycsbRest,
		"workload.hot_fraction", "0.1")
	check("requestdistribution=hotspot\nhotspotdatafraction=0.1\nhotspotopnfraction=0.7"+ycsbRest,
		"workload.hot_share", "0.7")
	check("requestdistribution=hotspot\ninsertorder=ordered"+ycsbRest, "workload.key_order", "ordered")
	check("requestdistribution=hotspot"+ycsbRest, "workload.key_order", "scattered")
	check("requestdistribution=exponential\nexponential.percentile=90\nexponential.frac=0.5"+ycsbRest,
		"workload.hot_share", "0.9")
	check("requestdistribution=exponential\nexponential.percentile=90\nexponential.frac=0.5"+ycsbRest,
		"workload.hot_fraction", "0.5")
	check("maxscanlength=77\nscanlengthdistribution=zipfian"+ycsbRest, "workload.max_scan", "77")
	check("maxscanlength=77\nscanlengthdistribution=zipfian"+ycsbRest, "workload.scan_distribution", "zipf")
	check("threadcount=3"+ycsbRest, "workers", "3")
	check("target=5000"+ycsbRest, "rate", "5000/s")
	check("target=0"+ycsbRest, "rate", "closed")
	check("maxexecutiontime=30"+ycsbRest, "duration", "30s")
	check("dataintegrity=true\nhdrhistogram.percentiles=95,99\ntable=t\nmongodb.url=mongodb://x:1/y"+ycsbRest,
		"records", "10")
	// As go-ycsb and editors write them.
	check("\ufeffrecordcount=10\nreadproportion=1\nupdateproportion=0", "records", "10")
	check("recordcount: 10\nreadproportion: 1\nupdateproportion: 0", "records", "10")
	check("recordcount 10\nreadproportion 1\nupdateproportion 0", "records", "10")
	check("workload: core\nrecordcount: 10\nreadproportion: 1\nupdateproportion: 0", "records", "10")
	check("# x\r\rrecordcount=10\rreadproportion=1\rupdateproportion=0\r", "records", "10")
	check("workload=core\nreadallfields=TRUE\nrequestdistribution=Zipfian"+ycsbRest, "workload.distribution",
		"ycsb-scrambled")
	check("insertcount=0\ncolumnfamily=family\nhosts=a,b\ninsertorder=Ordered"+ycsbRest, "records", "10")
	check("recordcount=1000000000000\nreadproportion=1\nupdateproportion=0", "records", "1000G")
	// The syntax of java.util.Properties.
	check("! a comment\n  recordcount = 10 \r\nreadproportion : 1\nupdateproportion 0\n", "workload.read", "1")
	check("readproportion=1\nupdateproportion=0\nrecord\\\n   count=1\\\n0", "records", "10")
	check("r\\u0065cordcount=10", "records", "10")
}

func TestYCSBMistakes(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		_, err := Parse("w", []byte(text), known)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	check("recordcount=10\nreadpropotion=1", `w:2: unknown property "readpropotion": did you mean "readproportion"?`)
	check("recordcount=10\nrecords=1", `w:2: unknown property "records"`)
	check("recordcount=10\nduration=1s", `give it with --set duration=1s`)
	check("recordcount=10\ncolour=red", `unknown property "colour": YCSB's CoreWorkload has`)
	check("recordcount=ten", `w:1: recordcount: "ten" is not a whole number of at least 1`)
	check("recordcount=0", "at least 1")
	check("recordcount=2000000000000", `w:1: recordcount: "2000000000000" is more than 1000G, the most there can be`)
	check("recordcount=99999999999999999999", "is more than 1000G")
	check("recordcount=-99999999999999999999", "at least 1")
	check("recordcount=10\ntarget=3000000000000", `w:2: target: "3000000000000" is more than 1000G`)
	check("recordcount=10\nreadproportion=-1", `w:2: readproportion: "-1" is not a number from 0`)
	check("recordcount=10\nreadproportion=NaN", `"NaN" is not a number`)
	check("readproportion=0\nupdateproportion=0", "there is nothing to do")
	check("recordcount=10\nrequestdistribution=zipf", `did you mean "zipfian"?`)
	check("recordcount=10\nrequestdistribution=sequential", "is not one of uniform")
	check("recordcount=10\nfieldlengthdistribution=uniform",
		`w:2: fieldlengthdistribution: "uniform" is not supported, only constant`)
	check("recordcount=10\nreadallfields=false", "a read takes the whole record here")
	check("recordcount=10\ninsertcount=5", "only what recordcount says")
	check("recordcount=10\nworkload=site.ycsb.workloads.TimeSeriesWorkload", "only YCSB's CoreWorkload")
	check("recordcount=10\nwriteallfields=true\nreadmodifywriteproportion=0.1", "changes one field here")
	check("recordcount=10\nwriteallfields=maybe", "neither true nor false")
	check("recordcount=10\nrecordcount=20", "w:2: recordcount is on line 1 already")
	check("recordcount=10\nfieldcount=9\nfieldlength=99999999", "make a record of over 64MiB")
	check("recordcount=10\nmaxscanlength=100000", "w:2: workload.max_scan: 100000 must be 1 to 65535")
	check("recordcount=10\nx=\\uZZ", "four hexadecimal digits")
	check("recordcount=10\n=5", "has no name before it")
	check("recordcount=1\xff0", "not text in UTF-8")
	check("recordcount=10\nmeasurement=1", "did you mean")
}

// The configuration that a result keeps is one that runs, and has the file in it.
func TestGivenOfYCSB(t *testing.T) {
	e, err := Load("testdata/ycsb/workloadd", []string{"trials=2"}, known)
	if err != nil {
		t.Fatal(err)
	}
	given, err := e.Given()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse("workloadd.yaml", given, known)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(e, again, sameExperiment); d != "" ||
		!strings.Contains(string(given), "#   insertproportion=0.05\n") {
		t.Errorf("%s\n%s", d, given)
	}
	plain := []byte("records: 5\n")
	if e, err = Parse("x.yaml", plain, known); err != nil {
		t.Fatal(err)
	}
	if err := e.Set("records=6"); err != nil {
		t.Fatal(err)
	}
	if same, err := e.Given(); err != nil || string(same) != string(plain) {
		t.Errorf("%v: %s", err, same)
	}
}

// FuzzYCSB: no file is a panic, every error has words, and what is read is read
// again, the same, from what it is resolved to.
func FuzzYCSB(f *testing.F) {
	files, err := filepath.Glob("testdata/ycsb/*")
	if err != nil || len(files) != 6 {
		f.Fatal(files, err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("record\\\n  count=1\\\n0\nr\\u0065adproportion : 1\n! x\nrequestdistribution=hotspot"))
	f.Add([]byte("!\x17\u2028\xff")) // no comment of YAML's may hold them
	f.Add([]byte("target=5\nthreadcount=2\nmaxexecutiontime=9\nx=\\"))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := readForeign("w", data, nil, known)
		if err != nil {
			problems, ok := err.(Problems)
			if !ok || len(problems) == 0 || problems[0].Text == "" {
				t.Fatalf("a strange error: %#v", err)
			}
			return
		}
		text, err := e.Given()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("w.yaml", text, known)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if d := cmp.Diff(e, again, sameExperiment); d != "" || e.Hash() != again.Hash() {
			t.Fatalf("read back it differs: %s\n%s", d, text)
		}
	})
}
